/** Repositories and registries that a run asks: each index is fetched once, connections are kept for the next request. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PkgError } from '../errors.ts';
import { checkDigest } from './digest.ts';
import { basicAuthorization, HttpClient } from './http.ts';
import type { Answer, Trust } from './http.ts';
import { versionsOf } from './index-file.ts';
import type { IndexEntry } from './index-file.ts';
import { configPaths } from './paths.ts';
import type { ConfigPaths } from './paths.ts';
import { Registry } from './registry.ts';
import { findLogin } from './registry-login.ts';
import { findRepository, readRepositories } from './repositories.ts';
import type { Repository } from './repositories.ts';
import { chartUrl, repositoryUrl, shownUrl } from './urls.ts';

/** Larger than any that is known: those of large public repositories have twenty. */
const MAX_INDEX = 128 << 20;

/** What the environment does not say of how repositories are reached; texts are empty for nothing. */
export type RepositorySettings = {
  repositoryConfig: string;
  registryConfig: string;
  /** How all registries are reached. A name and a password here come before all logins that are kept. */
  registry: Trust & { username: string; password: string; plainHttp: boolean };
};

const DEFAULTS: RepositorySettings = {
  repositoryConfig: '',
  registryConfig: '',
  registry: { username: '', password: '', caFile: '', certFile: '', keyFile: '', insecure: false, plainHttp: false },
};

/** What of a repository is asked for, told as it begins. */
export type Tell = (what: string) => void;

export class Remotes {
  readonly #env: NodeJS.ProcessEnv;
  readonly #tell: Tell;
  readonly #paths: ConfigPaths;
  readonly #settings: RepositorySettings;
  readonly #clients: Map<string, HttpClient> = new Map();
  readonly #indices: Map<string, Promise<Buffer>> = new Map();
  readonly #archives: Map<string, Promise<Buffer>> = new Map();
  #known: Repository[] | undefined;
  #registry: Registry | undefined;

  constructor(env: NodeJS.ProcessEnv, tell: Tell, settings: RepositorySettings = DEFAULTS) {
    this.#env = env;
    this.#tell = tell;
    this.#settings = settings;
    this.#paths = configPaths(env, settings);
  }

  /** The repository that a dependency names. Throws as {@link readRepositories} and {@link findRepository} do. */
  repository(reference: string): Repository {
    this.#known ??= readRepositories(this.#paths.repositories);
    return findRepository(reference, this.#known, this.#paths.repositories);
  }

  /** The OCI registries. */
  registry(): Registry {
    this.#registry ??= this.#openRegistry();
    return this.#registry;
  }

  /**
   * The versions of a chart by the index of a repository.
   *
   * @throws {PkgError} what keeps from it, and as {@link versionsOf} does
   */
  async versions(repository: Repository, name: string): Promise<{ url: URL; versions: IndexEntry[] | undefined }> {
    const url = repositoryUrl(repository.url);
    const from = chartUrl(url, 'index.yaml');
    const key = `${repository.name} ${from.href}`;
    const index = this.#indices.get(key) ?? this.#fetchIndex(repository, from);
    this.#indices.set(key, index);
    return { url, versions: versionsOf(await index, name, shownUrl(from)) };
  }

  /** The archive of a chart, checked against its digest. Throws as {@link versions} does, and `PKG_DIGEST_MISMATCH`. */
  async fetchArchive(repository: Repository, from: URL, digest: string, limit: number): Promise<Buffer> {
    const key = `${repository.name} ${from.href}`;
    const headers = { accept: 'application/gzip,application/octet-stream', 'accept-encoding': 'identity' };
    const archive = this.#archives.get(key) ?? this.#fetch(repository, from, headers, limit).then(({ body }) => body);
    this.#archives.set(key, archive);
    const bytes = await archive;
    checkDigest(bytes, digest, shownUrl(from));
    return bytes;
  }

  /** Closes all connections. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #openRegistry(): Registry {
    const { username, password, plainHttp, ...trust } = this.#settings.registry;
    const hasTrust = trust.caFile !== '' || trust.insecure || (trust.certFile !== '' && trust.keyFile !== '');
    return new Registry(this.#client(trust), {
      // As in Helm: who says how certificates are checked wants TLS.
      plainHttp: plainHttp && !hasTrust,
      login: async (host) =>
        username !== '' && password !== ''
          ? { username, password, identityToken: '', registryToken: '' }
          : findLogin(host, this.#paths, this.#env),
      tell: this.#tell,
    });
  }

  async #fetchIndex(repository: Repository, from: URL): Promise<Buffer> {
    const { body, headers } = await this.#fetch(repository, from, { 'accept-encoding': 'gzip' }, MAX_INDEX);
    if (headers['content-encoding'] !== 'gzip') return body;
    try {
      return await promisify(gunzip)(body, { maxOutputLength: MAX_INDEX });
    } catch (cause) {
      throw new PkgError('PKG_REPOSITORY_INVALID', `${shownUrl(from)} cannot be unpacked`, { cause });
    }
  }

  async #fetch(
    repository: Repository,
    url: URL,
    headers: Readonly<Record<string, string>>,
    limit: number,
  ): Promise<Answer> {
    const { username, password, passCredentials } = repository;
    const isOwn = passCredentials || url.origin === repositoryUrl(repository.url).origin;
    const hasLogin = username !== '' && password !== '' && isOwn;
    this.#tell(`fetching ${shownUrl(url)}`);
    const answer = await this.#client(repository).fetch(url, {
      headers,
      limit,
      everywhere: passCredentials,
      authorization: hasLogin ? basicAuthorization(username, password) : undefined,
    });
    if (answer.status === 200) return answer;
    throw refused(answer.status, url);
  }

  #client({ caFile, certFile, keyFile, insecure }: Trust): HttpClient {
    const key = JSON.stringify([caFile, certFile, keyFile, insecure]);
    const client = this.#clients.get(key) ?? new HttpClient({ caFile, certFile, keyFile, insecure }, this.#env);
    this.#clients.set(key, client);
    return client;
  }
}

function refused(status: number, url: URL): PkgError {
  const where = shownUrl(url);
  if (status === 401 || status === 403) {
    return new PkgError('PKG_REPOSITORY_UNAUTHORIZED', `${where} may not be read (it answers ${status})`, {
      hints: ['give name and password to `helm repo add`; they go to the server of the repository only'],
    });
  }
  const isGone = status === 404 || status === 410;
  return new PkgError(
    'PKG_REPOSITORY_UNREACHABLE',
    `${where} ${isGone ? 'is not there' : 'cannot be read'} (it answers ${status})`,
    {
      hints: isGone ? ['check the address of the repository'] : ['try again later'],
    },
  );
}
