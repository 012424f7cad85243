/**
 * Decides which cluster, user and namespace a command uses: from kubeconfig files, flags and environment, or the
 * service account of the pod that pkg runs in, in client-go's order.
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import type { Connection, ConnectionSettings, Identity, OidcLogin } from './connection.ts';
import { inClusterConnection, inClusterNamespace, isInCluster } from './in-cluster.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import type { KubeCluster, Kubeconfig, KubeContext, KubeUser } from './kubeconfig.ts';
import type { ClientCertificate } from '../../network/dial.ts';
import { parseProxyUrl } from '../../network/proxy-choice.ts';
import { PEM_HINT, hasCertificate, readReferenced } from './referenced-file.ts';

/**
 * Decides which cluster to connect to, and as whom.
 *
 * @throws {PkgError} `PKG_KUBECONFIG_INVALID` for files and contexts that are wrong, `PKG_TARGET_MISSING` when none is named
 */
export function resolveConnection(settings: ConnectionSettings, env: NodeJS.ProcessEnv): Connection {
  const config = loadKubeconfig(settings.kubeconfig, env);
  const [name, context] = chooseContext(config, settings);
  const entry = context === undefined ? undefined : config.clusters.get(context.cluster);
  if (context !== undefined && entry === undefined && settings.server === '') {
    throw new PkgError(
      'PKG_KUBECONFIG_INVALID',
      context.cluster === ''
        ? `the context "${printable(name)}" names no cluster`
        : `the context "${printable(name)}" names the cluster "${printable(context.cluster)}", which is not in the kubeconfig`,
      { at: { file: context.file }, hints: ['add the cluster under `clusters`, or choose another context'] },
    );
  }
  if (entry === undefined && settings.server === '') {
    if (isInCluster(env)) return inClusterConnection(settings, env);
    throw noCluster(config);
  }
  const cluster = overrideCluster(entry, settings);
  const user = context === undefined ? undefined : config.users.get(context.user);
  const server = parseServer(cluster, name);
  const description = name === '' ? `cluster ${server.host}` : `context ${printable(name)}`;
  return {
    description,
    file: cluster.file === '' ? undefined : cluster.file,
    server,
    namespace: namespaceIn(settings, context, env),
    tls: {
      ca: authorityOf(cluster),
      insecure: cluster.insecureSkipTlsVerify,
      serverName: cluster.tlsServerName,
    },
    proxyUrl: cluster.proxyUrl === '' ? undefined : parseProxyUrl(cluster.proxyUrl, { file: cluster.file }),
    // As in client-go, no credentials are sent over plain HTTP.
    identity: identityOf(user, context?.user ?? '', settings, server.protocol === 'https:'),
    execConfig: cluster.execConfig,
  };
}

/**
 * The namespace that a command works in, without connecting: the flag, the context's, the pod's, `default`.
 * Errors in the kubeconfig are ignored: a command that connects reports them.
 */
export function resolveNamespace(settings: ConnectionSettings, env: NodeJS.ProcessEnv): string {
  if (settings.namespace !== '') return settings.namespace;
  try {
    const [, context] = chooseContext(loadKubeconfig(settings.kubeconfig, env), settings);
    return namespaceIn(settings, context, env);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    return 'default';
  }
}

function namespaceIn(settings: ConnectionSettings, context: KubeContext | undefined, env: NodeJS.ProcessEnv): string {
  return settings.namespace || context?.namespace || (isInCluster(env) ? inClusterNamespace(env) : 'default');
}

function chooseContext(config: Kubeconfig, settings: ConnectionSettings): [string, KubeContext | undefined] {
  const name = settings.context || config.currentContext;
  if (name === '') return ['', undefined];
  const context = config.contexts.get(name);
  if (context !== undefined) return [name, context];
  const names = [...config.contexts.keys()];
  const similar = nearest(name, names);
  const [file] = config.files.length === 0 ? config.searched : config.files;
  throw new PkgError(
    'PKG_KUBECONFIG_INVALID',
    `the context "${printable(name)}" is in no kubeconfig file${settings.context === '' ? ', though it is the current one' : ''}`,
    {
      ...(file === undefined ? {} : { at: { file } }),
      hints: [
        ...(similar === undefined ? [] : [`did you mean ${printable(similar)}?`]),
        names.length === 0 ? 'no file holds any context' : `there are: ${printable(names.slice(0, 20).join(', '))}`,
      ],
    },
  );
}

function noCluster(config: Kubeconfig): PkgError {
  const where = config.searched.map((file) => printable(file)).join(', ');
  const what =
    config.files.length === 0
      ? `no cluster is named: there is no kubeconfig file at ${where}`
      : `no cluster is named: ${where} has no current context`;
  return new PkgError('PKG_TARGET_MISSING', what, {
    hints: [
      config.files.length === 0
        ? 'set KUBECONFIG or give --kubeconfig FILE'
        : 'choose one with --kube-context NAME, or set `current-context`',
      'for a folder of manifests instead of a cluster, give --target dir:PATH',
    ],
  });
}

/** The cluster entry with flags applied. A flag about TLS trust replaces all settings of the file about it. */
function overrideCluster(entry: KubeCluster | undefined, settings: ConnectionSettings): KubeCluster {
  const cluster: KubeCluster = {
    file: '',
    server: '',
    tlsServerName: '',
    insecureSkipTlsVerify: false,
    certificateAuthority: '',
    certificateAuthorityData: '',
    proxyUrl: '',
    execConfig: undefined,
    ...entry,
  };
  if (settings.server !== '') cluster.server = settings.server;
  if (settings.server !== '' || settings.tlsServerName !== '') cluster.tlsServerName = settings.tlsServerName;
  if (settings.insecureSkipTlsVerify || settings.caFile !== '') {
    cluster.insecureSkipTlsVerify = settings.insecureSkipTlsVerify;
    cluster.certificateAuthority = settings.caFile;
    cluster.certificateAuthorityData = '';
  }
  if (cluster.certificateAuthority !== '' && cluster.certificateAuthorityData !== '') {
    throw new PkgError(
      'PKG_KUBECONFIG_INVALID',
      'the cluster has a certificate-authority and certificate-authority-data',
      { ...(cluster.file === '' ? {} : { at: { file: cluster.file } }), hints: ['remove one of the two'] },
    );
  }
  if (
    cluster.insecureSkipTlsVerify &&
    (cluster.certificateAuthority !== '' || cluster.certificateAuthorityData !== '')
  ) {
    throw new PkgError(
      'PKG_KUBECONFIG_INVALID',
      'a certificate authority is given, and insecure-skip-tls-verify says not to check certificates',
      { ...(cluster.file === '' ? {} : { at: { file: cluster.file } }), hints: ['remove one of the two'] },
    );
  }
  return cluster;
}

function authorityOf(cluster: KubeCluster): string | undefined {
  const text = cluster.certificateAuthorityData || readReferenced(cluster.certificateAuthority, cluster.file);
  const given = cluster.certificateAuthorityData !== '' || cluster.certificateAuthority !== '';
  if (!given || hasCertificate(text)) return given ? text : undefined;
  throw new PkgError('PKG_KUBECONFIG_INVALID', 'the certificate authority of the cluster holds no certificate', {
    ...(cluster.file === '' ? {} : { at: { file: cluster.file } }),
    hints: [PEM_HINT],
  });
}

function parseServer(cluster: KubeCluster, context: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(cluster.server) ? cluster.server : `http://${cluster.server}`;
  const url = cluster.server === '' ? null : URL.parse(text);
  if (url !== null && url.hostname !== '' && (url.protocol === 'https:' || url.protocol === 'http:')) {
    url.search = '';
    url.hash = '';
    return url;
  }
  throw new PkgError(
    'PKG_KUBECONFIG_INVALID',
    cluster.server === ''
      ? `the cluster of the context "${printable(context)}" has no server`
      : `the server "${printable(cluster.server)}" is not the address of an API server`,
    {
      ...(cluster.file === '' ? {} : { at: { file: cluster.file } }),
      hints: ['write it as https://HOST:PORT'],
    },
  );
}

function identityOf(
  user: KubeUser | undefined,
  name: string,
  settings: ConnectionSettings,
  encrypted: boolean,
): Identity {
  const description = user === undefined ? 'nobody' : `user "${printable(name)}"`;
  if (user !== undefined) checkUser(user, name);
  const asUser = settings.asUser || user?.as || '';
  const asGroups = settings.asGroups.length > 0 ? settings.asGroups : (user?.asGroups ?? []);
  const actsAsMore =
    user !== undefined && (user.asUid !== '' || user.asGroups.length > 0 || Object.keys(user.asUserExtra).length > 0);
  if (asUser === '' && actsAsMore) {
    throw wrongUser(user, name, 'acts as groups, a uid or more, but as no user', 'add `as`');
  }
  if (asUser === '' && settings.asGroups.length > 0) {
    throw new PkgError('PKG_USAGE', 'groups to act as are given, but no user', { hints: ['add --kube-as-user NAME'] });
  }
  const impersonate =
    asUser === ''
      ? undefined
      : { user: asUser, uid: user?.asUid ?? '', groups: asGroups, extra: user?.asUserExtra ?? {} };
  if (!encrypted) {
    return {
      description,
      token: '',
      tokenFile: '',
      basic: undefined,
      certificate: undefined,
      exec: undefined,
      oidc: undefined,
      impersonate,
    };
  }
  const token = settings.token || user?.token || '';
  const tokenFile = settings.token === '' ? (user?.tokenFile ?? '') : '';
  const { username = '', password = '' } = user ?? {};
  const basic = username === '' && password === '' ? undefined : { username, password };
  if (basic !== undefined && (token !== '' || tokenFile !== '')) {
    throw wrongUser(user, name, 'has a token and a password, and only one of them can be sent');
  }
  const certificate = user === undefined ? undefined : certificateOf(user, name);
  const hasHeader = token !== '' || tokenFile !== '' || basic !== undefined;
  const exec = hasHeader || certificate !== undefined ? undefined : user?.exec;
  const oidc = user === undefined ? undefined : oidcOf(user, name);
  const isInFiles = user !== undefined && (user.clientCertificate !== '' || user.clientKey !== '');
  return {
    description,
    token,
    tokenFile,
    basic,
    certificate,
    readCertificate: isInFiles ? () => certificateOf(user, name) : undefined,
    exec,
    oidc: hasHeader ? undefined : oidc,
    impersonate,
  };
}

function oidcOf(user: KubeUser, name: string): OidcLogin | undefined {
  if (user.authProvider === undefined) return undefined;
  const { config } = user.authProvider;
  for (const key of ['idp-issuer-url', 'client-id']) {
    if (!config[key]) throw wrongUser(user, name, `logs in by OIDC without ${key}`, `add ${key} to its auth-provider`);
  }
  return { file: user.file, user: name, config };
}

/**
 * The client certificate. An empty one is an error: OpenSSL would connect without it, and the user would be anonymous.
 */
function certificateOf(user: KubeUser, name: string): ClientCertificate | undefined {
  const cert = user.clientCertificateData || readReferenced(user.clientCertificate, user.file);
  const key = user.clientKeyData || readReferenced(user.clientKey, user.file);
  if (user.clientCertificateData === '' && user.clientCertificate === '') return undefined;
  if (!hasCertificate(cert)) {
    throw wrongUser(user, name, 'has a client certificate that is not in PEM', PEM_HINT);
  }
  if (key.trim() === '') throw wrongUser(user, name, 'has a client certificate whose key is empty');
  return { cert, key };
}

function checkUser(user: KubeUser, name: string): void {
  if (user.clientCertificate !== '' && user.clientCertificateData !== '') {
    throw wrongUser(user, name, 'has a client-certificate and client-certificate-data', 'remove one of the two');
  }
  if (user.clientKey !== '' && user.clientKeyData !== '') {
    throw wrongUser(user, name, 'has a client-key and client-key-data', 'remove one of the two');
  }
  const hasCertificate = user.clientCertificate !== '' || user.clientCertificateData !== '';
  if (hasCertificate && user.clientKey === '' && user.clientKeyData === '') {
    throw wrongUser(user, name, 'has a client certificate without its key');
  }
  const { exec, authProvider } = user;
  if (authProvider !== undefined && exec !== undefined) {
    throw wrongUser(user, name, 'has an exec plugin and an auth-provider', 'remove one of the two');
  }
  if (authProvider !== undefined && authProvider.name !== 'oidc') {
    throw wrongUser(
      user,
      name,
      `logs in by the auth-provider "${printable(authProvider.name)}", which Kubernetes has removed`,
      'write the kubeconfig again with a tool that sets up an exec plugin',
    );
  }
  if (exec === undefined) return;
  if (exec.command === '') throw wrongUser(user, name, 'has an exec plugin without a command');
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(exec.apiVersion)) {
    throw wrongUser(
      user,
      name,
      exec.apiVersion === ''
        ? 'has an exec plugin without an apiVersion'
        : `has an exec plugin of ${printable(exec.apiVersion)}, and pkg speaks client.authentication.k8s.io/v1 and v1beta1`,
      'update the tool that wrote the kubeconfig, and write it again',
    );
  }
  if (exec.env.some((variable) => variable.name === '')) {
    throw wrongUser(user, name, 'has an exec plugin with a variable without a name');
  }
  if (!['Never', 'IfAvailable', 'Always'].includes(exec.interactiveMode)) {
    throw wrongUser(user, name, 'has an exec plugin whose interactiveMode is none of Never, IfAvailable and Always');
  }
}

function wrongUser(user: KubeUser | undefined, name: string, what: string, hint?: string): PkgError {
  return new PkgError('PKG_KUBECONFIG_INVALID', `the user "${printable(name)}" ${what}`, {
    ...(user === undefined ? {} : { at: { file: user.file } }),
    ...(hint === undefined ? {} : { hints: [hint] }),
  });
}
