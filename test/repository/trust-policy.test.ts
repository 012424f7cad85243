/** The trust policy: reading it, choosing a rule, and that every command applies it. */
import { generateKeyPairSync } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { registryName, webName } from '../../src/repository/signatures/policy-names.ts';
import { readTrustPolicy, ruleFor } from '../../src/repository/signatures/trust-policy.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import type { ChartServer } from '../support/chart-server.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { hasGnuPG, startGnuPG } from '../support/gnupg.ts';
import type { GnuPG } from '../support/gnupg.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { chartFiles, makeIndex, run } from './support.ts';
import type { Run } from './support.ts';

const program = await findRegistry();
const withGnuPG = hasGnuPG();

/** The code and position of what is wrong with a policy. */
async function faultOf(text: string): Promise<string> {
  const file = join(temporaryFolder(), 'trust.yaml');
  writeFileSync(file, text);
  try {
    await readTrustPolicy({ file, isNamed: true });
    return 'none';
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    expect(error.code).toBe('PKG_TRUST_POLICY_INVALID');
    return `${error.at?.line ?? 0}: ${error.message}`;
  }
}

describe('a policy', () => {
  test.each([
    ['', '0: a trust policy has to be a map'],
    ['rules', '0: a trust policy has to be a map'],
    ['rule: []\n', "1: a trust policy has no field 'rule'"],
    ['rules: {}\n', '1: a trust policy needs a list of rules'],
    ['rules:\n  - web\n', '2: a rule has to be a map'],
    ['rules:\n  - require: none\n', '2: the rule does not name charts'],
    ['rules:\n  - charts: []\n    require: none\n', '2: the rule does not name charts'],
    ['rules:\n  - charts: [1]\n    require: none\n', '2: a pattern for charts is not a text'],
    ["rules:\n  - charts: '**'\n", '2: the rule does not say what it requires'],
    ["rules:\n  - charts: '**'\n    require: []\n", '2: the rule does not say what it requires'],
    ...[
      'https://charts.example.com',
      'oci://registry.example.com/team/',
      'oci://registry.example.com/team/web:1.*',
      'oci://registry.example.com/team/web@sha256:*',
      'https://exa mple.com/**',
      'https:///charts/**',
      'file://./charts/**',
      'file:///opt/charts/',
    ].map((pattern): [string, string] => [
      `rules:\n  - charts: ['**', '${pattern}']\n    require: none\n`,
      expect.stringMatching(/^2: a pattern for charts /) as unknown as string,
    ]),
    ["rules:\n  - charts: '**'\n    require: nothing\n", '2: the rule does not say what it requires'],
    ["rules:\n  - charts: '**'\n    requires: none\n", "3: a rule has no field 'requires'"],
    ["rules:\n  - charts: '**'\n    require:\n      - gpg: {}\n", "4: what a rule requires has no field 'gpg'"],
    ["rules:\n  - charts: '**'\n    require: [{}]\n", '3: an item of require is either pgp or cosign'],
    ["rules:\n  - charts: '**'\n    require: [{pgp: {}}]\n", '3: pgp names a keyring'],
    ["rules:\n  - charts: '**'\n    require: [{pgp: {keyring: [a]}}]\n", '3: keyring is not a string'],
    [
      "rules:\n  - charts: '**'\n    require:\n      - pgp: {keyring: a}\n        cosign: {key: b}\n",
      '4: an item of require is either pgp or cosign',
    ],
    [
      "rules:\n  - charts: '**'\n    require: [{cosign: {identity: a, issuer: b}}]\n",
      '3: name the file of a trust root: identities are verified with one',
    ],
    [
      "rules:\n  - charts: '**'\n    require: [{cosign: {issuer: b, trustedRoot: c}}]\n",
      '3: name the identity too: an issuer alone accepts everybody that it knows',
    ],
    [
      "rules:\n  - charts: '**'\n    require: [{cosign: {identity: a, trustedRoot: c}}]\n",
      '3: name the issuer too: an identity is valid only together with its issuer',
    ],
    [
      "rules:\n  - charts: '**'\n    require: [{cosign: {key: a, identity: b}}]\n",
      '3: a key has neither identity nor issuer',
    ],
    [
      "rules:\n  - charts: '**'\n    require: none\n    require: none\n",
      expect.stringMatching(/^4: /) as unknown as string,
    ],
    ["rules:\n  - charts: '**'\n    require: [\n", expect.stringMatching(/^\d+: /) as unknown as string],
  ])('that is not valid: %j', async (text, expected) => {
    expect(await faultOf(text)).toEqual(expected);
  });

  test('has paths relative to its folder', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'trust.yaml');
    writeFileSync(file, "rules: [{charts: '**', require: [{pgp: {keyring: keys/a.gpg}}, {cosign: {key: /b.pub}}]}]\n");
    const { rules } = await readTrustPolicy({ file, isNamed: true });
    expect(rules[0]?.require).toMatchObject([
      { pgp: { keyring: join(folder, 'keys/a.gpg') } },
      { cosign: { key: '/b.pub' } },
    ]);
  });

  const rules = (...patterns: string[]): Parameters<typeof ruleFor>[0] => ({
    file: '',
    rules: patterns.map((pattern, index) => ({ number: index + 1, charts: [pattern], require: [] })),
  });

  test.each([
    ['oci://host/team/web', 'oci://host/team/web', true],
    ['oci://host/team/*', 'oci://host/team/web', true],
    ['oci://host/team/*', 'oci://host/team/web/deep', false],
    ['oci://host/team/**', 'oci://host/team/web/deep', true],
    ['oci://host/**', 'oci://host.evil.example/web', false],
    ['oci://host/team*', 'oci://host/team-other/web', false],
    ['oci://host/**/web', 'oci://host/a/b/web', true],
    ['oci://host/**/web', 'oci://host/web', false],
    ['acme/we?', 'acme/web', true],
    ['acme/we?', 'acme/we/', false],
    ['**', 'https://charts.example.com/web', true],
    ['**', 'file:///opt/web', false],
    ['file://**', 'file:///opt/web', true],
    ['file:///opt/*', 'file:///opt/a/web', false],
    ['acme/web', 'acme/webx', false],
    ['a.c/*', 'abc/web', false],
  ])('%s and %s: %s', (pattern, name, expected) => {
    expect(ruleFor(rules(pattern), [name]) !== undefined).toBe(expected);
  });

  test.each([
    ['oci://Registry.Example.COM./team/*', registryName('REGISTRY.example.com:443', 'team/web')],
    ['oci://registry-1.docker.io/team/*', registryName('docker.io', 'team/web')],
    ['oci://docker.io/team/*', registryName('index.docker.io', 'team/web')],
    ['OCI://[0:0:0:0:0:0:0:1]:5000/**', registryName('[::1]:5000', 'web')],
    ['oci://*.Example.com/**', registryName('a.EXAMPLE.com', 'web')],
    ['https://charts.example.com:443/te%61m/*', webName(new URL('https://u:p@CHARTS.example.com./%74eam/web?x#y'))],
    ['https://bücher.example/**', webName(new URL('https://xn--bcher-kva.example./web'))],
    ['https://charts.example.com/ä/*', webName(new URL('https://charts.example.com/%c3%a4/web'))],
    ['http://127.1:80/**', webName(new URL('http://0x7f000001/web'))],
    ['http://localhost:8080/a/**', webName(new URL('http://localhost.:8080/b/%2e%2e/a/web'))],
  ])('%s matches %s, however either is written', async (pattern, name) => {
    const file = join(temporaryFolder(), 'trust.yaml');
    writeFileSync(file, `rules: [{charts: '${pattern}', require: none}]\n`);
    expect(ruleFor(await readTrustPolicy({ file, isNamed: true }), [name])?.number).toBe(1);
  });

  test('uses the first rule that matches any name of a chart', () => {
    expect(ruleFor(rules('acme/x', 'acme/*', '**'), ['https://acme.example/web', 'acme/web'])?.number).toBe(2);
    expect(ruleFor(rules('acme/x'), ['acme/web'])).toBeUndefined();
  });

  test('matches patterns like equivalent regular expressions', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '*', '?'), maxLength: 10 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 10 });
    fc.assert(
      fc.property(text, name, (pattern, tried) => {
        const parts = pattern.match(/\*\*|[^]/g) ?? [];
        const wild: Record<string, string> = { '**': '.*', '*': '[^/]*', '?': '[^/]', '.': '\\.' };
        const regex = new RegExp(`^${parts.map((part) => wild[part] ?? part).join('')}$`);
        expect(ruleFor(rules(pattern), [tried]) !== undefined).toBe(regex.test(tried));
      }),
      { seed: SEED, numRuns: 2000 * RUNS },
    );
  });

  test('matches patterns of many stars in a short time', () => {
    expect(ruleFor(rules(`${'**a'.repeat(200)}b`), ['a'.repeat(20_000)])).toBeUndefined();
  });
});

describe.skipIf(program === undefined || !withGnuPG)('charts of a registry and of a repository', () => {
  let gpg: GnuPG;
  let registry: Awaited<ReturnType<typeof startRegistry>>;
  let server: ChartServer;
  let home: string;
  let folder: string;
  let oci: string;

  const pkg = (args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
    run('pkg', args, { cwd: folder, home, env });

  async function must(...args: readonly string[]): Promise<Run> {
    const made = await pkg(args);
    expect(made.status, made.stderr).toBe(0);
    return made;
  }

  beforeAll(async () => {
    gpg = startGnuPG();
    gpg.run(['--quick-generate-key', 'Ada <ada@example.com>', 'rsa2048', 'sign', 'never']);
    gpg.run(['--quick-generate-key', 'Eve <eve@example.com>', 'rsa2048', 'sign', 'never']);
    registry = await startRegistry(program ?? '', 'none', true);
    [home, folder] = [temporaryFolder(), temporaryFolder()];
    oci = `oci://${registry.host}/charts`;
    for (const name of ['ada', 'eve']) {
      writeFileSync(join(folder, `${name}.gpg`), gpg.run(['--export', `${name}@example.com`]));
      writeFileSync(join(folder, `${name}.secret.gpg`), gpg.run(['--export-secret-keys', `${name}@example.com`]));
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      writeFileSync(join(folder, `${name}.key`), privateKey.export({ format: 'pem', type: 'pkcs8' }));
      writeFileSync(join(folder, `${name}.pub`), publicKey.export({ format: 'pem', type: 'spki' }));
    }
    for (const [name, version] of [
      ['signed', '1.0.0'],
      ['signed', '1.1.0'],
      ['bare', '1.0.0'],
    ] as const) {
      writeFiles(join(folder, name), chartFiles(name, version));
      const sign = name === 'signed' ? ['--sign', '--key', 'Ada', '--keyring', 'ada.secret.gpg'] : [];
      await must('package', name, '-d', 'repository', ...sign);
      const cosign = name === 'signed' ? ['--cosign-key', 'ada.key'] : [];
      await must('publish', name, oci, '--plain-http', ...cosign);
    }
    await makeIndex(join(folder, 'repository'));
    server = await startChartServer(join(folder, 'repository'));
    await must('repo', 'add', 'acme', server.url);
    const dependency = (name: string, repository: string): string =>
      `  - {name: ${name}, version: 1.0.0, repository: "${repository}"}\n`;
    for (const [parent, name, repository] of [
      ['of-oci', 'bare', oci],
      ['of-url', 'bare', server.url],
      ['of-name', 'bare', '@acme'],
      ['of-signed', 'signed', oci],
    ] as const) {
      writeFiles(join(folder, parent), chartFiles(parent, '1.0.0', `dependencies:\n${dependency(name, repository)}`));
    }
    writeFiles(join(folder, 'policies'), {
      'strict.yaml': policy('ada'),
      'eve.yaml': policy('eve'),
      'empty.yaml': 'rules: []\n',
      'cosign.yaml': `rules:\n  - charts: '**'\n    require:\n      - cosign: {key: ../ada.pub}\n`,
      'pgp.yaml': `rules:\n  - charts: '**'\n    require:\n      - pgp: {keyring: ../ada.gpg}\n`,
    });
  });
  afterAll(async () => {
    gpg.close();
    server.close();
    await registry.close();
  });

  function policy(who: string): string {
    return `rules:\n  - charts: '**'\n    require:\n      - pgp: {keyring: ../${who}.gpg}\n      - cosign: {key: ../${who}.pub}\n`;
  }

  /** Every command that takes a chart. */
  const commands: Record<string, (chart: readonly string[]) => string[]> = {
    template: (chart) => ['template', 'x', ...chart],
    install: (chart) => ['install', 'x', ...chart, '--target', `dir:${temporaryFolder()}`],
    upgrade: (chart) => ['upgrade', '--install', 'x', ...chart, '--target', `dir:${temporaryFolder()}`],
    diff: (chart) => ['diff', 'upgrade', '--install', 'x', ...chart, '--target', `dir:${temporaryFolder()}`],
    images: (chart) => ['images', ...chart],
    pull: (chart) => ['pull', ...chart, '-d', temporaryFolder()],
    'pull, unpacked': (chart) => ['pull', ...chart, '-d', temporaryFolder(), '--untar'],
    'show chart': (chart) => ['show', 'chart', ...chart],
    'show values': (chart) => ['show', 'values', ...chart],
    'show all': (chart) => ['show', 'all', ...chart],
    bundle: (chart) => ['bundle', ...chart, '-o', join(temporaryFolder(), 'b.tar')],
  };
  const places: Record<string, (name: string) => string[]> = {
    registry: (name) => [`${oci}/${name}`, '--plain-http'],
    'the name of a repository': (name) => [`acme/${name}`],
    'an address': (name) => [`${server.url}/${name}-1.0.0.tgz`],
    '--repo': (name) => [name, '--repo', server.url],
  };

  describe.each(Object.keys(commands))('%s', (command) => {
    // All go the same way; each kind of place is tried with each command, and the others with one.
    const tried = command === 'template' ? Object.keys(places) : ['registry', 'the name of a repository'];
    test.each(tried)('from %s', async (place) => {
      const args = (name: string, file: string): string[] => [
        ...(commands[command]?.(places[place]?.(name) ?? []) ?? []),
        ...['--trust-policy', `policies/${file}.yaml`],
      ];
      for (const [name, file, why] of [
        ['bare', 'strict', /is not signed as rule 1/],
        ['signed', 'eve', /is not signed as rule 1/],
        ['signed', 'empty', /no rule of the trust policy matches/],
      ] as const) {
        const refused = await pkg(args(name, file));
        expect(refused.stderr).toMatch(why);
        expect(refused.stderr).toContain('code: PKG_CHART_UNTRUSTED ');
        expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 1, stdout: '' });
      }
      const taken = await pkg(args('signed', 'strict'));
      expect(taken.status, taken.stderr).toBe(0);
    });
  });

  test.each(['update', 'build'])('dependency %s', async (action) => {
    for (const parent of ['of-oci', 'of-url', 'of-name', 'of-signed']) {
      const args = ['dependency', action, parent, '--plain-http', '--trust-policy', 'policies/strict.yaml'];
      rmSync(join(folder, parent, 'charts'), { recursive: true, force: true });
      const made = await pkg(args);
      if (parent === 'of-signed') expect(made.status, made.stderr).toBe(0);
      else {
        expect(made.status).toBe(1);
        expect(made.stderr).toContain('code: PKG_CHART_UNTRUSTED ');
        expect(readdirSync(join(folder, parent))).not.toContain('charts');
      }
    }
    const template = [
      'template',
      'of-oci',
      '--dependency-update',
      '--plain-http',
      '--trust-policy',
      'policies/strict.yaml',
    ];
    expect(await pkg(template)).toMatchObject({ status: 1, stdout: '' });
  });

  test('PGP alone: show prints the signed chart of a registry', async () => {
    await must('push', 'repository/signed-1.0.0.tgz', `oci://${registry.host}/pgp`, '--plain-http');
    const shown = ['show', 'chart', `oci://${registry.host}/pgp/signed`, '--plain-http', '--trust-policy'];
    const taken = await pkg([...shown, 'policies/pgp.yaml']);
    expect(taken.status, taken.stderr).toBe(0);
    expect(taken.stdout).toContain('name: signed');
    expect((await pkg([...shown, 'policies/cosign.yaml'])).status).toBe(1);
  });

  test('a cosign requirement cannot be met in a chart repository', async () => {
    const { status, stderr } = await pkg(['template', 'acme/signed', '--trust-policy', 'policies/cosign.yaml']);
    expect(status).toBe(1);
    expect(stderr).toContain('only charts of registries have signatures of cosign');
  });

  test('cached charts are checked again, offline by cached signatures', async () => {
    const own = temporaryFolder();
    const at = (args: readonly string[]): Promise<Run> => run('pkg', args, { cwd: folder, home: own });
    await at(['repo', 'add', 'acme', server.url]);
    for (const chart of [[`${oci}/signed`, '--version', '1.0.0', '--plain-http'], ['acme/signed']]) {
      const args = ['template', ...chart];
      // Without a policy the chart comes into the cache, and no signature does.
      expect((await at(args)).status).toBe(0);
      const offline = [...args, '--offline'];
      expect((await at(offline)).status).toBe(0);
      const unknown = await at([...offline, '--trust-policy', 'policies/strict.yaml']);
      expect(unknown.status).toBe(1);
      expect(unknown.stderr).toContain('code: PKG_OFFLINE ');
      expect((await at([...args, '--trust-policy', 'policies/strict.yaml'])).status).toBe(0);
      const known = await at([...offline, '--trust-policy', 'policies/strict.yaml']);
      expect(known.status, known.stderr).toBe(0);
      for (const [file, words] of [
        ['eve', /is not signed as rule 1/],
        ['empty', /no rule/],
      ] as const) {
        const refused = await at([...offline, '--trust-policy', `policies/${file}.yaml`]);
        expect(refused.status).toBe(1);
        expect(refused.stderr).toMatch(words);
      }
    }
  });

  test('the URL in an index does not select the rule', async () => {
    const evil = temporaryFolder();
    const index = readFileSync(join(folder, 'repository/index.yaml'), 'utf8');
    writeFileSync(join(evil, 'index.yaml'), index.replaceAll(/- (bare-1\.0\.0\.tgz)/g, `- ${server.url}/$1`));
    const other = await startChartServer(evil);
    writeFileSync(
      join(folder, 'policies/two.yaml'),
      `rules:\n  - {charts: '${server.url}/**', require: none}\n  - charts: '**'\n    require: [{pgp: {keyring: ../ada.gpg}}]\n`,
    );
    const { status, stderr } = await pkg([
      'template',
      'bare',
      '--repo',
      other.url,
      '--trust-policy',
      'policies/two.yaml',
    ]);
    other.close();
    expect(stderr).toContain('code: PKG_CHART_UNTRUSTED ');
    expect(status).toBe(1);
  });

  test('an index cannot give a signed chart the name or version of another', async () => {
    const evil = temporaryFolder();
    const entry = (name: string, version: string): string =>
      `  ${name}:\n  - {apiVersion: v2, name: ${name}, version: ${version}, urls: ['${server.url}/signed-1.0.0.tgz']}\n`;
    writeFileSync(
      join(evil, 'index.yaml'),
      `apiVersion: v1\nentries:\n${entry('signed', '9.0.0')}${entry('payments', '1.0.0')}`,
    );
    const other = await startChartServer(evil);
    try {
      for (const name of ['signed', 'payments']) {
        for (const command of ['template', 'pull', 'show chart'] as const) {
          const args = commands[command]?.([name, '--repo', other.url]) ?? [];
          const { status, stdout, stderr } = await pkg([...args, '--trust-policy', 'policies/pgp.yaml']);
          expect(stderr).toContain('is not the chart that was asked for');
          expect(stderr).toContain('note: signed is signed 1.0.0\n');
          expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
        }
      }
      writeFiles(
        join(folder, 'of-replayed'),
        chartFiles(
          'of-replayed',
          '1.0.0',
          `dependencies: [{name: signed, version: '*', repository: '${other.url}'}]\n`,
        ),
      );
      const update = await pkg(['dependency', 'update', 'of-replayed', '--trust-policy', 'policies/pgp.yaml']);
      expect(update.stderr).toContain('code: PKG_CHART_UNTRUSTED ');
      expect(readdirSync(join(folder, 'of-replayed'))).not.toContain('charts');
    } finally {
      other.close();
    }
  });

  test('a repository has the same rules with a login in its URL, and by each of its names', async () => {
    await must('repo', 'add', 'first', `${server.url}/`);
    await must('repo', 'add', 'last', server.url);
    try {
      for (const name of ['acme', 'first', 'last']) {
        writeFileSync(
          join(folder, 'policies/alias.yaml'),
          `rules: [{charts: '${name}/*', require: [{pgp: {keyring: ../ada.gpg}}]}, {charts: '**', require: none}]\n`,
        );
        for (const chart of [
          ['bare', '--repo', server.url.replace('//', '//ada:secret@')],
          [`${server.url}/bare-1.0.0.tgz`],
          ['first/bare'],
        ]) {
          const { stderr } = await pkg(['template', ...chart, '--trust-policy', 'policies/alias.yaml']);
          expect(stderr, `${name}: ${chart.join(' ')}`).toContain('is not signed as rule 1 ');
        }
      }
    } finally {
      await must('repo', 'remove', 'first', 'last');
    }
  });

  test('a repository has the rules of its name however its URL is encoded', async () => {
    mkdirSync(join(folder, 'repository/deep'));
    for (const file of ['index.yaml', 'bare-1.0.0.tgz']) {
      copyFileSync(join(folder, 'repository', file), join(folder, 'repository/deep', file));
    }
    await must('repo', 'add', 'deep', `${server.url}/deep`);
    try {
      writeFileSync(
        join(folder, 'policies/deep.yaml'),
        `rules: [{charts: 'deep/*', require: [{pgp: {keyring: ../ada.gpg}}]}, {charts: '**', require: none}]\n`,
      );
      for (const chart of [['bare', '--repo', `${server.url}/%64eep`], [`${server.url}/d%65ep/bare-1.0.0.tgz`]]) {
        const { stderr } = await pkg(['template', ...chart, '--trust-policy', 'policies/deep.yaml']);
        expect(stderr, chart.join(' ')).toContain('is not signed as rule 1 ');
      }
    } finally {
      await must('repo', 'remove', 'deep');
      rmSync(join(folder, 'repository/deep'), { recursive: true });
    }
  });

  test('a repository has the same rules by name and by URL', async () => {
    writeFileSync(
      join(folder, 'policies/named.yaml'),
      `rules: [{charts: 'acme/*', require: [{pgp: {keyring: ../ada.gpg}}]}]\n`,
    );
    for (const chart of [['acme/signed'], ['signed', '--repo', `${server.url}/`], [`${server.url}/signed-1.0.0.tgz`]]) {
      const { status, stderr } = await pkg(['template', ...chart, '--trust-policy', 'policies/named.yaml']);
      expect(status, stderr).toBe(0);
    }
  });

  test('the location of the policy', async () => {
    const args = ['template', 'acme/bare'];
    expect((await pkg(args)).status).toBe(0);
    expect((await pkg(args, { PKG_TRUST_POLICY: 'policies/strict.yaml' })).status).toBe(1);
    // The flag has precedence over the variable.
    writeFileSync(join(folder, 'policies/open.yaml'), "rules: [{charts: '**', require: none}]\n");
    const flag = await pkg([...args, '--trust-policy', 'policies/open.yaml'], {
      PKG_TRUST_POLICY: 'policies/strict.yaml',
    });
    expect(flag.status, flag.stderr).toBe(0);
    const usual = join(home, 'config', 'trust.yaml');
    try {
      writeFileSync(usual, "rules: [{charts: 'x/*', require: none}]\n");
      expect((await pkg(args)).stderr).toContain('code: PKG_CHART_UNTRUSTED ');
      expect((await pkg(args, { PKG_TRUST_POLICY: 'policies/open.yaml' })).status).toBe(0);
      // A policy that cannot be read must not allow anything.
      rmSync(usual);
      mkdirSync(usual);
      expect((await pkg(args)).stderr).toContain('code: PKG_TRUST_POLICY_INVALID ');
      expect((await pkg(['template', 'bare'])).stderr).toContain('code: PKG_TRUST_POLICY_INVALID ');
      rmSync(usual, { recursive: true });
      symlinkSync('a-volume-that-is-not-mounted/trust.yaml', usual);
      expect((await pkg(args)).stderr).toContain('code: PKG_TRUST_POLICY_INVALID ');
      rmSync(usual);
      writeFileSync(usual, '');
      expect((await pkg(args)).stderr).toContain('code: PKG_TRUST_POLICY_INVALID ');
    } finally {
      rmSync(usual, { recursive: true });
    }
    for (const [flags, env] of [
      [['--trust-policy', 'nowhere.yaml'], {}],
      [[], { PKG_TRUST_POLICY: 'nowhere.yaml' }],
    ] as const) {
      const missing = await pkg([...args, ...flags], env);
      expect(missing.stderr).toContain('code: PKG_TRUST_POLICY_INVALID ');
      expect(missing.status).toBe(1);
    }
  });

  test.skipIf(process.getuid?.() === 0)('a policy that is not readable', async () => {
    const file = join(folder, 'policies/secret.yaml');
    writeFileSync(file, 'rules: []\n');
    chmodSync(file, 0o000);
    const { stderr } = await pkg(['template', 'acme/bare', '--trust-policy', file]);
    expect(stderr).toContain('code: PKG_TRUST_POLICY_INVALID ');
  });

  test('missing keys and keyrings of a policy', async () => {
    for (const [require, code] of [
      ['{pgp: {keyring: nowhere.gpg}}', 'PKG_FILE_UNREADABLE'],
      ['{cosign: {key: nowhere.pub}}', 'PKG_FILE_UNREADABLE'],
      ['{cosign: {key: ../ada.key}}', 'PKG_KEY_INVALID'],
      ['{cosign: {identity: a, issuer: b, trustedRoot: ../ada.pub}}', 'PKG_KEY_INVALID'],
    ]) {
      writeFileSync(join(folder, 'policies/broken.yaml'), `rules: [{charts: '**', require: [${require}]}]\n`);
      const { status, stderr } = await pkg(['template', 'acme/signed', '--trust-policy', 'policies/broken.yaml']);
      expect(stderr).toContain(`code: ${code} `);
      expect(status).toBe(1);
    }
    writeFileSync(
      join(folder, 'policies/broken.yaml'),
      `rules: [{charts: '**', require: [{cosign: {identityRegexp: '(', issuer: b, trustedRoot: root.json}}]}]\n`,
    );
    writeFileSync(join(folder, 'policies/root.json'), '{"certificateAuthorities":[]}');
    const empty = await pkg(['template', `${oci}/signed`, '--plain-http', '--trust-policy', 'policies/broken.yaml']);
    expect(empty.stderr).toContain('names neither a certificate authority nor a log');
  });

  test('local charts need no signature without a rule for file://', async () => {
    const archive = join(temporaryFolder(), 'signed-1.0.0.tgz');
    copyFileSync(join(folder, 'repository/signed-1.0.0.tgz'), archive);
    for (const chart of ['bare', archive, 'repository/bare-1.0.0.tgz']) {
      const free = await pkg(['template', chart, '--trust-policy', 'policies/strict.yaml']);
      expect(free.status, free.stderr).toBe(0);
    }
    writeFileSync(
      join(folder, 'policies/local.yaml'),
      `rules: [{charts: 'file://**', require: [{pgp: {keyring: ../ada.gpg}}]}]\n`,
    );
    const judged = (chart: string): Promise<Run> => pkg(['template', chart, '--trust-policy', 'policies/local.yaml']);
    expect((await judged('bare')).stderr).toContain('a folder is not signed, archives are');
    expect((await judged('repository/bare-1.0.0.tgz')).stderr).toContain('there is no provenance');
    expect((await judged(archive)).stderr).toContain('code: PKG_CHART_UNTRUSTED ');
    expect((await judged('repository/signed-1.0.0.tgz')).status).toBe(0);
    // A bundle carries provenance.
    const bundle = join(temporaryFolder(), 'b.tar');
    await must('bundle', 'acme/signed', '-o', bundle);
    expect((await judged(bundle)).status).toBe(0);
    await must('bundle', 'acme/bare', '-o', bundle);
    expect((await judged(bundle)).stderr).toContain('code: PKG_CHART_UNTRUSTED ');
  });

  test('a rule for local charts holds through links, and for everything that is sent or checked', async () => {
    const place = temporaryFolder();
    copyFileSync(join(folder, 'repository/bare-1.0.0.tgz'), join(place, 'bare-1.0.0.tgz'));
    writeFiles(join(place, 'web'), chartFiles('web', '1.0.0'));
    await must('bundle', join(place, 'bare-1.0.0.tgz'), '-o', join(place, 'b.tar'));
    const link = join(temporaryFolder(), 'link');
    symlinkSync(place, link);
    writeFiles(
      join(folder, 'of-folder'),
      chartFiles('of-folder', '1.0.0', `dependencies: [{name: web, version: '*', repository: 'file://${link}/web'}]\n`),
    );
    writeFileSync(
      join(folder, 'policies/place.yaml'),
      `rules: [{charts: 'file://${realpathSync(place)}/**', require: [{pgp: {keyring: ../ada.gpg}}]}]\n`,
    );
    const remote = [`oci://${registry.host}/none`, '--plain-http'];
    for (const args of [
      ['template', join(link, 'bare-1.0.0.tgz')],
      ['bundle', join(link, 'bare-1.0.0.tgz'), '-o', join(temporaryFolder(), 'x.tar')],
      ['push', join(link, 'bare-1.0.0.tgz'), ...remote],
      ['push', join(link, 'b.tar'), ...remote],
      ['publish', join(link, 'bare-1.0.0.tgz'), ...remote],
      ['publish', join(link, 'b.tar'), ...remote],
      ['bundle', 'push', join(link, 'b.tar'), ...remote],
      ['dependency', 'update', 'of-folder'],
    ]) {
      const { status, stdout, stderr } = await pkg([...args, '--trust-policy', 'policies/place.yaml']);
      expect(stderr, args.join(' ')).toContain('code: PKG_CHART_UNTRUSTED ');
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    }
    for (const name of ['bare-1.0.0.tgz', 'web', 'b.tar']) {
      const linted = await pkg(['lint', join(link, name), '--trust-policy', 'policies/place.yaml']);
      expect(linted.stdout).toContain('is not signed as rule 1 of the trust policy requires');
      expect(linted.status).toBe(1);
    }
  });
});
