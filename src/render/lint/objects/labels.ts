/**
 * The rules for labels, selectors and annotations (k8s.io/apimachinery, pkg/api/validate/content and
 * pkg/util/validation).
 */
import { printable } from '../../../errors-text.ts';
import { DNS_SUBDOMAIN, LABEL_TEXT } from '../../../kubernetes-names.ts';
import type { Value, ValueMap, ValuePath } from '../../../yaml/value.ts';

/** The maps whose keys and values are labels, by the name of the field. */
const LABELS: ReadonlySet<string> = new Set(['labels', 'matchLabels', 'nodeSelector']);

const MAX_NAME = 63;
const MAX_PREFIX = 253;

/**
 * The problems of a map of labels or annotations, each with its key; none for other maps.
 *
 * @param path where the map stands in its object
 */
export function labelProblems(map: ValueMap, path: ValuePath): { key: string; problem: string }[] {
  const name = path.at(-1);
  const areLabels = typeof name === 'string' && LABELS.has(name);
  const areAnnotations = name === 'annotations' && path.at(-2) === 'metadata';
  if (!areLabels && !areAnnotations) return [];
  const what = areLabels ? 'label' : 'annotation';
  return [...map].flatMap(([key, value]) => {
    // The case of the keys of annotations does not count.
    const found =
      keyProblem(areLabels ? key : key.toLowerCase(), what) ?? (areLabels ? valueProblem(value) : undefined);
    return found === undefined ? [] : [{ key, problem: `the ${what} ${printable(key, 80)} ${found}` }];
  });
}

function keyProblem(key: string, what: string): string | undefined {
  const parts = key.split('/');
  if (parts.length > 2) return 'has more than one slash in its key';
  const [name = '', prefix] = parts.toReversed();
  if (name === '') return `has no name${prefix === undefined ? '' : ' behind its slash'}`;
  if (name.length > MAX_NAME) return `has a name of more than ${MAX_NAME} characters`;
  if (!LABEL_TEXT.test(name))
    return `is not a valid key of a${what === 'label' ? '' : 'n'} ${what}: letters, digits, "-", "_" and ".", beginning and ending with a letter or digit`;
  if (prefix !== undefined && (!DNS_SUBDOMAIN.test(prefix) || prefix.length > MAX_PREFIX))
    return 'has a prefix that is not a DNS name';
  return undefined;
}

function valueProblem(value: Value): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.length > MAX_NAME)
    return `has a value of ${value.length} characters, and a label has at most ${MAX_NAME}: "${printable(value, 40)}"`;
  if (LABEL_TEXT.test(value)) return undefined;
  return `has the value "${printable(value, 60)}", but a label consists of letters, digits, "-", "_" and ".", beginning and ending with a letter or digit`;
}
