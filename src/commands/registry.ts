/** Every command by its name, each loaded only when it is needed. */
import { nearest } from '../nearest.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import type { Command } from './support/command.ts';

/** Under which heading help lists a command. */
export type Topic = 'charts' | 'sharing' | 'releases' | 'changes' | 'more';

/** A command that is not loaded yet. */
export type Entry = {
  topic: Topic;
  /** One line, in lower case, without a full stop. */ summary: string;
  load: () => Promise<{ command: Command }>;
};

/** The commands, in the order in which help lists them. A name of two words belongs to a group. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  create: { topic: 'charts', summary: 'create a chart with a good start in it', load: () => import('./create.ts') },
  lint: { topic: 'charts', summary: 'check a chart for mistakes and risks', load: () => import('./lint.ts') },
  template: { topic: 'charts', summary: 'render a chart and print its objects', load: () => import('./template.ts') },
  images: { topic: 'charts', summary: 'list the container images of a chart', load: () => import('./images.ts') },
  package: { topic: 'charts', summary: 'pack a chart into an archive', load: () => import('./package.ts') },
  bundle: {
    topic: 'sharing',
    summary: 'write charts and their images into one file',
    load: () => import('./bundle/create.ts'),
  },
  'bundle push': {
    topic: 'sharing',
    summary: 'copy the charts and images of a bundle into a registry',
    load: () => import('./bundle/push.ts'),
  },
  pull: { topic: 'sharing', summary: 'fetch the archive of a chart', load: () => import('./pull.ts') },
  'cache list': { topic: 'sharing', summary: 'list what is cached', load: () => import('./cache/list.ts') },
  'cache path': { topic: 'sharing', summary: 'print the cache folders', load: () => import('./cache/path.ts') },
  'cache prune': { topic: 'sharing', summary: 'remove what is cached', load: () => import('./cache/prune.ts') },
  'dependency build': {
    topic: 'sharing',
    summary: 'fetch the dependencies that the lock file names',
    load: () => import('./dependency/build.ts'),
  },
  'dependency list': {
    topic: 'sharing',
    summary: 'list the dependencies of a chart',
    load: () => import('./dependency/list.ts'),
  },
  'dependency tree': {
    topic: 'sharing',
    summary: 'show what a chart depends on, all the way down',
    load: () => import('./dependency/tree.ts'),
  },
  'dependency update': {
    topic: 'sharing',
    summary: 'choose and fetch the dependencies of a chart',
    load: () => import('./dependency/update.ts'),
  },
  outdated: { topic: 'sharing', summary: 'show which releases have newer charts', load: () => import('./outdated.ts') },
  publish: {
    topic: 'sharing',
    summary: 'check, pack and publish a chart',
    load: () => import('./publish.ts'),
  },
  push: { topic: 'sharing', summary: 'write a chart into a registry or repository', load: () => import('./push.ts') },
  serve: { topic: 'sharing', summary: 'serve a folder as a chart repository', load: () => import('./serve.ts') },
  verify: { topic: 'sharing', summary: 'check who signed an archive', load: () => import('./verify.ts') },
  'registry login': {
    topic: 'sharing',
    summary: 'log in to an OCI registry',
    load: () => import('./registry/login.ts'),
  },
  'registry logout': {
    topic: 'sharing',
    summary: 'forget the login to an OCI registry',
    load: () => import('./registry/logout.ts'),
  },
  'repo add': { topic: 'sharing', summary: 'add a chart repository', load: () => import('./repo/add.ts') },
  'repo index': {
    topic: 'sharing',
    summary: 'write the index of a folder of archives',
    load: () => import('./repo/index.ts'),
  },
  'repo list': { topic: 'sharing', summary: 'list chart repositories', load: () => import('./repo/list.ts') },
  'repo remove': { topic: 'sharing', summary: 'remove chart repositories', load: () => import('./repo/remove.ts') },
  'repo update': {
    topic: 'sharing',
    summary: 'fetch the indexes of chart repositories',
    load: () => import('./repo/update.ts'),
  },
  'search hub': { topic: 'sharing', summary: 'look for charts in Artifact Hub', load: () => import('./search/hub.ts') },
  'search repo': {
    topic: 'sharing',
    summary: 'look for charts in chart repositories',
    load: () => import('./search/repo.ts'),
  },
  'show all': { topic: 'charts', summary: 'show everything about a chart', load: () => import('./show/all.ts') },
  'show chart': { topic: 'charts', summary: "show a chart's Chart.yaml", load: () => import('./show/chart.ts') },
  'show crds': {
    topic: 'charts',
    summary: "show a chart's custom resource definitions",
    load: () => import('./show/crds.ts'),
  },
  'show readme': { topic: 'charts', summary: "show a chart's README", load: () => import('./show/readme.ts') },
  'show values': { topic: 'charts', summary: "show a chart's values", load: () => import('./show/values.ts') },
  install: { topic: 'changes', summary: 'install a chart as a release', load: () => import('./install.ts') },
  upgrade: {
    topic: 'changes',
    summary: 'bring a release to another chart or other values',
    load: () => import('./upgrade.ts'),
  },
  rollback: {
    topic: 'changes',
    summary: 'bring a release back to an earlier revision',
    load: () => import('./rollback.ts'),
  },
  uninstall: { topic: 'changes', summary: 'remove a release and its objects', load: () => import('./uninstall.ts') },
  'diff upgrade': {
    topic: 'changes',
    summary: 'show what an upgrade would change',
    load: () => import('./diff/upgrade.ts'),
  },
  'diff rollback': {
    topic: 'changes',
    summary: 'show what a rollback would change',
    load: () => import('./diff/rollback.ts'),
  },
  'diff uninstall': {
    topic: 'changes',
    summary: 'show what an uninstall would delete',
    load: () => import('./diff/uninstall.ts'),
  },
  list: { topic: 'releases', summary: 'list releases', load: () => import('./list.ts') },
  status: { topic: 'releases', summary: 'show the state of a release', load: () => import('./status.ts') },
  history: { topic: 'releases', summary: 'list the revisions of a release', load: () => import('./history.ts') },
  'get all': { topic: 'releases', summary: 'show everything about a release', load: () => import('./get/all.ts') },
  'get hooks': { topic: 'releases', summary: "show a release's hooks", load: () => import('./get/hooks.ts') },
  'get manifest': { topic: 'releases', summary: "show a release's objects", load: () => import('./get/manifest.ts') },
  'get metadata': {
    topic: 'releases',
    summary: "show a release's chart, version and labels",
    load: () => import('./get/metadata.ts'),
  },
  'get notes': { topic: 'releases', summary: "show a release's notes", load: () => import('./get/notes.ts') },
  'get values': { topic: 'releases', summary: "show a release's values", load: () => import('./get/values.ts') },
  completion: {
    topic: 'more',
    summary: 'print a completion script for a shell',
    load: () => import('./completion.ts'),
  },
  docs: { topic: 'more', summary: 'explain an error code', load: () => import('./docs.ts') },
  help: { topic: 'more', summary: 'show help for a command', load: () => import('./help.ts') },
  version: { topic: 'more', summary: 'show the version of pkg', load: () => import('./version.ts') },
};

/** What the groups hold. */
export const GROUPS: Readonly<Record<string, string>> = {
  cache: 'list and remove what is cached of repositories and registries',
  dependency: 'fetch and list the dependencies of a chart',
  registry: 'log in to OCI registries, and out',
  repo: 'add, list, update and remove chart repositories',
  search: 'look for charts',
  show: 'show information about a chart',
  get: 'show information about a release',
  diff: 'show what a command would change, and change nothing',
};

/** Other names, as Helm has them. */
export const ALIASES: Readonly<Record<string, string>> = {
  ls: 'list',
  hist: 'history',
  del: 'uninstall',
  delete: 'uninstall',
  un: 'uninstall',
  inspect: 'show',
  fetch: 'pull',
  dep: 'dependency',
  dependencies: 'dependency',
};

/** The name for a typed word, aliases resolved; undefined when there is no such command or group. */
export function resolveWord(word: string): string | undefined {
  const name = Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? word) : word;
  return Object.hasOwn(COMMANDS, name) || Object.hasOwn(GROUPS, name) ? name : undefined;
}

/** Other second words of the commands in groups, as Helm has them. */
const SECOND_ALIASES: Readonly<Record<string, string>> = { ls: 'list', rm: 'remove', up: 'update' };

/** The command that two words name; undefined when there is none. */
export function resolveSecond(group: string, word: string): string | undefined {
  const second = Object.hasOwn(SECOND_ALIASES, word) ? (SECOND_ALIASES[word] ?? word) : word;
  return [`${group} ${word}`, `${group} ${second}`].find((id) => Object.hasOwn(COMMANDS, id));
}

/** The commands of a group by their second word. */
export function subcommands(group: string): string[] {
  return Object.keys(COMMANDS)
    .filter((id) => id.startsWith(`${group} `))
    .map((id) => id.slice(group.length + 1));
}

/** What to say about a word that is no command. */
export function unknownCommand(word: string, group?: string): PkgError {
  const names = group === undefined ? topNames() : subcommands(group);
  const typed = group === undefined ? word : `${group} ${word}`;
  const similar = nearest(word, names);
  return new PkgError('PKG_USAGE', `unknown command "${printable(typed)}"`, {
    hints: [
      ...(similar === undefined ? [] : [`did you mean \`pkg ${group === undefined ? '' : `${group} `}${similar}\`?`]),
      group === undefined ? '`pkg help` lists the commands' : `pkg ${group} has ${names.join(', ')}`,
    ],
  });
}

function topNames(): string[] {
  return [...new Set([...Object.keys(COMMANDS).map((id) => id.split(' ')[0] ?? id), ...Object.keys(ALIASES)])];
}

/** Loads one command. */
export async function loadCommand(id: string): Promise<Command> {
  const entry = COMMANDS[id];
  if (entry === undefined) throw new Error(`no command ${id}`);
  return (await entry.load()).command;
}

/** Loads all commands: for completion scripts and the reference. */
export async function loadAllCommands(): Promise<{ id: string; summary: string; command: Command }[]> {
  const all = Object.entries(COMMANDS).map(async ([id, { summary, load }]) => ({
    id,
    summary,
    command: (await load()).command,
  }));
  return Promise.all(all);
}
