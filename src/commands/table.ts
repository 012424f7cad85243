/**
 * All commands, in the order of help. `repo:add` is oclif's identifier of `pkg repo add`, whose class is in
 * `repo/add.ts`. A command is loaded when it runs.
 */
import type { CommandTable } from './support/config.ts';

const commands: CommandTable['commands'] = {
  create: { heading: 'charts', summary: 'create a chart for a web service', load: () => import('./create.ts') },
  lint: { heading: 'charts', summary: 'check a chart for mistakes and risks', load: () => import('./lint.ts') },
  convert: {
    heading: 'charts',
    summary: 'convert Go templates to native templates with the same output',
    load: () => import('./convert.ts'),
  },
  template: { heading: 'charts', summary: 'render a chart and print its objects', load: () => import('./template.ts') },
  images: { heading: 'charts', summary: 'list the container images of a chart', load: () => import('./images.ts') },
  package: { heading: 'charts', summary: 'package a chart into an archive', load: () => import('./package.ts') },
  bundle: {
    heading: 'sharing',
    summary: 'write charts and their images into one file',
    load: () => import('./bundle/create.ts'),
  },
  'bundle:push': {
    heading: 'sharing',
    summary: 'copy the charts and images of a bundle into a registry',
    load: () => import('./bundle/push.ts'),
  },
  pull: {
    heading: 'sharing',
    summary: 'download a chart',
    aliases: ['fetch'],
    load: () => import('./pull.ts'),
  },
  'cache:list': {
    heading: 'sharing',
    summary: 'list cached charts and indexes',
    aliases: ['ls'],
    load: () => import('./cache/list.ts'),
  },
  'cache:path': { heading: 'sharing', summary: 'print the cache folders', load: () => import('./cache/path.ts') },
  'cache:prune': {
    heading: 'sharing',
    summary: 'remove cached charts and indexes',
    load: () => import('./cache/prune.ts'),
  },
  'dependency:build': {
    heading: 'sharing',
    summary: 'download the dependencies that the lock file names',
    load: () => import('./dependency/build.ts'),
  },
  'dependency:list': {
    heading: 'sharing',
    summary: 'list the dependencies of a chart',
    aliases: ['ls'],
    load: () => import('./dependency/list.ts'),
  },
  'dependency:tree': {
    heading: 'sharing',
    summary: 'show the dependencies of a chart as a tree',
    load: () => import('./dependency/tree.ts'),
  },
  'dependency:update': {
    heading: 'sharing',
    summary: 'resolve and download the dependencies of a chart',
    aliases: ['up'],
    load: () => import('./dependency/update.ts'),
  },
  outdated: {
    heading: 'sharing',
    summary: 'show which releases have newer charts',
    load: () => import('./outdated.ts'),
  },
  publish: {
    heading: 'sharing',
    summary: 'check, package and publish a chart',
    load: () => import('./publish.ts'),
  },
  push: { heading: 'sharing', summary: 'upload a chart to a registry or repository', load: () => import('./push.ts') },
  serve: { heading: 'sharing', summary: 'serve a folder as a chart repository', load: () => import('./serve.ts') },
  verify: { heading: 'sharing', summary: 'verify the signature of a chart', load: () => import('./verify.ts') },
  'registry:login': {
    heading: 'sharing',
    summary: 'log in to an OCI registry',
    load: () => import('./registry/login.ts'),
  },
  'registry:logout': {
    heading: 'sharing',
    summary: 'log out of an OCI registry',
    load: () => import('./registry/logout.ts'),
  },
  'repo:add': { heading: 'sharing', summary: 'add a chart repository', load: () => import('./repo/add.ts') },
  'repo:index': {
    heading: 'sharing',
    summary: 'write the index of a folder of chart archives',
    load: () => import('./repo/index.ts'),
  },
  'repo:list': {
    heading: 'sharing',
    summary: 'list chart repositories',
    aliases: ['ls'],
    load: () => import('./repo/list.ts'),
  },
  'repo:remove': {
    heading: 'sharing',
    summary: 'remove chart repositories',
    aliases: ['rm'],
    load: () => import('./repo/remove.ts'),
  },
  'repo:update': {
    heading: 'sharing',
    summary: 'download the indexes of chart repositories',
    aliases: ['up'],
    load: () => import('./repo/update.ts'),
  },
  'search:hub': {
    heading: 'sharing',
    summary: 'search for charts in Artifact Hub',
    load: () => import('./search/hub.ts'),
  },
  'search:repo': {
    heading: 'sharing',
    summary: 'search for charts in chart repositories',
    load: () => import('./search/repo.ts'),
  },
  'show:all': { heading: 'charts', summary: 'show everything about a chart', load: () => import('./show/all.ts') },
  'show:chart': { heading: 'charts', summary: "show a chart's Chart.yaml", load: () => import('./show/chart.ts') },
  'show:crds': {
    heading: 'charts',
    summary: "show a chart's custom resource definitions",
    load: () => import('./show/crds.ts'),
  },
  'show:readme': { heading: 'charts', summary: "show a chart's README", load: () => import('./show/readme.ts') },
  'show:values': { heading: 'charts', summary: "show a chart's values", load: () => import('./show/values.ts') },
  install: { heading: 'changes', summary: 'install a chart as a release', load: () => import('./install.ts') },
  upgrade: {
    heading: 'changes',
    summary: 'upgrade a release to another chart or other values',
    load: () => import('./upgrade.ts'),
  },
  rollback: {
    heading: 'changes',
    summary: 'roll a release back to an earlier revision',
    load: () => import('./rollback.ts'),
  },
  uninstall: {
    heading: 'changes',
    summary: 'remove a release and its objects',
    aliases: ['del', 'delete', 'un'],
    load: () => import('./uninstall.ts'),
  },
  'diff:upgrade': {
    heading: 'changes',
    summary: 'show what an upgrade would change',
    load: () => import('./diff/upgrade.ts'),
  },
  'diff:rollback': {
    heading: 'changes',
    summary: 'show what a rollback would change',
    load: () => import('./diff/rollback.ts'),
  },
  'diff:uninstall': {
    heading: 'changes',
    summary: 'show what an uninstall would delete',
    load: () => import('./diff/uninstall.ts'),
  },
  list: { heading: 'releases', summary: 'list releases', aliases: ['ls'], load: () => import('./list.ts') },
  status: { heading: 'releases', summary: 'show the state of a release', load: () => import('./status.ts') },
  history: {
    heading: 'releases',
    summary: 'list the revisions of a release',
    aliases: ['hist'],
    load: () => import('./history.ts'),
  },
  'get:all': { heading: 'releases', summary: 'show everything about a release', load: () => import('./get/all.ts') },
  'get:hooks': { heading: 'releases', summary: "show a release's hooks", load: () => import('./get/hooks.ts') },
  'get:manifest': { heading: 'releases', summary: "show a release's objects", load: () => import('./get/manifest.ts') },
  'get:metadata': {
    heading: 'releases',
    summary: "show a release's chart, version and labels",
    load: () => import('./get/metadata.ts'),
  },
  'get:stored': {
    heading: 'releases',
    summary: "list the keys of a release's random values",
    load: () => import('./get/stored.ts'),
  },
  'get:notes': { heading: 'releases', summary: "show a release's notes", load: () => import('./get/notes.ts') },
  'get:values': { heading: 'releases', summary: "show a release's values", load: () => import('./get/values.ts') },
  completion: {
    heading: 'more',
    summary: 'print a completion script for a shell',
    load: () => import('./completion.ts'),
  },
  docs: { heading: 'more', summary: 'explain an error code', load: () => import('./docs.ts') },
  help: { heading: 'more', summary: 'show help for a command', load: () => import('./help.ts') },
  version: { heading: 'more', summary: 'show the version of pkg', load: () => import('./version.ts') },
};

const topics: CommandTable['topics'] = {
  cache: { summary: 'list and remove cached charts and indexes' },
  dependency: { summary: 'download and list the dependencies of a chart', aliases: ['dep', 'dependencies'] },
  registry: { summary: 'log in to and out of OCI registries' },
  repo: { summary: 'add, list, update and remove chart repositories' },
  search: { summary: 'search for charts' },
  show: { summary: 'show information about a chart', aliases: ['inspect'] },
  get: { summary: 'show information about a release' },
  diff: { summary: 'show what a command would change' },
};

/** The commands and topics of pkg. */
export const TABLE: CommandTable = { commands, topics };
