/** Decisions about fields that other field managers hold: left to them, reported as conflicts, or kept. */
import { describeRef, refOf } from '../cluster/cluster.ts';
import type { KubeObject } from '../cluster/cluster.ts';
import { fieldsHeldByOthers, fieldsLeftToOthers, pathText, withoutField } from '../cluster/managed-fields.ts';
import type { HeldField } from '../cluster/managed-fields.ts';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import type { JsonObject } from '../yaml/value.ts';

/**
 * The desired object without the fields that differ and were set through the scale subresource, as autoscalers and
 * `kubectl scale` do, with a note for each. Undefined where there are none.
 */
export function leaveScaledFields(
  desired: KubeObject,
  live: KubeObject,
): { desired: KubeObject; notes: string[] } | undefined {
  const scaled = fieldsHeldByOthers(desired, live).filter(isScaled);
  if (scaled.length === 0) return undefined;
  const rest = scaled.reduce<JsonObject>((object, { path }) => withoutField(object, path), desired) as KubeObject;
  return {
    desired: rest,
    notes: scaled.map((field) => `${describeField(rest, field)} is left to ${describeHolder(field)}`),
  };
}

function isScaled({ subresource, path }: HeldField): boolean {
  return subresource === 'scale' && path.every((name) => !name.startsWith('['));
}

/** The error for fields that other managers hold with other values than desired; undefined for no conflict. */
export function fieldConflict(desired: KubeObject, live: KubeObject): PkgError | undefined {
  const held = fieldsHeldByOthers(desired, live);
  if (held.length === 0) return undefined;
  const holders = [...new Set(held.map(({ manager }) => `"${printable(manager)}"`))].join(', ');
  const place = desired.metadata.namespace === undefined ? '' : ` in namespace "${desired.metadata.namespace}"`;
  return new PkgError(
    'PKG_OBJECT_CONFLICT',
    `fields of ${printable(describeRef(refOf(desired)) + place)} are held by ${holders}`,
    {
      notes: held.map((field) => `${printable(pathText(field.path), 500)}: held by ${describeHolder(field)}`),
      hints: ['leave the fields out of the chart, or take them with --force-conflicts'],
    },
  );
}

/** A note for each field that the chart dropped and that stays, because another manager holds it too. */
export function keptFields(desired: KubeObject, live: KubeObject, after: KubeObject): string[] {
  return fieldsLeftToOthers(live, after).map(
    (field) => `${describeField(desired, field)} is kept: also held by ${describeHolder(field)}`,
  );
}

function describeField(object: KubeObject, { path }: HeldField): string {
  return printable(`${pathText(path)} of ${describeRef(refOf(object))}`, 500);
}

function describeHolder({ manager, subresource, time }: HeldField): string {
  const how = subresource === '' ? '' : ` through ${subresource}`;
  return printable(`"${manager}"${how}${time === '' ? '' : `, who wrote at ${time}`}`, 500);
}
