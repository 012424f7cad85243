/**
 * Kubeconfig files as another project reads them: `KubeConfig` of @kubernetes/client-node, the official client for
 * JavaScript, is given the same generated files. Where it reads something else than client-go does, pkg goes with
 * client-go: each of these differences has a test, so that a release that mends one is noticed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { loadKubeconfig } from '../../../src/cluster/kube/kubeconfig.ts';
import { RUNS } from '../../support/generation.ts';

let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'pkg-second-reader-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let files = 0;

function write(text: string): string {
  const file = join(root, `config-${++files}`);
  writeFileSync(file, text);
  return file;
}

/** Files as client-node takes them from `KUBECONFIG`. */
function byClientNode(list: readonly string[]): KubeConfig {
  const before = process.env['KUBECONFIG'];
  const config = new KubeConfig();
  try {
    process.env['KUBECONFIG'] = list.join(delimiter);
    config.loadFromDefault(undefined, true);
    return config;
  } finally {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What both say of files, in one form: nothing and an empty text are the same, data are decoded. */
function read(list: readonly string[]): { pkg: unknown; clientNode: unknown } {
  const ours = loadKubeconfig('', { KUBECONFIG: list.join(delimiter) });
  const theirs = byClientNode(list);
  const decoded = (data: string | undefined): string => Buffer.from(data ?? '', 'base64').toString('utf8');
  const all = <T>(entries: Map<string, T>, one: (entry: T) => object): object =>
    Object.fromEntries([...entries].map(([name, entry]) => [`=${name}`, one(entry)]));
  const each = <T extends { name: string }>(entries: readonly T[], one: (entry: T) => object): object =>
    all(new Map(entries.map((entry) => [entry.name, entry])), one);
  return {
    pkg: {
      current: ours.currentContext,
      contexts: all(ours.contexts, ({ cluster, user, namespace }) => ({ cluster, user, namespace })),
      clusters: all(ours.clusters, (one) => ({
        server: one.server.replace(/\/$/, ''),
        caFile: one.certificateAuthority,
        ca: one.certificateAuthorityData,
        insecure: one.insecureSkipTlsVerify,
        serverName: one.tlsServerName,
        proxy: one.proxyUrl,
      })),
      users: all(ours.users, (one) => ({
        token: one.token,
        username: one.username,
        password: one.password,
        certFile: one.clientCertificate,
        cert: one.clientCertificateData,
        keyFile: one.clientKey,
        key: one.clientKeyData,
        as: one.as,
        authProvider: one.authProvider,
        exec: one.exec === undefined ? undefined : [one.exec.apiVersion, one.exec.command, one.exec.args, one.exec.env],
      })),
    },
    clientNode: {
      current: theirs.currentContext ?? '',
      contexts: each(theirs.contexts, (one) => ({
        cluster: one.cluster,
        user: one.user ?? '',
        namespace: one.namespace ?? '',
      })),
      clusters: each(theirs.clusters, (one) => ({
        server: one.server,
        caFile: one.caFile ?? '',
        ca: decoded(one.caData),
        insecure: one.skipTLSVerify,
        serverName: one.tlsServerName ?? '',
        proxy: one.proxyUrl ?? '',
      })),
      users: each(theirs.users, (one) => ({
        token: one.token ?? '',
        username: one.username ?? '',
        password: one.password ?? '',
        certFile: one.certFile ?? '',
        cert: decoded(one.certData),
        keyFile: one.keyFile ?? '',
        key: decoded(one.keyData),
        as: one.impersonateUser ?? '',
        authProvider: one.authProvider ?? undefined,
        exec: one.exec ? [one.exec.apiVersion, one.exec.command, one.exec.args ?? [], one.exec.env ?? []] : undefined,
      })),
    },
  };
}

/** Texts that YAML is likely to take for something else, and others. */
const text = fc
  .oneof(
    fc.constantFrom(
      'yes',
      '012',
      '1e3',
      '2026-11-29',
      'null',
      '~',
      '# no comment',
      'a: b',
      '- x',
      '*a',
      '&a',
      '!t',
      '%',
    ),
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  )
  // To go-yaml some separators of Unicode are line breaks, which no key may have; and `0E0_`, which nobody quotes, is
  // 0.
  .filter((one) => !/[\x7f-\x9f\u2028\u2029\ufeff]|\d_/.test(one));
const path = fc.constantFrom('ca.crt', './x/../ca.crt', '../up.crt', '/etc/ca.crt', 'with blank.crt');
const data = fc.string({ maxLength: 60 }).map(base64);

const cluster = fc.record(
  {
    server: fc.constantFrom('https://127.0.0.1:6443', 'https://a.test/path/', 'https://[::1]:1', 'http://b.test'),
    'certificate-authority': path,
    'certificate-authority-data': data,
    'insecure-skip-tls-verify': fc.boolean(),
    'tls-server-name': text,
    'proxy-url': text,
    extensions: fc.constant([
      { name: 'client.authentication.k8s.io/exec', extension: { audience: 1.5, list: [null] } },
    ]),
  },
  { requiredKeys: ['server'] },
);
const user = fc.record(
  {
    token: text,
    username: text,
    password: text,
    'client-certificate': path,
    'client-certificate-data': data,
    'client-key': path,
    'client-key-data': data,
    as: text,
    'auth-provider': fc.record({ name: text, config: fc.dictionary(text, text, { noNullPrototype: true }) }),
    exec: fc.record({
      apiVersion: fc.constant('client.authentication.k8s.io/v1'),
      command: fc.constantFrom('plugin', '/bin/plugin'),
      args: fc.array(text),
      env: fc.array(fc.record({ name: text, value: text })),
    }),
  },
  { requiredKeys: [] },
);
const context = fc.record({ cluster: text, user: text, namespace: text }, { requiredKeys: ['cluster'] });

/** Several files in which no name occurs twice, each printed in another style. */
const kubeconfigs = fc
  .record({
    names: fc.uniqueArray(text, { minLength: 1, maxLength: 6 }),
    clusters: fc.array(cluster, { minLength: 6, maxLength: 6 }),
    users: fc.array(user, { minLength: 6, maxLength: 6 }),
    contexts: fc.array(context, { minLength: 6, maxLength: 6 }),
    current: text,
    styles: fc.array(fc.constantFrom('JSON', 'PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'), { minLength: 1, maxLength: 3 }),
  })
  .map(({ names, clusters, users, contexts, current, styles }) =>
    styles.map((style, index) => {
      const mine = names.filter((_, place) => place % styles.length === index);
      const list = <T>(member: string, values: readonly T[]): object[] =>
        mine.map((name) => ({ [member]: values[names.indexOf(name)], name }));
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        preferences: {},
        clusters: list('cluster', clusters),
        contexts: list('context', contexts),
        // All say the same: of several client-node takes another one than client-go.
        'current-context': current,
        users: list('user', users),
      };
      if (style === 'JSON') return JSON.stringify(config, undefined, index);
      // For readers of YAML 1.1 too, as go-yaml is.
      return stringify(config, { version: '1.1', indent: 2 + 2 * index, lineWidth: 60, defaultStringType: style });
    }),
  );

test('client-node agrees with pkg on generated files', () => {
  fc.assert(
    fc.property(kubeconfigs, (texts) => {
      const { pkg, clientNode } = read(texts.map(write));
      expect(pkg).toEqual(clientNode);
    }),
    { numRuns: 150 * RUNS },
  );
});

describe('client-node differs from client-go, and so from pkg', () => {
  const plain = (name: string, more: object = {}): string =>
    JSON.stringify({
      'current-context': name,
      clusters: [{ name, cluster: { server: `https://${name}.test` } }],
      users: [{ name, user: { token: name } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      ...more,
    });

  test('a missing file in KUBECONFIG is an error', () => {
    const list = [write(plain('a')), join(root, 'missing')];
    expect(loadKubeconfig('', { KUBECONFIG: list.join(delimiter) }).currentContext).toBe('a');
    expect(() => byClientNode(list)).toThrow('ENOENT');
  });

  test('a name in two files is an error', () => {
    const list = [write(plain('a')), write(plain('a'))];
    expect(loadKubeconfig('', { KUBECONFIG: list.join(delimiter) }).users.get('a')?.file).toBe(list[0]);
    expect(() => byClientNode(list)).toThrow('Duplicate cluster: a');
  });

  test('tokenFile, and uid, groups and extra of impersonation are ignored', () => {
    const settings = { tokenFile: '/t', as: 'x', 'as-uid': '7', 'as-groups': ['g'], 'as-user-extra': { a: ['b'] } };
    const file = write(plain('a', { users: [{ name: 'a', user: settings }] }));
    expect(loadKubeconfig(file, {}).users.get('a')).toMatchObject({ tokenFile: '/t', asUid: '7', asGroups: ['g'] });
    expect(JSON.stringify(byClientNode([file]).users)).not.toMatch(/\/t|uid|groups|extra/i);
  });

  test('the path of an exec plugin is not relative to the file', () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './bin/plugin' };
    const file = write(plain('a', { users: [{ name: 'a', user: { exec } }] }));
    expect(loadKubeconfig(file, {}).users.get('a')?.exec?.command).toBe(join(root, 'bin/plugin'));
    expect(byClientNode([file]).users[0]?.exec.command).toBe('./bin/plugin');
  });

  test('values of a wrong type, and another kind of object, are accepted', () => {
    for (const more of [{ kind: 'Secret' }, { users: [{ name: 'a', user: { token: 1 } }] }, { users: 7 }]) {
      const file = write(plain('a', more));
      expect(() => loadKubeconfig(file, {})).toThrow('the kubeconfig is not valid');
      expect(byClientNode([file]).currentContext).toBe('a');
    }
  });
});
