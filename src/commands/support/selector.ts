/** Label queries as `list -l` takes them. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';

/** One condition on a label. */
export type Requirement = {
  key: string;
  /** `in` holds for one of the values, `notin` for none of them or no such label. */
  operator: 'in' | 'notin' | 'exists' | 'absent';
  values: readonly string[];
};

/** `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, as far as the next comma. */
const REQUIREMENT =
  /\s*(?:(!)\s*)?([A-Za-z0-9][\w./-]*)\s*(?:(==|=|!=)\s*([\w.-]*)\s*|\b(in|notin)\s*\(([\w.,\s-]*)\)\s*)?(,|$)/y;

/**
 * Reads a label query.
 *
 * @throws {PkgError} `PKG_USAGE`
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseSelector(text: string): Requirement[] {
  const requirements: Requirement[] = [];
  let at = 0;
  let more = text.trim() !== '';
  while (more) {
    REQUIREMENT.lastIndex = at;
    const match = REQUIREMENT.exec(text);
    const [, not, key = '', sign, value = '', word, list = '', end] = match ?? [];
    if (match === null || (not !== undefined && (sign ?? word) !== undefined)) {
      throw new PkgError('PKG_USAGE', `--selector has no condition on a label at "${printable(text.slice(at), 80)}"`, {
        hints: ['conditions are KEY=VALUE, KEY!=VALUE, KEY in (A,B), KEY notin (A,B), KEY and !KEY, joined by commas'],
      });
    }
    if (sign !== undefined) requirements.push({ key, operator: sign === '!=' ? 'notin' : 'in', values: [value] });
    else if (word !== undefined) {
      const values = list.split(',').map((item) => item.trim());
      requirements.push({ key, operator: word === 'in' ? 'in' : 'notin', values });
    } else requirements.push({ key, operator: not === undefined ? 'exists' : 'absent', values: [] });
    at = REQUIREMENT.lastIndex;
    more = end === ',';
  }
  return requirements;
}

/** Do these labels meet all conditions? */
export function matchesSelector(
  labels: Readonly<Record<string, string>>,
  requirements: readonly Requirement[],
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const actual = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === 'exists') return actual !== undefined;
    if (operator === 'absent') return actual === undefined;
    return (operator === 'in') === (actual !== undefined && values.includes(actual));
  });
}
