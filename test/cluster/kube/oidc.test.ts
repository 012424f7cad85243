/**
 * Logins by OpenID Connect beside the real helm: both are given the same generated kubeconfig and an issuer with the
 * same ways; a server sees which token each sends, and the file tells what each wrote.
 */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import { PkgError } from '../../../src/errors.ts';
import { parse } from 'yaml';
import { RUNS } from '../../support/generation.ts';
import { helmEnvironment, helmPath } from '../../support/helm.ts';
import { USUAL, settingsOf, startIssuer } from '../../support/oidc-issuer.ts';
import type { Issuer, IssuerRules } from '../../support/oidc-issuer.ts';
import { startPeer } from '../../support/peer.ts';
import type { Peer } from '../../support/peer.ts';
import { connectionOf } from './support.ts';

let issuer: Issuer;
let peer: Peer;
beforeAll(async () => {
  issuer = await startIssuer('jane');
  peer = await startPeer({
    serve: (_request, { json }) => json({ kind: 'SecretList', apiVersion: 'v1', metadata: {}, items: [] }),
  });
  writeFileSync(join(peer.folder, 'issuer.crt'), issuer.ca);
});
afterAll(async () => {
  issuer.close();
  await peer.close();
});

/** A token by what it is: its text differs each time. */
type Tokens = { id: 'good' | 'expired' | 'soon' | 'none' | 'no exp'; refresh: 'good' | 'bad' | 'none' };
type Case = { tokens: Tokens; rules: Partial<IssuerRules>; settings: Record<string, string | undefined>; user: object };

/** Mostly as usual: with everything rare at once no case would come far. */
function mostly<T>(usual: T, ...rare: T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...rare) });
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  tokens: fc.record({
    id: fc.constantFrom<Tokens['id'][]>('good', 'expired', 'expired', 'expired', 'soon', 'none', 'no exp'),
    refresh: mostly<Tokens['refresh']>('good', 'bad', 'none'),
  }),
  rules: fc.record({
    clientBy: fc.constantFrom<IssuerRules['clientBy'][]>('any', 'header', 'form'),
    rotates: fc.boolean(),
    answer: mostly<Record<string, unknown>>(
      {},
      { id_token: undefined },
      { refresh_token: '' },
      { expires_in: undefined },
      { expires_in: '3600' },
      { scope: 'openid' },
    ),
    discovery: mostly<Record<string, unknown>>(
      {},
      { issuer: 'https://another.test' },
      { token_endpoint: '' },
      { id_token_signing_alg_values_supported: ['ES256'] },
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
    ),
    isElsewhere: mostly(false, true),
  }),
  settings: mostly<Record<string, string | undefined>>(
    {},
    { 'client-secret': undefined },
    { 'client-secret': 'wrong' },
    { 'client-id': undefined },
    { 'client-id': '' },
    { 'idp-issuer-url': undefined },
    { 'idp-issuer-url': 'SLASH' },
    { 'idp-issuer-url': 'https://127.0.0.1:1' },
    { 'idp-certificate-authority-data': undefined },
    { 'idp-certificate-authority-data': undefined, 'idp-certificate-authority': 'FOLDER/issuer.crt' },
    { 'idp-certificate-authority-data': undefined, 'idp-certificate-authority': 'FOLDER/missing.crt' },
    { 'idp-certificate-authority-data': Buffer.from('no pem').toString('base64') },
    { 'extra-scopes': 'groups,email' },
    { 'anything else': 'x: #y' },
  ),
  user: mostly<object>(
    {},
    { token: 'fixed' },
    { username: 'u', password: 'p' },
    { as: 'john' },
    { exec: { command: 'x' } },
  ),
});

/**
 * An authority that is none: helm reads it even where the issuer is not asked, and sends nothing; pkg reads it when it
 * asks. So that is tried only with logins that lead to the issuer.
 */
const cases = anyCase.map((one): Case => {
  const { 'idp-certificate-authority': path = '', 'idp-certificate-authority-data': data = '' } = one.settings;
  const isNone = path.endsWith('missing.crt') || data !== '';
  return isNone ? { ...one, tokens: { id: 'expired', refresh: 'good' }, user: {} } : one;
});

/** The kubeconfig of a case. Every program gets tokens of its own. */
function write({ tokens, settings, user }: Case): string {
  const { id, refresh } = tokens;
  const part = Buffer.from('{}').toString('base64url');
  const idToken = {
    good: issuer.idToken(3600),
    expired: issuer.idToken(-60),
    soon: issuer.idToken(3),
    none: undefined,
    'no exp': `${part}.${part}.x`,
  }[id];
  const refreshToken = { good: issuer.refreshToken(), bad: 'never given', none: undefined }[refresh];
  const known = (text: string | undefined): string | undefined =>
    text?.replace('SLASH', `${issuer.url}/`).replace('FOLDER', peer.folder);
  const more = Object.fromEntries(Object.entries(settings).map(([key, text]) => [key, known(text)]));
  return peer.kubeconfig({
    'auth-provider': settingsOf(issuer, { 'id-token': idToken, 'refresh-token': refreshToken, ...more }) as never,
    ...user,
  });
}

/** What came of a case: what was sent, and the kubeconfig afterwards. Of tokens only whether they are new. */
type Outcome = { authorization: string | undefined; as: string | undefined; after: unknown };

async function outcome(file: string, run: () => Promise<void>): Promise<Outcome> {
  const tokensIn = (text: string): Record<string, string> => {
    const config = parse(text).users[0].user['auth-provider'].config as Record<string, string> | undefined;
    return config ?? {};
  };
  const before = readFileSync(file, 'utf8');
  const old = tokensIn(before);
  const first = peer.seen.length;
  await run();
  const request = peer.seen[first];
  const after = readFileSync(file, 'utf8');
  const fresh = tokensIn(after);
  const nameOf = (text: string): string => {
    for (const key of ['id-token', 'refresh-token']) {
      if (old[key] !== undefined) text = text.replaceAll(old[key], `the old ${key}`);
      if (fresh[key] !== undefined) text = text.replaceAll(fresh[key], `a new ${key}`);
    }
    return text;
  };
  const named = (value: unknown): unknown => JSON.parse(nameOf(JSON.stringify(value)));
  const authorization = request?.headers.authorization;
  const settings = Object.fromEntries(Object.entries(fresh).map(([key, text]) => [key, nameOf(text)]));
  rmSync(file);
  return {
    authorization: authorization === undefined ? undefined : nameOf(authorization),
    as: request?.headers['impersonate-user'] as string | undefined,
    after: named(settings),
  };
}

async function byHelm(file: string): Promise<void> {
  const env = { ...helmEnvironment(), KUBECONFIG: file };
  await new Promise<void>((resolve) => execFile(helmPath(), ['list'], { env }, () => resolve()));
}

async function byPkg(file: string): Promise<void> {
  let client: KubeClient | undefined;
  try {
    client = new KubeClient(connectionOf(file), {}, {});
    await client.request({ method: 'GET', path: '/api/v1/namespaces/default/secrets' });
  } catch (error) {
    // The error explains it without a secret.
    expect(error).toBeInstanceOf(PkgError);
    const { message, hints } = error as PkgError;
    expect(`${message} ${hints.join(' ')}`).not.toMatch(/s3cret|never given|refresh\//);
  } finally {
    client?.close();
  }
}

test('requests and written settings are those of helm', { timeout: 600_000 }, async () => {
  let refreshed = 0;
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      issuer.rules = { ...USUAL, ...one.rules };
      const [helmFile, pkgFile] = [write(one), write(one)];
      const helm = await outcome(helmFile, () => byHelm(helmFile));
      const pkg = await outcome(pkgFile, () => byPkg(pkgFile));
      if (helm.authorization === 'Bearer a new id-token') refreshed++;
      expect(pkg).toEqual(helm);
    }),
    { numRuns: 60 * RUNS },
  );
  expect(refreshed).toBeGreaterThan(10 * RUNS);
});

/** A kubeconfig written by hand, with these settings of the login and whatever follows. */
function handWritten(settings: string, rest = ''): string {
  const file = peer.kubeconfig();
  const { clusters } = JSON.parse(readFileSync(file, 'utf8')) as { clusters: unknown };
  writeFileSync(
    file,
    `# mine
apiVersion: v1
kind: Config
current-context: here # not there
clusters: ${JSON.stringify(clusters)}
contexts:
- {name: here, context: {cluster: peer, user: jane}}
users:
- name: jane
  user:
    auth-provider:
      name: oidc
      config: ${settings}
${rest}`,
  );
  return file;
}

describe('kubeconfigs written by hand', () => {
  test('keep comments and order', async () => {
    issuer.rules = { ...USUAL };
    const authority = Buffer.from(issuer.ca).toString('base64');
    const file = handWritten(
      `
        # the login
        refresh-token: ${JSON.stringify(issuer.refreshToken())}   # serves once
        client-id: ${issuer.clientId}
        idp-issuer-url: ${issuer.url}
        client-secret: "${issuer.clientSecret}"
        idp-certificate-authority-data: ${authority}`,
      'preferences: {colors: yes, long: "a text that is longer than eighty characters, which printers of YAML like to fold at blanks"}\n',
    );
    const before = readFileSync(file, 'utf8').split('\n');
    await byPkg(file);
    const after = readFileSync(file, 'utf8').split('\n');
    expect(peer.seen.at(-1)?.headers.authorization).toBe(
      `Bearer ${parse(after.join('\n')).users[0].user['auth-provider'].config['id-token']}`,
    );
    const isToken = (line: string): boolean => /^ +(?:id|refresh)-token: /.test(line);
    const plain = (line: string): string => line.replace(/ +#/, ' #').replaceAll(/[{}[\] ]/g, '');
    expect(after.filter((line) => !isToken(line)).map(plain)).toEqual(
      before.filter((line) => !isToken(line)).map(plain),
    );
    expect(after.filter(isToken)).toHaveLength(2);
    expect(after.join('\n')).toContain('# serves once');
  });

  test('in JSON with a byte order mark stay JSON', async () => {
    issuer.rules = { ...USUAL };
    const file = peer.kubeconfig({ 'auth-provider': settingsOf(issuer, { 'refresh-token': issuer.refreshToken() }) });
    writeFileSync(file, `\uFEFF${readFileSync(file, 'utf8')}`);
    await byPkg(file);
    const { users } = JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof parse>;
    expect(users[0].user['auth-provider'].config).toMatchObject({ 'id-token': expect.any(String) });
  });

  test('that cannot be changed without changing more are not changed, with a warning', async () => {
    issuer.rules = { ...USUAL };
    const { config } = settingsOf(issuer, { 'refresh-token': issuer.refreshToken() }) as { config: object };
    const file = handWritten('*shared');
    const text = readFileSync(file, 'utf8').replace('# mine\n', `x-login: &shared ${JSON.stringify(config)}\n`);
    writeFileSync(file, text);
    const client = new KubeClient(connectionOf(file), {}, {});
    await expect(client.request({ method: 'GET', path: '/api' })).rejects.toMatchObject({
      code: 'PKG_CREDENTIALS_FAILED',
      message: expect.stringContaining('cannot be written to the kubeconfig: its YAML cannot be changed'),
    });
    client.close();
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

describe('stricter than helm', () => {
  async function failure(settings: Record<string, string | undefined>): Promise<unknown> {
    const client = new KubeClient(
      connectionOf(peer.kubeconfig({ 'auth-provider': settingsOf(issuer, settings) })),
      {},
      {},
    );
    try {
      return await client.request({ method: 'GET', path: '/api' });
    } catch (error) {
      return error;
    } finally {
      client.close();
    }
  }

  test('an invalid ID token is replaced', async () => {
    issuer.rules = { ...USUAL };
    expect(await failure({ 'id-token': 'no token', 'refresh-token': issuer.refreshToken() })).toMatchObject({
      status: 200,
    });
  });

  test('a refresh token is sent over TLS only', async () => {
    issuer.rules = { ...USUAL, discovery: { token_endpoint: 'http://127.0.0.1:1/token' } };
    expect(await failure({ 'refresh-token': issuer.refreshToken() })).toMatchObject({
      code: 'PKG_CREDENTIALS_FAILED',
      message: expect.stringContaining('to which pkg sends no tokens'),
    });
  });

  test('an issuer that never answers is an error', async () => {
    issuer.rules = { ...USUAL, delay: 600_000 };
    expect(await failure({ 'refresh-token': issuer.refreshToken() })).toMatchObject({
      code: 'PKG_CREDENTIALS_FAILED',
      message: expect.stringContaining('it does not answer in time'),
    });
  });
});
