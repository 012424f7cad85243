/** Label queries as `list -l` takes them: `a=b`, `a==b`, `a!=b`, `a`, `!a`, joined by commas. */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';

/** One condition on a label. */
export type Requirement = { key: string; operator: '=' | '!=' | 'exists' | 'absent'; value: string };

/**
 * Reads a label query.
 *
 * @throws PkgError PKG_USAGE
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseSelector(text: string): Requirement[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const match = /^\s*(!?)\s*([A-Za-z0-9][\w./-]*)\s*(?:(==|=|!=)\s*([\w.-]*)\s*)?$/.exec(part);
    const [, not, key = '', operator, value = ''] = match ?? [];
    if (match === null || (not === '!' && operator !== undefined)) {
      throw new PkgError('PKG_USAGE', `--selector takes KEY=VALUE and KEY!=VALUE, not "${printable(part)}"`);
    }
    if (operator === undefined) return { key, operator: not === '!' ? 'absent' : 'exists', value };
    return { key, operator: operator === '!=' ? '!=' : '=', value };
  });
}

/** Do these labels meet all conditions? A label that is not there differs from every value. */
export function matchesSelector(
  labels: Readonly<Record<string, string>>,
  requirements: readonly Requirement[],
): boolean {
  return requirements.every(({ key, operator, value }) => {
    const actual = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === 'exists') return actual !== undefined;
    if (operator === 'absent') return actual === undefined;
    return operator === '=' ? actual === value : actual !== value;
  });
}
