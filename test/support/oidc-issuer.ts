/**
 * An OpenID Connect issuer for tests, over TLS on loopback: discovery, keys, and a token endpoint that takes refresh
 * tokens and nothing else. It has one user and any number of logins.
 */
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../controlplane/certificates.ts';

/** How an issuer behaves; may be changed while it runs. */
export type IssuerRules = {
  /** How a client authenticates: by the `Authorization` header, by the form, or by either. */
  clientBy: 'header' | 'form' | 'any';
  /** A refresh token can be used once: each answer has a new one. */
  rotates: boolean;
  /** How long ID tokens are valid, in seconds. */
  lifetime: number;
  /** Fields of the answer that get another value; `undefined` leaves one out. */
  answer: Record<string, unknown>;
  /** The same for fields of the discovery document. */
  discovery: Record<string, unknown>;
  /** Another path for the discovery document. */
  isElsewhere: boolean;
  /** How long, in milliseconds, the token endpoint takes. */
  delay: number;
};

export type Issuer = {
  url: string;
  /** The authority that signed its certificate, PEM. */
  ca: string;
  clientId: string;
  clientSecret: string;
  rules: IssuerRules;
  /** All requests, as `GET /path`. */
  asked: string[];
  /** Refresh tokens that were sent a second time. */
  usedTwice: () => number;
  idToken: (lifetime?: number) => string;
  refreshToken: () => string;
  close: () => void;
};

export const USUAL: IssuerRules = {
  clientBy: 'any',
  rotates: true,
  lifetime: 3600,
  answer: {},
  discovery: {},
  isElsewhere: false,
  delay: 0,
};

/** Starts an issuer on a free port. */
export async function startIssuer(subject: string, given: Partial<IssuerRules> = {}): Promise<Issuer> {
  const authority = await createAuthority();
  const shown = await authority.server(['127.0.0.1', 'localhost']);
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const [clientId, clientSecret] = ['a client', 's3cret/+ü'];
  const good = new Set<string>();
  const used = new Set<string>();
  let twice = 0;
  let tokens = 0;

  const server = createServer({ cert: shown.certificate, key: shown.key }, (request, response) => {
    const { pathname } = new URL(request.url ?? '/', url());
    issuer.asked.push(`${request.method} ${pathname}`);
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const { rules } = issuer;
      if (pathname === '/.well-known/openid-configuration' && !rules.isElsewhere) {
        answer(200, {
          issuer: url(),
          authorization_endpoint: `${url()}/authorize`,
          token_endpoint: `${url()}/token`,
          jwks_uri: `${url()}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          ...rules.discovery,
        });
      } else if (pathname === '/keys') {
        answer(200, { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
      } else if (pathname === '/token' && request.method === 'POST') {
        setTimeout(() => grant(new URLSearchParams(text), request.headers.authorization, answer), rules.delay);
      } else {
        answer(404, { error: 'not_found' });
      }
    });
  });

  function grant(
    form: URLSearchParams,
    authorization: string | undefined,
    answer: (status: number, body: object) => void,
  ): void {
    const { rules } = issuer;
    const encoded = (part: string): string => new URLSearchParams({ '': part }).toString().slice(1);
    const login = Buffer.from(`${encoded(clientId)}:${encoded(clientSecret)}`).toString('base64');
    const byHeader = authorization === `Basic ${login}`;
    const byForm = form.get('client_id') === clientId && form.get('client_secret') === clientSecret;
    if (!(rules.clientBy !== 'form' && byHeader) && !(rules.clientBy !== 'header' && byForm)) {
      answer(401, { error: 'invalid_client' });
      return;
    }
    const token = form.get('refresh_token') ?? '';
    if (form.get('grant_type') !== 'refresh_token' || !good.has(token)) {
      if (used.has(token)) twice++;
      answer(400, { error: 'invalid_grant', error_description: 'the refresh token is not good' });
      return;
    }
    if (rules.rotates) {
      good.delete(token);
      used.add(token);
    }
    answer(200, {
      access_token: 'an access token',
      token_type: 'bearer',
      expires_in: rules.lifetime,
      id_token: issuer.idToken(),
      ...(rules.rotates ? { refresh_token: issuer.refreshToken() } : {}),
      ...rules.answer,
    });
  }

  const url = (): string => `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: Issuer = {
    url: url(),
    ca: authority.certificate,
    clientId,
    clientSecret,
    rules: { ...USUAL, ...given },
    asked: [],
    usedTwice: () => twice,
    idToken: (lifetime = issuer.rules.lifetime) => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: url(), sub: subject, aud: clientId, iat: now, exp: now + lifetime, jti: ++tokens };
      const signed = `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}`;
      return `${signed}.${createSign('RSA-SHA256').update(signed).sign(keys.privateKey, 'base64url')}`;
    },
    refreshToken: () => {
      const token = `refresh/${randomUUID()} #:"`;
      good.add(token);
      return token;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return issuer;
}

/** The settings of a login at an issuer, as a kubeconfig has them. */
export function settingsOf(issuer: Issuer, more: Record<string, string | undefined> = {}): object {
  return {
    name: 'oidc',
    config: {
      'idp-issuer-url': issuer.url,
      'client-id': issuer.clientId,
      'client-secret': issuer.clientSecret,
      'idp-certificate-authority-data': Buffer.from(issuer.ca).toString('base64'),
      ...more,
    },
  };
}
