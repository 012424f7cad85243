/** The types of a connection to a cluster, and of the settings that it comes from. */
import type { Json } from '../../yaml/value.ts';
import type { ClientCertificate } from '../../network/dial.ts';
import type { ExecConfig } from './kubeconfig.ts';

/** The settings in flags and Helm's variables; empty texts where they are not given. */
export type ConnectionSettings = {
  kubeconfig: string;
  context: string;
  namespace: string;
  server: string;
  token: string;
  asUser: string;
  asGroups: readonly string[];
  caFile: string;
  tlsServerName: string;
  insecureSkipTlsVerify: boolean;
};

/** Who to act as. */
export type Impersonation = { user: string; uid: string; groups: readonly string[]; extra: Record<string, string[]> };

/** A login by OpenID Connect, and the kubeconfig that holds it, to which new tokens are written. */
export type OidcLogin = {
  /** The kubeconfig, and the name of the user in it. */
  file: string;
  user: string;
  /** The settings of the `auth-provider`, by client-go's names: `id-token`, `refresh-token`, `idp-issuer-url`, … */
  config: Readonly<Record<string, string>>;
};

/** The user's credentials. There may be several; `credentials.ts` has their order. */
export type Identity = {
  /** For messages: `user "admin"`. */
  description: string;
  token: string;
  tokenFile: string;
  basic: { username: string; password: string } | undefined;
  certificate: ClientCertificate | undefined;
  /** Reads the client certificate again, where it is in files, which may be replaced while pkg runs. */
  readCertificate?: (() => ClientCertificate | undefined) | undefined;
  exec: ExecConfig | undefined;
  oidc: OidcLogin | undefined;
  impersonate: Impersonation | undefined;
};

/** Where a cluster is, and how to connect to it. */
export type Connection = {
  /** For messages: `context kind-dev`. */
  description: string;
  /** The kubeconfig file that names the cluster, if one does. */
  file: string | undefined;
  server: URL;
  namespace: string;
  tls: { ca: string | undefined; insecure: boolean; serverName: string };
  /** The cluster's `proxy-url`; without it HTTPS_PROXY decides. */
  proxyUrl: URL | undefined;
  identity: Identity;
  /** The description of the cluster for exec plugins. */
  execConfig: Json | undefined;
};
