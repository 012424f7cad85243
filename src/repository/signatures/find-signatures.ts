/**
 * Finds the signatures of a chart in a registry: what refers to its manifest, by the Referrers API or its fallback tag, and
 * the tag `sha256-HEX.sig` of cosign's older form.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { inParallel } from '../../parallel.ts';
import { tryParseJson } from '../../yaml/json.ts';
import { fieldOf, listField, textField } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import { checkDigest, digestOf, isDigest } from '../digest.ts';
import type { Answer } from '../http.ts';
import { MANIFEST_TYPES, MAX_MANIFEST, OCI_INDEX } from '../oci.ts';
import { notCached } from '../offline.ts';
import type { RegistryOptions } from '../registry.ts';
import { nameOf, nextPage, refused } from '../registry-session.ts';
import type { ChartReference, RegistrySession } from '../registry-session.ts';
import { shownUrl } from '../urls.ts';
import { EMPTY_TYPE, MAX_SIGNATURE, blobsOf, isBundleType, namesSignature } from './signature-artifact.ts';
import type { SignatureArtifact } from './signature-artifact.ts';

const ACCEPT = [...MANIFEST_TYPES, OCI_INDEX].join(', ');

const MAX_PAGES = 100;
const MAX_REFERRERS = 10_000;
/** The most artifacts that are fetched; each takes two requests. */
const MAX_ARTIFACTS = 64;
/** The most artifacts that are fetched at the same time. */
const AT_ONCE = 4;
/** The most bytes of all artifacts together. */
const MAX_BYTES = 32 << 20;

/** The artifacts that were found; `problems` says which could not be read. */
export type FoundSignatures = { artifacts: SignatureArtifact[]; problems: string[] };

/** The same, with the digest that they are to sign: that of the chart's manifest, or of an index that lists it. */
export type ChartSignatures = FoundSignatures & { digest: string };

/** An entry of a list of referrers. */
export type Referrer = { digest: string; artifactType: string; json: Json };

/** Status codes of registries without the Referrers API. */
const NO_REFERRERS_API: readonly number[] = [400, 404, 405, 406, 501];

/** Reads signatures of one registry. */
export class SignatureFinder {
  readonly #session: RegistrySession;
  readonly #options: RegistryOptions;

  constructor(session: RegistrySession, options: RegistryOptions) {
    this.#session = session;
    this.#options = options;
  }

  /**
   * Everything that may be a signature of a manifest, not verified. With `--offline`, what the last run has found.
   *
   * @throws {PkgError} `PKG_OFFLINE`, `PKG_REPOSITORY_UNREACHABLE`, `PKG_REPOSITORY_UNAUTHORIZED`,
   *   `PKG_REPOSITORY_INVALID` for a list without end
   */
  async find(chart: ChartReference, digest: string): Promise<FoundSignatures> {
    const key = `${nameOf(chart)}@${digest} signatures`;
    if (this.#options.offline) {
      const cached = fromJson(this.#options.references.get(key));
      if (cached !== undefined) return cached;
      throw notCached(`the signature of oci://${printable(nameOf(chart))}@${digest}`);
    }
    const problems: string[] = [];
    const { referrers } = await this.referrers(chart, digest, problems);
    // Entries without a type are fetched too, since the manifest has it. The registry is not asked to filter by type: some
    // give the config's media type as the artifact's.
    const wanted = referrers.filter(
      ({ artifactType }) => artifactType === '' || artifactType === EMPTY_TYPE || isBundleType(artifactType),
    );
    if (wanted.length > MAX_ARTIFACTS) {
      problems.push(`only the first ${MAX_ARTIFACTS} of ${wanted.length} signatures are looked at`);
    }
    const names = [signatureTag(digest), ...wanted.slice(0, MAX_ARTIFACTS).map((one) => one.digest)];
    const budget = { left: MAX_BYTES };
    const artifacts = await inParallel(names, AT_ONCE, async (name) => {
      try {
        return await this.#artifact(chart, name, name === names[0] ? 'tag' : 'referrer', budget);
      } catch (error) {
        // Anybody who can write to the repository can attach invalid artifacts. They must not hide a valid signature.
        // A signature that is listed exists, and has to be readable.
        const isTag = name === names[0] && error instanceof PkgError && error.code === UNREADABLE;
        if (!isTag && (!(error instanceof PkgError) || !ARTIFACT_ERRORS.includes(error.code))) throw error;
        problems.push(`${printable(name, 100)}: ${error.message}`);
        return undefined;
      }
    });
    const found = { artifacts: artifacts.filter((one) => one !== undefined), problems };
    this.#options.references.put(key, toJson(found));
    return found;
  }

  /**
   * What refers to a manifest, and whether the registry has the Referrers API: without it the list is read from a tag.
   *
   * @param problems where given, a tag that may not be read is added here, and counts as missing: some registries, such as
   *   Artifactory, refuse to read tags that do not exist
   * @throws {PkgError} as {@link find} does
   */
  async referrers(
    chart: ChartReference,
    digest: string,
    problems?: string[],
  ): Promise<{ referrers: Referrer[]; hasApi: boolean }> {
    const first = this.#session.urlOf(chart, `referrers/${digest}`);
    const found = new Map<string, Referrer>();
    const pages = new Set<string>();
    for (let next: URL | undefined = first; next !== undefined;) {
      pages.add(next.href);
      const answer: Answer = await this.#get(next, chart, OCI_INDEX);
      if (next === first && NO_REFERRERS_API.includes(answer.status)) {
        return { referrers: await this.#taggedReferrers(chart, digest, problems), hasApi: false };
      }
      if (answer.status !== 200) throw refused(answer, next, chart);
      const entries = entriesOf(answer.body);
      if (entries === undefined && next === first) {
        return { referrers: await this.#taggedReferrers(chart, digest, problems), hasApi: false };
      }
      for (const one of entries ?? []) found.set(one.digest, one);
      next = nextPage(answer, next);
      const isEndless = next !== undefined && (pages.has(next.href) || pages.size >= MAX_PAGES);
      if (isEndless || found.size > MAX_REFERRERS) {
        throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(first)} has no end`, {
          hints: ['ask the operator of the registry: without the list of signatures the chart cannot be verified'],
        });
      }
    }
    return { referrers: [...found.values()], hasApi: true };
  }

  async #taggedReferrers(chart: ChartReference, digest: string, problems: string[] | undefined): Promise<Referrer[]> {
    const url = this.#session.urlOf(chart, `manifests/${referrersTag(digest)}`);
    const answer = await this.#get(url, chart, OCI_INDEX);
    if (answer.status === 404) return [];
    if (answer.status !== 200) {
      const error = refused(answer, url, chart);
      if (problems === undefined || error.code !== UNREADABLE) throw error;
      problems.push(`${referrersTag(digest)}: ${error.message}`);
      return [];
    }
    return entriesOf(answer.body) ?? [];
  }

  /**
   * The manifest under the tag `sha256-HEX.sig` of a digest.
   *
   * @returns undefined where there is no such tag, or where it holds no signature
   * @throws {PkgError} as {@link find} does
   */
  async signatureTagManifest(chart: ChartReference, digest: string): Promise<Buffer | undefined> {
    const url = this.#session.urlOf(chart, `manifests/${signatureTag(digest)}`);
    const manifest = await this.#manifest(url, chart, 'tag');
    return manifest !== undefined && namesSignature(manifest) ? manifest : undefined;
  }

  /** The bytes of a manifest; undefined for a tag that is not there. */
  async #manifest(url: URL, chart: ChartReference, form: SignatureArtifact['form']): Promise<Buffer | undefined> {
    const answer = await this.#get(url, chart, ACCEPT);
    if (answer.status === 404 && form === 'tag') return undefined;
    if (answer.status !== 200) throw refused(answer, url, chart);
    return answer.body;
  }

  /** A manifest with its content; undefined for a tag that is not there, and for what holds no signature. */
  async #artifact(
    chart: ChartReference,
    name: string,
    form: SignatureArtifact['form'],
    budget: { left: number },
  ): Promise<SignatureArtifact | undefined> {
    const url = this.#session.urlOf(chart, `manifests/${name}`);
    const manifest = await this.#manifest(url, chart, form);
    if (manifest === undefined) return undefined;
    if (form === 'referrer') checkDigest(manifest, name, shownUrl(url));
    if (!namesSignature(manifest)) return undefined;
    const blobs = new Map<string, Buffer>();
    for (const { digest, size } of blobsOf(manifest, form)) {
      if (!isDigest(digest) || size > Math.min(MAX_SIGNATURE, budget.left) || blobs.has(digest)) continue;
      const bytes = await this.#blob(chart, digest);
      if (bytes === undefined) continue;
      blobs.set(digest, bytes);
      budget.left -= bytes.length;
    }
    return { form, manifest, blobs };
  }

  /** A blob, checked against its digest; undefined where the registry does not have it. */
  async #blob(chart: ChartReference, digest: string): Promise<Buffer | undefined> {
    const url = this.#session.urlOf(chart, `blobs/${digest}`);
    const answer = await this.#get(url, chart, '*/*', MAX_SIGNATURE);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refused(answer, url, chart);
    checkDigest(answer.body, digest, shownUrl(url));
    return answer.body;
  }

  async #get(url: URL, chart: ChartReference, accept: string, limit = MAX_MANIFEST): Promise<Answer> {
    this.#options.tell(`fetching ${shownUrl(url)}`);
    return await this.#session.send(url, chart, 'pull', { headers: { accept }, limit });
  }
}

/** The code for what may not be read. */
const UNREADABLE = 'PKG_REPOSITORY_UNAUTHORIZED';

/** Errors that concern a single artifact: the others are still read. */
const ARTIFACT_ERRORS: readonly string[] = [
  'PKG_DIGEST_MISMATCH',
  'PKG_CHART_VERSION_NOT_FOUND',
  // An answer that is too large.
  'PKG_REPOSITORY_INVALID',
];

/** The fallback tag for the list of referrers of a manifest. */
export function referrersTag(digest: string): string {
  return digest.replace(':', '-');
}

/** The tag of cosign's older form of signatures. */
export function signatureTag(digest: string): string {
  return `${digest.replace(':', '-')}.sig`;
}

/** The entries of a list of referrers; undefined for anything else: some servers answer 200 to every path. */
function entriesOf(body: Buffer): Referrer[] | undefined {
  const manifests = fieldOf(tryParseJson(body), 'manifests');
  if (!Array.isArray(manifests)) return undefined;
  return manifests.flatMap((item) => {
    const digest = textField(item, 'digest');
    return isDigest(digest) ? [{ digest, artifactType: textField(item, 'artifactType'), json: item }] : [];
  });
}

/** Signatures as JSON, for the cache. */
function toJson({ artifacts, problems }: FoundSignatures): Json {
  return {
    artifacts: artifacts.map(({ form, manifest, blobs }) => ({
      form,
      manifest: manifest.toString('base64'),
      blobs: [...blobs.values()].map((bytes) => bytes.toString('base64')),
    })),
    problems,
  };
}

function fromJson(cached: Json | undefined): FoundSignatures | undefined {
  const artifacts = fieldOf(cached, 'artifacts');
  if (!Array.isArray(artifacts)) return undefined;
  return {
    artifacts: artifacts.map((item) => {
      const bytes = listField(item, 'blobs').map((text) => Buffer.from(String(text), 'base64'));
      return {
        form: textField(item, 'form') === 'tag' ? 'tag' : 'referrer',
        manifest: Buffer.from(textField(item, 'manifest'), 'base64'),
        blobs: new Map(bytes.map((one) => [digestOf(one), one])),
      };
    }),
    problems: [],
  };
}
