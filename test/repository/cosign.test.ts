/** Signatures by keys: cosign verifies those of pkg, and pkg those of cosign, with the Referrers API and without. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { keyBundle, simplePayload, simpleSignature, statementOf } from '../support/attestation.ts';
import { findCosign, PASSWORD, startReferrersRegistry } from '../support/cosign.ts';
import { BUNDLE, digestOf, OciRepository } from '../support/oci.ts';
import { findRegistries, startRegistry } from '../support/registry.ts';
import { chartFiles, run } from './support.ts';
import type { Run } from './support.ts';

const [cosign, withApi, programs] = await Promise.all([findCosign(), startReferrersRegistry(), findRegistries()]);
const withTag = await Promise.all(
  programs.map(async ({ name, program }) => ({ name, registry: await startRegistry(program, 'none', true) })),
);
const tagHost = withTag[0]?.registry.host;
afterAll(async () => {
  withApi?.close();
  for (const { registry } of withTag) await registry.close();
});

const registries = [
  ...(withApi === undefined ? [] : [{ name: 'the Referrers API', host: withApi.host }]),
  ...withTag.map(({ name, registry }) => ({ name: `a tag in its place (${name})`, host: registry.host })),
];

let folder: string;
beforeAll(async () => {
  folder = temporaryFolder();
  writeFiles(join(folder, 'web'), chartFiles('web', '1.0.0'));
  await cosign?.(['generate-key-pair'], folder);
  for (const [name, { privateKey, publicKey }] of Object.entries({
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ed25519: generateKeyPairSync('ed25519'),
    weak: generateKeyPairSync('rsa', { modulusLength: 1024 }),
    other: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  })) {
    writeFileSync(join(folder, `${name}.key`), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writeFileSync(join(folder, `${name}.pub`), publicKey.export({ format: 'pem', type: 'spki' }));
  }
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const locked = { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: PASSWORD } as const;
  writeFileSync(join(folder, 'locked.key'), privateKey.export(locked));
});

function pkg(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  return run('pkg', [...args, '--plain-http'], {
    cwd: folder,
    home: folder,
    env: { COSIGN_PASSWORD: PASSWORD, ...env },
  });
}

async function published(place: OciRepository, key: string, more: readonly string[] = [], env = {}): Promise<Run> {
  const parent = place.reference.replace(/\/web$/, '');
  const made = await pkg(['publish', 'web', parent, '--cosign-key', key, ...more], env);
  expect(made.status, made.stderr).toBe(0);
  return made;
}

/** Runs cosign, which has to succeed. */
async function must(...args: readonly string[]): Promise<string> {
  const { status, output } = (await cosign?.(args, folder)) ?? { status: 0, output: '' };
  expect(status, output).toBe(0);
  return output;
}

const VERIFY = ['verify', '--allow-http-registry', '--insecure-ignore-tlog', '--key'];
const SIGN = ['sign', '--allow-http-registry', '--use-signing-config=false', '--tlog-upload=false', '-y', '--key'];

describe.skipIf(cosign === undefined).each(registries)('with $name', ({ host }) => {
  let count = 0;
  const next = (): OciRepository => new OciRepository(host, `a${count++}/charts/web`);
  const named = (place: OciRepository): string => `${place.host}/${place.path}:1.0.0`;

  test.each(['cosign', 'p256', 'p384', 'rsa', 'ed25519'])('pkg signs with the key %s', async (key) => {
    const place = next();
    await published(place, `${key}.key`);
    await must(...VERIFY, `${key}.pub`, named(place));
    const own = await pkg(['verify', `${place.reference}:1.0.0`, '--key', `${key}.pub`]);
    expect(own.status, own.stderr).toBe(0);
    expect(own.stdout).toMatch(/^Signed with key: SHA256:[\w+/]{43}=\nDigest verified: sha256:[0-9a-f]{64}\n$/);
  });

  test.each([
    ['as it signs by itself', []],
    ['in the older form', ['--new-bundle-format=false']],
  ])('cosign signs, %s', async (_name, more) => {
    const place = next();
    await published(place, 'p256.key');
    await must(...SIGN, 'cosign.key', ...more, named(place));
    const good = await pkg(['verify', `${place.reference}:1.0.0`, '--key', 'cosign.pub']);
    expect(good.status, good.stderr).toBe(0);
    const bad = await pkg(['verify', `${place.reference}:1.0.0`, '--key', 'rsa.pub']);
    expect(bad).toMatchObject({ status: 1, stdout: '' });
    expect(bad.stderr).toContain('code: PKG_SIGNATURE_INVALID ');
  });

  test('cosign signs an index that lists the chart', async () => {
    const place = next();
    await published(place, 'p256.key');
    const { bytes = Buffer.alloc(0) } = (await place.read('1.0.0')) ?? {};
    const chart = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(bytes),
      size: bytes.length,
    };
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [chart] }));
    await place.manifest(index, '1.0.0', mediaType);
    const verified = (key: string): Promise<Run> => pkg(['verify', `${place.reference}:1.0.0`, '--key', key]);
    expect((await verified('p256.pub')).stdout).toContain(`Digest verified: ${chart.digest}\n`);
    await must(...SIGN, 'cosign.key', named(place));
    await must(...VERIFY, 'cosign.pub', named(place));
    expect((await verified('cosign.pub')).stdout).toContain(`Digest verified: ${digestOf(index)}\n`);
    expect(await verified('p256.pub')).toMatchObject({ status: 1 });
  });

  test('both sign with several keys, one after the other', async () => {
    const place = next();
    await published(place, 'p256.key');
    await must(...SIGN, 'cosign.key', named(place));
    expect((await published(place, 'rsa.key')).stdout).toMatch(/\ssigned\s*$/);
    for (const key of ['p256', 'cosign', 'rsa']) {
      await must(...VERIFY, `${key}.pub`, named(place));
      const { status, stderr } = await pkg(['verify', `${place.reference}:1.0.0`, '--key', `${key}.pub`]);
      expect(status, stderr).toBe(0);
    }
  });

  test('push signs the chart', async () => {
    const place = next();
    const packed = await run('pkg', ['package', 'web'], { cwd: folder, home: folder });
    expect(packed.status, packed.stderr).toBe(0);
    const args = ['push', 'web-1.0.0.tgz', place.reference.replace(/\/web$/, ''), '--cosign-key', 'cosign.key'];
    const pushed = await pkg(args);
    expect(pushed.status, pushed.stderr).toBe(0);
    await must(...VERIFY, 'cosign.pub', named(place));
    const own = await pkg(['verify', `${place.reference}:1.0.0`, '--key', 'cosign.pub']);
    expect(own.status, own.stderr).toBe(0);
    expect(own.stdout).toContain(/^Digest: (\S+)$/m.exec(pushed.stdout)?.[1] ?? 'no digest');
    // Pushed again it keeps the one signature; with another key it has both.
    expect((await pkg(args)).stdout).toBe(pushed.stdout);
    expect((await pkg([...args.slice(0, -1), 'rsa.key'])).status).toBe(0);
    for (const key of ['cosign', 'rsa']) await must(...VERIFY, `${key}.pub`, named(place));
    const signers = await pkg(['verify', `${place.reference}:1.0.0`, '--key', 'rsa.pub']);
    expect(signers.stdout.match(/Signed with key/g)).toHaveLength(1);
  });

  test('with an invalid key nothing is written, and chart repositories accept no key', async () => {
    const place = next();
    const target = place.reference.replace(/\/web$/, '');
    await run('pkg', ['package', 'web'], { cwd: folder, home: folder });
    const weak = await pkg(['push', 'web-1.0.0.tgz', target, '--cosign-key', 'weak.key']);
    expect(weak).toMatchObject({ status: 1, stdout: '' });
    expect(weak.stderr).toContain('code: PKG_KEY_INVALID ');
    expect(await place.read('1.0.0')).toBeUndefined();
    const other = await pkg(['push', 'web-1.0.0.tgz', 'https://charts.example.com', '--cosign-key', 'p256.key']);
    expect(other.stderr).toContain('code: PKG_USAGE ');
  });

  test('signing again adds nothing', async () => {
    const place = next();
    const first = await published(place, 'p256.key', ['-o', 'json']);
    const [one] = (JSON.parse(first.stdout) as { published: { digest: string; changed: boolean }[] }).published;
    const before = await place.read(`sha256-${one?.digest.slice(7)}`);
    const again = await published(place, 'p256.key', ['-o', 'json']);
    expect(JSON.parse(again.stdout)).toMatchObject({
      published: [{ digest: one?.digest, changed: false, status: 'unchanged' }],
    });
    expect((await place.read(`sha256-${one?.digest.slice(7)}`))?.bytes).toEqual(before?.bytes);
  });

  test('several sign at the same time', async () => {
    const place = next();
    await published(place, 'p256.key');
    const keys = ['cosign', 'rsa', 'p384', 'ed25519'];
    expect.hasAssertions();
    await Promise.all(keys.map((key) => published(place, `${key}.key`)));
    // A writer that stood still for long may have written over another one; whoever publishes again mends that.
    for (const key of keys) await published(place, `${key}.key`);
    for (const key of keys) await must(...VERIFY, `${key}.pub`, named(place));
  });

  test('helm uses the signed chart', async () => {
    const place = next();
    await published(place, 'p256.key');
    const args = ['template', 'x', `${place.reference}`, '--plain-http', '--version', '1.0.0'];
    const { status, stdout, stderr } = await run('helm', args, { cwd: folder, home: temporaryFolder() });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('name: web');
  });

  test('a bundle carries signatures, and its push copies them', async () => {
    const place = next();
    await published(place, 'p256.key');
    await must(...SIGN, 'cosign.key', named(place));
    await must(...SIGN, 'cosign.key', '--new-bundle-format=false', named(place));
    // What is too much to be looked at whole is left out, and hinders nobody.
    const read = (await place.read('1.0.0'))?.bytes ?? Buffer.alloc(0);
    const subject = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(read),
      size: read.length,
    };
    const layers = await Promise.all(Array.from({ length: 8 }, (_, at) => place.blob(BUNDLE, `{"of":${at}}`)));
    await place.attach(subject, '{}', { layers });
    const bundled = await pkg(['bundle', `${place.reference}:1.0.0`, '-o', 'web.tar']);
    expect(bundled.status, bundled.stderr).toBe(0);
    const mirror = next();
    const push = ['bundle', 'push', 'web.tar', mirror.reference.replace(/\/web$/, '')];
    const pushed = await pkg(push);
    expect(pushed.status, pushed.stderr).toBe(0);
    expect((await mirror.read('1.0.0'))?.bytes).toEqual((await place.read('1.0.0'))?.bytes);
    for (const key of ['p256', 'cosign']) await must(...VERIFY, `${key}.pub`, named(mirror));
    await must(...VERIFY, 'cosign.pub', '--new-bundle-format=false', named(mirror));
    const again = await pkg(push);
    expect(again.stdout).toMatch(/\sunchanged\s*$/);
    // One that the mirror has of its own stays beside it.
    const own = digestOf((await mirror.read('1.0.0'))?.bytes ?? Buffer.alloc(0));
    const key = readFileSync(join(folder, 'rsa.key'));
    const { createPrivateKey } = await import('node:crypto');
    await mirror.tagged({ mediaType: '', digest: own, size: 0 }, [
      simpleSignature(simplePayload(own), createPrivateKey(key)),
    ]);
    expect((await pkg(push)).status).toBe(0);
    for (const one of ['rsa', 'cosign'])
      await must(...VERIFY, `${one}.pub`, '--new-bundle-format=false', named(mirror));
    for (const name of ['web.tar', 'web.tar#web']) {
      const verified = await pkg(['verify', name, '--key', 'p256.pub']);
      expect(verified.status, verified.stderr).toBe(0);
      expect(verified.stdout).toMatch(
        /^Chart: web 1\.0\.0\nSigned with key: SHA256:\S+\nDigest verified: sha256:\S+\n$/,
      );
    }
    for (const [args, code] of [
      [['--key', 'ed25519.pub'], 'PKG_SIGNATURE_INVALID'],
      [['--key', 'p256.pub', '--version', '9.9.9'], 'PKG_CHART_VERSION_NOT_FOUND'],
      [['--certificate-identity', 'ada'], 'PKG_USAGE'],
      // Without a key of cosign's a provenance is asked for, which this chart has not.
      [[], 'PKG_SIGNATURE_INVALID'],
    ] as const) {
      const wrong = await pkg(['verify', 'web.tar', ...args]);
      expect(wrong).toMatchObject({ status: 1, stdout: '' });
      expect(wrong.stderr).toContain(`code: ${code} `);
    }
    // The policy judges the chart of the bundle by what is carried.
    writeFileSync(
      join(folder, 'file.yaml'),
      `rules: [{charts: 'file://**', require: [{cosign: {key: cosign.pub}}]}]\n`,
    );
    const taken = await pkg(['template', 'web.tar', '--trust-policy', 'file.yaml']);
    expect(taken.status, taken.stderr).toBe(0);
    writeFileSync(
      join(folder, 'file.yaml'),
      `rules: [{charts: 'file://**', require: [{cosign: {key: ed25519.pub}}]}]\n`,
    );
    const refused = await pkg(['template', 'web.tar', '--trust-policy', 'file.yaml']);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('code: PKG_CHART_UNTRUSTED ');
  });
});

describe.skipIf(tagHost === undefined)('keys', () => {
  const place = (name: string): OciRepository => new OciRepository(tagHost ?? '', `keys/${name}/web`);

  test('with a password from a file', async () => {
    writeFileSync(join(folder, 'password'), `${PASSWORD}\n`);
    const target = place('locked').reference.replace(/\/web$/, '');
    const options = { cwd: folder, home: folder };
    const args = ['publish', 'web', target, '--plain-http', '--cosign-key', 'locked.key', '--passphrase-file'];
    const made = await run('pkg', [...args, 'password'], options);
    expect(made.status, made.stderr).toBe(0);
    writeFileSync(join(folder, 'wrong'), 'not this one\n');
    const refused = await run('pkg', [...args, 'wrong'], options);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('code: PKG_CREDENTIALS_FAILED ');
    expect(refused.stderr).not.toContain('not this one');
  });

  test.skipIf(cosign === undefined)('of cosign, with a wrong password', async () => {
    const args = ['publish', 'web', place('wrong').reference.replace(/\/web$/, ''), '--cosign-key', 'cosign.key'];
    const { status, stderr } = await pkg(args, { COSIGN_PASSWORD: 'wrong' });
    expect(status).toBe(1);
    expect(stderr).toContain('code: PKG_CREDENTIALS_FAILED ');
    // Without a terminal nobody can be asked.
    const asked = await run('pkg', [...args, '--plain-http'], { cwd: folder, home: folder });
    expect(asked.stderr).toContain('give --passphrase-file');
    // The key is read before anything is written.
    expect(await place('wrong').read('1.0.0')).toBeUndefined();
  });

  const bad: [string, string | undefined, RegExp][] = [
    ['weak.key', undefined, /RSA of 1024 bits/],
    ['other.key', undefined, /a key of this kind cannot sign charts: secp256k1/],
    ['p256.pub', undefined, /this is not a private key/],
    ['empty.key', '', /this is not a private key/],
    ['torn.key', '-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n', /cannot be read/],
    ['noise.key', sealed('{'), /damaged/],
    ['list.key', sealed('[]'), /damaged/],
    ['kdf.key', sealed('{"kdf":{"name":"bcrypt"}}'), /damaged/],
    [
      'huge.key',
      sealed(
        JSON.stringify({
          kdf: { name: 'scrypt', params: { N: 2 ** 30, r: 8, p: 1 }, salt: '' },
          cipher: { name: 'nacl/secretbox', nonce: '' },
          ciphertext: '',
        }),
      ),
      /parameters that cosign does not use/,
    ],
  ];
  test.each(bad)('that cannot be used: %s', async (name, content, why) => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    const { status, stderr } = await pkg([
      'publish',
      'web',
      place('bad').reference.replace(/\/web$/, ''),
      '--cosign-key',
      name,
    ]);
    expect(status).toBe(1);
    expect(stderr).toMatch(why);
    expect(stderr).toContain('code: PKG_KEY_INVALID ');
  });

  test('that cannot be used to verify', async () => {
    for (const name of ['p256.key', 'weak.pub', 'other.pub']) {
      const { status, stderr } = await pkg(['verify', place('locked').reference, '--key', name]);
      expect(status).toBe(1);
      expect(stderr).toContain('code: PKG_KEY_INVALID ');
    }
    const missing = await pkg(['verify', place('locked').reference, '--key', 'nowhere.pub']);
    expect(missing.stderr).toContain('code: PKG_FILE_UNREADABLE ');
  });

  test('for a chart outside of a registry', async () => {
    const made = await pkg(['publish', 'web', join(folder, 'index'), '--cosign-key', 'p256.key']);
    expect(made.stderr).toContain('code: PKG_USAGE ');
  });

  test('a chart that was replaced in the meantime is not signed', async () => {
    const target = place('replaced');
    await published(target, 'p256.key');
    // The same archive with other metadata, under the same tag: nothing that anybody here has seen.
    const layer = ((await target.read('1.0.0'))?.json as { layers: object[] } | undefined)?.layers[0];
    const config = await target.blob('application/vnd.cncf.helm.config.v1+json', '{"name":"web","version":"9.9.9"}');
    const manifest = (await target.read('1.0.0'))?.json;
    const evil = await target.blob('application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'another archive');
    for (const changed of [{ config }, { layers: [layer, evil] }]) {
      const other = await target.manifest({ ...manifest, ...changed }, '1.0.0');
      const again = await pkg(['publish', 'web', target.reference.replace(/\/web$/, ''), '--cosign-key', 'p256.key']);
      expect(again.status).toBe(1);
      expect(again.stderr).toContain('code: PKG_VERSION_PUBLISHED ');
      expect(await target.read(`sha256-${other.digest.slice(7)}`)).toBeUndefined();
    }
  });

  test('a signature that must also be in the log', async () => {
    const target = place('logged');
    await published(target, 'p256.key');
    const { createSigstore } = await import('../support/sigstore.ts');
    const sigstore = await createSigstore();
    writeFileSync(join(folder, 'root.json'), JSON.stringify(sigstore.root));
    const unlogged = await pkg(['verify', target.reference, '--key', 'p256.pub', '--trusted-root', 'root.json']);
    expect(unlogged.status).toBe(1);
    expect(unlogged.stderr).toMatch(/expected 1 tlog entries/);
    const read = (await target.read('1.0.0'))?.bytes ?? Buffer.alloc(0);
    const digest = digestOf(read);
    const { createPrivateKey } = await import('node:crypto');
    const key = createPrivateKey(readFileSync(join(folder, 'rsa.key')));
    const bundle = keyBundle(statementOf(digest), key);
    const envelope = bundle['dsseEnvelope'] as { payload: string; signatures: { sig: string }[] };
    const verifier = readFileSync(join(folder, 'rsa.pub')).toString('base64');
    const payloadHash = { algorithm: 'sha256', value: digestOf(Buffer.from(envelope.payload, 'base64')).slice(7) };
    const body = {
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: { payloadHash, signatures: [{ signature: envelope.signatures[0]?.sig, verifier }] },
    };
    const material = { publicKey: { hint: '' }, tlogEntries: [sigstore.log({ body })] };
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: read.length };
    const entry = await target.attach(subject, JSON.stringify({ ...bundle, verificationMaterial: material }));
    await target.list(subject, [entry]);
    const logged = await pkg(['verify', target.reference, '--key', 'rsa.pub', '--trusted-root', 'root.json']);
    expect(logged.status, logged.stderr).toBe(0);
  });
});

/** As cosign puts a key into a file. */
function sealed(json: string): string {
  const text = Buffer.from(json).toString('base64');
  return `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n${text}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n`;
}

describe.skipIf(cosign === undefined || withTag === undefined)('docs/signatures.md', () => {
  const docs = readFileSync(new URL('../../docs/signatures.md', import.meta.url), 'utf8');
  const block = (name: string): string =>
    new RegExp(`<!-- signatures: ${name} -->\n\n\`\`\`\\w+\n([^]*?)\n\`\`\``).exec(docs)?.[1] ?? '';

  test('the commands of the documentation work', async () => {
    const place = temporaryFolder();
    writeFiles(join(place, 'web'), chartFiles('web', '1.2.3'));
    const lines = block('keys').split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) {
      const [name, ...args] = line.replaceAll('registry.example.com', tagHost ?? '').split(' ');
      const insecure = name === 'pkg' ? ['--plain-http'] : args[0] === 'verify' ? ['--allow-http-registry'] : [];
      const all = [...args, ...insecure];
      const options = { cwd: place, home: place, env: { COSIGN_PASSWORD: PASSWORD } };
      const status = name === 'pkg' ? (await run('pkg', all, options)).status : (await cosign?.(all, place))?.status;
      expect(status, line).toBe(0);
    }
  });

  test('the policy of the documentation is valid', async () => {
    const { readTrustPolicy, ruleFor } = await import('../../src/repository/signatures/trust-policy.ts');
    const file = join(temporaryFolder(), 'trust.yaml');
    writeFileSync(file, block('policy'));
    const policy = await readTrustPolicy({ file, isNamed: true });
    expect(ruleFor(policy, ['oci://registry.example.com/charts/web'])).toMatchObject({ number: 1, require: [{}, {}] });
    expect(ruleFor(policy, ['https://charts.example.com/web'])?.number).toBe(2);
    expect(ruleFor(policy, ['https://mirror.example.org/open/web'])?.require).toEqual([]);
    expect(ruleFor(policy, ['https://elsewhere.example/web'])).toBeUndefined();
  });
});
