/** Where Helm keeps its configuration and its caches (helm v4, pkg/helmpath, pkg/cli/environment.go). */
import { homedir } from 'node:os';
import { join, sep } from 'node:path';

/** Helm's files that say where charts come from, and Docker's with logins to registries. */
export type ConfigPaths = { repositories: string; registries: string; docker: string };

/** The paths of the files; none of them needs to be there. What flags name comes before all else; empty for nothing. */
export function configPaths(
  env: NodeJS.ProcessEnv,
  flags: { repositoryConfig: string; registryConfig: string },
): ConfigPaths {
  const home = configHome(env);
  return {
    repositories: flags.repositoryConfig || env['HELM_REPOSITORY_CONFIG'] || join(home, 'repositories.yaml'),
    registries: flags.registryConfig || env['HELM_REGISTRY_CONFIG'] || join(home, 'registry', 'config.json'),
    docker: join(env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json'),
  };
}

/** Helm's folders of what can be fetched again: indexes of repositories, and archives by the digest of their bytes. */
export type CachePaths = { indexes: string; content: string };

/** The folders; neither needs to be there. What flags name comes before all else; empty for nothing. */
export function cachePaths(
  env: NodeJS.ProcessEnv,
  flags: { repositoryCache: string; contentCache: string },
): CachePaths {
  const home = env['HELM_CACHE_HOME'] || join(env['XDG_CACHE_HOME'] || defaultCacheHome(env), 'helm');
  return {
    indexes: flags.repositoryCache || env['HELM_REPOSITORY_CACHE'] || join(home, 'repository'),
    content: flags.contentCache || env['HELM_CONTENT_CACHE'] || join(home, 'content'),
  };
}

/** The folder that Helm's files of configuration are in. */
export function configHome(env: NodeJS.ProcessEnv): string {
  const own = env['HELM_CONFIG_HOME'] || '';
  return own === '' ? below(env['XDG_CONFIG_HOME'] || defaultHome(env), 'helm') : own;
}

/**
 * A file or folder in a folder; '' is the working directory. Every command that takes a chart asks for one: `path.join`
 * would take 1 ms, since it goes character by character, and V8 compiles that in the background.
 */
export function below(folder: string, name: string): string {
  return folder === '' || folder.endsWith(sep) ? folder + name : folder + sep + name;
}

function defaultHome(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['APPDATA'] ?? '';
  // Without `node:os`, which takes 0.5 ms to load, where the variable is set that it would look at.
  const home = env['HOME'] || homedir();
  return below(home, process.platform === 'darwin' ? join('Library', 'Preferences') : '.config');
}

function defaultCacheHome(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['TEMP'] ?? '';
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}
