/** The tree of a chart's dependencies, as far as it is known without fetching anything. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Chart, ChartDependency } from '../chart/chart.ts';
import { isAskedFor } from '../chart/dependencies.ts';
import type { LinkOptions } from '../chart/links.ts';
import { loadChart } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { readLocked } from './chart-lock.ts';
import { folderOf } from './resolve-dependency.ts';

/**
 * Where a chart of the tree is. `present`: in `charts/`. `folder`: in the folder that `file://` names. `locked`: not on
 * this machine, but the lock file has its version. `missing`: not on this machine, so its own dependencies are unknown.
 * `undeclared`: in `charts/`, but Chart.yaml does not name it, or names another version. `cycle`: a folder that depends
 * on itself.
 */
export type TreeStatus = 'present' | 'folder' | 'locked' | 'missing' | 'undeclared' | 'cycle';

/** A chart of the tree; missing texts are empty. */
export type TreeNode = {
  name: string;
  alias: string;
  version: string;
  /** The version that the chart above asks for. */
  wanted: string;
  repository: string;
  condition: string;
  status: TreeStatus;
  dependencies: TreeNode[];
};

/** The most charts of a tree: folders that depend on each other through several aliases multiply. */
const MAX_NODES = 10_000;

/** How the tree is made: how links are treated, which folders lead here, and how many charts there are already. */
type TreeContext = { links: LinkOptions; above: readonly string[]; count: { nodes: number }; root: string };

/**
 * The tree of a chart's dependencies: what lies in `charts/`, folders (`file://`), and what lock files name.
 *
 * @throws {PkgError} `PKG_CHART_TOO_LARGE`, and whatever loading a folder throws
 */
export function dependencyTree(chart: Chart, links: LinkOptions = {}): Promise<TreeNode[]> {
  return nodesOf(chart, { links, above: [resolve(chart.location)], count: { nodes: 0 }, root: chart.location });
}

async function nodesOf(chart: Chart, context: TreeContext): Promise<TreeNode[]> {
  const declared = chart.metadata.dependencies;
  const used = new Set<Chart>();
  const nodes: TreeNode[] = [];
  for (const [index, dependency] of declared.entries()) {
    const subchart = chart.dependencies.find((child) => isAskedFor(dependency, child));
    if (subchart !== undefined) used.add(subchart);
    nodes.push(await nodeOf(chart, dependency, subchart, lockedVersion(chart, declared, index), context));
  }
  for (const subchart of chart.dependencies) {
    if (used.has(subchart)) continue;
    const { name, version } = subchart.metadata;
    const dependencies = await nodesBelow(subchart, context);
    nodes.push({ ...NOTHING, name, version, status: 'undeclared', dependencies });
  }
  return nodes;
}

const NOTHING = { alias: '', version: '', wanted: '', repository: '', condition: '' };

async function nodeOf(
  chart: Chart,
  dependency: ChartDependency,
  subchart: Chart | undefined,
  locked: string,
  context: TreeContext,
): Promise<TreeNode> {
  const { name, alias, version: wanted, repository, condition } = dependency;
  const node = { name, alias, wanted, repository, condition };
  if (subchart !== undefined) {
    const { version } = subchart.metadata;
    return { ...node, version, status: 'present', dependencies: await nodesBelow(subchart, context) };
  }
  // A relative path begins at the folder of the chart, and a chart in an archive has none.
  const isFolder = repository.startsWith('file://') && isDirectory(chart.location);
  const folder = isFolder ? folderOf(chart, dependency) : '';
  if (context.above.includes(folder)) return { ...node, version: '', status: 'cycle', dependencies: [] };
  if (folder !== '' && isDirectory(folder)) {
    const found = await loadChart(folder, context.links);
    const dependencies = await nodesBelow(found, { ...context, above: [...context.above, folder] });
    return { ...node, version: found.metadata.version, status: 'folder', dependencies };
  }
  return { ...node, version: locked, status: locked === '' ? 'missing' : 'locked', dependencies: [] };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The nodes of a subchart. @throws {PkgError} `PKG_CHART_TOO_LARGE` */
function nodesBelow(chart: Chart, context: TreeContext): Promise<TreeNode[]> {
  context.count.nodes++;
  if (context.count.nodes <= MAX_NODES) return nodesOf(chart, context);
  throw new PkgError('PKG_CHART_TOO_LARGE', `more than ${MAX_NODES} charts depend on each other`, {
    at: { file: context.root },
    hints: ['remove dependencies of folders (`file://`) on each other'],
  });
}

/** The locked version of a dependency. Several of one name are distinguished by their order, as Helm writes them. */
function lockedVersion(chart: Chart, declared: readonly ChartDependency[], index: number): string {
  const locked = readLocked(chart);
  const name = declared[index]?.name;
  if (locked.length === declared.length && locked[index]?.name === name) return locked[index]?.version ?? '';
  return locked.find((one) => one.name === name)?.version ?? '';
}
