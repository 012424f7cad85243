/** What has to exist before the objects of a release, and belongs to no release: its namespace, and CRDs in `crds/`. */
import type { Chart } from '../../chart/chart.ts';
import type { Cluster, KubeObject, ObjectRef } from '../../cluster/cluster.ts';
import { refOf } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { decodeFile } from '../../utf8.ts';
import { requireUtf8 } from '../../yaml/encoding.ts';
import { parseYamlDocuments } from '../../yaml/read.ts';
import { isMap, toPlain } from '../../yaml/value.ts';
import { takeApart } from '../plan-normal.ts';
import type { Step } from '../plan.ts';
import type { RecordedChart } from '../release.ts';

/**
 * The steps for a chart's `crds/`: missing CRDs are created, existing ones left as they are, as in Helm.
 *
 * @returns also the CRDs as they will be then: an existing one may serve other versions than that of the chart
 */
export async function crdSteps(cluster: Cluster, chart: Chart): Promise<{ steps: Step[]; crds: KubeObject[] }> {
  const crds = crdsOf(chart);
  const live = await cluster.getMany(crds.map((object) => refOf(object)));
  const steps = crds.flatMap((desired, index): Step[] =>
    live[index] !== undefined
      ? []
      : [
          {
            action: 'create',
            ref: refOf(desired),
            reason: 'a CRD of the chart that does not exist yet',
            desired,
            changes: [],
            isShared: true,
          },
        ],
  );
  return { steps, crds: crds.map((desired, index) => live[index] ?? desired) };
}

/** The objects in `crds/` of a chart and its subcharts, the chart's own first. @throws {PkgError} `PKG_OBJECT_INVALID` */
export function crdsOf(chart: Chart): KubeObject[] {
  const own = chart.crds.flatMap(({ name, data }) => {
    const file = `${chart.location}/${name}`;
    const text = decodeFile(Buffer.from(data));
    requireUtf8(text, file);
    return parseYamlDocuments(text, file, { stream: true }).flatMap((document) =>
      isMap(document) ? takeApart(toPlain(document), file, { isChecked: true }) : [],
    );
  });
  return [...own, ...chart.dependencies.flatMap((child) => crdsOf(child))];
}

/** The CRDs of a recorded chart; those of subcharts are not recorded. Files that do not parse are left out. */
export function crdsRecorded(chart: RecordedChart): KubeObject[] {
  return (chart.files ?? []).flatMap(({ name, data }) => {
    if (!name.startsWith('crds/')) return [];
    try {
      return parseYamlDocuments(Buffer.from(data, 'base64').toString('utf8'), name).flatMap((document) =>
        isMap(document) ? takeApart(toPlain(document), name) : [],
      );
    } catch (error) {
      if (error instanceof PkgError) return [];
      throw error;
    }
  });
}

/**
 * Does an object exist? Also true where the user may not read it, as with rights in one namespace: a write then gives the error.
 */
async function isThere(cluster: Cluster, ref: ObjectRef): Promise<boolean> {
  try {
    return (await cluster.get(ref)) !== undefined;
  } catch (error) {
    if (error instanceof PkgError && error.code === 'PKG_CLUSTER_FORBIDDEN') return true;
    throw error;
  }
}

/** The step that creates the release's namespace; none where it exists. */
export async function namespaceStep(cluster: Cluster, namespace: string): Promise<Step[]> {
  const ref = { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: namespace };
  if (await isThere(cluster, ref)) return [];
  const desired: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { name: namespace } },
  };
  return [{ action: 'create', ref, reason: 'the namespace of the release', desired, changes: [], isShared: true }];
}
