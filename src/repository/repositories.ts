/** `repositories.yaml`: the repositories of `pkg repo add` and `helm repo add`, with their logins. */
import { Fields } from '../chart/fields.ts';
import type { Problem } from '../chart/fields.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { changeFile } from './change-file.ts';
import type { Tell } from './change-file.ts';
import { printGoYaml } from '../yaml/go-print.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { DEFAULT_TRUST } from './http.ts';
import type { Trust } from './http.ts';
import { isSameRepository } from './urls.ts';

/** A repository, known to Helm or named by its address alone. */
export type Repository = Trust & {
  /** Empty for a repository that is not in repositories.yaml. */
  name: string;
  url: string;
  username: string;
  password: string;
  /** Send the login to all hosts that the index names for archives, and not only to the repository's own. */
  passCredentials: boolean;
};

/**
 * Reads the file; empty where it does not exist.
 *
 * @throws {PkgError} `PKG_FILE_UNREADABLE`, `PKG_REPOSITORY_INVALID`, and as {@link parseYamlDocuments} throws
 */
export function readRepositories(file: string): Repository[] {
  let text: string;
  try {
    text = readUserFile(file).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof FileReadError)) throw cause;
    if (cause.code === 'ENOENT') return [];
    throw new PkgError('PKG_FILE_UNREADABLE', `${printable(file)} ${cause.reason}`, {
      hints: ['make it readable: it holds the known repositories'],
      cause,
    });
  }
  const problems: Problem[] = [];
  const value = parseYamlDocuments(text, file)[0] ?? null;
  if (value !== null && !isMap(value)) throw invalid('this file does not hold a map', file);
  const items = new Fields(value ?? new Map(), [], problems).maps('repositories', 'a repository is a map');
  const repositories = items.map((item) => ({
    name: item.exactText('name'),
    url: item.exactText('url'),
    username: item.exactText('username'),
    password: item.exactText('password'),
    passCredentials: item.flag('pass_credentials_all'),
    caFile: item.exactText('caFile'),
    certFile: item.exactText('certFile'),
    keyFile: item.exactText('keyFile'),
    insecure: item.flag('insecure_skip_tls_verify'),
  }));
  const [problem] = problems;
  if (problem !== undefined) throw invalid(problem.message, file);
  return repositories;
}

function invalid(message: string, file: string): PkgError {
  return new PkgError('PKG_REPOSITORY_INVALID', message, {
    at: { file },
    hints: ['correct it, or remove it and add the repositories again'],
  });
}

/**
 * Changes the file, which Helm uses too. As with Helm, unknown fields are dropped. Processes of pkg that change the file at
 * the same time do so one after the other.
 *
 * @param change gives the repositories that the file is to hold; undefined to leave it as it is
 * @param tell called with what is waited for, when another process changes the file
 * @throws {PkgError} as {@link readRepositories} and {@link changeFile} do
 */
export async function changeRepositories(
  file: string,
  change: (known: readonly Repository[]) => readonly Repository[] | undefined,
  tell: Tell,
): Promise<void> {
  const text = (): string | undefined => {
    const changed = change(readRepositories(file));
    return changed === undefined ? undefined : repositoriesText(changed);
  };
  await changeFile(file, text, tell);
}

function repositoriesText(all: readonly Repository[]): string {
  const repositories = all.map(
    (repository): ValueMap =>
      new Map<string, Value>([
        ['caFile', repository.caFile],
        ['certFile', repository.certFile],
        ['insecure_skip_tls_verify', repository.insecure],
        ['keyFile', repository.keyFile],
        ['name', repository.name],
        ['pass_credentials_all', repository.passCredentials],
        ['password', repository.password],
        ['url', repository.url],
        ['username', repository.username],
      ]),
  );
  return printGoYaml(
    new Map<string, Value>([
      ['apiVersion', ''],
      ['generated', '0001-01-01T00:00:00Z'],
      ['repositories', repositories],
    ]),
  );
}

/**
 * The repository that a dependency names: `@NAME`, `alias:NAME`, or an address, which need not be known.
 *
 * @throws {PkgError} `PKG_REPOSITORY_UNKNOWN`
 */
export function findRepository(reference: string, known: readonly Repository[], file: string): Repository {
  const alias = /^(?:@|alias:)(.*)$/s.exec(reference)?.[1];
  const found = known.find(({ name, url }) =>
    alias === undefined ? isSameRepository(url, reference) : name === alias,
  );
  if (found !== undefined) return found;
  if (alias === undefined) return unknownRepository(reference);
  const names = known.map(({ name }) => printable(name, 60)).join(', ');
  throw new PkgError('PKG_REPOSITORY_UNKNOWN', `there is no repository named '${printable(alias, 60)}'`, {
    at: { file },
    notes: [known.length === 0 ? 'the file holds no repositories' : `the file holds ${names}`],
    hints: [`add it with \`pkg repo add ${printable(alias, 60)} URL\``],
  });
}

function unknownRepository(url: string): Repository {
  return { name: '', url, username: '', password: '', passCredentials: false, ...DEFAULT_TRUST };
}
