/** Where Helm keeps its configuration and its caches (helm v4, pkg/helmpath, pkg/cli/environment.go). */
import { homedir } from 'node:os';
import { join } from 'node:path';

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
  return own === '' ? join(env['XDG_CONFIG_HOME'] || defaultHome(env), 'helm') : own;
}

function defaultHome(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['APPDATA'] ?? '';
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Preferences') : join(homedir(), '.config');
}

function defaultCacheHome(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['TEMP'] ?? '';
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}
