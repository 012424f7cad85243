/** Adds to errors of the cluster about objects where the chart writes them. */
import { groupOf } from '../../cluster/cluster.ts';
import type { KubeObject, ObjectRef } from '../../cluster/cluster.ts';
import { ApiError } from '../../cluster/kube/api-errors.ts';
import { apiVersionsOfCrds } from '../../cluster/scope.ts';
import { PkgError, withDetails } from '../../errors.ts';
import type { RenderedChart } from '../../render/render-chart.ts';
import { isMap } from '../../yaml/value.ts';
import type { ValueMap, ValuePath } from '../../yaml/value.ts';

/** What an operation does with the chart's `crds/`: an install creates those that do not exist, an upgrade none. */
export type CrdsUse = 'install' | '--skip-crds' | 'upgrade';

/** Why the cluster does not know a kind although the chart defines it in `crds/`. */
const WHY_MISSING: Readonly<Record<CrdsUse, string>> = {
  install: 'an install leaves a CRD that exists as it is, as in Helm',
  '--skip-crds': '--skip-crds leaves that out',
  upgrade: 'an upgrade leaves that out, as in Helm',
};

/**
 * Adds to an error about an object where the chart writes that object; returns any other error unchanged.
 *
 * @param namespace of the objects that do not say another
 */
export async function explainObject(
  error: unknown,
  ref: ObjectRef,
  rendered: RenderedChart,
  namespace: string,
): Promise<unknown> {
  if (!(error instanceof PkgError) || error.at !== undefined || error.errors.length > 0) return error;
  const found = [...rendered.objects, ...rendered.hooks].flatMap((document) => {
    const path = document.object === undefined ? undefined : pathOf(document.object, ref, namespace);
    return path === undefined ? [] : [{ document, path }];
  });
  const last = found.at(-1);
  if (last === undefined) return error;
  const [field = ''] = error instanceof ApiError ? error.fields : [];
  return await rendered.explain(error, last.document, [...last.path, ...partsOf(field)]);
}

/**
 * Adds to the error for an unknown kind that the chart defines it in `crds/`, and why that does not help.
 *
 * @param crdsOf gives the CRDs of the chart
 */
export function explainMissingCrd(
  error: unknown,
  { apiVersion, kind }: ObjectRef,
  crdsOf: () => readonly KubeObject[],
  use: CrdsUse,
): unknown {
  if (!(error instanceof PkgError) || error.code !== 'PKG_KIND_UNKNOWN') return error;
  if (!apiVersionsOfCrds(crdsOf()).includes(`${apiVersion}/${kind}`)) return error;
  const hints = [
    ...error.hints,
    'apply those of the chart: pkg show crds CHART | kubectl apply --server-side --force-conflicts -f -',
  ];
  if (use === '--skip-crds') hints.push('or leave out --skip-crds');
  return withDetails(error, {
    notes: [...error.notes, `the chart defines it in crds/, and ${WHY_MISSING[use]}`],
    hints,
  });
}

/** The path of an object in a document: it may be the document or an item of a List. */
function pathOf(object: ValueMap, ref: ObjectRef, namespace: string): ValuePath | undefined {
  if (isObject(object, ref, namespace)) return [];
  const items = object.get('items');
  if (!Array.isArray(items)) return undefined;
  const index = items.findIndex((item) => isMap(item) && isObject(item, ref, namespace));
  return index === -1 ? undefined : ['items', index];
}

function isObject(object: ValueMap, ref: ObjectRef, namespace: string): boolean {
  const metadata = object.get('metadata');
  if (!isMap(metadata) || object.get('kind') !== ref.kind || metadata.get('name') !== ref.name) return false;
  if (groupOf(String(object.get('apiVersion'))) !== groupOf(ref.apiVersion)) return false;
  return ref.namespace === '' || (metadata.get('namespace') ?? namespace) === ref.namespace;
}

/** The parts of a field as an API server names it: `spec.ports[0].port`, `metadata.labels[example.com/a]`. */
function partsOf(field: string): (string | number)[] {
  return [...field.matchAll(/\[([^[\]]*)\]|([^.[\]]+)/g)].map(([, key, name]) =>
    key !== undefined && /^\d+$/.test(key) ? Number(key) : (key ?? name ?? ''),
  );
}
