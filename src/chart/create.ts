/** Writes new charts. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { unwritable } from '../files.ts';
import { makeFolder } from '../folders.ts';
import { GUARD_FILE, GUARD_TEXT } from './guard.ts';
import { chartYaml, helmignore, readme, valuesYaml } from './scaffold/chart-files.ts';
import { valuesSchema } from './scaffold/values-schema.ts';
import { goTemplates } from './scaffold/go-templates.ts';
import { templates } from './scaffold/native-templates.ts';

/**
 * Writes a new chart: a web service with limits, probes, a security context, a disruption budget, a schema, NOTES and a
 * test.
 *
 * @param parent the folder that will hold the chart's folder; made when it is not there
 * @param name the chart's name and its folder's, as `helm create` allows it
 * @param isForHelm write Go templates, which Helm renders to the same bytes, instead of native ones
 * @returns the paths that were written, in order
 * @throws {PkgError} `PKG_USAGE` for a name that no chart can have, `PKG_FILE_UNWRITABLE` when something of that name
 *   exists (nothing is overwritten) or the folder cannot be written
 */
export async function createChart(parent: string, name: string, isForHelm = false): Promise<string[]> {
  checkName(name);
  const folder = join(parent, name);
  try {
    makeFolder(parent);
    await mkdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new PkgError('PKG_FILE_UNWRITABLE', `${printable(folder)} exists already`, {
        hints: ['choose another name, or remove the folder'],
        cause,
      });
    }
    throw unwritable(folder, cause);
  }
  const written: string[] = [];
  for (const [path, text] of chartFiles(name, isForHelm)) {
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (cause) {
      throw unwritable(file, cause);
    }
    written.push(file);
  }
  return written;
}

/** The files of a new chart, by their paths inside its folder. */
function chartFiles(name: string, isForHelm: boolean): Map<string, string> {
  return new Map([
    ['Chart.yaml', chartYaml(name)],
    ['.helmignore', helmignore],
    ['README.md', readme(name, isForHelm)],
    ['values.yaml', valuesYaml(dnsLabel(name))],
    ['values.schema.json', schemaText()],
    ...(isForHelm
      ? Object.entries(goTemplates(name))
      : [...Object.entries(templates), [GUARD_FILE, GUARD_TEXT] as const]),
  ]);
}

/** The schema as JSON, with lists of plain values on one line. */
function schemaText(): string {
  const text = JSON.stringify(valuesSchema, null, 2);
  return `${text.replaceAll(/\[\n[^[\]{}]*\]/g, (list) => JSON.stringify(JSON.parse(list)).replaceAll('","', '", "'))}\n`;
}

/** Checks a name by the rule of `helm create`; also refuses `.` and `..`, which Helm refuses only when it loads the chart. */
function checkName(name: string): void {
  const problem =
    name.length === 0 || name.length > 250
      ? 'must be between 1 and 250 characters long'
      : !/^[a-zA-Z0-9._-]+$/.test(name)
        ? 'must consist of letters, digits, ".", "_" and "-"'
        : name === '.' || name === '..'
          ? 'must not be a relative path'
          : undefined;
  if (problem === undefined) return;
  throw new PkgError('PKG_USAGE', `chart name "${printable(name)}" ${problem}`, {
    hints: ['choose a lower-case name such as my-service'],
  });
}

/** The chart's name as a DNS label, for names of objects; empty where it is already a DNS label. */
function dnsLabel(name: string): string {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '');
  return label === name ? '' : label || 'app';
}
