/** What the commands about the cache share. */
import { cachePaths } from '../../repository/paths.ts';
import type { CachePaths } from '../../repository/paths.ts';
import type { GlobalFlags } from './global-flags.ts';

/** The cache folders that the flags and the environment name. */
export function cacheFolders(flags: GlobalFlags): CachePaths {
  return cachePaths(process.env, {
    repositoryCache: flags['repository-cache'] ?? '',
    contentCache: flags['content-cache'] ?? '',
  });
}

/** A size for people: `12.3 MiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}
