/**
 * Charts in OCI registries.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 * @see https://helm.sh/docs/topics/registries/
 */
import { MAX_CHART } from '../chart/limits.ts';
import { compareVersions, parseVersion } from '../chart/version.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { getOwn, isJsonObject, textField } from '../yaml/value.ts';
import type { Json } from '../yaml/value.ts';
import { checkDigest } from './digest.ts';
import type { Answer, HttpClient } from './http.ts';
import { answerChallenge, parseChallenge } from './registry-auth.ts';
import type { RegistryLogin } from './registry-login.ts';
import { shownUrl } from './urls.ts';

/** A chart in a registry: all its versions. */
export type ChartReference = { host: string; path: string };

const CONFIG = 'application/vnd.cncf.helm.config.v1+json';
const LAYERS: readonly string[] = [
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  // What Helm wrote before registries were more than a trial.
  'application/tar+gzip',
];
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  INDEX,
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

const MAX_MANIFEST = 4 << 20;
const MAX_TAGS = 16 << 20;
const MOST_PAGES = 1000;
/** More than any chart has, in all pages. */
const MOST_TAGS = 500_000;
/** A manifest of manifests names so many at most that are looked at. */
const MOST_MANIFESTS = 16;

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
  const shown = printable(`${repository}/${name}`);
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `'${shown}' is no name of a chart in a registry`, {
    hints: ['write oci://HOST/PATH, in lower case, without a slash at the end; the name of the chart comes behind it'],
  });
}

/** How registries are reached. */
export type RegistryOptions = {
  plainHttp: boolean;
  login: (host: string) => Promise<RegistryLogin>;
  /** Told what is asked for. */
  tell: (what: string) => void;
};

/** Reads charts of registries; logs in where it is asked to. */
export class Registry {
  readonly #http: HttpClient;
  readonly #options: RegistryOptions;
  /** What each host was answered to its challenges, by scope. */
  readonly #authorizations: Map<string, Promise<string | undefined>> = new Map();

  constructor(http: HttpClient, options: RegistryOptions) {
    this.#http = http;
    this.#options = options;
  }

  /**
   * The versions of a chart, the newest first. Tags that are no versions are no charts.
   *
   * @throws {PkgError} `PKG_CHART_VERSION_NOT_FOUND` where there is no such chart, and as {@link pull} throws
   */
  async versions(chart: ChartReference): Promise<string[]> {
    const tags = new Set<string>();
    const first = this.#urlOf(chart, 'tags/list');
    const pages = new Set<string>();
    let next: URL | undefined = first;
    while (next !== undefined) {
      pages.add(next.href);
      const answer: Answer = await this.#get(next, chart, 'application/json', MAX_TAGS);
      const found = getOwn(object(answer), 'tags');
      for (const tag of Array.isArray(found) ? found : []) if (typeof tag === 'string') tags.add(tag);
      const link = /^\s*<([^>]*)>/.exec(String(answer.headers['link'] ?? ''))?.[1];
      const following = link === undefined ? null : URL.parse(link, answer.url);
      // Another host has no business in the list of this one.
      next = following === null || following.origin !== next.origin ? undefined : following;
      const isEndless = next !== undefined && (pages.has(next.href) || pages.size >= MOST_PAGES);
      if (isEndless || tags.size > MOST_TAGS) {
        throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(first)} has no end`, {
          hints: ['name the version itself, so that versions need not be listed'],
        });
      }
    }
    return [...tags]
      .map((tag) => tag.replaceAll('_', '+'))
      .filter((version) => isStrictVersion(version))
      .map((version) => ({ version, parsed: parseVersion(version) }))
      .flatMap(({ version, parsed }) => (parsed === undefined ? [] : [{ version, parsed }]))
      .sort((a, b) => compareVersions(b.parsed, a.parsed))
      .map(({ version }) => version);
  }

  /**
   * The archive of a version, checked against the digests of the manifest.
   *
   * @throws {PkgError} `PKG_CHART_VERSION_NOT_FOUND`, `PKG_REPOSITORY_UNREACHABLE`, `PKG_REPOSITORY_UNAUTHORIZED`,
   *   `PKG_REPOSITORY_INVALID` for what is no chart, `PKG_DIGEST_MISMATCH`
   */
  async pull(chart: ChartReference, version: string): Promise<Buffer> {
    const tag = version.replaceAll('+', '_');
    if (!/^\w[\w.-]{0,127}$/.test(tag)) {
      throw new PkgError('PKG_CHART_VERSION_NOT_FOUND', `'${printable(version, 60)}' is no tag of a registry`);
    }
    const layer = layerOf(await this.#manifest(chart, tag), this.#urlOf(chart, `manifests/${tag}`));
    const blob = this.#urlOf(chart, `blobs/${layer.digest}`);
    const { body } = await this.#get(blob, chart, '*/*', MAX_CHART);
    checkDigest(body, layer.digest, shownUrl(blob));
    return body;
  }

  /** The manifest of a tag; of one that names several, the first that is of a chart. */
  async #manifest(chart: ChartReference, tag: string): Promise<Json> {
    const url = this.#urlOf(chart, `manifests/${tag}`);
    const answer = await this.#get(url, chart, MANIFESTS, MAX_MANIFEST);
    const digest = answer.headers['docker-content-digest'];
    if (typeof digest === 'string') checkDigest(answer.body, digest, shownUrl(url));
    const manifest = object(answer);
    const inner = getOwn(manifest, 'manifests');
    if (!Array.isArray(inner)) return manifest;
    for (const item of inner.slice(0, MOST_MANIFESTS)) {
      const name = textField(item, 'digest');
      if (!isDigest(name)) continue;
      const one = this.#urlOf(chart, `manifests/${name}`);
      const found = await this.#get(one, chart, MANIFESTS, MAX_MANIFEST);
      checkDigest(found.body, name, shownUrl(one));
      if (isChart(object(found))) return object(found);
    }
    return manifest;
  }

  #urlOf({ host, path }: ChartReference, rest: string): URL {
    const scheme = this.#options.plainHttp ? 'http' : 'https';
    return new URL(`${scheme}://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/${path}/${rest}`);
  }

  async #get(url: URL, chart: ChartReference, accept: string, limit: number): Promise<Answer> {
    this.#options.tell(`fetching ${shownUrl(url)}`);
    const scope = `repository:${chart.path}:pull`;
    const key = `${chart.host} ${scope}`;
    const ask = async (authorization: string | undefined): Promise<Answer> =>
      this.#http.fetch(url, { headers: { accept }, limit, authorization });
    const before = await this.#authorizations.get(key)?.catch(() => undefined);
    let answer = await ask(before);
    // A host that the registry leads to gets no login of the registry's.
    if (answer.status === 401 && answer.url.origin === url.origin) {
      const challenge = parseChallenge(String(answer.headers['www-authenticate'] ?? ''));
      const known = this.#authorizations.get(key);
      // What was sent was not enough, or somebody asked at the same time.
      const authorization =
        before === undefined && known !== undefined
          ? known
          : this.#options.login(chart.host).then((login) => answerChallenge(challenge, url, scope, login, this.#http));
      this.#authorizations.set(key, authorization);
      const header = await authorization;
      if (header !== undefined) answer = await ask(header);
    }
    if (answer.status === 200) return answer;
    throw refused(answer, url, chart);
  }
}

function refused({ status, body }: Answer, url: URL, { host, path }: ChartReference): PkgError {
  const name = printable(`oci://${host}/${path}`);
  const said = messageOf(body);
  const notes = said === '' ? [] : [`it says: ${printable(said, 200)}`];
  if (status === 404) {
    const tag = /manifests\/([^/]*)$/.exec(url.pathname)?.[1];
    const what = tag === undefined ? `there is no chart at ${name}` : `${name} has no version ${printable(tag, 60)}`;
    return new PkgError('PKG_CHART_VERSION_NOT_FOUND', what, {
      notes,
      hints: ['check the repository and the version'],
    });
  }
  if (status === 401 || status === 403) {
    return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${name} may not be read (it answers ${status})`, {
      notes,
      hints: [`log in with \`helm registry login ${printable(host)}\` or \`docker login\``, 'or it is not there'],
    });
  }
  return new PkgError('PKG_REPOSITORY_UNREACHABLE', `${name} cannot be read: the registry answers ${status}`, {
    notes,
  });
}

/** What a registry says of an error. */
function messageOf(body: Buffer): string {
  try {
    const errors = getOwn(JSON.parse(body.toString('utf8')) as { [key: string]: Json }, 'errors');
    const [first] = Array.isArray(errors) ? errors : [];
    return textField(first, 'message') || textField(first, 'code');
  } catch {
    return '';
  }
}

function object({ body, url }: Answer): { [key: string]: Json } {
  try {
    const value = JSON.parse(body.toString('utf8')) as Json;
    if (isJsonObject(value)) return value;
  } catch {
    // told below
  }
  throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(url)} answers with something that no registry says`, {
    hints: ['check that the address is that of an OCI registry'],
  });
}

function isChart(manifest: { [key: string]: Json }): boolean {
  return textField(getOwn(manifest, 'config'), 'mediaType') === CONFIG;
}

function layerOf(manifest: Json, url: URL): { digest: string } {
  const layers = isJsonObject(manifest) && isChart(manifest) ? getOwn(manifest, 'layers') : undefined;
  const found = Array.isArray(layers) ? layers : [];
  for (const type of LAYERS) {
    const digest = textField(
      found.find((layer) => textField(layer, 'mediaType') === type),
      'digest',
    );
    if (isDigest(digest)) return { digest };
  }
  throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(url)} is no Helm chart`, {
    hints: ['registries hold other things too, such as images: check the name'],
  });
}

function isDigest(text: string): boolean {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}

/** SemVer 2 to the letter: three numbers, no `v`. */
function isStrictVersion(version: string): boolean {
  const number = '(?:0|[1-9][0-9]*)';
  return new RegExp(`^${number}\\.${number}\\.${number}(?:[-+]|$)`).test(version);
}
