/** The repositories and registries of a run. Each index is fetched once, and connections are reused. */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { checkDigest, digestOf } from './digest.ts';
import { basicAuthorization } from '../network/address.ts';
import { isTransient } from '../network/http.ts';
import { DEFAULT_TRUST, RemoteClient, tellingReceived, unpacked } from './http.ts';
import type { Answer, Trust } from './http.ts';
import type { Tell } from './change-file.ts';
import { ContentCache } from './content-cache.ts';
import { IndexCache } from './index-cache.ts';
import { MAX_INDEX, versionsOf } from './index-file.ts';
import type { IndexEntry } from './index-file.ts';
import { notCached } from './offline.ts';
import { cachePaths, configPaths } from './paths.ts';
import type { ConfigPaths } from './paths.ts';
import { ReferenceCache } from './reference-cache.ts';
import { Registry } from './registry.ts';
import type { RegistryOptions } from './registry.ts';
import { pauseNote, redirectNotes, RegistrySession } from './registry-session.ts';
import { findLogin } from './registry-login.ts';
import { findRepository, readRepositories } from './repositories.ts';
import type { Repository } from './repositories.ts';
import type { SignatureFinder } from './signatures/find-signatures.ts';
import { trustPolicyFile } from './signatures/policy-file.ts';
import type { TrustPolicy } from './signatures/trust-policy.ts';
import { chartUrl, repositoryUrl, shownUrl } from './urls.ts';

/** Settings from flags for reaching repositories; texts that were not given are empty. */
export type RepositorySettings = {
  repositoryConfig: string;
  registryConfig: string;
  repositoryCache: string;
  contentCache: string;
  /** The file of the trust policy; empty for the usual one, if that exists. */
  trustPolicy: string;
  /** Fetch nothing; what is not cached is an error. */
  offline: boolean;
  /** Charts that are fetched will be loaded. */
  loads: boolean;
  /** How long a request may take, and may be without an answer, in milliseconds; undefined for the client's own bounds. */
  timeout: number | undefined;
  /**
   * How registries are reached. Name and password are for `host`, and have precedence over stored logins. Without a host
   * they are for the only registry that the command uses.
   */
  registry: Trust & { host: string; username: string; password: string; plainHttp: boolean };
};

/** The most bytes of a provenance: a signed Chart.yaml and a digest. */
export const MAX_PROVENANCE: number = 4 << 20;

/** The most bytes of the answer to an upload. */
const MAX_REPLY = 1 << 20;

/**
 * `cached`: use the cached index if there is one. `checked`: ask the server first whether it has changed. `stored`: also
 * fail if the index cannot be cached.
 */
export type Freshness = 'cached' | 'checked' | 'stored';

/** The settings where no flags are given: everything comes from the environment. */
export const DEFAULT_SETTINGS: RepositorySettings = {
  repositoryConfig: '',
  registryConfig: '',
  repositoryCache: '',
  contentCache: '',
  trustPolicy: '',
  offline: false,
  loads: false,
  timeout: undefined,
  registry: {
    ...DEFAULT_TRUST,
    host: '',
    username: '',
    password: '',
    plainHttp: false,
  },
};

/** Opens repositories and registries when they are first used. */
export class Remotes {
  readonly #env: NodeJS.ProcessEnv;
  readonly #tell: Tell;
  readonly #paths: ConfigPaths;
  readonly #settings: RepositorySettings;
  readonly #clients: Map<string, RemoteClient> = new Map();
  readonly #indexes: Map<string, Promise<Buffer>> = new Map();
  readonly #archives: Map<string, Promise<Buffer>> = new Map();
  /** The cache of indexes. */
  readonly indexes: IndexCache;
  readonly #content: ContentCache;
  readonly #references: ReferenceCache;
  #policy: Promise<TrustPolicy | undefined> | undefined;
  #signatures: Promise<SignatureFinder> | undefined;
  #known: Repository[] | undefined;
  #registry: Registry | undefined;
  #session: RegistrySession | undefined;

  constructor(env: NodeJS.ProcessEnv, tell: Tell, settings: RepositorySettings = DEFAULT_SETTINGS) {
    this.#env = env;
    this.#tell = tell;
    this.#settings = settings;
    this.#paths = configPaths(env, settings);
    const caches = cachePaths(env, settings);
    this.indexes = new IndexCache(caches.indexes);
    this.#content = new ContentCache(caches.content);
    this.#references = new ReferenceCache(caches.indexes);
  }

  /** The repositories that the machine knows. @throws {PkgError} as {@link readRepositories} does */
  known(): readonly Repository[] {
    this.#known ??= readRepositories(this.#paths.repositories);
    return this.#known;
  }

  /** Was a login given by flags without saying for which registry? */
  get hasOpenLogin(): boolean {
    const { host, username, password } = this.#settings.registry;
    return host === '' && (username !== '' || password !== '');
  }

  /** Whether nothing may be fetched. */
  get offline(): boolean {
    return this.#settings.offline;
  }

  /** Called with a text when something begins that may take time. */
  get tell(): Tell {
    return this.#tell;
  }

  /** Helm's files, and Docker's. */
  get paths(): ConfigPaths {
    return this.#paths;
  }

  /** Helm's file of repositories. */
  get repositoriesFile(): string {
    return this.#paths.repositories;
  }

  /** The repository that a dependency names. @throws {PkgError} as {@link readRepositories} and {@link findRepository} do */
  repository(reference: string): Repository {
    return findRepository(reference, this.known(), this.#paths.repositories);
  }

  /** The OCI registries. */
  registry(): Registry {
    this.#registry ??= new Registry(this.session(), this.#registryOptions());
    return this.#registry;
  }

  /** Signatures in the OCI registries. */
  signatures(): Promise<SignatureFinder> {
    this.#signatures ??= import('./signatures/find-signatures.ts').then(
      ({ SignatureFinder: Finder }) => new Finder(this.session(), this.#registryOptions()),
    );
    return this.#signatures;
  }

  /** The trust policy; undefined where there is none. @throws {PkgError} as `readTrustPolicy` does */
  trustPolicy(): Promise<TrustPolicy | undefined> {
    this.#policy ??= (async () => {
      const file = trustPolicyFile(this.#settings.trustPolicy, this.#env);
      if (file === undefined) return undefined;
      return await (await import('./signatures/trust-policy.ts')).readTrustPolicy(file);
    })();
    return this.#policy;
  }

  #registryOptions(): RegistryOptions {
    return {
      tell: this.#tell,
      content: this.#content,
      references: this.#references,
      offline: this.#settings.offline,
      loads: this.#settings.loads,
    };
  }

  /**
   * The versions of a chart by the index of a repository. A cached index that is damaged is fetched again.
   *
   * @throws {PkgError} the errors of a repository that cannot be read, and as {@link versionsOf} does
   */
  async versions(
    repository: Repository,
    name: string,
    freshness: Freshness = 'checked',
  ): Promise<{ url: URL; versions: IndexEntry[] | undefined }> {
    const url = repositoryUrl(repository.url);
    const index = await this.index(repository, freshness);
    try {
      return { url, versions: versionsOf(index, name, shownUrl(indexUrl(url))) };
    } catch (error) {
      const isCached = this.indexes.read(repository)?.equals(index) === true;
      if (!(error instanceof PkgError) || !isCached) throw error;
      if (this.#settings.offline) throw damagedIndex(this.indexes.pathOf(repository), error);
      if (freshness !== 'cached') throw error;
      return await this.refreshVersions(repository, name);
    }
  }

  /** As {@link versions}, but asks the server again, for use after an upload has changed the index. */
  async refreshVersions(repository: Repository, name: string): ReturnType<Remotes['versions']> {
    this.#indexes.clear();
    return await this.versions(repository, name);
  }

  /**
   * The index of a repository, which is then cached.
   *
   * @throws {PkgError} `PKG_OFFLINE`, the errors of a repository that cannot be reached, `PKG_REPOSITORY_INVALID` for
   *   anything but an index, `PKG_FILE_UNWRITABLE` if it is to be `stored`
   */
  async index(repository: Repository, freshness: Freshness): Promise<Buffer> {
    const from = indexUrl(repositoryUrl(repository.url));
    const key = `${repository.name} ${from.href}`;
    const index = this.#indexes.get(key) ?? this.#readIndex(repository, from, freshness);
    this.#indexes.set(key, index);
    return await index;
  }

  /**
   * The archive of a chart, checked against its digest.
   * @throws {PkgError} as {@link versions} does, and `PKG_DIGEST_MISMATCH`
   */
  async fetchArchive(repository: Repository, from: URL, digest: string, limit: number): Promise<Buffer> {
    const hash = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(digest)?.[1]?.toLowerCase();
    const cached = hash === undefined ? undefined : this.#content.get(hash);
    if (cached !== undefined) return cached;
    const key = `${repository.name} ${from.href}`;
    const headers = { accept: 'application/gzip,application/octet-stream', 'accept-encoding': 'identity' };
    const archive = this.#archives.get(key) ?? this.#fetch(repository, from, headers, limit).then(({ body }) => body);
    this.#archives.set(key, archive);
    const bytes = await archive;
    checkDigest(bytes, digest, shownUrl(from));
    this.#content.put(hash ?? digestOf(bytes).slice('sha256:'.length), 'chart', bytes);
    return bytes;
  }

  /**
   * The provenance file beside an archive; undefined for none.
   *
   * @param hash the SHA-256 of the archive, under which the provenance is cached for `--offline`
   */
  async fetchProvenance(repository: Repository, archive: URL, hash: string): Promise<Buffer | undefined> {
    const cached = this.#settings.offline ? this.#content.getProvenance(hash) : undefined;
    if (cached !== undefined) return cached;
    const from = new URL(archive);
    from.pathname += '.prov';
    const answer = await this.#ask(repository, from, {}, MAX_PROVENANCE);
    if (answer.status !== 200) {
      if (isTransient(answer.status)) throw refused(answer, from, repository.passCredentials);
      // Servers refuse a missing file in many ways: S3 with 403, if its folder may not be listed.
      return undefined;
    }
    this.#content.put(hash, 'prov', answer.body);
    return answer.body;
  }

  /**
   * Sends something to the server of a repository, with the login of the repository; a password without a name is
   * sent as a bearer token. The request may be repeated, so it has to have the same effect when sent twice.
   *
   * @throws {PkgError} `PKG_OFFLINE`, `PKG_REPOSITORY_UNREACHABLE`
   */
  async send(repository: Repository, url: URL, body: Uint8Array, contentType: string): Promise<Answer> {
    if (this.#settings.offline) throw notCached(shownUrl(url));
    this.#tell(`sending to ${shownUrl(url)}`);
    return await this.#client(repository).fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
      authorization: authorizationOf(repository),
      limit: MAX_REPLY,
      repeatable: true,
    });
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  /** Requests to the OCI registries. */
  session(): RegistrySession {
    this.#session ??= this.#openSession();
    return this.#session;
  }

  #openSession(): RegistrySession {
    const { host: named, username, password, plainHttp, ...trust } = this.#settings.registry;
    const hasTrust = trust.caFile !== '' || trust.insecure || (trust.certFile !== '' && trust.keyFile !== '');
    return new RegistrySession(this.#client(trust), {
      // As in Helm, TLS flags have precedence over --plain-http.
      plainHttp: plainHttp && !hasTrust,
      login: async ({ host, path, byIndex = false }) =>
        username !== '' && password !== '' && (named === host || (named === '' && !byIndex))
          ? { username, password, identityToken: '', registryToken: '' }
          : findLogin(host, path, this.#paths, this.#env, this.#tell),
    });
  }

  async #readIndex(repository: Repository, from: URL, freshness: Freshness): Promise<Buffer> {
    const cached = this.indexes.read(repository);
    if (cached !== undefined && (freshness === 'cached' || this.#settings.offline)) return cached;
    const validators = cached === undefined ? undefined : this.indexes.validators(repository, cached);
    const { etag = '', lastModified = '' } = validators ?? {};
    const headers = {
      'accept-encoding': 'gzip',
      ...(etag !== '' && { 'if-none-match': etag }),
      ...(lastModified !== '' && { 'if-modified-since': lastModified }),
    };
    const answer = await this.#fetch(repository, from, headers, MAX_INDEX, cached !== undefined);
    if (answer.status === 304 && cached !== undefined) return cached;
    const index = await unpacked(answer.body, from, MAX_INDEX);
    try {
      const sent = {
        etag: String(answer.headers.etag ?? ''),
        lastModified: String(answer.headers['last-modified'] ?? ''),
      };
      this.indexes.write(repository, index, sent, shownUrl(from));
    } catch (error) {
      // `repo add` and `repo update` store the index. Others go on with it in memory, and the next run fetches it again.
      const isStored = freshness === 'stored' || !(error instanceof PkgError) || error.code !== 'PKG_FILE_UNWRITABLE';
      if (isStored) throw error;
    }
    return index;
  }

  async #fetch(
    repository: Repository,
    url: URL,
    headers: Readonly<Record<string, string>>,
    limit: number,
    mayBeUnchanged = false,
  ): Promise<Answer> {
    const answer = await this.#ask(repository, url, headers, limit);
    if (answer.status === 200 || (answer.status === 304 && mayBeUnchanged)) return answer;
    throw refused(answer, url, repository.passCredentials);
  }

  /** The answer of the server of a repository, whatever its status. */
  async #ask(
    repository: Repository,
    url: URL,
    headers: Readonly<Record<string, string>>,
    limit: number,
  ): Promise<Answer> {
    if (this.#settings.offline) throw notCached(shownUrl(url));
    const { passCredentials } = repository;
    const isOwn = passCredentials || url.origin === repositoryUrl(repository.url).origin;
    this.#tell(`fetching ${shownUrl(url)}`);
    return await this.#client(repository).fetch(url, {
      headers,
      limit,
      onReceived: tellingReceived(shownUrl(url), this.#tell),
      everywhere: passCredentials,
      authorization: isOwn ? authorizationOf(repository) : undefined,
    });
  }

  #client({ caFile, certFile, keyFile, insecure }: Trust): RemoteClient {
    const key = JSON.stringify([caFile, certFile, keyFile, insecure]);
    const { timeout } = this.#settings;
    const times = timeout === undefined ? {} : { whole: timeout, silence: timeout };
    const client =
      this.#clients.get(key) ?? new RemoteClient({ caFile, certFile, keyFile, insecure }, this.#env, times);
    this.#clients.set(key, client);
    return client;
  }
}

/** The `Authorization` header of a login. A password without a name is a bearer token, as for helm-push. */
function authorizationOf({ username, password }: Repository): string | undefined {
  if (password === '') return undefined;
  return username === '' ? `Bearer ${password}` : basicAuthorization(username, password);
}

function damagedIndex(file: string, cause: PkgError): PkgError {
  return new PkgError(cause.code, `the cached index of a repository is damaged: ${cause.message}`, {
    at: { file: printable(file, 300) },
    hints: ['fetch it again with `pkg repo update`'],
    cause,
  });
}

function indexUrl(repository: URL): URL {
  return chartUrl(repository, 'index.yaml');
}

/** @param everywhere a login is sent to servers that this one redirects to */
function refused(answer: Answer, url: URL, everywhere: boolean): PkgError {
  const { status, headers } = answer;
  const where = shownUrl(url);
  const redirected = everywhere ? [] : redirectNotes(answer, url);
  if (status === 401 || status === 403) {
    return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${where} may not be read (it answers ${status})`, {
      notes: redirected,
      hints: [
        redirected.length > 0
          ? 'if a login is needed there, add the repository by the address that it redirects to'
          : 'give the name and password to `pkg repo add`, which sends them only to the server of the repository',
      ],
    });
  }
  const isGone = status === 404 || status === 410;
  const isTwice = /index\.yaml\/+index\.yaml$/.test(url.pathname);
  return new PkgError(
    isGone && !url.pathname.endsWith('/index.yaml') ? 'PKG_CHART_VERSION_NOT_FOUND' : 'PKG_REPOSITORY_UNREACHABLE',
    `${where} ${isGone ? 'does not exist' : 'cannot be read'} (it answers ${status})`,
    {
      notes: [...redirected, ...pauseNote(headers)],
      hints: [
        isTransient(status)
          ? 'try again later'
          : isTwice
            ? 'give the address of the repository without index.yaml'
            : 'check the address of the repository',
      ],
    },
  );
}
