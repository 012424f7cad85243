/**
 * Charts in OCI registries.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 * @see https://helm.sh/docs/topics/registries/
 */
import { compareVersions, parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { tryParseJson } from '../yaml/json.ts';
import { fieldOf, isJsonObject, listField, textField } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';
import type { ContentCache } from './content-cache.ts';
import { algorithmOf, checkDigest, digestOf, isDigest } from './digest.ts';
import { tellingReceived } from './http.ts';
import type { Answer } from './http.ts';
import {
  CHART_CONFIG,
  CHART_CONTENT,
  CHART_PROVENANCE,
  INDEX_TYPES,
  MANIFEST_TYPES,
  MAX_MANIFEST,
  tagOf,
  versionOfTag,
} from './oci.ts';
import type { Descriptor } from './oci.ts';
import { notCached } from './offline.ts';
import type { ReferenceCache } from './reference-cache.ts';
import { nameOf, nextPage, refused } from './registry-session.ts';
import type { ChartReference, RegistrySession } from './registry-session.ts';
import { shownUrl, withoutLogin } from './urls.ts';
import type { Tell } from './change-file.ts';

/** A reference as it was written. Tag and digest are empty where they were not written. */
export type TaggedReference = ChartReference & { tag: string; digest: string };

/** One version of a chart, by its manifest. */
export type ChartManifest = {
  /** Of the manifest itself. */
  digest: string;
  bytes: Buffer;
  /** What a tag or digest names: the manifest, or an index that lists it. Its digest is the one that Helm prints. */
  root: { digest: string; bytes: Buffer };
  /** Chart.yaml as JSON. */
  config: Descriptor;
  /** The archive. */
  chart: Descriptor;
  provenance: Descriptor | undefined;
};

/** Media types of the archive: Helm's, and that of Helm before version 3.7. */
const CONTENT_TYPES: readonly string[] = [CHART_CONTENT, 'application/tar+gzip'];
const ACCEPT = [...MANIFEST_TYPES, ...INDEX_TYPES].join(', ');

/** The most bytes of one page of a list of tags. */
const MAX_TAGS_SIZE = 16 << 20;
const MAX_PAGES = 1000;
/** The most tags of a chart, over all pages. */
const MAX_TAGS = 500_000;
/** The most manifests that are looked at in an index and the indexes that it names. */
const MAX_MANIFESTS = 16;

/**
 * Reads `oci://HOST/PATH` and the name of a chart there.
 *
 * @throws {PkgError} `PKG_REPOSITORY_UNKNOWN`
 */
export function chartReference(repository: string, name: string): ChartReference {
  const [, host = '', path = ''] = /^oci:\/\/([^/]*)\/?(.*)$/s.exec(repository) ?? [];
  const full = path === '' ? name : `${path}/${name}`;
  const isHost = URL.parse(`https://${host}`)?.host === host.replace(/:443$/, '').toLowerCase();
  if (
    host !== '' &&
    isHost &&
    /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(full)
  ) {
    return { host, path: full };
  }
  const shown = printable(withoutLogin(`${repository}/${name}`));
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `'${shown}' is not the name of a chart in a registry`, {
    hints: ['write oci://HOST/PATH in lower case, without a slash at the end, and the name of the chart behind it'],
  });
}

/**
 * Reads `oci://HOST/PATH[:TAG][@DIGEST]`. As in Helm an empty tag is none.
 *
 * @throws {PkgError} `PKG_REPOSITORY_UNKNOWN`
 */
export function taggedReference(text: string): TaggedReference {
  const [, rest = '', digest = ''] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  const [, untagged = '', written = ''] = /^(oci:\/\/[^/]*\/[^:]*)(?::(.*))?$/s.exec(rest) ?? [];
  const tag = tagOf(written);
  const at = untagged.lastIndexOf('/');
  const isWhole = !text.includes('@') || isDigest(digest);
  if (at > 'oci://'.length && isWhole && (tag === '' || TAG.test(tag))) {
    return { ...chartReference(untagged.slice(0, at), untagged.slice(at + 1)), tag, digest };
  }
  throw new PkgError(
    'PKG_REPOSITORY_UNKNOWN',
    `'${printable(withoutLogin(text), 200)}' is not the name of a chart in a registry`,
    {
      hints: ['write oci://HOST/PATH/NAME, with :TAG or @sha256:DIGEST behind it where one is meant'],
    },
  );
}

const TAG = /^\w[\w.-]{0,127}$/;

/** Caches and settings for reading registries. */
export type RegistryOptions = {
  /** Called with a text when a request begins. */
  tell: Tell;
  /** The cache of archives. */
  content: ContentCache;
  references: ReferenceCache;
  /** Use the caches only (`--offline`). */
  offline: boolean;
  /** The chart will be loaded: what a tag named before is unpacked while the registry is asked what it names now. */
  loads: boolean;
};

/** Reads charts from registries. */
export class Registry {
  readonly #session: RegistrySession;
  readonly #options: RegistryOptions;

  constructor(session: RegistrySession, options: RegistryOptions) {
    this.#session = session;
    this.#options = options;
  }

  /**
   * The versions of a chart, the newest first. Tags that are not versions are ignored.
   *
   * @throws {PkgError} `PKG_CHART_VERSION_NOT_FOUND` where there is no such chart, and as {@link resolve} throws
   */
  async versions(chart: ChartReference): Promise<string[]> {
    return taggedVersions(await this.tags(chart));
  }

  /** All tags of a chart. @throws {PkgError} as {@link versions} does */
  async tags(chart: ChartReference): Promise<string[]> {
    return this.#options.offline ? this.#cachedTags(chart) : await this.#fetchTags(chart);
  }

  #cachedTags(chart: ChartReference): string[] {
    const cached = this.#options.references.get(nameOf(chart));
    if (Array.isArray(cached)) return cached.filter((tag) => typeof tag === 'string');
    throw notCached(`the list of versions of oci://${printable(nameOf(chart))}`);
  }

  async #fetchTags(chart: ChartReference): Promise<string[]> {
    const tags = new Set<string>();
    const first = this.#urlOf(chart, 'tags/list');
    const pages = new Set<string>();
    let next: URL | undefined = first;
    while (next !== undefined) {
      pages.add(next.href);
      const answer: Answer = await this.#get(next, chart, 'application/json', MAX_TAGS_SIZE);
      for (const tag of listField(objectOf(answer), 'tags')) if (typeof tag === 'string') tags.add(tag);
      next = nextPage(answer, next);
      const isEndless = next !== undefined && (pages.has(next.href) || pages.size >= MAX_PAGES);
      if (isEndless || tags.size > MAX_TAGS) {
        throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(first)} has no end`, {
          hints: ['name the version itself, so that versions need not be listed'],
        });
      }
    }
    this.#options.references.put(nameOf(chart), [...tags]);
    return [...tags];
  }

  /**
   * The manifest of a tag or a digest.
   *
   * @throws {PkgError} `PKG_CHART_VERSION_NOT_FOUND`, `PKG_REPOSITORY_UNREACHABLE`, `PKG_REPOSITORY_UNAUTHORIZED`,
   *   `PKG_REPOSITORY_INVALID` for a manifest that is not a chart's, `PKG_DIGEST_MISMATCH`, `PKG_OFFLINE`
   */
  async resolve(chart: ChartReference, name: string): Promise<ChartManifest> {
    if (!isDigest(name) && !TAG.test(name)) {
      throw new PkgError('PKG_CHART_VERSION_NOT_FOUND', `'${printable(name, 60)}' is not a valid tag`, {
        hints: ['give a version, a tag, or sha256:DIGEST'],
      });
    }
    const root = await this.#manifest(chart, name);
    const url = this.#urlOf(chart, `manifests/${name}`);
    const bytes = (await this.#chartIn(root, chart, url, { left: MAX_MANIFESTS })) ?? root;
    return { ...chartManifest(bytes, url), root: { digest: digestOf(root), bytes: root } };
  }

  /** The bytes of a blob, checked against its digest and size. @throws {PkgError} as {@link resolve} does */
  async blob(chart: ChartReference, { digest, size }: Descriptor, limit: number): Promise<Buffer> {
    const bytes = await this.#content(chart, digest, limit);
    if (bytes.length === size) return bytes;
    const message = `the manifest of oci://${printable(nameOf(chart))} gives ${digest} ${size} bytes, and it has ${bytes.length}`;
    throw new PkgError('PKG_REPOSITORY_INVALID', message, {
      hints: ['the manifest was not written by a client of registries: push the chart again'],
    });
  }

  async #content(chart: ChartReference, digest: string, limit: number): Promise<Buffer> {
    const hash = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    const cached = hash === undefined ? undefined : this.#options.content.get(hash);
    if (cached !== undefined) return cached;
    if (this.#options.offline) throw notCached(`${printable(digest)} of oci://${printable(nameOf(chart))}`);
    const url = this.#urlOf(chart, `blobs/${digest}`);
    const { body } = await this.#get(url, chart, '*/*', limit);
    checkDigest(body, digest, shownUrl(url));
    if (hash !== undefined) this.#options.content.put(hash, 'chart', body);
    return body;
  }

  /**
   * The manifest of a chart: this one, or the first in an index, which may hold further indexes. Undefined for none.
   *
   * @param limit how many more manifests are fetched
   */
  async #chartIn(
    manifest: Buffer,
    chart: ChartReference,
    url: URL,
    limit: { left: number },
  ): Promise<Buffer | undefined> {
    const json = objectOf({ body: manifest, url });
    const inner = fieldOf(json, 'manifests');
    if (!Array.isArray(inner)) return isChart(json) ? manifest : undefined;
    for (const item of inner) {
      const digest = textField(item, 'digest');
      if (!isDigest(digest)) continue;
      if (limit.left-- <= 0) return undefined;
      const found = await this.#chartIn(await this.#manifest(chart, digest), chart, url, limit);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** A tag can move, so that the registry is asked each time; what a digest names stays the same. */
  async #manifest(chart: ChartReference, name: string): Promise<Buffer> {
    const { references, offline } = this.#options;
    const key = `${nameOf(chart)}${isDigest(name) ? '@' : ':'}${name}`;
    const known = isDigest(name) ? name : offline ? references.get(key) : undefined;
    const cached = typeof known === 'string' ? this.#cachedManifest(known) : undefined;
    if (cached !== undefined) return cached;
    if (offline) throw notCached(`oci://${printable(key)}`);
    const url = this.#urlOf(chart, `manifests/${name}`);
    if (!isDigest(name)) onceAsked(() => this.#expect(key));
    const { body, headers } = await this.#get(url, chart, ACCEPT, MAX_MANIFEST);
    const stated = isDigest(name) ? name : headers['docker-content-digest'];
    if (typeof stated === 'string' && stated !== '') checkDigest(body, stated, shownUrl(url));
    const digest = isDigest(name) ? name : digestOf(body);
    if (digest !== name) references.put(key, digest);
    references.put(digest, body.toString('latin1'));
    return body;
  }

  /**
   * Begins to unpack the archive that a tag named before, if the chart will be loaded. The look-up is made in any case: it
   * loads `node:crypto`, which takes 5 ms and is needed for the answer, while the answer is waited for.
   */
  #expect(key: string): void {
    const { references, content, loads } = this.#options;
    const digest = references.get(key);
    if (!loads) return;
    const manifest = typeof digest === 'string' ? references.get(digest) : undefined;
    const layers =
      typeof manifest === 'string' ? listField(tryParseJson(Buffer.from(manifest, 'latin1')), 'layers') : [];
    const layer = layers.find((item) => CONTENT_TYPES.includes(textField(item, 'mediaType')));
    content.expect(textField(layer, 'digest').replace(/^sha256:/, ''));
  }

  #cachedManifest(digest: string): Buffer | undefined {
    const cached = this.#options.references.get(digest);
    if (typeof cached !== 'string') return undefined;
    const bytes = Buffer.from(cached, 'latin1');
    return digestOf(bytes, algorithmOf(digest)) === digest ? bytes : undefined;
  }

  #urlOf(chart: ChartReference, rest: string): URL {
    return this.#session.urlOf(chart, rest);
  }

  async #get(url: URL, chart: ChartReference, accept: string, limit: number): Promise<Answer> {
    this.#options.tell(`fetching ${shownUrl(url)}`);
    const onReceived = tellingReceived(shownUrl(url), this.#options.tell);
    const answer = await this.#session.send(url, chart, 'pull', { headers: { accept }, limit, onReceived });
    if (answer.status === 200) return answer;
    throw refused(answer, url, chart);
  }
}

/** Does work while a request that begins now is under way: on a local network it is sent with the second turn. */
function onceAsked(work: () => void): void {
  setImmediate(() => setImmediate(work));
}

/** The JSON object in an answer. @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything else */
function objectOf({ body, url }: Pick<Answer, 'body' | 'url'>): JsonObject {
  const value = tryParseJson(body);
  if (isJsonObject(value)) return value;
  throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(url)} did not answer like a registry`, {
    hints: ['check that the address is that of an OCI registry'],
  });
}

function isChart(manifest: JsonObject): boolean {
  return textField(fieldOf(manifest, 'config'), 'mediaType') === CHART_CONFIG;
}

/** The parts of a chart that its manifest names. */
function partsOf(manifest: JsonObject, url: URL): Omit<ChartManifest, 'digest' | 'bytes' | 'root'> {
  const found = isChart(manifest) ? listField(manifest, 'layers') : [];
  const layer = (type: string): Descriptor | undefined =>
    descriptorOf(found.find((item) => textField(item, 'mediaType') === type));
  const config = descriptorOf(fieldOf(manifest, 'config'));
  const [chart] = CONTENT_TYPES.flatMap((type) => layer(type) ?? []);
  if (config !== undefined && chart !== undefined) return { config, chart, provenance: layer(CHART_PROVENANCE) };
  throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(url)} is not a Helm chart`, {
    hints: ['check the name: registries hold images and other things too'],
  });
}

function descriptorOf(value: Json | undefined): Descriptor | undefined {
  const digest = textField(value, 'digest');
  const size = fieldOf(value, 'size');
  return isDigest(digest) ? { digest, size: typeof size === 'number' ? size : 0 } : undefined;
}

/**
 * Reads the manifest of a chart.
 *
 * @param url where it is from, for messages
 * @throws {PkgError} `PKG_REPOSITORY_INVALID` for a manifest that is not a chart's
 */
export function chartManifest(bytes: Buffer, url: URL): ChartManifest {
  const digest = digestOf(bytes);
  return { digest, bytes, root: { digest, bytes }, ...partsOf(objectOf({ body: bytes, url }), url) };
}

/**
 * Waits for a chart or a version of it.
 *
 * @returns undefined where it does not exist
 * @throws the other errors of `found`
 */
export async function ifFound<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_CHART_VERSION_NOT_FOUND') return undefined;
    throw error;
  }
}

/** The versions among tags, the newest first. */
export function taggedVersions(tags: readonly string[]): string[] {
  return tags
    .map((tag) => versionOfTag(tag))
    .filter((version) => isStrictVersion(version))
    .map((version) => ({ version, parsed: parseVersion(version) }))
    .flatMap(({ version, parsed }) => (parsed === undefined ? [] : [{ version, parsed }]))
    .sort((a, b) => compareVersions(b.parsed, a.parsed))
    .map(({ version }) => version);
}

/** A note for tags of which none is a version, such as `v1.0.0`; they can only be named. Empty for other tags. */
export function tagsNote(tags: readonly string[]): string[] {
  if (taggedVersions(tags).length > 0) return [];
  const shown = tags.slice(0, 5).map((tag) => printable(tag, 60));
  const more = tags.length > shown.length ? ', …' : '';
  return [tags.length === 0 ? 'it has no tags' : `none of its tags is a version as 1.2.3: ${shown.join(', ')}${more}`];
}

/** Is this a version by the letter of SemVer 2: three numbers, no `v`? */
function isStrictVersion(version: string): boolean {
  const number = '(?:0|[1-9][0-9]*)';
  return new RegExp(`^${number}\\.${number}\\.${number}(?:[-+]|$)`).test(version);
}
