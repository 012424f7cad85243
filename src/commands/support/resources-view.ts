/** The live objects of a release for `pkg status`. */
import { printable } from '../../errors-text.ts';
import type { Cluster, Row } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { sortKeys } from '../../yaml/json.ts';
import { liveResources, resourceRows } from '../../release/operations/resources.ts';
import type { Resources } from '../../release/operations/resources.ts';
import type { Release } from '../../release/release.ts';
import { printError } from '../../terminal/output.ts';
import { renderTable } from '../../terminal/table.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { ReleaseView } from './release-output.ts';

/** Reads the live objects: rows for the table format, whole objects for the others; nothing in a folder. */
export async function resourcesView(
  cluster: Cluster,
  release: Release,
  format: string,
): Promise<Pick<ReleaseView, 'resources'>> {
  if (!cluster.runsWorkloads) return {};
  try {
    if (format === 'table') return { resources: { text: textOf(await resourceRows(cluster, release)), data: {} } };
    const objects = await liveResources(cluster, release);
    const data: JsonObject = Object.fromEntries([...objects].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { resources: { text: '', data: sortKeys(data) } };
  } catch (error) {
    // Without the right to read the objects, the record is still shown.
    if (!(error instanceof PkgError) || error.code !== 'PKG_CLUSTER_FORBIDDEN') throw error;
    printError(`warning: ${printable(error.message, 1000)}\n`);
    return {};
  }
}

function textOf(resources: Resources<Row>): string {
  if (resources.size === 0) return '';
  const tables = [...resources].map(([key, rows]) => {
    const head = rows[0]?.columns ?? [];
    return `==> ${key}\n${renderTable([head, ...rows.map(({ cells }) => cells)])}\n`;
  });
  return `RESOURCES:\n${tables.join('')}\n`;
}
