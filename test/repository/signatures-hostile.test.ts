/** Hostile signatures, lists of signatures and registries: no chart is accepted, and the error says why. */
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeSignatures } from '../../src/repository/signatures/judge-chart.ts';
import type { SignatureArtifact } from '../../src/repository/signatures/signature-artifact.ts';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { envelopeOf, keyBundle, simplePayload, simpleSignature, statementOf } from '../support/attestation.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import type { Cut } from '../support/cutting-proxy.ts';
import { RUNS, SEED } from '../support/generation.ts';
import { BUNDLE, digestOf, OciRepository } from '../support/oci.ts';
import type { Descriptor } from '../support/oci.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { chartFiles, run, startPkg } from './support.ts';
import type { Run } from './support.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';
const OTHER_DIGEST = `sha256:${'0'.repeat(64)}`;

const program = await findRegistry();
const registry = program === undefined ? undefined : await startRegistry(program, 'none', true);
afterAll(async () => registry?.close());

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

let folder: string;
const archives = new Map<string, Buffer>();
beforeAll(async () => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'key.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
  writeFileSync(join(folder, 'own.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(join(folder, 'trust.yaml'), "rules: [{charts: '**', require: [{cosign: {key: key.pub}}]}]\n");
  for (const [name, version] of [
    ['web', '1.0.0'],
    ['web', '2.0.0'],
    ['api', '1.0.0'],
  ] as const) {
    const place = temporaryFolder();
    writeFiles(join(place, name), chartFiles(name, version));
    await run('pkg', ['package', name, '-d', folder], { cwd: place, home: folder });
    archives.set(`${name}-${version}`, readFileSync(join(folder, `${name}-${version}.tgz`)));
  }
});

type Signature = { payload: string; annotations: object };

describe.skipIf(registry === undefined)('a registry', () => {
  let count = 0;
  const next = (name = 'web'): OciRepository => new OciRepository(registry?.host ?? '', `h${count++}/${name}`);
  const archive = (name: string): Buffer => archives.get(name) ?? Buffer.alloc(0);

  async function chart(): Promise<{ place: OciRepository; subject: Descriptor }> {
    const place = next();
    return { place, subject: await place.chart('web', '1.0.0', archive('web-1.0.0')) };
  }

  function take(reference: string, version = '1.0.0', more: readonly string[] = []): Promise<Run> {
    const args = ['template', reference, '--version', version, '--plain-http', '--trust-policy', 'trust.yaml', ...more];
    return run('pkg', args, { cwd: folder, home: folder });
  }

  async function expectTaken(reference: string): Promise<void> {
    const { status, stdout, stderr } = await take(reference);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('name: web');
  }

  async function expectRefused(
    reference: string,
    why: RegExp,
    code = 'PKG_CHART_UNTRUSTED',
    version = '1.0.0',
  ): Promise<void> {
    const { status, stdout, stderr } = await take(reference, version);
    expect(stderr).toMatch(why);
    expect(stderr).toContain(`code: ${code} `);
    expect(stderr).not.toMatch(/^ +at .*:\d+:\d+\)?$/m);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  }

  const good = (digest: string, key: KeyObject = privateKey): string =>
    JSON.stringify(keyBundle(statementOf(digest), key));

  test('with one valid signature', async () => {
    const { place, subject } = await chart();
    await place.list(subject, [await place.attach(subject, good(subject.digest))]);
    await expectTaken(place.reference);
  });

  test('without a signature', async () => {
    await expectRefused((await chart()).place.reference, /there is no signature/);
  });

  const bundles: [string, RegExp, (digest: string) => string | Buffer][] = [
    ['of another digest', /made for sha256:0{64}/, () => good(OTHER_DIGEST)],
    ['of another key', /not made with the key/, (digest) => good(digest, stranger)],
    ['no JSON', /cannot be read/, () => 'no JSON'],
    ['an empty one', /cannot be read/, () => '{}'],
    ['a list', /cannot be read/, () => '[]'],
    ['null', /cannot be read/, () => 'null'],
    ['too large', /too large/, () => Buffer.alloc(2 << 20, ' ')],
    ['deeply nested', /cannot be read/, () => '['.repeat(500_000)],
    ['no statement', /not an in-toto statement/, () => JSON.stringify(keyBundle(['a list'], privateKey))],
    [
      'without a subject',
      /made for nothing/,
      (digest) => JSON.stringify(keyBundle(statementOf(digest, { subject: null }), privateKey)),
    ],
    [
      'two signatures in one envelope',
      /dsseEnvelope\.signatures/,
      (digest) => {
        const bundle = keyBundle(statementOf(digest), privateKey);
        const envelope = envelopeOf(statementOf(digest), privateKey);
        return JSON.stringify({
          ...bundle,
          dsseEnvelope: { ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] },
        });
      },
    ],
    [
      'a signed message',
      /not a signed statement/,
      (digest) =>
        JSON.stringify({
          mediaType: BUNDLE,
          verificationMaterial: { publicKey: { hint: '' } },
          messageSignature: {
            messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(digest.slice(7), 'hex').toString('base64') },
            signature: 'AAAA',
          },
        }),
    ],
    [
      'very many entries of logs',
      /more than 16|cannot be read/,
      (digest) => {
        const entry = { logIndex: '1', logId: { keyId: 'AAAA' }, integratedTime: '1', canonicalizedBody: 'AAAA' };
        const tlogEntries = Array.from({ length: 500 }, () => ({
          ...entry,
          kindVersion: { kind: 'dsse', version: '0.0.1' },
          inclusionProof: { logIndex: '1', rootHash: 'AAAA', treeSize: '1', hashes: [], checkpoint: { envelope: 'x' } },
        }));
        return JSON.stringify({
          ...keyBundle(statementOf(digest), privateKey),
          verificationMaterial: { publicKey: { hint: '' }, tlogEntries },
        });
      },
    ],
  ];
  test.each(bundles)('with a bundle: %s', async (_name, why, made) => {
    const { place, subject } = await chart();
    const bad = await place.attach(subject, made(subject.digest));
    await place.list(subject, [bad]);
    await expectRefused(place.reference, why);
    // It does not hide a valid one.
    await place.list(subject, [bad, await place.attach(subject, good(subject.digest))]);
    await expectTaken(place.reference);
  });

  const texts: [string, RegExp, (digest: string) => Signature][] = [
    ['of another digest', /made for sha256:0{64}/, () => simpleSignature(simplePayload(OTHER_DIGEST), privateKey)],
    ['of another key', /not made with the key/, (digest) => simpleSignature(simplePayload(digest), stranger)],
    [
      'of something else',
      /not a signature of cosign/,
      (digest) => simpleSignature(simplePayload(digest, '', 'else'), privateKey),
    ],
    ['no JSON', /not a signature of cosign/, () => simpleSignature('no JSON', privateKey)],
    ['no signature', /not made with the key/, (digest) => ({ payload: simplePayload(digest), annotations: {} })],
    [
      'a certificate that is none',
      /cannot be read/,
      (digest) => {
        const signed = simpleSignature(simplePayload(digest), privateKey);
        return {
          ...signed,
          annotations: { ...signed.annotations, 'dev.sigstore.cosign/certificate': 'none' },
        };
      },
    ],
    [
      'an entry of a log that is none',
      /cannot be read/,
      (digest) => {
        const signed = simpleSignature(simplePayload(digest), privateKey);
        return { ...signed, annotations: { ...signed.annotations, 'dev.sigstore.cosign/bundle': '{' } };
      },
    ],
  ];
  test.each(texts)('with the older format: %s', async (_name, why, made) => {
    const { place, subject } = await chart();
    const bad = made(subject.digest);
    await place.tagged(subject, [bad]);
    await expectRefused(place.reference, why);
    await place.tagged(subject, [bad, simpleSignature(simplePayload(subject.digest), privateKey)]);
    await expectTaken(place.reference);
  });

  test('the reference in the older format is not checked, because charts are copied', async () => {
    const { place, subject } = await chart();
    await place.tagged(subject, [
      simpleSignature(simplePayload(subject.digest, 'elsewhere.example/other'), privateKey),
    ]);
    await expectTaken(place.reference);
  });

  test('with very many signatures', async () => {
    const { place, subject } = await chart();
    const wrong = Array.from({ length: 200 }, (_, at) =>
      simpleSignature(simplePayload(subject.digest, `registry/${at}`), stranger),
    );
    const right = simpleSignature(simplePayload(subject.digest), privateKey);
    await place.tagged(subject, [...wrong, right]);
    await expectRefused(place.reference, /only the first 64 signatures of 201 are looked at|not made with the key/);
    await place.tagged(subject, [right, ...wrong]);
    await expectTaken(place.reference);
  });

  test('with a list of thousands of other artifacts', async () => {
    const { place, subject } = await chart();
    const signature = await place.attach(subject, good(subject.digest));
    const others = Array.from({ length: 6000 }, (_, at) => ({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(Buffer.from(String(at))),
      size: 100,
      artifactType: 'application/spdx+json',
    }));
    await withFront(
      place,
      'referrers',
      { body: JSON.stringify({ schemaVersion: 2, manifests: [...others, signature] }) },
      expectTaken,
    );
    // Of so many that may be signatures not all are fetched.
    const alike = others.slice(0, 500).map((one) => ({ ...one, artifactType: BUNDLE }));
    const many = JSON.stringify({ schemaVersion: 2, manifests: [...alike, signature] });
    const requests = await withFront(place, 'referrers', { body: many }, (reference) =>
      expectRefused(reference, /only the first 64 of 501 signatures/),
    );
    expect(requests.length).toBeLessThan(150);
  });

  test('with endless lists', async () => {
    const { place, subject } = await chart();
    const url = `/v2/${place.path}/referrers/${subject.digest}`;
    const body = JSON.stringify({ schemaVersion: 2, manifests: [] });
    const refused = (reference: string): Promise<void> =>
      expectRefused(reference, /has no end/, 'PKG_REPOSITORY_INVALID');
    await withFront(place, 'referrers', { body, headers: { link: `<${url}>; rel="next"` } }, refused);
    let page = 0;
    await withFront(
      place,
      'referrers',
      () => ({ body, headers: { link: `<${url}?page=${page++}>; rel="next"` } }),
      refused,
    );
    expect(page).toBeLessThan(200);
  });

  test('with a list that continues at another server', async () => {
    const { place } = await chart();
    const body = JSON.stringify({ schemaVersion: 2, manifests: [] });
    let page = 0;
    const answer = (): { body: string; headers: Record<string, string> } =>
      page++ === 0
        ? { body, headers: { link: '<http://127.0.0.1:1/v2/x/referrers/y>; rel="next"' } }
        : { body, headers: {} };
    // The path is asked of the registry itself.
    const requests = await withFront(place, 'referrers', answer, (reference) =>
      expectRefused(reference, /there is no signature/),
    );
    expect(requests).toContainEqual(expect.stringContaining('/v2/x/referrers/y'));
  });

  test.each([
    [500, 'PKG_REPOSITORY_UNREACHABLE'],
    [403, 'PKG_REPOSITORY_UNAUTHORIZED'],
  ])('with status %i for a list', async (status, code) => {
    const { place, subject } = await chart();
    await place.list(subject, [await place.attach(subject, good(subject.digest))]);
    await withFront(place, 'referrers', { status }, (reference) =>
      expectRefused(reference, new RegExp(String(status)), code),
    );
  });

  test('with content that differs from its digest, or is missing', async () => {
    const { place, subject } = await chart();
    const signature = await place.attach(subject, good(subject.digest));
    await place.list(subject, [signature]);
    const layers = (await place.read(signature.digest))?.json['layers'] as { digest: string }[];
    const blob = layers[0]?.digest ?? '';
    await withFront(place, `blobs/${blob}`, { body: good(subject.digest, stranger) }, (reference) =>
      expectRefused(reference, /not the one in the index or manifest/),
    );
    await withFront(place, `blobs/${blob}`, { status: 404 }, (reference) =>
      expectRefused(reference, /its content is missing/),
    );
    await withFront(place, `manifests/${signature.digest}`, { body: '{}' }, (reference) =>
      expectRefused(reference, /not the one in the index or manifest/),
    );
  });

  test('with a tag that moves between two requests', async () => {
    const { place, subject } = await chart();
    await place.list(subject, [await place.attach(subject, good(subject.digest))]);
    const first = (await place.read('1.0.0'))?.bytes ?? Buffer.alloc(0);
    const evil = temporaryFolder();
    writeFiles(join(evil, 'web'), { ...chartFiles('web', '1.0.0'), 'values.yaml': 'evil: true\n' });
    await run('pkg', ['package', 'web'], { cwd: evil, home: evil });
    const second = await next().chart('web', '1.0.0', readFileSync(join(evil, 'web-1.0.0.tgz')));
    const bad = await place.chart('web', '1.0.0', readFileSync(join(evil, 'web-1.0.0.tgz')));
    expect(bad.digest).toBe(second.digest);
    const evilManifest = (await place.read('1.0.0'))?.bytes ?? Buffer.alloc(0);
    // Whenever it moves, what is taken is what was judged.
    for (let at = 1; at <= 8; at++) {
      await place.manifest(first, '1.0.0');
      const moved = await moving(place, at, evilManifest, ['--show-only', 'templates/object.yaml']);
      if (moved.status === 0) expect(moved.stdout).not.toContain('evil');
      else expect(moved.stderr).toContain('code: PKG_CHART_UNTRUSTED ');
      await place.manifest(evilManifest, '1.0.0');
      const back = await moving(place, at, first);
      if (back.status !== 0) expect(back.stderr).toContain('code: PKG_CHART_UNTRUSTED ');
    }
  });

  /** Moves the tag before a request. */
  async function moving(place: OciRepository, at: number, to: Buffer, more: readonly string[] = []): Promise<Run> {
    const proxy = await startCuttingProxy(place.host, async (number) => {
      if (number === at) await place.manifest(to, '1.0.0');
      return undefined;
    });
    try {
      return await take(`oci://${proxy.host}/${place.path}`, '1.0.0', more);
    } finally {
      proxy.close();
    }
  }

  test('with a signed chart in place of another, and an old version under a new tag', async () => {
    const { place, subject } = await chart();
    await place.list(subject, [await place.attach(subject, good(subject.digest))]);
    const manifest = (await place.read('1.0.0'))?.bytes ?? Buffer.alloc(0);
    await place.manifest(manifest, '3.0.0');
    await expectRefused(place.reference, /is not the chart that was asked for/, 'PKG_CHART_UNTRUSTED', '3.0.0');
    const api = next('api');
    const copied = await api.chart('web', '1.0.0', archive('web-1.0.0'));
    expect(copied.digest).toBe(subject.digest);
    await api.list(copied, [await api.attach(copied, good(copied.digest))]);
    await expectRefused(api.reference, /is not the chart that was asked for/);
  });

  test('with a list of manifests in place of a chart: it or the chart has to be signed', async () => {
    const { place, subject } = await chart();
    const list = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [subject] }));
    const listed = await place.manifest(list, '1.0.0', INDEX);
    await expectRefused(place.reference, /there is no signature/);
    await place.list(subject, [await place.attach(subject, good(subject.digest))]);
    await expectTaken(place.reference);
    // A signature of the chart is none of the list.
    await place.list(listed, [await place.attach(listed, good(subject.digest))]);
    await expectRefused(place.reference, /a signature is not accepted/);
    await place.list(listed, [await place.attach(listed, good(listed.digest))]);
    await place.list(subject, []);
    await expectTaken(place.reference);
  });

  test('with a list of referrers that others overwrite', async () => {
    const { place, subject } = await chart();
    const tag = `sha256-${subject.digest.slice(7)}`;
    let left = 2;
    const proxy = await startCuttingProxy(place.host, (_number, request) => {
      if (request.method === 'GET' && request.url?.endsWith(tag) && left-- > 0) return emptied();
      return undefined;
    });
    const emptied = async (): Promise<undefined> => {
      await place.list(subject, []);
      return undefined;
    };
    const { signInRegistry } = await import('../../src/repository/signatures/attach-signature.ts');
    const { DEFAULT_SETTINGS, Remotes } = await import('../../src/repository/remotes.ts');
    const settings = { ...DEFAULT_SETTINGS, registry: { ...DEFAULT_SETTINGS.registry, plainHttp: true } };
    const remotes = new Remotes({ HELM_CACHE_HOME: folder }, () => undefined, settings);
    const reference = { host: proxy.host, path: place.path };
    await signInRegistry({ reference, digest: subject.digest, size: subject.size }, privateKey, new Date(), remotes);
    await remotes.close();
    proxy.close();
    expect(left).toBeLessThan(0);
    await expectTaken(place.reference);
  });

  test('killed at each request, publishing can be repeated', { timeout: 240_000 }, async () => {
    writeFiles(join(folder, 'charts/web'), chartFiles('web', '1.0.0'));
    const args = (host: string, path: string): string[] => [
      ...['publish', 'charts/web', `oci://${host}/${path}`, '--plain-http', '--cosign-key', 'own.key'],
    ];
    const options = { cwd: folder, home: folder };
    for (let at = 1; at < 100; at++) {
      const place = next();
      const parent = place.path.replace(/\/web$/, '');
      let kill = (): void => undefined;
      const proxy = await startCuttingProxy(place.host, (number): Cut | undefined => {
        if (number !== at) return undefined;
        kill();
        return 'hang';
      });
      const started = startPkg(args(proxy.host, parent), options);
      kill = () => void started.child.kill('SIGKILL');
      const { status } = await started.ended;
      proxy.close();
      const again = await run('pkg', args(place.host, parent), options);
      expect(again.status, again.stderr).toBe(0);
      const verified = await run('pkg', ['verify', place.reference, '--plain-http', '--key', 'key.pub'], options);
      expect(verified.status, verified.stderr).toBe(0);
      if (status === 0) return;
    }
    throw new Error('it never came to its end');
  });

  /** Answers requests whose path has a text by itself; gives what was asked for. */
  async function withFront(
    place: OciRepository,
    text: string,
    answer: Partial<Exclude<Cut, string>> | (() => Partial<Exclude<Cut, string>>),
    work: (reference: string) => Promise<void>,
  ): Promise<string[]> {
    const proxy = await startCuttingProxy(place.host, (_number, { url }: IncomingMessage) => {
      if (!url?.includes(text)) return undefined;
      return { status: 200, ...(typeof answer === 'function' ? answer() : answer) };
    });
    try {
      await work(`oci://${proxy.host}/${place.path}`);
      return proxy.requests;
    } finally {
      proxy.close();
    }
  }
});

describe('any bundle', () => {
  const digest = digestOf(Buffer.from('a manifest'));
  const good = keyBundle(statementOf(digest), privateKey);

  function judge(bundle: string): number {
    const bytes = Buffer.from(bundle);
    const layer = { mediaType: BUNDLE, digest: digestOf(bytes), size: bytes.length };
    const manifest = Buffer.from(JSON.stringify({ layers: [layer] }));
    const artifact: SignatureArtifact = { form: 'referrer', manifest, blobs: new Map([[layer.digest, bytes]]) };
    return judgeSignatures({ artifacts: [artifact], problems: [] }, digest, { key: publicKey, root: undefined }).signers
      .length;
  }

  test('the valid one', () => {
    expect(judge(JSON.stringify(good))).toBe(1);
  });

  test('with any part replaced counts only if the signed content is unchanged', () => {
    const paths = pathsOf(good);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const changed = replaced(good, path, value);
        const isWhole =
          JSON.stringify((changed as typeof good)['dsseEnvelope']) === JSON.stringify(good['dsseEnvelope']);
        const signers = judge(JSON.stringify(changed));
        expect(signers).toBeLessThanOrEqual(isWhole ? 1 : 0);
      }),
      { seed: SEED, numRuns: 400 * RUNS },
    );
  });

  test('with any byte changed', () => {
    const text = Buffer.from(JSON.stringify(good));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(text);
        changed[at] = (changed[at] ?? 0) ^ by;
        // It does not throw; whether it counts depends on where it was changed.
        expect(judge(changed.toString('latin1'))).toBeLessThan(2);
      }),
      { seed: SEED, numRuns: 400 * RUNS },
    );
  });
});

type Path = readonly string[];

function pathsOf(value: unknown, above: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [above];
  return [above, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...above, key]))].filter(
    (path) => path.length > 0,
  );
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> = Array.isArray(value)
    ? ([...(value as unknown[])] as never)
    : { ...(value as object) };
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
