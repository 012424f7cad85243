/** A client that writes charts, and artifacts that are attached to them, into registries on loopback. */
import { sha256 } from './sigstore.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const SIMPLE = 'application/vnd.dev.cosign.simplesigning.v1+json';

/** A descriptor in a manifest. */
export type Descriptor = { mediaType: string; digest: string; size: number; [more: string]: unknown };

/** A repository of a registry without TLS and logins. */
export class OciRepository {
  readonly host: string;
  readonly path: string;
  readonly #base: string;

  constructor(host: string, path: string) {
    this.host = host;
    this.path = path;
    this.#base = `http://${host}/v2/${path}`;
  }

  get reference(): string {
    return `oci://${this.host}/${this.path}`;
  }

  /** Writes a blob. */
  async blob(mediaType: string, content: Uint8Array | string): Promise<Descriptor> {
    const bytes = Buffer.from(content);
    const digest = digestOf(bytes);
    const begun = await fetch(`${this.#base}/blobs/uploads/`, { method: 'POST' });
    const url = new URL(begun.headers.get('location') ?? '', `http://${this.host}`);
    url.searchParams.set('digest', digest);
    const answer = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
    if (answer.status !== 201) throw new Error(`the registry answers ${answer.status}: ${await answer.text()}`);
    return { mediaType, digest, size: bytes.length };
  }

  /** Writes a manifest under a tag, or under its digest; returns its descriptor. */
  async manifest(content: object | Buffer, tag = '', mediaType: string = MANIFEST): Promise<Descriptor> {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = digestOf(bytes);
    const answer = await fetch(`${this.#base}/manifests/${tag || digest}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: new Uint8Array(bytes),
    });
    if (answer.status !== 201) throw new Error(`the registry answers ${answer.status}: ${await answer.text()}`);
    return { mediaType, digest, size: bytes.length };
  }

  /** The manifest of a tag or a digest; undefined for none. */
  async read(name: string): Promise<{ bytes: Buffer; json: Record<string, unknown> } | undefined> {
    const headers = { accept: `${MANIFEST}, ${INDEX}` };
    const answer = await fetch(`${this.#base}/manifests/${name}`, { headers });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`the registry answers ${answer.status}: ${bytes}`);
    return { bytes, json: JSON.parse(bytes.toString()) as Record<string, unknown> };
  }

  /** Writes a chart under the tag of its version. */
  async chart(name: string, version: string, archive: Uint8Array): Promise<Descriptor> {
    const metadata = JSON.stringify({ name, version, apiVersion: 'v2' });
    const config = await this.blob('application/vnd.cncf.helm.config.v1+json', metadata);
    const layer = await this.blob('application/vnd.cncf.helm.chart.content.v1.tar+gzip', archive);
    return await this.manifest({ schemaVersion: 2, config, layers: [layer] }, version);
  }

  /** Attaches an artifact to a manifest; returns the entry for a list of referrers. */
  async attach(subject: Descriptor, content: string | Buffer, more: object = {}): Promise<Descriptor> {
    const config = await this.blob('application/vnd.oci.empty.v1+json', '{}');
    const layer = await this.blob(BUNDLE, content);
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, artifactType: BUNDLE, config, layers: [layer], subject };
    return { ...(await this.manifest({ ...manifest, ...more })), artifactType: BUNDLE };
  }

  /** Writes the list of referrers under its fallback tag, for registries without the Referrers API. */
  async list(subject: Descriptor, manifests: readonly Descriptor[]): Promise<void> {
    const tag = subject.digest.replace(':', '-');
    await this.manifest({ schemaVersion: 2, mediaType: INDEX, manifests }, tag, INDEX);
  }

  /** Writes signatures of the older form: signed texts, with the rest in annotations. */
  async tagged(subject: Descriptor, signed: readonly { payload: string; annotations: object }[]): Promise<void> {
    const config = await this.blob('application/vnd.oci.image.config.v1+json', '{}');
    const layers: Descriptor[] = [];
    for (const { payload, annotations } of signed) layers.push({ ...(await this.blob(SIMPLE, payload)), annotations });
    const tag = `${subject.digest.replace(':', '-')}.sig`;
    await this.manifest({ schemaVersion: 2, mediaType: MANIFEST, config, layers }, tag);
  }
}

/** The digest of bytes, `sha256:HEX`. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${sha256(bytes).toString('hex')}`;
}
