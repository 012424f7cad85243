/** Paths with slashes, as Go's package path treats them: an empty result is `.`. */

/** The last part of a path (`path.Base`). */
export function basePath(path: string): string {
  if (path === '') return '.';
  return withoutEndSlashes(path).split('/').at(-1) || '/';
}

/** A path without its last part (`path.Dir`). */
export function dirPath(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf('/') + 1));
}

/** The extension of a file name with its dot, or an empty text (`path.Ext`). */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot);
}

/** The shortest path to the same file, without `.`, `..` and double slashes where possible (`path.Clean`). */
export function cleanPath(path: string): string {
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

function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}
