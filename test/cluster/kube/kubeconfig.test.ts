/**
 * Kubeconfig rules beside the real kubectl, whose client-go helm shares: both are given the same generated files,
 * flags and environment, and a server sees what each sends: where, to whom, as whom.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KubeClient } from '../../../src/cluster/kube/client.ts';
import { resolveConnection, resolveNamespace } from '../../../src/cluster/kube/resolve-connection.ts';
import type { ConnectionSettings } from '../../../src/cluster/kube/connection.ts';
import { locateField } from '../../../src/cluster/kube/kubeconfig-fields.ts';
import { PkgError } from '../../../src/errors.ts';
import { helmPath } from '../../support/helm.ts';
import { kubectlPath } from '../../support/kubectl.ts';
import { startPeer } from '../../support/peer.ts';
import type { Peer, PeerRequest } from '../../support/peer.ts';
import { settings } from './support.ts';
import { RUNS } from '../../support/generation.ts';

let peer: Peer;
let root: string;
/** What stands in the two folders: certificates, tokens and a plugin of their own. */
let pems: Record<string, { certificate: string; key: string }>;

beforeAll(async () => {
  peer = await startPeer({ serve: (_request, { json }) => json({}) });
  root = mkdtempSync(join(tmpdir(), 'pkg-kubeconfig-'));
  pems = {};
  for (const folder of ['one', 'two']) {
    mkdirSync(join(root, folder, 'bin'), { recursive: true });
    const pair = await peer.authority.client(`cert-${folder}`, []);
    pems[folder] = pair;
    writeFileSync(join(root, folder, 'ca.crt'), peer.authority.certificate);
    writeFileSync(join(root, folder, 'client.crt'), pair.certificate);
    writeFileSync(join(root, folder, 'client.key'), pair.key);
    writeFileSync(join(root, folder, 'token'), `file-token-${folder}\n`);
    writeFileSync(join(root, folder, 'empty'), '');
    const answer = JSON.stringify({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      status: { token: `plugin-${folder}` },
    });
    writeFileSync(join(root, folder, 'bin', 'plugin'), `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  }
});
afterAll(async () => {
  await peer.close();
  rmSync(root, { recursive: true, force: true });
});

type Case = { files: (string | undefined)[]; flags: Partial<ConnectionSettings> };

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const NAMES = ['a', 'b', 'c'];

/** What is mostly there, and at times something else. */
function mostly<T, U>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<U>, weight = 6): fc.Arbitrary<T | U> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });
}

function clusterArbitrary(label: string): fc.Arbitrary<object> {
  const ca = mostly<object, object>(
    fc.constantFrom(
      { 'certificate-authority': 'ca.crt' },
      { 'certificate-authority': '../two/ca.crt' },
      { 'certificate-authority-data': base64(peer.authority.certificate) },
      { 'insecure-skip-tls-verify': true },
    ),
    fc.constantFrom(
      {},
      { 'certificate-authority': 'missing.crt' },
      { 'certificate-authority': 'ca.crt', 'insecure-skip-tls-verify': true },
      { 'certificate-authority': 'ca.crt', 'certificate-authority-data': base64(peer.authority.certificate) },
      { 'certificate-authority-data': 'not base64!' },
      { 'certificate-authority-data': base64('no pem') },
      { 'certificate-authority': 'empty' },
    ),
    12,
  );
  const server = mostly(
    fc.constantFrom(`${peer.url}/${label}`, `${peer.url}/${label}/`, `${peer.url}/${label}?x=1`),
    fc.constantFrom('', `127.0.0.1:${peer.port}`, `https://localhost:${peer.port}/${label}`, 'ftp://127.0.0.1/'),
    25,
  );
  const name = mostly(
    fc.constantFrom({}, { 'tls-server-name': 'peer.test' }),
    fc.constant({ 'tls-server-name': 'no.test' }),
    25,
  );
  return fc.tuple(server, ca, name).map(([address, trust, tls]) => ({ server: address, ...trust, ...tls, unknown: 1 }));
}

function userArbitrary(label: string): fc.Arbitrary<object> {
  const plugin = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './bin/plugin',
    interactiveMode: 'Never',
  };
  const own = pems['one'] as { certificate: string; key: string };
  const proof = mostly<object, object>(
    fc.constantFrom<object>(
      { token: `token-${label}` },
      { tokenFile: 'token' },
      { token: `token-${label}`, tokenFile: 'token' },
      { username: `user-${label}`, password: 'p:ä' },
      { 'client-certificate': 'client.crt', 'client-key': 'client.key' },
      { 'client-certificate-data': base64(own.certificate), 'client-key-data': base64(own.key) },
      { 'client-certificate': 'client.crt', 'client-key': 'client.key', token: 't' },
      { exec: plugin },
      { exec: plugin, token: 't' },
      {},
    ),
    fc.constantFrom<object>(
      { tokenFile: 'missing' },
      { token: 't', tokenFile: 'missing' },
      { tokenFile: 'empty' },
      { token: 't', username: 'u', password: 'p' },
      { tokenFile: 'token', username: 'u', password: 'p' },
      { username: 'u' },
      { 'client-certificate': 'client.crt' },
      { 'client-key': 'client.key' },
      { 'client-certificate': 'missing', 'client-key': 'client.key' },
      {
        'client-certificate': 'client.crt',
        'client-certificate-data': base64(own.certificate),
        'client-key': 'client.key',
      },
      { 'client-certificate': 'client.crt', 'client-key': 'client.key', 'client-key-data': base64(own.key) },
      { exec: { ...plugin, apiVersion: undefined } },
      { exec: { ...plugin, apiVersion: 'client.authentication.k8s.io/v1alpha1' } },
      { exec: { ...plugin, interactiveMode: undefined } },
      { exec: { ...plugin, interactiveMode: 'Sometimes' } },
      { exec: { ...plugin, command: '' } },
      { exec: { ...plugin, command: 'bin/plugin' } },
      { exec: { ...plugin, command: 'no-such-plugin' } },
      { exec: { ...plugin, env: [{ name: '', value: 'x' }] } },
      { exec: plugin, 'client-certificate': 'client.crt', 'client-key': 'client.key' },
      { 'auth-provider': { name: 'gcp' } },
      { token: 1 },
      { token: 'line\nbreak' },
      { token: 'ümlaut€' },
      { 'client-certificate': 'client.key', 'client-key': 'client.crt' },
      { 'client-certificate': 'empty', 'client-key': 'client.key' },
      { 'client-certificate': 'client.crt', 'client-key': '../two/client.key' },
      null as unknown as object,
    ),
    12,
  );
  const acting = fc.oneof(
    { weight: 8, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<object>(
        { as: 'jané€', 'as-groups': ['grüppe'] },
        { as: 'a\nb' },
        { as: 'jane', 'as-groups': ['g1', 'g2'], 'as-uid': '7' },
        { as: 'jane', 'as-user-extra': { 'example.org/Scope%': ['x', 'y'], reason: ['z'] } },
        { 'as-groups': ['g1'] },
        { 'as-uid': '7' },
        { 'as-user-extra': { a: ['b'] } },
      ),
    },
  );
  return fc
    .tuple(proof, acting)
    .map(([one, other]) => (one === null ? (null as unknown as object) : { ...one, ...other }));
}

function fileArbitrary(label: string): fc.Arbitrary<string | undefined> {
  /** Entries with different names; sometimes a name occurs twice. */
  const list = (member: string, one: (label: string) => fc.Arbitrary<object>): fc.Arbitrary<object[]> =>
    fc
      .tuple(
        fc.subarray(NAMES, { minLength: 2 }),
        fc.tuple(...NAMES.map((name) => one(`${label}${name}`))),
        mostly(fc.constant(false), fc.constant(true), 60),
      )
      .map(([names, values, twice]) =>
        [...names, ...(twice ? names.slice(0, 1) : [])].map((name) => ({
          name,
          [member]: values[NAMES.indexOf(name)],
        })),
      );
  const context = (): fc.Arbitrary<object> =>
    fc.record({
      cluster: mostly(fc.constantFrom(...NAMES), fc.constantFrom('', 'nobody'), 20),
      user: mostly(fc.constantFrom(...NAMES), fc.constantFrom('', 'nobody'), 20),
      namespace: fc.constantFrom('', 'ns1', 'ns2'),
    });
  const whole = fc
    .record({
      apiVersion: mostly(fc.constant('v1'), fc.constantFrom(undefined, 'v2', ''), 40),
      kind: mostly(fc.constant('Config'), fc.constantFrom(undefined, 'Secret', ''), 40),
      preferences: fc.constant({}),
      'current-context': mostly(fc.constantFrom(...NAMES), fc.constantFrom('', undefined, 'gone'), 9),
      clusters: list('cluster', clusterArbitrary),
      users: list('user', userArbitrary),
      contexts: list('context', context),
    })
    .map((config) => JSON.stringify(config, undefined, 1));
  const other = [
    undefined,
    '',
    '{}',
    '# nothing\n',
    '---\n',
    'a: [',
    '[]',
    'null',
    'clusters: 7\n',
    '\tx: 1\n',
    'text',
  ];
  return mostly(whole, fc.constantFrom(...other), 15);
}

const flagsArbitrary: fc.Arbitrary<Partial<ConnectionSettings>> = fc
  .record(
    {
      context: mostly(fc.constantFrom(...NAMES), fc.constant('gone'), 5),
      namespace: fc.constant('flagged'),
      server: fc.constantFrom('SERVER/flagged'),
      token: fc.constant('flag-token'),
      asUser: fc.constant('flag-jane'),
      asGroups: fc.constant(['flag-group', 'second']),
      caFile: fc.constantFrom('one/ca.crt', 'missing.crt'),
      tlsServerName: fc.constantFrom('peer.test', 'no.test'),
      insecureSkipTlsVerify: fc.constant(true),
    },
    { requiredKeys: [] },
  )
  .chain((all) =>
    // Few at a time: with all of them the file would have no effect.
    fc
      .subarray(Object.keys(all), { maxLength: 2 })
      .map((keys) => Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)))),
  );

/** For client-go a token file in the kubeconfig wins over --token; for pkg what was typed does. */
function afterFlags(sent: Sent | undefined, { token }: Partial<ConnectionSettings>): Sent | undefined {
  const isFromFile = sent?.authorization?.startsWith('Bearer file-token') ?? false;
  return sent !== undefined && token !== undefined && isFromFile ? { ...sent, authorization: `Bearer ${token}` } : sent;
}

type Sent = {
  path: string;
  authorization: string | undefined;
  certificate: string | undefined;
  serverName: string;
  acting: Record<string, string>;
};

/** What the server saw of a request. */
function essence({ path, headers, certificate, serverName }: PeerRequest): Sent {
  const acting = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith('impersonate-'))
      // Helm sends groups of flags twice.
      .map(([name, value]) => [name, [...new Set(String(value).split(', '))].join(', ')]),
  );
  return { path, authorization: headers.authorization, certificate, serverName: serverName || '', acting };
}

function run(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ status: number; stderr: string; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { PATH: process.env['PATH'] ?? '', HOME: root, ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end();
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }));
  });
}

/** Kubectl's names of our settings. */
function kubectlFlags(given: Partial<ConnectionSettings>): string[] {
  return [
    ...(given.kubeconfig === undefined ? [] : [`--kubeconfig=${given.kubeconfig}`]),
    ...(given.context === undefined ? [] : [`--context=${given.context}`]),
    ...(given.namespace === undefined ? [] : [`--namespace=${given.namespace}`]),
    ...(given.server === undefined ? [] : [`--server=${given.server}`]),
    ...(given.token === undefined ? [] : [`--token=${given.token}`]),
    ...(given.asUser === undefined ? [] : [`--as=${given.asUser}`]),
    ...(given.asGroups ?? []).map((group) => `--as-group=${group}`),
    ...(given.caFile === undefined ? [] : [`--certificate-authority=${given.caFile}`]),
    ...(given.tlsServerName === undefined ? [] : [`--tls-server-name=${given.tlsServerName}`]),
    ...(given.insecureSkipTlsVerify === true ? ['--insecure-skip-tls-verify'] : []),
  ];
}

/** `asked`: kubectl knows no way to log in and asks for a name and a password. */
type Outcome = { sent: Sent | undefined; why: string; asked?: boolean };

async function byKubectl(given: Partial<ConnectionSettings>, env: Record<string, string>): Promise<Outcome> {
  const before = peer.seen.length;
  const done = await run(kubectlPath(), ['get', '--raw', '/probe', ...kubectlFlags(given)], env);
  const request = peer.seen[before];
  const asked = done.stdout.includes('Please enter Username');
  return { sent: request === undefined ? undefined : essence(request), why: done.stderr.trim(), asked };
}

async function byPkg(given: Partial<ConnectionSettings>, env: Record<string, string>): Promise<Outcome> {
  const before = peer.seen.length;
  let client: KubeClient | undefined;
  let why = '';
  try {
    client = new KubeClient(resolveConnection(settings(given), env), {}, env);
    await client.request({ method: 'GET', path: '/probe' });
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    why = `${error.code} ${error.message}`;
  } finally {
    client?.close();
  }
  const request = peer.seen[before];
  return { sent: request === undefined ? undefined : essence(request), why };
}

/** Lays the files out and says how they are named. */
let cases = 0;
function layOut({ files, flags }: Case): { list: string[]; given: Partial<ConnectionSettings> } {
  cases++;
  const list = files.map((text, index) => {
    const file = join(root, index % 2 === 0 ? 'one' : 'two', `config-${cases}-${index}`);
    if (text !== undefined) writeFileSync(file, text);
    // Paths are relative to where the program runs.
    return index === 1 ? relative(process.cwd(), file) : file;
  });
  const given = { ...flags };
  if (given.server !== undefined) given.server = given.server.replace('SERVER', peer.url);
  if (given.caFile !== undefined) given.caFile = join(root, given.caFile);
  return { list, given };
}

function caseArbitrary(files: number): fc.Arbitrary<Case> {
  return fc.record({
    files: fc.tuple(...Array.from({ length: files }, (_, index) => fileArbitrary(`f${index}`))),
    flags: mostly<Partial<ConnectionSettings>, Partial<ConnectionSettings>>(fc.constant({}), flagsArbitrary, 1),
  });
}

describe('the server gets the same requests from pkg as from kubectl', () => {
  test.each([1, 2, 3])('with %i files', async (count) => {
    await fc.assert(
      fc.asyncProperty(caseArbitrary(count), async (one) => {
        const { list, given } = layOut(one);
        const env: Record<string, string> = count === 1 ? {} : { KUBECONFIG: list.join(delimiter) };
        const [only] = list;
        const all = count === 1 && only !== undefined ? { kubeconfig: only, ...given } : given;
        const expected = await byKubectl(all, env);
        const found = await byPkg(all, env);
        // Nobody is asked by pkg: who shows nothing is nobody, and the server says what it thinks of that.
        const nobody = { authorization: undefined, certificate: undefined };
        if (expected.asked === true) expect(found.sent ?? nobody).toMatchObject(nobody);
        else expect(found, `kubectl says: ${expected.why}`).toMatchObject({ sent: afterFlags(expected.sent, given) });
      }),
      { numRuns: 20 * RUNS, endOnFailure: true },
    );
  });
});

/** A kubeconfig with two contexts: `dev` (namespace `devs`, token) and `prod` (token). */
function twoContexts(name: string): string {
  const file = join(root, name);
  const trust = { 'certificate-authority-data': base64(peer.authority.certificate) };
  writeFileSync(
    file,
    JSON.stringify({
      'current-context': 'dev',
      clusters: [
        { name: 'dev', cluster: { server: `${peer.url}/dev`, 'tls-server-name': 'peer.test', ...trust } },
        { name: 'prod', cluster: { server: `${peer.url}/prod`, ...trust } },
      ],
      users: [
        { name: 'dev', user: { token: 'dev-token' } },
        { name: 'prod', user: { token: 'prod-token' } },
      ],
      contexts: [
        { name: 'dev', context: { cluster: 'dev', user: 'dev', namespace: 'devs' } },
        { name: 'prod', context: { cluster: 'prod', user: 'prod' } },
      ],
    }),
  );
  return file;
}

describe("Helm's flags and variables have the same effect as in helm", () => {
  const WAYS: readonly [string, readonly string[], Record<string, string>][] = [
    ['nothing', [], {}],
    ['variables', [], { HELM_KUBECONTEXT: 'prod', HELM_KUBETOKEN: 'v', HELM_NAMESPACE: 'vs' }],
    [
      'flags over variables',
      ['--kube-context', 'prod', '-n', 'fs'],
      { HELM_KUBECONTEXT: 'gone', HELM_NAMESPACE: 'vs' },
    ],
    ['--kube-token', ['--kube-token', 'flag'], { HELM_KUBETOKEN: 'v' }],
    ['who to act as', [], { HELM_KUBEASUSER: 'jane', HELM_KUBEASGROUPS: 'a,b' }],
    [
      'who to act as, flags',
      ['--kube-as-user', 'joe', '--kube-as-group', 'c', '--kube-as-group', 'd'],
      { HELM_KUBEASUSER: 'jane' },
    ],
    ['a server', ['--kube-apiserver', 'URL/flag'], {}],
    ['a server, and its name', [], { HELM_KUBEAPISERVER: 'URL/var', HELM_KUBETLS_SERVER_NAME: 'localhost' }],
    ['a server by address, whose name is wrong', ['--kube-tls-server-name', 'no.test'], {}],
    ['no checks', ['--kube-insecure-skip-tls-verify', '--kube-tls-server-name', 'no.test'], {}],
    ['no checks, variable', [], { HELM_KUBEINSECURE_SKIP_TLS_VERIFY: 'true', HELM_KUBETLS_SERVER_NAME: 'no.test' }],
    ['an authority', ['--kube-ca-file', 'CA'], {}],
    ['an authority, variable', [], { HELM_KUBECAFILE: 'CA' }],
    ['--kubeconfig', ['--kubeconfig', 'FILE'], { KUBECONFIG: '/dev/null' }],
  ];
  test.each(WAYS)('%s', async (_name, args, env) => {
    const file = twoContexts('helm-config');
    const fill = (text: string): string =>
      text
        .replace('URL', peer.url)
        .replace('CA', join(root, 'one', 'ca.crt'))
        .replace('FILE', file);
    const all = Object.fromEntries(
      Object.entries({ KUBECONFIG: file, ...env }).map(([key, value]) => [key, fill(value)]),
    );
    const lead = async (program: string, before: string[]): Promise<object | undefined> => {
      const begun = peer.seen.length;
      await run(program, [...before, 'list', ...args.map(fill)], all);
      const request = peer.seen.slice(begun).find(({ path }) => path.includes('/secrets'));
      if (request === undefined) return undefined;
      const { path, ...rest } = essence(request);
      return { ...rest, path: path.replace(/\?.*/, '') };
    };
    expect(await lead(process.execPath, ['bin/pkg.js'])).toEqual(await lead(helmPath(), []));
  });
});

describe('errors have a position', () => {
  /** The error of files with these texts. */
  async function wrong(texts: readonly string[], given: Partial<ConnectionSettings> = {}): Promise<PkgError> {
    cases++;
    const list = texts.map((text, index) => {
      const file = join(root, `wrong-${cases}-${index}`);
      writeFileSync(file, text);
      return file;
    });
    try {
      resolveConnection(settings(given), { KUBECONFIG: list.join(delimiter) });
    } catch (error) {
      expect(error).toBeInstanceOf(PkgError);
      return (await locateField(error)) as PkgError;
    }
    throw new Error('nothing is wrong');
  }

  test('a missing context: the most similar one is named', async () => {
    const file = twoContexts('contexts');
    const error = await wrong([readFileSync(file, 'utf8')], { context: 'pord' });
    expect(error).toMatchObject({ code: 'PKG_KUBECONFIG_INVALID' });
    expect(error.message).toContain('the context "pord" is in no kubeconfig file');
    expect(error.hints[0]).toBe('did you mean prod?');
    expect(error.hints[1]).toBe('there are: dev, prod');
  });

  test('broken YAML: file, line, column', async () => {
    const error = await wrong(['{}', 'clusters:\n- name: a\n  cluster: {server: x\n']);
    expect(error.at?.file).toMatch(/wrong-\d+-1$/);
    expect(error.at?.line).toBeGreaterThanOrEqual(3);
  });

  test.each(['client.crt', 'client.key'])('an empty %s does not make the user anonymous', async (empty) => {
    const folder = join(root, `empty-${empty}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'client.crt'), pems['one']?.certificate ?? '');
    writeFileSync(join(folder, 'client.key'), pems['one']?.key ?? '');
    writeFileSync(join(folder, empty), '');
    const user = { 'client-certificate': join(folder, 'client.crt'), 'client-key': join(folder, 'client.key') };
    const error = await wrong([
      JSON.stringify({
        'current-context': 'a',
        clusters: [{ name: 'a', cluster: { server: peer.url } }],
        users: [{ name: 'a', user }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
      }),
    ]);
    expect(error).toMatchObject({ code: 'PKG_KUBECONFIG_INVALID' });
    expect(error.message).toContain('has a client certificate');
  });

  test('wrong types: file, line, column and path, and no secret is shown', async () => {
    const error = await wrong(['users:\n- name: a\n  user:\n    token: 12345678\n']);
    expect(error.message).toBe('the kubeconfig is not valid at users[0].user.token: a string is expected');
    expect(error.at).toMatchObject({ line: 4 });
    expect(JSON.stringify(error)).not.toContain('12345678');
  });

  test('the namespace of a command: flag, context, default', () => {
    const env = { KUBECONFIG: twoContexts('namespaces') };
    expect(resolveNamespace(settings(), env)).toBe('devs');
    expect(resolveNamespace(settings({ context: 'prod' }), env)).toBe('default');
    expect(resolveNamespace(settings({ namespace: 'x' }), env)).toBe('x');
  });

  test('without any configuration: the error names the files and hints', async () => {
    const home = join(root, 'nobody');
    const none = await run(process.execPath, ['bin/pkg.js', 'list'], { HOME: home });
    expect(none.status).toBe(1);
    expect(none.stderr).toContain(join(home, '.kube', 'config'));
    expect(none.stderr).toMatch(/set KUBECONFIG or give --kubeconfig[\s\S]*PKG_TARGET_MISSING/);
  });
});
