/** `Chart.lock`: which versions were chosen, as Helm writes it (helm v4, internal/resolver, pkg/downloader). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Chart, ChartDependency } from '../chart/chart.ts';
import { Fields } from '../chart/fields.ts';
import { MAX_FILE } from '../chart/limits.ts';
import { readRegularFile } from '../read-file.ts';
import { printGoYaml } from '../yaml/go-print.ts';
import { goJson, sortKeys, withoutEmpty } from '../yaml/json.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap, toPlain } from '../yaml/value.ts';
import type { Json, JsonObject, Value } from '../yaml/value.ts';
import { sha256Of } from './digest.ts';

/** A dependency with two more fields that are needed only for the digest of the lock file. */
export type Declared = ChartDependency & { enabled: boolean; imports: Json };

/** A dependency and the version that was chosen for it. */
export type Locked = { name: string; repository: string; version: string };

/** The dependencies of a chart folder. */
export function declaredDependencies(chart: Chart): Declared[] {
  const { dependencies } = chart.metadata;
  const written = writtenDependencies(chart) ?? [];
  return dependencies.map((dependency, index) => {
    const fields = new Fields(written[index] ?? new Map(), [], []);
    return { ...dependency, enabled: fields.flag('enabled'), imports: toPlain(fields.list('import-values')) };
  });
}

/** Whether a chart folder has a list of dependencies, which may be empty. */
export function declaresDependencies(chart: Chart): boolean {
  return writtenDependencies(chart) !== undefined;
}

function writtenDependencies(chart: Chart): Map<string, Value>[] | undefined {
  const requirements = join(chart.location, 'requirements.yaml');
  const old = existsSync(requirements)
    ? writtenIn(readRegularFile(requirements, MAX_FILE).toString('utf8'), requirements)
    : undefined;
  return old ?? writtenIn(Buffer.from(chart.metadataFile?.data ?? []).toString('utf8'), 'Chart.yaml');
}

/** The maps of a file's list of dependencies; undefined when it has none. */
function writtenIn(text: string, file: string): Map<string, Value>[] | undefined {
  const value = parseYamlDocuments(text, file)[0] ?? null;
  if (!isMap(value)) return undefined;
  const fields = new Fields(value, [], []);
  return fields.value('dependencies') === null ? undefined : fields.list('dependencies').filter(isMap);
}

/** The dependencies in the lock file of a chart; empty where there is none. */
export function readLocked(chart: Chart): Locked[] {
  if (chart.lock === null) return [];
  return new Fields(chart.lock, [], []).list('dependencies').map((item) => {
    const fields = new Fields(isMap(item) ? item : new Map(), [], []);
    return {
      name: fields.exactText('name'),
      repository: fields.exactText('repository'),
      version: fields.exactText('version'),
    };
  });
}

/** The digest of a lock file: a hash over the declared and the locked dependencies, by which Helm finds outdated lock files. */
export function lockDigest(declared: readonly Declared[], locked: readonly Locked[]): string {
  const json = goJson([
    declared.map(declaredJson),
    locked.map(({ name, version, repository }) => ({ name, version, repository })),
  ]);
  return `sha256:${sha256Of(json)}`;
}

/** The JSON of a dependency with its fields in the order of Helm's Go struct, without empty ones. */
function declaredJson(dependency: Declared): JsonObject {
  const { name, version, repository, condition, tags, enabled, imports, alias } = dependency;
  return {
    name,
    ...withoutEmpty({ version }),
    repository,
    ...withoutEmpty({ condition, tags, enabled, 'import-values': sortKeys(imports), alias }),
  };
}

/** The text of a lock file. */
export function lockText(locked: readonly Locked[], digest: string, generated: Date): string {
  const dependencies = locked.map((one) => new Map(Object.entries(one)));
  return printGoYaml(
    new Map<string, Value>([
      ['dependencies', dependencies],
      ['digest', digest],
      ['generated', goTime(generated)],
    ]),
  );
}

/** RFC 3339 in the zone of this machine, as Go prints the time. */
function goTime(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const local = new Date(time.getTime() + offset * 60_000).toISOString().replace(/\.?0*Z$/, '');
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return local + (offset === 0 ? 'Z' : zone);
}
