/** Checks the annotations `helm.sh/…`, of which Helm ignores those that it does not know. */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { field } from './fields.ts';

const PREFIX = 'helm.sh/';
const POLICIES = ['before-hook-creation', 'hook-succeeded', 'hook-failed'];

/** The annotations of Helm, each with the values that it can have; undefined for any text. */
const KNOWN: Readonly<Record<string, readonly string[] | undefined>> = {
  'helm.sh/hook': undefined,
  'helm.sh/hook-weight': undefined,
  'helm.sh/hook-delete-policy': POLICIES,
  'helm.sh/hook-output-log-policy': ['hook-succeeded', 'hook-failed'],
  'helm.sh/resource-policy': ['keep'],
  'helm.sh/images': undefined,
  'helm.sh/chart': undefined,
};

/** The problems of an object's annotations, each with the key of the annotation; `isAlone` if another one is missing. */
export function annotationProblems(object: ValueMap): { key: string; problem: string; isAlone?: boolean }[] {
  const annotations = field(object, 'metadata', 'annotations');
  if (!isMap(annotations)) return [];
  const found = [...annotations].flatMap(([key, value]) => {
    const problem = key.startsWith(PREFIX) ? problemOf(key, value) : otherPrefix(key);
    return problem === undefined ? [] : [{ key, problem }];
  });
  // Where another one is misspelt, that is the hook. Hooks of other tools may have Helm's annotations too.
  if (found.length > 0 || [...annotations.keys()].some((key) => key.endsWith('/hook'))) return found;
  return [...annotations.keys()].flatMap((key) =>
    key.startsWith('helm.sh/hook-') && Object.hasOwn(KNOWN, key)
      ? [{ key, problem: `${key} has no effect without helm.sh/hook: the object is no hook`, isAlone: true }]
      : [],
  );
}

/** Finds `helm/hook` and `meta.helm.sh/hook-weight`: an annotation of Helm with another prefix, which Helm ignores. */
function otherPrefix(key: string): string | undefined {
  const [, prefix = '', name = ''] = /^([\w.-]*helm[\w.-]*)[/.](hook(?:-[a-z-]+)?|resource-policy)$/.exec(key) ?? [];
  const meant = `${PREFIX}${name}`;
  if (prefix === '' || !Object.hasOwn(KNOWN, meant)) return undefined;
  return `${printable(key)} is not an annotation of Helm: did you mean ${meant}?`;
}

function problemOf(key: string, value: Value): string | undefined {
  if (!Object.hasOwn(KNOWN, key)) {
    const names = Object.keys(KNOWN).map((name) => name.slice(PREFIX.length));
    const name = key.slice(PREFIX.length);
    const near = nearest(name, names) ?? names.find((one) => one === `hook-${name}`);
    // Other tools have annotations of this prefix too, so only a misspelt one is reported.
    return near === undefined
      ? undefined
      : `${printable(key)} is not an annotation of Helm: did you mean ${PREFIX}${near}?`;
  }
  if (typeof value !== 'string') return undefined;
  if (key === 'helm.sh/hook-weight') {
    return /^[-+]?[0-9]+$/.test(value) ? undefined : `${key} is not a whole number, and counts as 0`;
  }
  const known = KNOWN[key];
  const other =
    known &&
    value
      .split(',')
      .map((one) => one.trim())
      .find((one) => !known.includes(one.toLowerCase()));
  if (known === undefined || other === undefined) return undefined;
  return `${key} does not know "${printable(other)}": it knows ${known.join(', ')}`;
}
