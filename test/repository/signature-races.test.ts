/** Two processes add signatures of one chart to the same tag of a registry: neither is lost. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../chart/support.ts';
import { simplePayload, simpleSignature } from '../support/attestation.ts';
import { digestOf, OciRepository } from '../support/oci.ts';
import { findRegistry, startRegistry } from '../support/registry.ts';
import { chartFiles, run } from './support.ts';
import type { Run } from './support.ts';

const program = await findRegistry();
const registry = program === undefined ? undefined : await startRegistry(program, 'none', true);

/** Called after the registry has taken a manifest under a tag, before the writer has its answer. */
let afterWrite: (tag: string) => Promise<void> = async () => undefined;

/** Stands before the registry, so that a test can write between two requests of pkg. */
let relay: Server;
let relayHost: string;
const folder = temporaryFolder();
const KEYS = ['a', 'b'] as const;

beforeAll(async () => {
  const port = Number(registry?.host.split(':')[1]);
  relay = createServer((request, response) => {
    const { method, url = '', headers } = request;
    const upstream = httpRequest({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      const forward = (): void => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      };
      const tag = /\/manifests\/(sha256-[^/]+)$/.exec(url)?.[1];
      if (method === 'PUT' && tag !== undefined) afterWrite(tag).then(forward, () => response.destroy());
      else forward();
    });
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  relayHost = `127.0.0.1:${(relay.address() as AddressInfo).port}`;
  writeFiles(join(folder, 'web'), chartFiles('web', '1.0.0'));
  for (const name of KEYS) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(folder, `${name}.key`), privateKey.export({ format: 'pem', type: 'pkcs8' }));
    writeFileSync(join(folder, `${name}.pub`), publicKey.export({ format: 'pem', type: 'spki' }));
    keys.set(name, createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' })));
  }
});
afterAll(async () => {
  relay.close();
  await registry?.close();
});
const keys = new Map<string, ReturnType<typeof createPrivateKey>>();

function pkg(...args: readonly string[]): Promise<Run> {
  // One time of creation, so that the chart has one manifest wherever it is published.
  const env = { SOURCE_DATE_EPOCH: '1700000000' };
  return run('pkg', [...args, '--plain-http'], { cwd: folder, home: folder, env });
}

async function succeeds(...args: readonly string[]): Promise<Run> {
  const made = await pkg(...args);
  expect(made.status, made.stderr).toBe(0);
  return made;
}

/** Publishes the chart in a repository of its own, and bundles it with a signature of the older form by this key. */
async function bundleWith(key: string): Promise<string> {
  const place = new OciRepository(registry?.host ?? '', `from-${key}/web`);
  await succeeds('publish', 'web', place.reference.replace(/\/web$/, ''));
  const bytes = (await place.read('1.0.0'))?.bytes ?? Buffer.alloc(0);
  const digest = digestOf(bytes);
  const signed = simpleSignature(simplePayload(digest), keys.get(key) ?? createPrivateKey(''));
  await place.tagged({ mediaType: '', digest, size: bytes.length }, [signed]);
  await succeeds('bundle', `${place.reference}:1.0.0`, '-o', `${key}.tar`);
  return digest;
}

describe.skipIf(registry === undefined)('a tag that two processes write', () => {
  test('the tag of the older format: an overwritten signature is added again', async () => {
    const digests = [await bundleWith('a'), await bundleWith('b')];
    expect(digests[0]).toBe(digests[1]);
    const mirror = new OciRepository(relayHost, 'mirror/web');
    const target = `oci://${relayHost}/mirror`;
    await succeeds('bundle', 'push', 'b.tar', target);
    const tag = `${digests[0]?.replace(':', '-')}.sig`;
    const before = (await mirror.read(tag))?.bytes ?? Buffer.alloc(0);
    let overwritten = 0;
    // The other process read the tag before, and writes it after pkg: twice, as two that work in step would.
    afterWrite = async (written) => {
      if (written !== tag || overwritten === 2) return;
      overwritten++;
      await new OciRepository(registry?.host ?? '', 'mirror/web').manifest(before, tag);
    };
    const pushed = await succeeds('bundle', 'push', 'a.tar', target);
    afterWrite = async () => undefined;
    expect(overwritten).toBe(2);
    expect(pushed.stdout).toMatch(/\spushed\s*$/);
    for (const key of KEYS) await succeeds('verify', `${target}/web:1.0.0`, '--key', `${key}.pub`);
    // No signature is missing now.
    expect((await succeeds('bundle', 'push', 'a.tar', target)).stdout).toMatch(/\sunchanged\s*$/);
  });

  test('the fallback tag of referrers: an overwritten entry is added again', async () => {
    const target = `oci://${relayHost}/listed`;
    await succeeds('publish', 'web', target, '--cosign-key', 'a.key');
    const behind = new OciRepository(registry?.host ?? '', 'listed/web');
    const digest = digestOf((await behind.read('1.0.0'))?.bytes ?? Buffer.alloc(0));
    const tag = digest.replace(':', '-');
    const before = (await behind.read(tag))?.bytes ?? Buffer.alloc(0);
    let overwritten = 0;
    afterWrite = async (written) => {
      if (written !== tag || overwritten === 2) return;
      overwritten++;
      await behind.manifest(before, tag, 'application/vnd.oci.image.index.v1+json');
    };
    await succeeds('publish', 'web', target, '--cosign-key', 'b.key');
    afterWrite = async () => undefined;
    expect(overwritten).toBe(2);
    for (const key of KEYS) await succeeds('verify', `${target}/web:1.0.0`, '--key', `${key}.pub`);
  });

  test('a tag that is always overwritten gives an error, not a loop', async () => {
    const target = `oci://${relayHost}/always`;
    await succeeds('bundle', 'push', 'b.tar', target);
    const behind = new OciRepository(registry?.host ?? '', 'always/web');
    const digest = digestOf((await behind.read('1.0.0'))?.bytes ?? Buffer.alloc(0));
    const tag = `${digest.replace(':', '-')}.sig`;
    const before = (await behind.read(tag))?.bytes ?? Buffer.alloc(0);
    afterWrite = async (written) => {
      if (written === tag) await behind.manifest(before, tag);
    };
    const failed = await pkg('bundle', 'push', 'a.tar', target);
    afterWrite = async () => undefined;
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('code: PKG_REPOSITORY_UNREACHABLE ');
    expect(failed.stderr).toContain(`could not be added to the tag ${tag}`);
  });
});
