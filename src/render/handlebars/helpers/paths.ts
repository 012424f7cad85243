/** Slash-separated paths, by the rules of Go's package path: a path that is nothing is `.`. */
import { helper, text } from './parameters.ts';
import type { Helper } from './types.ts';

export const paths: Record<string, Helper> = {
  base: helper([text('path')], ([path]) => {
    if (path === '') return '.';
    return withoutEndSlashes(path).split('/').at(-1) || '/';
  }),
  dir: helper([text('path')], ([path]) => clean(path.slice(0, path.lastIndexOf('/') + 1))),
  ext: helper([text('path')], ([path]) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const dot = name.lastIndexOf('.');
    return dot < 0 ? '' : name.slice(dot);
  }),
  clean: helper([text('path')], ([path]) => clean(path)),
  isAbs: helper([text('path')], ([path]) => path.startsWith('/')),
};

function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** The shortest path that leads to the same place. */
function clean(path: string): string {
  const root = path.startsWith('/') ? '/' : '';
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (root === '') parts.push('..');
  }
  return root + parts.join('/') || '.';
}
