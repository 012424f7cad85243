/** What the tests of connections share. */
import { resolveConnection } from '../../../src/cluster/kube/resolve-connection.ts';
import type { Connection, ConnectionSettings } from '../../../src/cluster/kube/connection.ts';

/** Settings as when no flag is given. */
export function settings(given: Partial<ConnectionSettings> = {}): ConnectionSettings {
  return {
    kubeconfig: '',
    context: '',
    namespace: '',
    server: '',
    token: '',
    asUser: '',
    asGroups: [],
    caFile: '',
    tlsServerName: '',
    insecureSkipTlsVerify: false,
    ...given,
  };
}

/** The connection that a kubeconfig file gives. */
export function connectionOf(kubeconfig: string, given: Partial<ConnectionSettings> = {}): Connection {
  return resolveConnection(settings({ kubeconfig, ...given }), {});
}
