/** The connection of a pod to its own cluster, from the files and variables that the kubelet provides. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_USER_FILE, readRegularFile } from '../../read-file.ts';
import type { Connection, ConnectionSettings } from './connection.ts';
import { readReferenced } from './referenced-file.ts';

/** Where the kubelet mounts a service account. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Does pkg run in a pod that has a service account? */
export function isInCluster(env: NodeJS.ProcessEnv): boolean {
  if (!env['KUBERNETES_SERVICE_HOST'] || !env['KUBERNETES_SERVICE_PORT']) return false;
  return statSync(join(SERVICE_ACCOUNT, 'token'), { throwIfNoEntry: false })?.isFile() === true;
}

/** The namespace of the pod. */
export function inClusterNamespace(env: NodeJS.ProcessEnv): string {
  return env['POD_NAMESPACE'] || readMounted('namespace').trim() || 'default';
}

/**
 * The connection to the pod's own cluster. Flags override the token, the certificate authority and impersonation.
 *
 * @throws {PkgError} where a mounted file cannot be read
 */
export function inClusterConnection(settings: ConnectionSettings, env: NodeJS.ProcessEnv): Connection {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const ca = settings.caFile === '' ? readMounted('ca.crt') : readReferenced(settings.caFile, '');
  return {
    description: 'the cluster of this pod',
    file: undefined,
    server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT']}`),
    namespace: settings.namespace || inClusterNamespace(env),
    tls: { ca: ca || undefined, insecure: settings.insecureSkipTlsVerify, serverName: settings.tlsServerName },
    proxyUrl: undefined,
    identity: {
      description: 'the service account of this pod',
      token: settings.token,
      tokenFile: settings.token === '' ? join(SERVICE_ACCOUNT, 'token') : '',
      basic: undefined,
      certificate: undefined,
      exec: undefined,
      oidc: undefined,
      impersonate:
        settings.asUser === '' ? undefined : { user: settings.asUser, uid: '', groups: settings.asGroups, extra: {} },
    },
    execConfig: undefined,
  };
}

function readMounted(name: string): string {
  try {
    return readRegularFile(join(SERVICE_ACCOUNT, name), MAX_USER_FILE).toString('utf8');
  } catch {
    return '';
  }
}
