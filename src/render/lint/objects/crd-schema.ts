/**
 * Rules on CustomResourceDefinitions that an API server has too, or whose violations it drops without a word
 * (k8s.io/apiextensions-apiserver, pkg/apis/apiextensions/validation and pkg/apiserver/schema).
 */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';
import { describe, field, listAt, textAt } from './fields.ts';
import type { FieldProblem } from './object-fields.ts';
import { builtinSchema } from './object-schema.ts';
import type { Holds } from './object-schema.ts';
import { formatProblem, keywordAdvice, requiredProblems, schemasIn } from '../values/schema-keywords.ts';

const TYPES: readonly string[] = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const MAX_PROBLEMS = 20;

/** The findings on a CRD, in the schemas of its versions and in its names. */
export function crdProblems(crd: ValueMap): FieldProblem[] {
  const found: FieldProblem[] = [];
  const described = describe(crd);
  const add = (rule: FieldProblem['rule'], keys: ValuePath, message: string): void => {
    found.push({ rule, keys, message: `in ${described}, ${message}` });
  };
  const group = textAt(crd, 'spec', 'group');
  const plural = textAt(crd, 'spec', 'names', 'plural');
  const name = textAt(crd, 'metadata', 'name');
  if (group !== '' && plural !== '' && name !== `${plural}.${group}`)
    add(
      'object-value',
      ['metadata', 'name'],
      `the name must be ${printable(`${plural}.${group}`)}, its plural and its group`,
    );
  const scope = textAt(crd, 'spec', 'scope');
  if (scope !== '' && scope !== 'Cluster' && scope !== 'Namespaced')
    add('object-value', ['spec', 'scope'], `the scope is Cluster or Namespaced, and here ${printable(scope, 40)}`);
  const versions = listAt(crd, 'spec', 'versions');
  const stored = versions.filter((version) => field(version, 'storage') === true).length;
  if (versions.length > 0 && stored !== 1)
    add('object-value', ['spec', 'versions'], `exactly one version has storage: true, and here ${stored} have`);
  for (const [index, version] of versions.entries()) {
    const at = ['spec', 'versions', index, 'schema', 'openAPIV3Schema'];
    const root = field(version, 'schema', 'openAPIV3Schema');
    for (const problem of schemaProblems(root)) add(problem.rule, [...at, ...problem.keys], problem.message);
  }
  return found.slice(0, MAX_PROBLEMS);
}

function* schemaProblems(root: Value | undefined): Generator<FieldProblem> {
  const keywords = keywordsOfCrds();
  for (const [schema, keys] of schemasIn(root)) {
    for (const key of schema.keys()) {
      if (keywords.size === 0 || keywords.has(key)) continue;
      const advice = keywordAdvice(key, schema, keywords.keys(), () => false);
      const message = `${printable(key)} is not a keyword of a CRD's schema${advice === undefined ? '' : `; ${advice}`}`;
      yield { rule: 'object-field', keys: [...keys, key], message };
    }
    const type = schema.get('type');
    if (typeof type === 'string' && type !== '' && !TYPES.includes(type)) {
      const near = nearest(type, TYPES);
      const message = `${printable(type)} is not a type${near === undefined ? `: ${TYPES.join(', ')}` : `; did you mean ${near}?`}`;
      yield { rule: 'object-value', keys: [...keys, 'type'], message };
    }
    const format = formatProblem(schema);
    if (format !== undefined) yield { rule: 'object-field', keys: [...keys, 'format'], message: format };
    for (const { keys: at, message } of requiredProblems(schema, keys))
      yield { rule: 'object-value', keys: at, message };
  }
}

/** The fields of `openAPIV3Schema`. */
function keywordsOfCrds(): ReadonlyMap<string, Holds> {
  let holds = builtinSchema('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  for (const name of ['spec', 'versions', 'schema', 'openAPIV3Schema']) {
    const inner = holds?.is === 'fields' ? holds.fields.get(name) : undefined;
    holds = inner?.is === 'list' ? inner.of : inner;
  }
  return holds?.is === 'fields' ? holds.fields : new Map<string, Holds>();
}
