import { compareCodePoints, sortKeys } from '../../yaml/json.ts';
import { getStored } from '../../release/operations/history.ts';
import type { Release } from '../../release/release.ts';
import { chartField } from '../../release/recorded-chart.ts';
import { printable } from '../../errors-text.ts';
import { getOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { printResult } from '../support/print-result.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { OUTPUT_FLAG } from '../support/output-flags.ts';
import { REVISION_FLAG } from '../support/release-flags.ts';
import { openNamespace } from '../support/operate.ts';
import { RFC3339, formatRecordTime, parseRecordTime } from '../support/record-time.ts';

class GetMetadataCommand extends PkgCommand {
  static override description = 'Prints the chart, the versions, the labels and the status of a release.';
  static override args = { NAME: Args.release };
  static override flags = { ...REVISION_FLAG, ...OUTPUT_FLAG };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(GetMetadataCommand);
    const [cluster, namespace] = await openNamespace(flags);
    const { release: found, secret } = await getStored(cluster, namespace, args.NAME, flags.revision);
    // As Helm: of the newest revision in a cluster it shows the labels that it gave itself, too.
    const isRaw = cluster.runsWorkloads && (flags.revision ?? 0) === 0;
    const labels = (secret.metadata['labels'] ?? {}) as Record<string, string>;
    const release = isRaw ? { ...found, labels } : found;
    await printResult(
      flags.output,
      () => metadata(release),
      () => table(release),
    );
  }
}

export const command: CommandClass = GetMetadataCommand;

/** The fields under the names and in the order of Helm's JSON. */
function metadata(release: Release): JsonObject {
  const { labels, apply_method: method } = release;
  const annotations = getOwn(release.chart.metadata, 'annotations');
  const dependencies = getOwn(release.chart.metadata, 'dependencies');
  const deployed = parseRecordTime(release.info.last_deployed);
  return {
    name: release.name,
    chart: chartField(release, 'name'),
    version: chartField(release, 'version'),
    appVersion: chartField(release, 'appVersion'),
    ...(annotations === undefined ? {} : { annotations: sortKeys(annotations) }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: sortKeys(labels) }),
    ...(dependencies === undefined ? {} : { dependencies }),
    namespace: release.namespace,
    revision: release.version,
    status: release.info.status,
    deployedAt: deployed === undefined ? '' : formatRecordTime(deployed, RFC3339),
    ...(method === undefined ? {} : { applyMethod: method }),
  };
}

/** Lines in the order of Helm's: lists of names sorted, the way of applying in words. */
function table(release: Release): string {
  const data = metadata(release);
  const pairs = (value: Json | undefined): string =>
    Object.entries((value ?? {}) as JsonObject)
      .sort(([a], [b]) => compareCodePoints(a, b))
      .map(([key, item]) => `${key}=${String(item)}`)
      .join(',');
  const names = ((data['dependencies'] ?? []) as JsonObject[]).map(({ name }) => String(name));
  const rows: [string, string][] = [
    ['NAME', release.name],
    ['CHART', String(data['chart'])],
    ['VERSION', String(data['version'])],
    ['APP_VERSION', String(data['appVersion'])],
    ['ANNOTATIONS', pairs(data['annotations'])],
    ['LABELS', pairs(data['labels'])],
    ['DEPENDENCIES', names.sort().join(',')],
    ['NAMESPACE', release.namespace],
    ['REVISION', String(release.version)],
    ['STATUS', release.info.status],
    ['DEPLOYED_AT', String(data['deployedAt'])],
    ['APPLY_METHOD', APPLY_METHODS[release.apply_method ?? '']],
  ];
  return rows.map(([title, text]) => `${title}: ${printable(text, 4096)}\n`).join('');
}

const APPLY_METHODS = {
  ssa: 'server-side apply',
  csa: 'client-side apply',
  // Records that do not say it were written before there was a choice.
  '': 'client-side apply (defaulted)',
} as const;
