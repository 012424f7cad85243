/** Where Helm keeps its configuration (helm v4, pkg/helmpath, pkg/cli/environment.go). */
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

function configHome(env: NodeJS.ProcessEnv): string {
  const own = env['HELM_CONFIG_HOME'] || '';
  return own === '' ? join(env['XDG_CONFIG_HOME'] || defaultHome(env), 'helm') : own;
}

function defaultHome(env: NodeJS.ProcessEnv): string {
  if (process.platform === 'win32') return env['APPDATA'] ?? '';
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Preferences') : join(homedir(), '.config');
}
