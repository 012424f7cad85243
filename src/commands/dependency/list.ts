import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart, ChartDependency } from '../../chart/chart.ts';
import { satisfies } from '../../chart/constraint.ts';
import { loadChart, readArchiveFile, readChartArchive } from '../../chart/load.ts';
import { isVersion, parseVersion } from '../../chart/version.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { renderTable } from '../../terminal/table.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { printResult } from '../support/print-result.ts';
import { printedUrl } from '../support/printed-url.ts';

class DependencyListCommand extends PkgCommand {
  static override description = 'Lists the dependencies of a chart, and whether charts/ holds them.';
  static override args = { CHART: Args.string({ description: 'a chart folder or archive', complete: 'local-chart' }) };
  static override flags = {
    'max-col-width': Flags.integer({
      default: 80,
      min: 0,
      helpValue: 'N',
      summary: 'maximum width of a column, 0 for no limit',
    }),
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(DependencyListCommand);
    const path = args.CHART ?? '.';
    const chart = await loadChart(path);
    const declared = chart.metadata.dependencies;
    const rows: { name: string; version: string; repository: string; status: string }[] = [];
    for (const dependency of declared) {
      const { name, version, repository } = dependency;
      rows.push({
        name,
        version,
        repository: printedUrl(repository),
        status: await statusOf(chart, path, dependency),
      });
    }
    const strangers = await strangersIn(path, declared);
    const head = ['NAME', 'VERSION', 'REPOSITORY', 'STATUS'];
    await printResult(
      flags.output,
      () => rows,
      () =>
        declared.length === 0
          ? `WARNING: no dependencies at ${printable(join(path, 'charts'))}\n`
          : `${renderTable([head, ...rows.map((row) => Object.values(row))], flags['max-col-width'] || undefined)}\n${strangers}`,
    );
  }
}

export const command: CommandClass = DependencyListCommand;

/** What Helm says of a dependency (helm v4, pkg/action/dependency.go, `dependencyStatus`). */
async function statusOf(chart: Chart, path: string, dependency: ChartDependency): Promise<string> {
  const { name, version } = dependency;
  const archives = filesIn(join(path, 'charts')).filter((file) => file.startsWith(`${name}-`) && file.endsWith('.tgz'));
  const versioned = archives.filter((file) => isStrict(file.slice(name.length + 1, -'.tgz'.length)));
  const [only] = archives.length > 1 ? versioned : archives;
  if (archives.length > 1 && versioned.length > 1) return 'too many matches';
  if (only !== undefined) {
    try {
      const file = join(path, 'charts', only);
      const { metadata } = await readChartArchive(readArchiveFile(file), file);
      if (metadata.name !== name) return 'misnamed';
      return misfit(metadata.version, version) ?? 'ok';
    } catch {
      return 'corrupt';
    }
  }
  const subchart = chart.dependencies.findLast(({ metadata }) => metadata.name === name);
  return subchart === undefined ? 'missing' : (misfit(subchart.metadata.version, version) ?? 'unpacked');
}

/** Why a version does not fit; undefined where it does. */
function misfit(version: string, wanted: string): string | undefined {
  if (version === wanted) return undefined;
  try {
    return !isVersion(version) ? 'invalid version' : satisfies(version, wanted) ? undefined : 'wrong version';
  } catch (error) {
    if (error instanceof PkgError) return 'invalid version';
    throw error;
  }
}

/** Three numbers and no `v`, as the names of archives have it. */
function isStrict(version: string): boolean {
  return parseVersion(version) !== undefined && /^\d+\.\d+\.\d+(?:[-+]|$)/.test(version);
}

function filesIn(folder: string): string[] {
  return existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder).sort() : [];
}

/** Warnings about what lies in `charts/` and is not a dependency. */
async function strangersIn(path: string, declared: readonly ChartDependency[]): Promise<string> {
  let warnings = '';
  for (const name of filesIn(join(path, 'charts'))) {
    if (name.startsWith('.')) continue;
    const file = join(path, 'charts', name);
    // A link may lead nowhere.
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() !== true && !name.endsWith('.tgz')) continue;
    const shown = JSON.stringify(printable(file));
    try {
      const { metadata } = await loadChart(file);
      if (declared.some((dependency) => dependency.name === metadata.name)) continue;
      warnings += `WARNING: ${shown} is not in Chart.yaml.\n`;
    } catch {
      warnings += `WARNING: ${shown} is not a chart.\n`;
    }
  }
  return warnings;
}
