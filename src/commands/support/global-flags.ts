/** The flags of all commands, and the settings that they and Helm's environment variables name. */
import type { FlagInput } from '@oclif/core/interfaces';
import type { ConnectionSettings } from '../../cluster/kube/connection.ts';
import * as Flags from './flag-types.ts';
import type { FlagValues } from './flag-types.ts';

/** The flags of every command. */
export const GLOBAL_FLAGS: FlagInput<
  Record<
    | 'target'
    | 'kubeconfig'
    | 'kube-context'
    | 'kube-apiserver'
    | 'kube-token'
    | 'kube-as-user'
    | 'kube-ca-file'
    | 'kube-tls-server-name'
    | 'qps'
    | 'burst-limit'
    | 'repository-config'
    | 'repository-cache'
    | 'registry-config'
    | 'content-cache'
    | 'trust-policy'
    | 'color',
    string | undefined
  > &
    Record<'kube-insecure-skip-tls-verify' | 'debug' | 'help', boolean> & {
      namespace: string | undefined;
      'kube-as-group': string[];
    }
> = {
  namespace: Flags.string({
    complete: 'namespace',
    char: 'n',
    helpValue: 'NAME',
    summary: 'namespace of the release (default: that of the kubeconfig context)',
  }),
  target: Flags.string({
    helpValue: 'TARGET',
    summary: 'where releases live: dir:PATH for a folder of manifests (default: the cluster of the kubeconfig)',
  }),
  kubeconfig: Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'path of the kubeconfig file (default: $KUBECONFIG, else ~/.kube/config)',
  }),
  'kube-context': Flags.string({ complete: 'context', helpValue: 'NAME', summary: 'name of the kubeconfig context' }),
  'kube-apiserver': Flags.string({ helpValue: 'URL', summary: 'address of the API server' }),
  'kube-token': Flags.string({ helpValue: 'TOKEN', summary: 'bearer token for authentication' }),
  'kube-as-user': Flags.string({ helpValue: 'NAME', summary: 'user to impersonate' }),
  'kube-as-group': Flags.strings({ helpValue: 'NAME', summary: 'group to impersonate (repeatable)' }),
  'kube-ca-file': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: 'verify the certificate of the API server with this CA bundle',
  }),
  'kube-tls-server-name': Flags.string({
    helpValue: 'NAME',
    summary: 'server name to expect in the certificate of the API server',
  }),
  qps: Flags.string({ hidden: true, summary: 'has no effect: pkg slows down when the API server asks for it' }),
  'burst-limit': Flags.string({ hidden: true, summary: 'as --qps' }),
  'kube-insecure-skip-tls-verify': Flags.boolean({ summary: 'do not verify the certificate of the API server' }),
  'repository-config': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "Helm's file with the chart repositories (repositories.yaml)",
  }),
  'repository-cache': Flags.string({
    helpValue: 'FOLDER',
    complete: 'directory',
    summary: 'folder for cached repository indexes',
  }),
  'registry-config': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary: "Helm's file with the registry logins",
  }),
  'content-cache': Flags.string({
    helpValue: 'FOLDER',
    complete: 'directory',
    summary: 'folder for cached charts',
  }),
  'trust-policy': Flags.string({
    helpValue: 'FILE',
    complete: 'file',
    summary:
      "policy that says which signatures charts need (default: $PKG_TRUST_POLICY, else trust.yaml in Helm's configuration folder)",
  }),
  debug: Flags.boolean({ summary: 'show stack traces and details for debugging' }),
  color: Flags.string({
    helpValue: 'WHEN',
    options: ['never', 'auto', 'always'],
    aliases: ['colour'],
    summary: 'use colours',
  }),
  help: Flags.boolean({ char: 'h', summary: 'show help for a command' }),
};

/** The values of the flags that every command takes. */
export type GlobalFlags = FlagValues<typeof GLOBAL_FLAGS>;

/** The namespace of a command: `--namespace`, else `HELM_NAMESPACE`, else that of the kubeconfig, else `default`. */
export function namespaceOf(flags: { namespace: string | undefined }, cluster?: { defaultNamespace: string }): string {
  return flags.namespace || process.env['HELM_NAMESPACE'] || cluster?.defaultNamespace || 'default';
}

/** The settings of the connection to a cluster, from flags and Helm's variables. */
export function connectionSettings(flags: GlobalFlags): ConnectionSettings {
  const { env } = process;
  const groups = flags['kube-as-group'];
  const insecure = flags['kube-insecure-skip-tls-verify'];
  return {
    kubeconfig: flags.kubeconfig ?? '',
    context: flags['kube-context'] ?? env['HELM_KUBECONTEXT'] ?? '',
    namespace: flags.namespace ?? env['HELM_NAMESPACE'] ?? '',
    server: flags['kube-apiserver'] ?? env['HELM_KUBEAPISERVER'] ?? '',
    token: flags['kube-token'] ?? env['HELM_KUBETOKEN'] ?? '',
    asUser: flags['kube-as-user'] ?? env['HELM_KUBEASUSER'] ?? '',
    asGroups: groups.length > 0 ? groups : (env['HELM_KUBEASGROUPS'] ?? '').split(',').filter((group) => group !== ''),
    caFile: flags['kube-ca-file'] ?? env['HELM_KUBECAFILE'] ?? '',
    tlsServerName: flags['kube-tls-server-name'] ?? env['HELM_KUBETLS_SERVER_NAME'] ?? '',
    insecureSkipTlsVerify:
      insecure || ['1', 't', 'true'].includes((env['HELM_KUBEINSECURE_SKIP_TLS_VERIFY'] ?? '').toLowerCase()),
  };
}
