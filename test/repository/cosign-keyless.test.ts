/**
 * Signatures by certificates with an identity, with authorities and logs of the tests; cosign gives the same results.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { keylessBundle, simpleKeyless, simplePayload, statementOf, envelopeOf } from '../support/attestation.ts';
import type { Keyless } from '../support/attestation.ts';
import { findCosign, startReferrersRegistry } from '../support/cosign.ts';
import { OciRepository } from '../support/oci.ts';
import type { Descriptor } from '../support/oci.ts';
import { createSigstore } from '../support/sigstore.ts';
import type { Sigstore } from '../support/sigstore.ts';
import { chartFiles, run } from './support.ts';
import type { Run } from './support.ts';

const HOUR = 3_600_000;
const IDENTITY = 'https://ci.example.com/team/charts/release.yml@refs/heads/main';
const ISSUER = 'https://token.example.com';
const LEAF = { identity: IDENTITY, issuer: ISSUER };

const [cosign, registry] = await Promise.all([findCosign(), startReferrersRegistry()]);
afterAll(() => registry?.close());

describe.skipIf(registry === undefined)('a certificate instead of a key', () => {
  let sigstore: Sigstore;
  let folder: string;
  let archive: Buffer;
  let count = 0;

  beforeAll(async () => {
    sigstore = await createSigstore();
    folder = temporaryFolder();
    writeFiles(join(folder, 'web'), chartFiles('web', '1.0.0'));
    await run('pkg', ['package', 'web'], { cwd: folder, home: folder });
    archive = readFileSync(join(folder, 'web-1.0.0.tgz'));
    writeFileSync(join(folder, 'root.json'), JSON.stringify(sigstore.root));
  });

  async function chart(): Promise<{ place: OciRepository; subject: Descriptor }> {
    const place = new OciRepository(registry?.host ?? '', `of${count++}/web`);
    return { place, subject: await place.chart('web', '1.0.0', archive) };
  }

  /** A chart with one signature. */
  async function signed(
    made: Keyless,
    change: (bundle: Record<string, unknown>) => object = (same) => same,
  ): Promise<OciRepository> {
    const { place, subject } = await chart();
    const bundle = await keylessBundle(sigstore, subject.digest, { leaf: LEAF, ...made });
    await place.attach(subject, JSON.stringify(change(bundle)));
    return place;
  }

  const WHO = ['--certificate-identity', IDENTITY, '--certificate-oidc-issuer', ISSUER];

  function verify({ reference }: OciRepository, who: readonly string[] = WHO, root = 'root.json'): Promise<Run> {
    const args = ['verify', `${reference}:1.0.0`, '--plain-http', '--trusted-root', root, ...who];
    return run('pkg', args, { cwd: folder, home: folder });
  }

  /** The verdict of both programs, which is the same; `differs` where cosign is less strict. */
  async function judged(
    place: OciRepository,
    who: readonly string[] = WHO,
    more: readonly string[] = [],
  ): Promise<Run> {
    const ours = await verify(place, who);
    if (cosign === undefined) return ours;
    const args = ['verify', '--allow-http-registry', '--trusted-root', 'root.json', ...who, ...more];
    const theirs = await cosign([...args, `${place.host}/${place.path}:1.0.0`], folder);
    expect(theirs.status === 0, `cosign: ${theirs.output}\npkg: ${ours.stderr}`).toBe(ours.status === 0);
    return ours;
  }

  test('accepts the named identity of a trusted authority', async () => {
    const { status, stdout, stderr } = await judged(await signed({}));
    expect(status, stderr).toBe(0);
    expect(stdout).toContain(`Signed by: ${IDENTITY} (${ISSUER})\nDigest verified: sha256:`);
  });

  test('accepts a timestamp instead of the time of the log', async () => {
    const place = await signed({ timestamp: true, logged: { promise: false } });
    const { status, stderr } = await judged(place, WHO, ['--use-signed-timestamps']);
    expect(status, stderr).toBe(0);
  });

  test('accepts version 2 of the log, which has no time', async () => {
    const stamped = { timestamp: true, logged: { isSecond: true } } as const;
    const { status, stderr } = await judged(await signed(stamped), WHO, ['--use-signed-timestamps']);
    expect(status, stderr).toBe(0);
    const timeless = await judged(await signed({ logged: { isSecond: true } }));
    expect(timeless.stderr).toMatch(/expected 1 timestamps/);
    const by = await sigstore.issue(LEAF);
    const foreign = await judged(await signed({ timestamp: true, logged: { isSecond: true, by } }), WHO, [
      '--use-signed-timestamps',
    ]);
    expect(foreign.stderr).toMatch(/its log has the signature of another certificate/);
  });

  test('accepts the oldest kind of entry', async () => {
    const { status, stderr } = await judged(await signed({ logged: { isOldest: true } }));
    expect(status, stderr).toBe(0);
    const by = await sigstore.issue(LEAF);
    const foreign = await judged(await signed({ logged: { isOldest: true, by } }));
    expect(foreign.stderr).toMatch(/its log has the signature of another certificate/);
  });

  test('accepts an e-mail address, by regular expressions', async () => {
    const place = await signed({ leaf: { identity: 'ada@example.com', issuer: ISSUER } });
    const who = [
      '--certificate-identity-regexp',
      '^[a-z]+@example\\.com$',
      '--certificate-oidc-issuer-regexp',
      'token',
    ];
    const { status, stdout, stderr } = await judged(place, who);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('Signed by: ada@example.com');
  });

  test('accepts the older format', async () => {
    const { place, subject } = await chart();
    await place.tagged(subject, [await simpleKeyless(sigstore, simplePayload(subject.digest, 'elsewhere/web'), LEAF)]);
    const { status, stderr } = await judged(place, WHO, ['--new-bundle-format=false']);
    expect(status, stderr).toBe(0);
  });

  const other = { identity: 'https://ci.example.com/others', issuer: ISSUER };
  const refused: [string, RegExp, Keyless][] = [
    ['somebody else', /has the identity 'https:\/\/ci\.example\.com\/others'/, { leaf: other }],
    [
      'another issuer',
      /has the issuer 'https:\/\/evil/,
      { leaf: { identity: IDENTITY, issuer: 'https://evil.example' } },
    ],
    ['a certificate that had expired', /certificate/, { leaf: { ...LEAF, notAfter: new Date(Date.now() - 30_000) } }],
    [
      'a certificate that was not valid yet',
      /certificate/,
      {
        leaf: { ...LEAF, notBefore: new Date(Date.now() + HOUR), notAfter: new Date(Date.now() + 2 * HOUR) },
      },
    ],
    ['a certificate for something else', /not for code signing/, { leaf: { ...LEAF, usage: 'serverAuth' } }],
    ['a certificate that no log knows', /expected 1 SCTs/, { leaf: { ...LEAF, sct: 'missing' } }],
    ['a certificate that another log knows', /SCT verification failed/, { leaf: { ...LEAF, sct: 'forged' } }],
    ['no entry of the log', /expected 1/, { unlogged: true }],
    ['no entry of the log, with a timestamp', /expected 1 tlog entries/, { unlogged: true, timestamp: true }],
    ['an entry that another log holds', /root hash|inclusion/i, { logged: { proof: 'other root' } }],
    ['an entry of another time', /certificate/, { logged: { integratedTime: new Date(Date.now() - HOUR) } }],
    ['no time at all', /expected 1 timestamps/, { logged: { promise: false } }],
    [
      'a signature of another digest',
      /was made for sha256:0{64}/,
      { statement: statementOf(`sha256:${'0'.repeat(64)}`) },
    ],
  ];
  test.each(refused)('refuses: %s', async (_name, why, made) => {
    const { status, stdout, stderr } = await judged(
      await signed(made),
      WHO,
      made.timestamp === true ? ['--use-signed-timestamps'] : [],
    );
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/code: PKG_SIGNATURE_INVALID /);
    expect(stderr).toMatch(why);
    expect(stderr).not.toContain('    at ');
  });

  test('refuses the entry of another artifact', async () => {
    const issued = await sigstore.issue(LEAF);
    const envelope = envelopeOf(statementOf(`sha256:${'1'.repeat(64)}`), issued.key);
    const { status, stderr } = await judged(await signed({ logged: { envelope } }));
    expect(status).toBe(1);
    expect(stderr).toMatch(/tlog entry signature mismatch/);
  });

  test('refuses an entry of another certificate', async () => {
    const { status, stderr } = await judged(await signed({ logged: { by: await sigstore.issue(LEAF) } }));
    expect(status).toBe(1);
    expect(stderr).toMatch(/its log has the signature of another certificate/);
  });

  test('refuses the certificate of another identity', async () => {
    const { status, stderr } = await judged(await signed({ shown: await sigstore.issue(LEAF), leaf: other }));
    expect(status).toBe(1);
    expect(stderr).toContain('PKG_SIGNATURE_INVALID');
  });

  test('refuses a certificate of another authority', async () => {
    const place = await signed({});
    const stranger = await createSigstore();
    writeFileSync(join(folder, 'stranger.json'), JSON.stringify(stranger.root));
    const { status, stderr } = await verify(place, WHO, 'stranger.json');
    expect(status).toBe(1);
    expect(stderr).toMatch(/certificate/);
  });

  test('a trust root without logs requires none, but a time', async () => {
    writeFileSync(join(folder, 'small.json'), JSON.stringify({ ...sigstore.root, ctlogs: [], tlogs: [] }));
    const leaf = { ...LEAF, sct: 'missing' } as const;
    const stamped = await verify(await signed({ leaf, unlogged: true, timestamp: true }), WHO, 'small.json');
    expect(stamped.status, stamped.stderr).toBe(0);
    const never = await verify(await signed({ leaf, unlogged: true }), WHO, 'small.json');
    expect(never.stderr).toMatch(/expected 1 timestamps/);
    expect(never.status).toBe(1);
  });

  test('refuses a statement that is not a signature', async () => {
    const { place, subject } = await chart();
    const statement = statementOf(subject.digest, { predicateType: 'https://cosign.sigstore.dev/attestation/vuln/v1' });
    await place.attach(
      subject,
      JSON.stringify(await keylessBundle(sigstore, subject.digest, { leaf: LEAF, statement })),
    );
    const { status, stderr } = await verify(place);
    expect(status).toBe(1);
    expect(stderr).toContain('it is not a signature: it states https://cosign.sigstore.dev/attestation/vuln/v1');
  });
});
