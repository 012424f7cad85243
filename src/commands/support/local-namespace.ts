import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connectionSettings } from './global-flags.ts';
import type { GlobalFlags } from './global-flags.ts';

/**
 * The namespace of a command that asks no cluster. As with Helm it is that of the kubeconfig's context. The code that
 * reads kubeconfigs is loaded only where there is one.
 */
export async function localNamespace(flags: GlobalFlags): Promise<string> {
  const settings = connectionSettings(flags);
  if (settings.namespace !== '') return settings.namespace;
  const { KUBECONFIG = '', KUBERNETES_SERVICE_HOST = '', HOME, USERPROFILE } = process.env;
  const home = HOME ?? USERPROFILE ?? '';
  const isConfigured = settings.kubeconfig !== '' || KUBECONFIG !== '' || KUBERNETES_SERVICE_HOST !== '';
  if (!isConfigured && !existsSync(join(home, '.kube', 'config'))) return 'default';
  const { resolveNamespace } = await import('../../cluster/kube/resolve-connection.ts');
  return resolveNamespace(settings, process.env);
}
