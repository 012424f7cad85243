/** Converts the folder of a chart: reads it, compares the results, and writes them unless it is a dry run. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { checkDependencies } from '../chart/dependencies.ts';
import type { LinkOptions } from '../chart/links.ts';
import { chartNotFound, loadChart } from '../chart/load.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { writeFileAtomic } from '../files.ts';
import { makeFolder } from '../folders.ts';
import { nearest } from '../nearest.ts';
import { readRegularFile } from '../read-file.ts';
import { MAX_FILE } from '../chart/limits.ts';
import { parseYaml } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import type { Chart } from '../chart/chart.ts';
import { convertChart } from './convert.ts';
import type { Conversion } from './convert.ts';

/** How a folder is converted. */
export type FolderOptions = LinkOptions & {
  /** Files to convert, by their paths in the chart or from here; all of them where none is named. */
  files: readonly string[];
  /** Write the converted chart into a folder of its name in this one, and leave the chart as it is. */
  outputDir: string | undefined;
  /** Write nothing. */
  dryRun: boolean;
  /** Called with what is being compared, before each render. */
  progress?: (what: string) => void;
};

/**
 * Converts the Go templates of a chart's folder, and writes those that were shown to be the same.
 *
 * @throws {PkgError} `PKG_CHART_NOT_FOUND` for what is not a folder of a chart, `PKG_CHART_DEPENDENCY_MISSING`,
 *   `PKG_USAGE` for a file that the chart does not have, `PKG_FILE_UNWRITABLE`; and what reading charts and templates
 *   throws
 */
export async function convertFolder(folder: string, options: FolderOptions): Promise<Conversion> {
  if (!existsSync(folder)) throw chartNotFound(folder);
  if (!statSync(folder).isDirectory()) {
    throw new PkgError(
      'PKG_CHART_NOT_FOUND',
      `${printable(folder)} is not a folder, and only chart folders can be converted`,
      {
        hints: ['unpack the chart first; `pkg pull --untar` does that for a chart of a repository'],
      },
    );
  }
  const chart = await loadChart(folder, options);
  checkDependencies(chart);
  const target = options.outputDir === undefined ? folder : join(options.outputDir, chart.metadata.name);
  if (!options.dryRun && options.outputDir !== undefined) checkFree(target);
  const conversion = await convertChart(chart, {
    only: options.files.map((file) => nameInChart(chart, folder, file)),
    bases: valuesFiles(folder),
    ...(options.progress && { progress: options.progress }),
  });
  if (options.dryRun) return conversion;
  if (options.outputDir !== undefined) copy(folder, target);
  write(target, conversion);
  return conversion;
}

function checkFree(target: string): void {
  if (!existsSync(target) || readdirSync(target).length === 0) return;
  throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(target)} exists already`, {
    hints: ['choose another folder, or remove this one'],
  });
}

/** The name of a template as `Chart.templates` has it. */
function nameInChart(chart: Chart, folder: string, file: string): string {
  const names = chart.templates.map(({ name }) => name);
  const fromHere = relative(resolve(folder), resolve(file)).split(sep).join('/');
  const found = [file, fromHere].find((name) => names.includes(name));
  if (found !== undefined) return found;
  const near = nearest(file, names);
  throw new PkgError('PKG_USAGE', `the chart ${printable(chart.metadata.name)} has no template ${printable(file)}`, {
    hints:
      near === undefined
        ? ['name templates relative to the chart folder: templates/service.yaml']
        : [`did you mean ${printable(near)}?`],
  });
}

/** The values files that are kept beside a chart for tests of it: those of `ci/`, and of `tests/` and `test/`. */
function valuesFiles(folder: string): ValueMap[] {
  const found = ['ci', 'tests', 'test'].flatMap((name) => {
    const path = join(folder, name);
    if (!existsSync(path) || !statSync(path).isDirectory()) return [];
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return files.filter((file) => isValuesFile(name, file)).map((file) => join(path, file));
  });
  return found.toSorted().flatMap((path) => {
    const values = parseYaml(Buffer.from(readRegularFile(path, MAX_FILE)).toString('utf8'), path);
    return isMap(values) ? [values] : [];
  });
}

function isValuesFile(folder: string, file: string): boolean {
  const base = file.slice(file.lastIndexOf(sep) + 1);
  return /\.ya?ml$/.test(base) && (folder === 'ci' || /(^|[-.])values/.test(base));
}

function copy(folder: string, target: string): void {
  unwritable(target, () => {
    makeFolder(dirname(target));
    cpSync(folder, target, { recursive: true, verbatimSymlinks: true });
  });
}

/**
 * A native template is written whole before its Go template goes: a chart that was left halfway says so when rendered.
 */
function write(folder: string, { written, removed }: Conversion): void {
  for (const [name, text] of written) {
    const path = join(folder, name);
    unwritable(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileAtomic(path, text);
    });
  }
  for (const name of removed) {
    const path = join(folder, name);
    try {
      unwritable(path, () => rmSync(path));
    } catch (error) {
      // Both would give the same objects twice.
      rmSync(`${path}.hbs`, { force: true });
      throw error;
    }
  }
}

function unwritable(path: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    if (cause instanceof PkgError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(path)} cannot be written: ${printable(reason)}`, { cause });
  }
}
