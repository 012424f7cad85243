import { getRelease } from '../../release/operations.ts';
import type { Release } from '../../release/release.ts';
import { printable } from '../../errors-text.ts';
import { getOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { chartField, printResult } from '../support/release-output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { namespaceOf, OUTPUT_FLAG, REVISION_FLAG } from '../support/flags.ts';
import { openCluster } from '../support/operate.ts';

export const command: Command = defineCommand({
  description: ['Prints what a release is made of: chart, versions, labels, status.'],
  args: [{ name: 'NAME', summary: 'the name of the release' }],
  flags: { ...REVISION_FLAG, ...OUTPUT_FLAG },
  async run({ flags, args }) {
    const release = await getRelease(await openCluster(flags), namespaceOf(flags), args[0] ?? '', flags.revision);
    printResult(
      flags.output,
      () => metadata(release),
      () => table(metadata(release)),
    );
  },
});

function metadata(release: Release): JsonObject {
  const field = (name: string): Json | undefined => getOwn(release.chart.metadata, name);
  const optional = (name: string, value: Json | undefined): JsonObject =>
    value === undefined ? {} : { [name]: value };
  return {
    name: release.name,
    chart: chartField(release, 'name'),
    version: chartField(release, 'version'),
    appVersion: chartField(release, 'appVersion'),
    ...optional('annotations', field('annotations')),
    ...(Object.keys(release.labels).length === 0 ? {} : { labels: release.labels }),
    ...optional('dependencies', field('dependencies')),
    namespace: release.namespace,
    revision: release.version,
    status: release.info.status,
    deployedAt: release.info.last_deployed ?? '',
    applyMethod: release.apply_method ?? 'csa',
  };
}

function table(data: JsonObject): string {
  const text = (value: Json | undefined): string => {
    if (Array.isArray(value)) return value.map((item) => String((item as JsonObject)['name'] ?? '')).join(',');
    if (typeof value === 'object' && value !== null)
      return Object.entries(value)
        .map(([key, item]) => `${key}=${String(item)}`)
        .join(',');
    return String(value ?? '');
  };
  const rows: [string, string][] = [
    ['NAME', 'name'],
    ['CHART', 'chart'],
    ['VERSION', 'version'],
    ['APP_VERSION', 'appVersion'],
    ['ANNOTATIONS', 'annotations'],
    ['LABELS', 'labels'],
    ['DEPENDENCIES', 'dependencies'],
    ['NAMESPACE', 'namespace'],
    ['REVISION', 'revision'],
    ['STATUS', 'status'],
    ['DEPLOYED_AT', 'deployedAt'],
    ['APPLY_METHOD', 'applyMethod'],
  ];
  return rows.map(([title, key]) => `${title}: ${printable(text(data[key]), 4096)}\n`).join('');
}
