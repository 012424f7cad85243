/** The rules of lint and their findings. */
import type { Position } from '../../errors.ts';

/** How bad a finding is: errors fail `pkg lint`, warnings fail it under `--strict`. */
export type Severity = 'error' | 'warning' | 'info';

// `docs/lint.md` explains each rule.
const RULES = {
  // Chart.yaml
  'chart-invalid': 'error',
  'chart-api-version': 'error',
  'chart-version': 'error',
  'chart-string': 'error',
  'chart-maintainer': 'error',
  'chart-source': 'error',
  'chart-icon-url': 'error',
  'chart-v1-field': 'error',
  'chart-unknown-field': 'warning',
  'chart-duplicate-key': 'warning',
  'chart-strict-version': 'warning',
  'chart-icon': 'info',
  'chart-kube-version': 'error',
  // values
  'values-missing': 'info',
  'values-invalid': 'error',
  'values-unread': 'warning',
  'value-boolean-key': 'warning',
  'value-duplicate-key': 'warning',
  'value-undeclared': 'error',
  'value-template': 'warning',
  'schema-keyword': 'warning',
  'schema-name': 'warning',
  'value-alias': 'warning',
  'subchart-value': 'warning',
  'condition-text': 'warning',
  'typographic-mark': 'warning',
  'value-mistyped': 'warning',
  // templates
  'templates-missing': 'warning',
  'template-extension': 'error',
  'file-misplaced': 'warning',
  'template-invalid': 'error',
  'template-indent': 'warning',
  'template-refuses': 'info',
  'raw-mustache': 'warning',
  'data-text': 'warning',
  'quoted-text': 'warning',
  'name-text': 'warning',
  'joined-lines': 'warning',
  'image-parts': 'warning',
  'list-key': 'warning',
  'parsed-partial': 'warning',
  'branch-unreachable': 'warning',
  'argument-unused': 'warning',
  'tilde-joins': 'warning',
  'spread-type': 'warning',
  'random-shared-key': 'warning',
  'random-unkeyed': 'warning',
  'random-order': 'warning',
  'random-lost': 'warning',
  'file-pattern': 'warning',
  'guard-missing': 'warning',
  'guard-late': 'warning',
  // objects
  'object-name': 'warning',
  'object-text': 'info',
  'object-incomplete': 'info',
  'api-unknown': 'warning',
  'object-field': 'warning',
  'object-value': 'error',
  'object-required': 'warning',
  'object-label': 'error',
  'secret-text': 'warning',
  'object-reference': 'warning',
  'object-duplicate': 'warning',
  'go-printed': 'info',
  'helm-annotation': 'warning',
  'api-deprecated': 'warning',
  'selector-missing': 'error',
  'selector-mismatch': 'error',
  'selector-version': 'warning',
  'list-annotations': 'error',
  'container-resources': 'warning',
  'disruption-budget': 'warning',
  // dependencies and CRDs
  'dependency-undeclared': 'error',
  'dependency-missing': 'warning',
  'dependency-version': 'warning',
  'dependency-condition': 'warning',
  'dependency-tag': 'warning',
  'dependency-import': 'warning',
  'dependency-repository': 'warning',
  'crd-invalid': 'error',
} as const;

/** The name of a rule. */
export type LintRule = keyof typeof RULES;

/** Every rule with the severity of its findings. */
export const LINT_RULES: Readonly<Record<LintRule, Severity>> = RULES;

/** One finding. */
export type LintMessage = {
  severity: Severity;
  rule: LintRule;
  /** The file or folder inside the chart: `Chart.yaml`, `templates/`, `templates/service.yaml.hbs`. */
  path: string;
  message: string;
  at?: Position;
};

/** Makes a message; its severity is the rule's, unless another is given. */
export function finding(
  rule: LintRule,
  path: string,
  message: string,
  at?: Position,
  severity: Severity = LINT_RULES[rule],
): LintMessage {
  return { severity, rule, path, message, ...(at && { at }) };
}
