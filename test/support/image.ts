/** Images that tests make: an OCI image layout in a folder, and the same image pushed into a registry on loopback. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

type Descriptor = { mediaType: string; digest: string; size: number; platform?: object; annotations?: object };

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

/** A layout to which images are added. */
export class Layout {
  readonly folder: string;
  readonly #named: Descriptor[] = [];

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
    writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    this.#save();
  }

  /** Adds a list of images for two platforms, which share their first layer. Gives its digest. */
  add(name: string, text: string, size = 1000): string {
    const shared = this.blob('application/vnd.oci.image.layer.v1.tar', Buffer.alloc(size, text));
    const manifests = ['amd64', 'arm64'].map((architecture) => {
      const config = this.blob('application/vnd.oci.image.config.v1+json', json({ architecture, os: 'linux' }));
      const own = this.blob('application/vnd.oci.image.layer.v1.tar', Buffer.from(`${text} ${architecture}`));
      const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [shared, own] };
      return { ...this.blob(MANIFEST, json(manifest)), platform: { architecture, os: 'linux' } };
    });
    return this.name(name, { schemaVersion: 2, mediaType: INDEX, manifests });
  }

  /** Gives a manifest a name. Gives its digest. */
  name(name: string, manifest: { mediaType: string; [more: string]: unknown }): string {
    const written = this.blob(manifest.mediaType, json(manifest));
    this.#named.push({ ...written, annotations: { 'io.containerd.image.name': name } });
    this.#save();
    return written.digest;
  }

  blob(mediaType: string, bytes: Buffer): Descriptor {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(this.folder, 'blobs', 'sha256', hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  }

  read(digest: string): Buffer {
    return readFileSync(join(this.folder, 'blobs', digest.replace(':', '/')));
  }

  /** Pushes an image as any other client does. */
  async push(host: string, path: string, tag: string, digest: string): Promise<void> {
    const base = `http://${host}/v2/${path}`;
    const put = async (url: string, body: Buffer, type: string): Promise<void> => {
      const answer = await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(body) });
      expect(answer.status, await answer.text()).toBe(201);
    };
    type Parts = { manifests?: Descriptor[]; config?: Descriptor; layers?: Descriptor[]; mediaType: string };
    const write = async (one: string, name: string): Promise<void> => {
      const bytes = this.read(one);
      const { manifests = [], config, layers = [], mediaType } = JSON.parse(bytes.toString()) as Parts;
      for (const inner of manifests) await write(inner.digest, inner.digest);
      for (const part of [...(config === undefined ? [] : [config]), ...layers]) {
        const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
        const to = new URL(begun.headers.get('location') ?? '', base);
        to.searchParams.set('digest', part.digest);
        await put(to.href, this.read(part.digest), 'application/octet-stream');
      }
      await put(`${base}/manifests/${name}`, bytes, mediaType);
    };
    await write(digest, tag);
  }

  #save(): void {
    writeFileSync(join(this.folder, 'index.json'), json({ schemaVersion: 2, manifests: this.#named }));
  }
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
