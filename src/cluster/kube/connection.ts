/** Everything that is needed to talk to a cluster, and what the user says about it. */
import type { Json } from '../../yaml/value.ts';
import type { ExecConfig } from './kubeconfig.ts';

/** What flags and Helm's variables say; an empty text says nothing. */
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

/** A login by OpenID Connect, and where it stands: new tokens are written there. */
export type OidcLogin = {
  /** The kubeconfig, and the name of the user in it. */
  file: string;
  user: string;
  /** The settings of the `auth-provider`, by client-go's names: `id-token`, `refresh-token`, `idp-issuer-url`, … */
  config: Readonly<Record<string, string>>;
};

/** How to prove who one is. Several may be there; see `credentials.ts` for their order. */
export type Identity = {
  /** What messages call it: `user "admin"`. */
  description: string;
  token: string;
  tokenFile: string;
  basic: { username: string; password: string } | undefined;
  certificate: { cert: string; key: string } | undefined;
  exec: ExecConfig | undefined;
  oidc: OidcLogin | undefined;
  impersonate: Impersonation | undefined;
};

/** Everything that is needed to talk to a cluster. */
export type Connection = {
  /** For messages: `context kind-dev`. */
  description: string;
  /** The kubeconfig file that the cluster comes from, if it is one. */
  file: string | undefined;
  server: URL;
  namespace: string;
  tls: { ca: string | undefined; insecure: boolean; serverName: string };
  /** The cluster's own proxy; without one the environment decides. */
  proxyUrl: URL | undefined;
  identity: Identity;
  /** What exec plugins may be told about the cluster. */
  execConfig: Json | undefined;
};
