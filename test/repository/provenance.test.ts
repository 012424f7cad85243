/** PGP signatures: gpg, helm and pkg sign and verify each other's, and refuse invalid ones. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { encryptKey, generateKey } from 'openpgp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PkgError } from '../../src/errors.ts';
import { verifyProvenance } from '../../src/repository/provenance.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { startChartServer } from '../support/chart-server.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { hasGnuPG, startGnuPG } from '../support/gnupg.ts';
import type { GnuPG } from '../support/gnupg.ts';
import { helm, helmEnvironment } from '../support/helm.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { chartFiles, makeIndex, run } from './support.ts';

const bin: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bin', 'pkg.js');
const NAME = 'web-1.0.0.tgz';
const PASSPHRASE = 'a pass phrase: ü';
const CURVES = ['nistp256', 'nistp521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1'];
const YEAR_2024 = ['--faked-system-time', '20240101T000000!'];

let gpg: GnuPG;
let folder: string;
let archive: Buffer;
/** What is signed of the archive. */
let text: string;

type Outcome = { status: number; stdout: string; stderr: string };

/** Runs pkg where the keyrings are. */
function pkg(args: readonly string[], input = ''): Outcome {
  const env = { ...helmEnvironment(), GNUPGHOME: gpg.home };
  const options = { cwd: folder, env, input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options);
  return { status: status ?? -1, stdout, stderr };
}

/** A folder with the archive, and a provenance beside it unless there is none. */
function signed(provenance: string | Buffer | undefined, name = NAME, bytes = archive): string {
  const path = temporaryFolder();
  writeFileSync(join(path, name), bytes);
  if (provenance !== undefined) writeFileSync(join(path, `${name}.prov`), provenance);
  return join(path, name);
}

/** Who signed it, in the eyes of pkg; the code of its error otherwise. */
async function judge(provenance: string | Buffer, keyring: string, name = NAME, bytes = archive): Promise<string> {
  try {
    const { fingerprint } = await verifyProvenance(bytes, Buffer.from(provenance), name, join(folder, keyring));
    return fingerprint;
  } catch (error) {
    if (error instanceof PkgError) return error.code;
    throw error;
  }
}

/** Does helm take it? */
function helmTakes(provenance: string | Buffer, keyring: string, name = NAME, bytes = archive): boolean {
  const args = ['verify', signed(provenance, name, bytes), '--keyring', join(folder, keyring)];
  return helm(args).status === 0;
}

function clearsign(by: string, more: readonly string[] = [], signedText = text, passphrase = ''): string {
  return gpg.run([...more, '--local-user', `<${by}>`, '--clearsign'], { input: signedText, passphrase }).toString();
}

const isThere = hasGnuPG();

beforeAll(() => {
  if (!isThere) return;
  gpg = startGnuPG();
  folder = temporaryFolder();
  writeFiles(join(folder, 'web'), chartFiles('web', '1.0.0'));
  const key = (address: string, type: string, usage: string, expires: string, more: string[] = [], passphrase = '') =>
    gpg.run([...more, '--quick-gen-key', `Key of <${address}>`, type, usage, expires], { passphrase });
  key('rsa@x.test', 'rsa2048', 'sign', 'never');
  key('ed@x.test', 'ed25519', 'sign', 'never');
  key('locked@x.test', 'ed25519', 'sign', 'never', [], PASSPHRASE);
  key('below@x.test', 'rsa2048', 'cert', 'never');
  gpg.run(['--quick-add-key', gpg.fingerprint('below@x.test'), 'ed25519', 'sign', 'never']);
  for (const curve of CURVES) key(`${curve}@x.test`, curve, 'sign', 'never');
  key('expired@x.test', 'rsa2048', 'sign', '2024-06-01', YEAR_2024);
  key('revoked@x.test', 'ed25519', 'sign', 'never', YEAR_2024);
  key('older@x.test', 'ed25519', 'sign', 'never', YEAR_2024);
  key('stranger@x.test', 'ed25519', 'sign', 'never');
  helm(['package', 'web'], { cwd: folder });
  archive = readFileSync(join(folder, NAME));
  const hash = createHash('sha256').update(archive).digest('hex');
  text = `apiVersion: v2\nname: web\nversion: 1.0.0\n\n...\nfiles:\n  ${NAME}: sha256:${hash}\n`;
});
afterAll(() => gpg?.close());

/** The signatures of every key, and the keyrings, after the keys were revoked. */
type Made = { by: ReadonlyMap<string, string>; fingerprints: ReadonlyMap<string, string> };
let made: Made;
beforeAll(() => {
  if (!isThere) return;
  const names = ['rsa', 'ed', 'locked', 'below', 'expired', 'revoked', 'older', 'stranger'];
  const old = new Set(['expired', 'revoked', 'older']);
  const by = new Map(
    names.map((name) => {
      const passphrase = name === 'locked' ? PASSPHRASE : '';
      return [name, clearsign(`${name}@x.test`, old.has(name) ? YEAR_2024 : [], text, passphrase)];
    }),
  );
  const fingerprints = new Map(names.map((name) => [name, gpg.fingerprint(`${name}@x.test`)]));
  const certificate = readFileSync(
    join(gpg.home, 'openpgp-revocs.d', `${fingerprints.get('revoked')}.rev`),
    'utf8',
  ).replace(':-----BEGIN', '-----BEGIN');
  gpg.run(['--import'], { input: certificate });
  const secret = gpg.run(['--export-secret-keys'], { passphrase: PASSPHRASE });
  writeFileSync(join(folder, 'secret.gpg'), secret);
  const without = [...names, ...CURVES].filter((name) => name !== 'stranger').map((name) => `<${name}@x.test>`);
  writeFileSync(join(folder, 'keys.gpg'), gpg.run(['--export', ...without]));
  const one = (name: string): string => gpg.run(['--armor', '--export', `<${name}@x.test>`]).toString();
  writeFileSync(join(folder, 'keys.asc'), `Keys of the team\n\n${one('rsa')}\nand\n\n${one('ed')}`);
  writeFileSync(join(folder, 'keys.kbx'), readFileSync(join(gpg.home, 'pubring.kbx')));
  made = { by, fingerprints };
});

describe.skipIf(!isThere)('signers', () => {
  test.each([
    ['rsa', 'keys.gpg'],
    ['ed', 'keys.gpg'],
    ['locked', 'keys.gpg'],
    ['below', 'keys.gpg'],
    ['rsa', 'keys.asc'],
    ['ed', 'keys.asc'],
    ['rsa', 'keys.kbx'],
    ['below', 'keys.kbx'],
    ['stranger', 'keys.kbx'],
  ])('gpg signs with the key %s, by %s', async (name, keyring) => {
    const provenance = made.by.get(name) ?? '';
    expect(await judge(provenance, keyring)).toBe(made.fingerprints.get(name));
    // Helm reads no keyboxes, and of armored keys the first block.
    if (keyring === 'keys.gpg') expect(helmTakes(provenance, keyring)).toBe(true);
  });

  test.each(['expired', 'revoked', 'stranger'])('the key %s is refused, also by helm', async (name) => {
    expect(helmTakes(made.by.get(name) ?? '', 'keys.gpg')).toBe(false);
    expect(await judge(made.by.get(name) ?? '', 'keys.gpg')).toBe('PKG_SIGNATURE_INVALID');
  });

  test('a keyring with copies of a key from before and after it was renewed or revoked', async () => {
    const home = startGnuPG();
    const address = '<copies@x.test>';
    home.run([...YEAR_2024, '--quick-gen-key', `Key of ${address}`, 'rsa2048', 'sign', '2024-06-01']);
    const fingerprint = home.fingerprint('copies@x.test');
    const expired = home.run(['--export', address]);
    home.run(['--quick-set-expire', fingerprint, '5y']);
    const renewed = home.run(['--export', address]);
    const secret = home.run(['--export-secret-keys', address]);
    const provenance = home.run(['--local-user', address, '--clearsign'], { input: text }).toString();
    const certificate = readFileSync(join(home.home, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8');
    home.run(['--import'], { input: certificate.replace(':-----BEGIN', '-----BEGIN') });
    const revoked = home.run(['--export', address]);
    home.close();
    const verdicts = (...copies: Buffer[]): Promise<string[]> =>
      Promise.all(
        [copies, copies.toReversed()].map((parts, at) => {
          writeFileSync(join(folder, `copies-${at}`), Buffer.concat(parts));
          return judge(provenance, `copies-${at}`);
        }),
      );
    expect(await verdicts(expired, renewed)).toEqual([fingerprint, fingerprint]);
    expect(await verdicts(secret, renewed)).toEqual([fingerprint, fingerprint]);
    // Of these helm takes the first copy.
    const refused = ['PKG_SIGNATURE_INVALID', 'PKG_SIGNATURE_INVALID'];
    expect(await verdicts(renewed, revoked)).toEqual(refused);
    expect(await verdicts(secret, revoked)).toEqual(refused);
    writeFileSync(join(folder, 'copies'), Buffer.concat([secret, renewed, secret]));
    const sign = (): Outcome =>
      pkg(['package', 'web', '-d', temporaryFolder(), '--sign', '--keyring', 'copies', '--key', 'copies@x.test']);
    expect(sign().stderr).toBe('');
    writeFileSync(join(folder, 'copies'), Buffer.concat([secret, revoked]));
    expect(sign().stderr).toContain('Primary key is revoked');
  });

  test('a signature and a key of the future: the hint is the clock of this machine', async () => {
    const later = ['--faked-system-time', '20991231T000000!'];
    const provenance = clearsign('rsa@x.test', later);
    expect(helmTakes(provenance, 'keys.gpg')).toBe(false);
    const verified = pkg(['verify', signed(provenance), '--keyring', 'keys.gpg']);
    expect([verified.status, verified.stderr]).toEqual([1, expect.stringContaining('hint: check the clock')]);
    gpg.run([...later, '--quick-gen-key', 'Key of <later@x.test>', 'ed25519', 'sign', 'never']);
    writeFileSync(join(folder, 'later'), gpg.run([...later, '--export-secret-keys', '<later@x.test>']));
    const made = pkg(['package', 'web', '--sign', '--key', 'later', '--keyring', 'later', '-d', temporaryFolder()]);
    expect([made.status, made.stderr]).toEqual([1, expect.stringContaining('hint: check the clock')]);
  });

  test('an expired signature, and one by a broken hash', async () => {
    for (const more of [
      [...YEAR_2024, '--default-sig-expire', '10d'],
      ['--digest-algo', 'SHA1'],
      ['--digest-algo', 'RIPEMD160'],
    ]) {
      const by = more.includes('10d') ? 'older@x.test' : 'rsa@x.test';
      const provenance = clearsign(by, more);
      // Helm takes SHA-1 and RIPEMD-160.
      expect(await judge(provenance, 'keys.gpg'), more.join(' ')).toBe('PKG_SIGNATURE_INVALID');
    }
  });
});

describe.skipIf(!isThere)('refused signatures', () => {
  /** Each as it would lie beside the archive. */
  const broken = (): Record<string, string | Buffer> => {
    const good = made.by.get('rsa') ?? '';
    const body = good.slice(good.indexOf('\n\n') + 2, good.indexOf('-----BEGIN PGP SIGNATURE'));
    return {
      nothing: '',
      'text that is not signed': text,
      'no signature': good.slice(0, good.indexOf('-----BEGIN PGP SIGNATURE')),
      'an empty signature': good.replace(/(BEGIN PGP SIGNATURE-----\n)[\s\S]*(\n-----END)/, '$1\n$2'),
      'a changed hash': good.replace(/sha256:.{4}/, 'sha256:0000'),
      'text before what is signed': good.replace('apiVersion', 'evil: 1\napiVersion'),
      'text after what is signed': good.replace(body, `${body}files:\n  ${NAME}: sha256:00\n`),
      'another archive': clearsign('rsa@x.test', [], text.replace(NAME, 'web-1.0.1.tgz')),
      'no list of files': clearsign('rsa@x.test', [], 'apiVersion: v2\nname: web\n'),
      'files that are not a map': clearsign('rsa@x.test', [], 'name: web\n\n...\nfiles: [1]\n'),
      'what is not YAML': clearsign('rsa@x.test', [], 'name: web\n\n...\nfiles: {{\n'),
      'a signature that is detached': gpg.run(['--local-user', '<rsa@x.test>', '--armor', '--detach-sign'], {
        input: text,
      }),
      'bytes that are not text': Buffer.from(Array.from({ length: 256 }, (_, at) => at)),
      'a binary message': gpg.run(['--local-user', '<rsa@x.test>', '--sign'], { input: text }),
    };
  };

  test('every kind is refused by both', async () => {
    for (const [kind, provenance] of Object.entries(broken())) {
      expect(helmTakes(provenance, 'keys.gpg'), kind).toBe(false);
      expect(await judge(provenance, 'keys.gpg'), kind).toMatch(/^PKG_(?:SIGNATURE_INVALID|YAML|CHART_INVALID)/);
    }
  });

  test('of a changed or renamed archive', async () => {
    const good = made.by.get('rsa') ?? '';
    const other = Buffer.from(archive);
    other[20] = (other[20] ?? 0) ^ 1;
    expect(await judge(good, 'keys.gpg', NAME, other)).toBe('PKG_SIGNATURE_INVALID');
    expect(await judge(good, 'keys.gpg', 'web-1.0.1.tgz')).toBe('PKG_SIGNATURE_INVALID');
    expect(helmTakes(good, 'keys.gpg', NAME, other)).toBe(false);
    expect(helmTakes(good, 'keys.gpg', 'web-1.0.1.tgz')).toBe(false);
  });

  test('truncated anywhere', async () => {
    const good = made.by.get('ed') ?? '';
    const lengths = Array.from({ length: 40 }, (_, at) => Math.floor((at * (good.length - 40)) / 40));
    for (const length of lengths) {
      expect(await judge(good.slice(0, length), 'keys.gpg'), `${length}`).toBe('PKG_SIGNATURE_INVALID');
    }
  });

  test('two signatures: one valid one of a known key is enough', async () => {
    const two = clearsign('rsa@x.test', ['--local-user', '<stranger@x.test>']);
    const verdict = await judge(two, 'keys.gpg');
    expect(['PKG_SIGNATURE_INVALID', made.fingerprints.get('rsa')]).toContain(verdict);
    if (helmTakes(two, 'keys.gpg')) expect(verdict).toBe(made.fingerprints.get('rsa'));
  });

  test('with any byte changed are refused, or have the same signer and content', async () => {
    const good = Buffer.from(made.by.get('ed') ?? '');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        const verdict = await judge(bytes, 'keys.gpg');
        // White space at the ends of lines and in the armor is not part of what is signed.
        const isSame = verdict === made.fingerprints.get('ed');
        expect(isSame || /^PKG_(?!INTERNAL)/.test(verdict), `byte ${at} by ${by}: ${verdict}`).toBe(true);
      }),
      { numRuns: 300 * RUNS, seed: SEED },
    );
  });

  test('a keybox with any byte changed, or truncated', async () => {
    const other = startGnuPG();
    other.run(['--import'], { input: gpg.run(['--export', '<ed@x.test>']) });
    const good = readFileSync(join(other.home, 'pubring.kbx'));
    other.close();
    const provenance = made.by.get('ed') ?? '';
    const damaged = join(folder, 'damaged.kbx');
    const header = good.readUInt32BE(0);
    for (let at = 0; at < good.length; at++) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 0x41;
      writeFileSync(damaged, bytes);
      const verdict = await judge(provenance, 'damaged.kbx');
      // The head of the file says nothing of keys.
      const isHead = at < header && verdict === made.fingerprints.get('ed');
      expect(isHead || /^PKG_(?:KEYRING|SIGNATURE)_INVALID$/.test(verdict), `byte ${at}: ${verdict}`).toBe(true);
    }
    for (let length = 0; length < good.length; length += 7) {
      writeFileSync(damaged, good.subarray(0, length));
      expect(await judge(provenance, 'damaged.kbx'), `${length} bytes`).toMatch(
        /^PKG_(?:KEYRING_INVALID|SIGNATURE_INVALID)$/,
      );
    }
  });

  test.each(['keys.gpg', 'keys.asc'])(
    'with any of its bytes changed, %s gives the same key or an error',
    async (keyring) => {
      const good = readFileSync(join(folder, keyring));
      const provenance = made.by.get('ed') ?? '';
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, by) => {
          const bytes = Buffer.from(good);
          bytes[at] = (bytes[at] ?? 0) ^ by;
          writeFileSync(join(folder, 'damaged'), bytes);
          const verdict = await judge(provenance, 'damaged');
          const isSame = verdict === made.fingerprints.get('ed');
          expect(isSame || /^PKG_(?:KEYRING|SIGNATURE)_INVALID$/.test(verdict), `byte ${at}: ${verdict}`).toBe(true);
        }),
        { numRuns: 200 * RUNS, seed: SEED },
      );
    },
  );
});

describe.skipIf(!isThere)('the commands', () => {
  test.each([
    ['rsa', []],
    ['ed', []],
    ['below', []],
    ...CURVES.map((curve): [string, string[]] => [curve, []]),
    ['locked', ['--passphrase-file', 'passphrase']],
    ['locked', ['--passphrase-file', '-']],
  ])("package --sign with the key %s %j: pkg, gpg and helm accept each other's signatures", (name, flags) => {
    writeFileSync(join(folder, 'passphrase'), `${PASSPHRASE}\n`);
    const key = ['--sign', '--keyring', join(folder, 'secret.gpg'), '--key', `Key of <${name}@x.test>`, ...flags];
    // Helm signs with the primary key whatever it is for, reads no passphrase from a pipe, and gpg does not read what
    // helm makes of ed25519 keys.
    const makers = name === 'below' || flags[1] === '-' ? ['pkg'] : ['helm', 'pkg'];
    const paths = makers.map((program) => {
      const into = join(temporaryFolder(), program);
      mkdirSync(into);
      const args = ['package', 'web', '--destination', into, ...key];
      const done =
        program === 'pkg' ? pkg(args, `${PASSPHRASE}\n`) : helm(args, { cwd: folder, input: `${PASSPHRASE}\n` });
      expect(done.status, `${program}: ${done.stderr}`).toBe(0);
      return join(into, NAME);
    });
    for (const path of paths) {
      if (path.endsWith(`pkg/${NAME}`)) gpg.run(['--verify', `${path}.prov`]);
      const args = ['verify', path, '--keyring', join(folder, 'keys.gpg')];
      const [theirs, ours] = [helm(args), pkg(args)];
      expect([ours.status, ours.stdout], ours.stderr).toEqual([0, theirs.stdout]);
      expect(ours.stdout).toContain(`Signed by: Key of <${name}@x.test>`);
    }
  });

  test('without a key nothing is written', () => {
    for (const key of [[], ['--key', '']]) {
      const into = temporaryFolder();
      const { status, stderr } = pkg(['package', 'web', '-d', into, '--sign', ...key]);
      expect([status, readdirSync(into)]).toEqual([1, []]);
      expect(stderr).toContain('--key is needed to sign');
    }
  });

  test('a key that cannot sign, and a wrong passphrase, are reported', () => {
    const sign = (key: string, ...more: string[]): Outcome =>
      pkg(['package', 'web', '-d', temporaryFolder(), '--sign', '--keyring', 'secret.gpg', '--key', key, ...more]);
    writeFileSync(join(folder, 'wrong'), 'wrong\n');
    expect(sign('expired@x.test').stderr).toContain('code: PKG_KEYRING_INVALID');
    expect(sign('revoked@x.test').stderr).toContain('code: PKG_KEYRING_INVALID');
    expect(sign('locked@x.test', '--passphrase-file', 'wrong').stderr).toContain('code: PKG_CREDENTIALS_FAILED');
    expect(sign('locked@x.test', '--passphrase-file', '.').stderr).toContain('code: PKG_FILE_UNREADABLE');
    expect(sign('locked@x.test', '--passphrase-file', 'none').stderr).toContain('code: PKG_FILE_UNREADABLE');
    expect(sign('nobody@x.test').stderr).toContain('hint: give a part of one of these names with --key');
    expect(sign('@x.test').stderr).toContain('more than one private key');
    const several = sign('ed@x.test').stderr;
    expect(several).toContain('it has Key of <locked@x.test>');
    expect(several).not.toContain('<rsa@x.test>');
    writeFileSync(join(folder, 'stub.gpg'), gpg.run(['--export-secret-subkeys', '<below@x.test>!'.slice(0, -1)]));
    expect(sign('below@x.test', '--keyring', 'stub.gpg').stderr).not.toContain('PKG_INTERNAL');
  });

  test('a key whose signing subkey has another passphrase than its primary key', async () => {
    const made = await generateKey({ userIDs: { name: 'Two' }, subkeys: [{ sign: true }], format: 'object' });
    const locked = await encryptKey({ privateKey: made.privateKey, passphrase: ['of the primary key', PASSPHRASE] });
    writeFileSync(join(folder, 'two.secret.gpg'), locked.write());
    writeFileSync(join(folder, 'two.gpg'), made.publicKey.write());
    const into = temporaryFolder();
    const sign = (passphrase: string): Outcome =>
      pkg(
        [
          'package',
          'web',
          '-d',
          into,
          '--sign',
          '--keyring',
          'two.secret.gpg',
          '--key',
          'Two',
          '--passphrase-file',
          '-',
        ],
        `${passphrase}\n`,
      );
    expect(sign('of the primary key').stderr).toContain('code: PKG_CREDENTIALS_FAILED');
    expect(sign(PASSPHRASE).stderr).toBe('');
    const verified = pkg(['verify', join(into, NAME), '--keyring', 'two.gpg']);
    expect(verified.stdout, verified.stderr).toContain(made.publicKey.getFingerprint().toUpperCase());
  });

  test('verify: a file beside the archive that is not a provenance file', () => {
    const verify = (path: string): string => pkg(['verify', path, '--keyring', join(folder, 'keys.gpg')]).stderr;
    expect(verify(signed(undefined))).toContain('code: PKG_SIGNATURE_INVALID');
    const path = signed(undefined);
    mkdirSync(`${path}.prov`);
    expect(verify(path)).toContain('code: PKG_FILE_UNREADABLE');
    const bundled = pkg(['bundle', path, '-o', join(folder, 'signed.tar')]).stderr;
    expect(bundled).toContain('code: PKG_FILE_UNREADABLE');
    const dangling = signed(undefined);
    symlinkSync('/nowhere', `${dangling}.prov`);
    expect(verify(dangling)).toContain('code: PKG_SIGNATURE_INVALID');
    expect(verify(signed(Buffer.alloc(5 << 20, 'x')))).toContain('is larger than 4 MiB');
    const endless = signed(undefined);
    symlinkSync('/dev/zero', `${endless}.prov`);
    expect(verify(endless)).toContain('code: PKG_FILE_UNREADABLE');
    expect(pkg(['bundle', endless, '-o', join(folder, 'signed.tar')]).stderr).toBe(verify(endless));
    expect(verify(folder)).toContain('code: PKG_SIGNATURE_INVALID');
    expect(verify(join(folder, 'nothing.tgz'))).toContain('code: PKG_CHART_NOT_FOUND');
    const keyring = (file: string): string => pkg(['verify', signed('x'), '--keyring', file]).stderr;
    expect(keyring('none.gpg')).toContain('code: PKG_FILE_UNREADABLE');
    expect(keyring('web/Chart.yaml')).toContain('code: PKG_KEYRING_INVALID');
    expect(keyring('/dev/null')).toContain('code: PKG_KEYRING_INVALID');
    // The home's own keybox, where no keyring is named.
    const mine = pkg(['verify', signed(made.by.get('stranger'))]);
    expect(mine.stdout, mine.stderr).toContain('stranger@x.test');
  });

  test('--verify and --prov of a repository, as helm', async () => {
    const served = temporaryFolder();
    cpSync(join(folder, NAME), join(served, NAME));
    writeFileSync(join(served, `${NAME}.prov`), made.by.get('rsa') ?? '');
    await makeIndex(served);
    const server = await startChartServer(served);
    try {
      const keys = ['--verify', '--keyring', join(folder, 'keys.gpg')];
      const cases: [string[], string | undefined][] = [
        [['pull', 'web', '--repo', server.url, ...keys], made.by.get('rsa')],
        [['template', 'web', '--repo', server.url, ...keys], made.by.get('rsa')],
        [['show', 'chart', 'web', '--repo', server.url, ...keys], made.by.get('rsa')],
        [['pull', 'web', '--repo', server.url, ...keys], made.by.get('stranger')],
        [['template', 'web', '--repo', server.url, ...keys], made.by.get('stranger')],
        [['show', 'chart', 'web', '--repo', server.url, ...keys], made.by.get('stranger')],
        [['template', 'web', '--repo', server.url, ...keys], made.by.get('rsa')?.replace('1.0.0', '1.0.1')],
      ];
      for (const [args, provenance] of cases) {
        writeFileSync(join(served, `${NAME}.prov`), provenance ?? '');
        const [theirs, ours] = await Promise.all(
          (['helm', 'pkg'] as const).map((program) =>
            run(program, args, { cwd: temporaryFolder(), home: temporaryFolder() }),
          ),
        );
        expect(ours?.status, `${args.join(' ')}\n${ours?.stderr}`).toBe(theirs?.status);
        expect(ours?.stderr).not.toContain('PKG_INTERNAL');
      }
      const into = temporaryFolder();
      writeFileSync(join(served, `${NAME}.prov`), made.by.get('rsa') ?? '');
      const pulled = await run('pkg', ['pull', 'web', '--repo', server.url, '--prov'], { cwd: into, home: into });
      expect(pulled.status, pulled.stderr).toBe(0);
      expect(readFileSync(join(into, `${NAME}.prov`), 'utf8')).toBe(made.by.get('rsa'));
    } finally {
      server.close();
    }
  });

  test('dependency update and build with --verify: an unsigned dependency changes nothing', async () => {
    const served = temporaryFolder();
    cpSync(join(folder, NAME), join(served, NAME));
    await makeIndex(served);
    const server = await startChartServer(served);
    try {
      for (const by of ['rsa', 'stranger', undefined]) {
        rmSync(join(served, `${NAME}.prov`), { force: true });
        if (by !== undefined) writeFileSync(join(served, `${NAME}.prov`), made.by.get(by) ?? '');
        for (const action of ['update', 'build']) {
          for (const program of ['helm', 'pkg'] as const) {
            const at = { cwd: temporaryFolder(), home: temporaryFolder() };
            const dependency = `- {name: web, version: 1.0.0, repository: "${server.url}"}`;
            const chart = `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n${dependency}\n`;
            writeFiles(join(at.cwd, 'app'), { 'Chart.yaml': chart });
            const args = ['dependency', action, 'app', '--verify', '--keyring', join(folder, 'keys.gpg')];
            const { status, stderr } = await run(program, args, at);
            const label = `${program} ${action} by ${by}: ${stderr}`;
            // `helm dependency build --verify` takes what has no signature at all; pkg takes nothing unsigned.
            const isLax = program === 'helm' && action === 'build' && by === undefined;
            expect(status, label).toBe(by === 'rsa' || isLax ? 0 : 1);
            if (program === 'helm') continue;
            expect(existsSync(join(at.cwd, 'app', 'charts', NAME)), label).toBe(by === 'rsa');
            expect(existsSync(join(at.cwd, 'app', 'Chart.lock')), label).toBe(by === 'rsa');
            if (by !== 'rsa') expect(stderr).toContain('code: PKG_SIGNATURE_INVALID');
          }
        }
      }
    } finally {
      server.close();
    }
  });

  const program = isThere ? findRegistry() : Promise.resolve(undefined);
  test('the provenance of another archive, and what is none, is not sent', () => {
    const other = Buffer.concat([archive, Buffer.of(0)]);
    const bundle = ['-o', join(folder, 'sent.tar')];
    for (const [path, isOwn] of [
      [signed(made.by.get('rsa')), true],
      [signed(made.by.get('rsa'), 'renamed.tgz'), true],
      [signed(made.by.get('rsa'), NAME, other), false],
      [signed('this is no provenance'), false],
    ] as const) {
      for (const args of [
        ['bundle', path, ...bundle],
        ['publish', path, temporaryFolder(), '--skip-lint'],
        ['push', path, 'oci://127.0.0.1:9/charts'],
      ]) {
        const { stderr } = pkg(args);
        expect(stderr.includes('code: PKG_SIGNATURE_INVALID'), `${args.join(' ')}: ${stderr}`).toBe(!isOwn);
      }
    }
  });

  test('publish --sign and push put the provenance into a registry, where both verify it', async () => {
    const found = await program;
    if (found === undefined) return;
    const registry = await startRegistry(found, 'none', true);
    try {
      const place = `oci://${registry.host}/signed`;
      const options = { cwd: folder, home: temporaryFolder() };
      const sign = ['--sign', '--keyring', 'secret.gpg', '--key', '<rsa@x.test>'];
      const published = await run('pkg', ['publish', 'web', place, '--plain-http', '--skip-lint', ...sign], options);
      expect(published.status, published.stderr).toBe(0);
      writeFileSync(join(folder, `${NAME}.prov`), made.by.get('rsa') ?? '');
      const pushed = await run('pkg', ['push', NAME, `${place}/by-hand`, '--plain-http'], options);
      expect(pushed.status, pushed.stderr).toBe(0);
      for (const from of [`${place}/web`, `${place}/by-hand/web`]) {
        for (const by of ['helm', 'pkg'] as const) {
          const pull = ['pull', from, '--version', '1.0.0', '--plain-http', '--verify', '--keyring'];
          const at = { cwd: temporaryFolder(), home: temporaryFolder() };
          const good = await run(by, [...pull, join(folder, 'keys.gpg')], at);
          expect(good.status, `${by} ${from}: ${good.stderr}`).toBe(0);
        }
      }
      const at = { cwd: temporaryFolder(), home: temporaryFolder() };
      const dependency = `- {name: web, version: 1.0.0, repository: "${place}"}`;
      const chart = `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n${dependency}\n`;
      writeFiles(join(at.cwd, 'app'), { 'Chart.yaml': chart });
      const update = ['dependency', 'update', 'app', '--plain-http', '--verify', '--keyring'];
      const good = await run('pkg', [...update, join(folder, 'keys.gpg')], at);
      expect(good.status, good.stderr).toBe(0);
      writeFileSync(join(folder, 'stranger.gpg'), gpg.run(['--export', gpg.fingerprint('stranger@x.test')]));
      const bad = await run('pkg', [...update, join(folder, 'stranger.gpg')], at);
      expect(bad.stderr).toContain('code: PKG_SIGNATURE_INVALID');
    } finally {
      await registry.close();
    }
  });
});
