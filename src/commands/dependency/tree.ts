import { printable } from '../../errors-text.ts';
import { dependencyTree } from '../../repository/dependency-tree.ts';
import type { TreeNode } from '../../repository/dependency-tree.ts';
import { shownText } from '../../repository/urls.ts';
import type { JsonObject } from '../../yaml/value.ts';
import { openChart } from '../support/chart-source.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { CHART_FLAGS, SOURCE_FLAGS } from '../support/chart-flags.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { linkOptions } from '../support/link-options.ts';
import { printResult } from '../support/print-result.ts';

class DependencyTreeCommand extends PkgCommand {
  static override description = [
    'Shows the dependencies of a chart and of its dependencies: the charts in charts/, those in folders (file://), and for',
    'others the versions in the lock file. Nothing is downloaded.',
  ].join('\n');
  static override examples = [{ command: 'pkg dependency tree ./shop -o json', description: 'as JSON' }];
  static override args = { CHART: Args.string({ description: Args.CHART_SUMMARY, complete: 'chart' }) };
  static override flags = { ...SOURCE_FLAGS, ...REMOTE_FLAGS, ...CHART_FLAGS, ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DependencyTreeCommand);
    const links = linkOptions(flags);
    const chart = await openChart(args.CHART ?? '.', flags, links);
    const { name, version } = chart.metadata;
    const tree = await dependencyTree(chart, links);
    await printResult(
      flags.output,
      () => ({ name, version, dependencies: tree.map(dataOf) }),
      () => `${printable(`${name} ${version}`, 200)}\n${linesOf(tree, '')}`,
    );
  }
}

export const command: CommandClass = DependencyTreeCommand;

function dataOf({ dependencies, repository, ...node }: TreeNode): JsonObject {
  return { ...node, repository: shownText(repository), dependencies: dependencies.map(dataOf) };
}

/** @param before what stands before each line: the branches of the charts above */
function linesOf(nodes: readonly TreeNode[], before: string): string {
  return nodes
    .map((node, index) => {
      const isLast = index === nodes.length - 1;
      const below = linesOf(node.dependencies, `${before}${isLast ? '    ' : '│   '}`);
      return `${before}${isLast ? '└── ' : '├── '}${labelOf(node)}\n${below}`;
    })
    .join('');
}

const STATUS: Readonly<Record<TreeNode['status'], string>> = {
  present: '',
  folder: '',
  locked: ': not fetched',
  missing: ': not fetched, and in no lock file',
  undeclared: ': in charts/, and not asked for in this version',
  cycle: ': depends on itself',
};

/** `cache 1.4.2 as sessions (^1.2.0, https://charts.example.com)` */
function labelOf({ name, alias, version, wanted, repository, status }: TreeNode): string {
  const asked = [wanted, shownText(repository)].filter((text) => text !== '').join(', ');
  const parts = [name, version, alias === '' ? '' : `as ${alias}`, asked === '' ? '' : `(${asked})`];
  return printable(parts.filter((text) => text !== '').join(' '), 500) + STATUS[status];
}
