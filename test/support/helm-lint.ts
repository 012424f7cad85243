/** The output of `helm lint`, as findings to compare with ours. */
import type { LintMessage, LintRule } from '../../src/render/lint.ts';

/** A finding of Helm's: its severity, the file or folder that it is about, and its text. */
export type HelmFinding = { severity: string; path: string; text: string };

/** The findings about one chart. */
export type HelmLint = { chart: string; findings: HelmFinding[] };

/** Parses the output of `helm lint`, chart by chart. What is not a chart has one finding with an empty path. */
export function readHelmLint(stdout: string): HelmLint[] {
  return stdout
    .split(/^(?===> Linting )/m)
    .filter((part) => part.startsWith('==> Linting '))
    .map((part) => {
      const [first = '', ...lines] = part.split('\n');
      const findings = lines
        .join('\n')
        .split(/^(?=\[(?:INFO|WARNING|ERROR)\] |Error )/m)
        .flatMap((said): HelmFinding[] => {
          const match = /^\[(\w+)\] ([^:]*): ([^]*)$/.exec(said);
          if (match) return [{ severity: match[1]?.toLowerCase() ?? '', path: match[2] ?? '', text: match[3] ?? '' }];
          return said.startsWith('Error ') ? [{ severity: 'error', path: '', text: said.slice(6) }] : [];
        });
      return { chart: first.slice('==> Linting '.length), findings };
    });
}

/** The rules that correspond to a text of Helm's; without one, any error of loading or rendering does. */
const RULES: readonly (readonly [RegExp, readonly LintRule[]])[] = [
  [/^icon is recommended/, ['chart-icon']],
  [/^apiVersion is required|^apiVersion '/, ['chart-api-version', 'chart-invalid']],
  [/^invalid icon URL/, ['chart-icon-url']],
  [/should be of type string/, ['chart-string']],
  [/not a valid SemVerV2/, ['chart-strict-version', 'chart-invalid']],
  [/^version .*(?:less than|not greater)/, ['chart-version']],
  [/^failed to strictly parse/, ['chart-unknown-field', 'chart-duplicate-key']],
  [/^a maintainer entry is empty|maintainer requires|^invalid email|^invalid url/, ['chart-maintainer']],
  [/^invalid source URL/, ['chart-source']],
  [/not valid in (?:the Chart file with )?apiVersion/, ['chart-v1-field']],
  [/^file does not exist/, ['values-missing']],
  [/^directory does not exist/, ['templates-missing']],
  [/^file extension /, ['template-extension']],
  [/^document starts with an illegal indent|token too long/, ['template-indent']],
  [/^object name does not conform/, ['object-name']],
  [/ is deprecated in v/, ['api-deprecated']],
  [/must contain matchLabels or matchExpressions/, ['selector-missing']],
  [/within List objects/, ['list-annotations']],
  [/^chart metadata is missing these dependencies/, ['dependency-undeclared']],
  [/^chart directory is missing these dependencies/, ['dependency-missing']],
  [/^apiVersion is not in|^object kind is not/, ['crd-invalid']],
];

const BROKEN: readonly LintRule[] = ['chart-invalid', 'values-invalid', 'template-invalid', 'list-annotations'];

/** The findings of Helm's for which there is no finding of ours with the same severity and file. */
export function uncovered(theirs: readonly HelmFinding[], ours: readonly LintMessage[]): HelmFinding[] {
  return theirs.filter(({ severity, path, text }) => {
    // A missing version is a separate error.
    if (text.startsWith("version '' is not a valid")) return false;
    const rules = RULES.find(([pattern]) => pattern.test(text))?.[1] ?? [...BROKEN, 'crd-invalid'];
    // Helm reports errors of loading and rendering for the whole folder.
    const isOfFile = /\.\w+$/.test(path) && !path.startsWith('/') && !/^(?:Chart|values)\.yaml$/.test(path);
    const isCovered = ours.some(
      (message) =>
        message.severity === severity && rules.includes(message.rule) && (!isOfFile || message.path === path),
    );
    return !isCovered;
  });
}

/** Does a run of lint fail? */
export function fails(messages: readonly { severity: string }[], strict = false): boolean {
  return messages.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
}
