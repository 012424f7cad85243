/** The target of a command: a cluster or a folder. */
import { PkgError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import type { ConnectionSettings } from './kube/connection.ts';

/**
 * Opens the target: the folder of manifests that `--target` or `PKG_TARGET` names (`dir:PATH`), else the cluster that
 * kubeconfig files, flags and environment name.
 *
 * @param loginAfter as in `openKubernetes`
 * @throws {PkgError} `PKG_TARGET_INVALID` for what cannot be a target, `PKG_TARGET_MISSING` and
 *   PKG_KUBECONFIG_INVALID when there is no cluster to be found
 */
export async function openTarget(
  target: string | undefined,
  settings: ConnectionSettings,
  loginAfter?: Promise<unknown>,
): Promise<Cluster> {
  if (target === undefined || target === '') {
    const { openKubernetes } = await import('./kubernetes.ts');
    return await openKubernetes(settings, loginAfter);
  }
  if (!target.startsWith('dir:')) {
    throw new PkgError('PKG_TARGET_INVALID', `the target ${JSON.stringify(target)} is of an unknown kind`, {
      hints: ['write dir:PATH for a folder of manifests, or leave it out for the cluster of your kubeconfig'],
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
