/** How paths of values are printed. */
import type { ValuePath } from '../yaml/value.ts';

/** A path as `--set` takes it, so that it is not ambiguous: of the key `b.c` in `a` it is `a.b\.c`, of the first item `a[0]`. */
export function pathText(path: ValuePath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += (text === '' ? '' : '.') + part.replaceAll(/[\\.,=[]/g, '\\$&');
  }
  return text;
}
