import { PkgError } from '../errors.ts';
import type { Cluster } from './cluster.ts';

/**
 * Opens what `--target` or `PKG_TARGET` names: `dir:PATH`, a folder of manifests.
 *
 * @throws PkgError PKG_TARGET_MISSING when nothing is named, PKG_TARGET_INVALID for what cannot be one
 */
export async function openTarget(target: string | undefined): Promise<Cluster> {
  if (target === undefined || target === '') {
    throw new PkgError('PKG_TARGET_MISSING', 'no target is given: nobody said where the objects are to live', {
      hints: ['name a folder of manifests with --target dir:PATH, or set PKG_TARGET=dir:PATH'],
    });
  }
  if (!target.startsWith('dir:')) {
    throw new PkgError('PKG_TARGET_INVALID', `the target ${JSON.stringify(target)} is of no kind that pkg knows`, {
      hints: ['write dir:PATH for a folder of manifests'],
    });
  }
  const path = target.slice('dir:'.length);
  if (path === '' || path.includes('\0')) {
    throw new PkgError('PKG_TARGET_INVALID', `the target ${JSON.stringify(target)} names no folder`, {
      hints: ['write dir:PATH, for example dir:./out'],
    });
  }
  const { openDirectory } = await import('./directory.ts');
  return await openDirectory(path);
}
