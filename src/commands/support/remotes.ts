/** Opens repositories and registries as flags say. */
import { PkgError } from '../../errors.ts';
import { DEFAULT_SETTINGS, Remotes } from '../../repository/remotes.ts';
import type { RepositorySettings } from '../../repository/remotes.ts';
import type { ChartRequest } from '../../repository/find-chart.ts';
import type { FlagValues } from './flag-types.ts';
import type { GlobalFlags } from './global-flags.ts';
import type { CHART_FLAGS, SOURCE_FLAGS } from './chart-flags.ts';
import type { REMOTE_FLAGS } from './remote-flags.ts';
import { tellingSlow } from './slow.ts';
import { readStdin } from './stdin.ts';

/** Flags that say how repositories are reached; not every command has all. */
export type RemoteFlags = Partial<
  FlagValues<typeof SOURCE_FLAGS & typeof REMOTE_FLAGS & typeof CHART_FLAGS> & GlobalFlags
>;

/** How repositories and registries are reached. */
type RemoteAccess = {
  flags: RemoteFlags;
  /** The reference that the user typed: a login on the command line is sent to its registry only. */
  reference?: string;
  /** Charts that are fetched will be loaded. */
  loads?: boolean;
  /** How long a request may take, in milliseconds. */
  timeout?: number | undefined;
};

/**
 * Runs work that uses repositories and registries, and closes their connections after it.
 *
 * @throws what the work throws, and what {@link accessOf} does
 */
export async function withRemotes<T>(access: RemoteAccess, work: (remotes: Remotes) => Promise<T>): Promise<T> {
  const { flags, reference = '', loads = false, timeout } = access;
  const settings = { ...(await settingsOf(flags, reference)), loads, timeout };
  return await tellingSlow(async (tell) => {
    const remotes = new Remotes(process.env, tell, settings);
    try {
      return await work(remotes);
    } finally {
      // Awaited, because a process with a closing connection ends 5 ms later.
      await remotes.close();
    }
  });
}

/** The settings for repositories and registries. */
async function settingsOf(flags: RemoteFlags, reference: string): Promise<RepositorySettings> {
  const host = /^oci:\/\/([^/]*)/.exec(reference)?.[1] ?? '';
  const { username, password, caFile, certFile, keyFile, insecure } = await accessOf(flags);
  return {
    ...DEFAULT_SETTINGS,
    repositoryConfig: flags['repository-config'] ?? '',
    registryConfig: flags['registry-config'] ?? '',
    repositoryCache: flags['repository-cache'] ?? '',
    contentCache: flags['content-cache'] ?? '',
    trustPolicy: flags['trust-policy'] ?? '',
    offline: flags.offline ?? false,
    registry: {
      host,
      username,
      password,
      caFile,
      certFile,
      keyFile,
      insecure,
      plainHttp: flags['plain-http'] ?? false,
    },
  };
}

/** The login and the certificates that flags name. @throws {PkgError} `PKG_USAGE` for an empty `--password-stdin` */
export async function accessOf(flags: RemoteFlags): Promise<ChartRequest['access']> {
  return {
    username: flags.username ?? '',
    password: await passwordOf(flags),
    passCredentials: flags['pass-credentials'] ?? false,
    caFile: flags['ca-file'] ?? '',
    certFile: flags['cert-file'] ?? '',
    keyFile: flags['key-file'] ?? '',
    insecure: flags['insecure-skip-tls-verify'] ?? false,
  };
}

let typed: Promise<string> | undefined;

/** The password. Standard input is read once, because several requests may need it. */
async function passwordOf(flags: RemoteFlags): Promise<string> {
  if (flags['password-stdin'] !== true) return flags.password ?? '';
  typed ??= readStdin();
  const password = (await typed).replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new PkgError('PKG_USAGE', 'standard input is empty, and --password-stdin reads the password from it');
}
