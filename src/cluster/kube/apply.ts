/** Server-side apply, and telling whether it would change anything. */
import type { ErrorCode, PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { equalJson } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { ApplyOptions, CompareOptions, Comparison, KubeObject } from '../cluster.ts';
import { describeRef, refOf } from '../cluster.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { inParallel } from '../parallel.ts';
import { ApiError } from './api-errors.ts';
import { isUpdate, migratedFields } from './client-side.ts';
import {
  fieldsHeldByOthers,
  fieldsLeftToOthers,
  isAppliedBy,
  isSettled,
  managedFieldsOf,
  pathText,
  withoutField,
} from './managed-fields.ts';
import type { HeldField } from './managed-fields.ts';
import { resourcePath } from './resource-path.ts';
import { FIELD_MANAGER, sendApply } from './send-apply.ts';

/** Errors that are about the object, and not about the cluster. */
const PROBLEMS: ReadonlySet<ErrorCode> = new Set([
  'PKG_OBJECT_INVALID',
  'PKG_OBJECT_CONFLICT',
  'PKG_CLUSTER_FORBIDDEN',
]);
/** Dry runs at a time: a connection takes more, an API server under load does not. */
const AT_ONCE = 16;

/**
 * Makes the object's fields hold. With `expected`, only if it is still that object (by its `uid`), or if there
 * was still nothing: an apply cannot be bound to that, but its answer tells.
 *
 * @throws ApiError
 */
export async function applyObject(
  cluster: Kubernetes,
  object: KubeObject,
  options: ApplyOptions & { expected?: KubeObject | 'nothing' },
): Promise<void> {
  const { expected } = options;
  const force = forceOf(options.forceConflicts === true);
  if (expected === undefined || expected === 'nothing') {
    const { isNew } = await sendApply(cluster, object, undefined, force);
    if (expected === undefined || isNew) return;
    throw new ApiError('PKG_OBJECT_CONFLICT', `${describeRef(refOf(object))} was made by somebody else meanwhile`, {
      status: 409,
    });
  }
  const fields = migratedFields(expected, FIELD_MANAGER);
  if (fields !== undefined) await migrate(cluster, expected, fields);
  try {
    await sendApply(cluster, object, expected.metadata['uid'], force);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422 || !error.text.includes('metadata.uid')) throw error;
    throw new ApiError(
      'PKG_OBJECT_CONFLICT',
      `${describeRef(refOf(object))} was removed and made anew by somebody else meanwhile`,
      { status: 409 },
      { hints: ['give the command again: it plans anew from what is there now'] },
    );
  }
}

function forceOf(isForced: boolean): { force?: 'true' } {
  return isForced ? { force: 'true' } : {};
}

async function migrate(cluster: Kubernetes, live: KubeObject, fields: JsonObject[]): Promise<void> {
  const ref = refOf(live);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  await cluster.request({
    method: 'PATCH',
    path: resourcePath(resource, ref.namespace, ref.name),
    contentType: 'application/json-patch+json',
    body: [
      { op: 'replace', path: '/metadata/managedFields', value: fields },
      // Another state of the object holds other fields.
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata['resourceVersion'] ?? '' },
    ],
  });
}

/**
 * Compares objects as they are to be with what lives. Where `managedFields` do not show that nothing would change,
 * the server is asked, by a dry run: so conflicts and fields that cannot change are known before anything is written.
 *
 * @throws ApiError where the server cannot be asked
 */
export async function compareObjects(
  cluster: Kubernetes,
  desired: readonly KubeObject[],
  options: CompareOptions,
): Promise<Comparison[]> {
  const found = await cluster.getMany(desired.map((object) => refOf(object)));
  const fresh = desired.filter((_, index) => found[index] === undefined);
  const problems = fresh.length === 0 ? undefined : await problemsOfNew(cluster, fresh, options.coming ?? []);
  return await inParallel(desired, AT_ONCE, async (object, index) => {
    const live = found[index];
    if (live !== undefined) return await compareObject(cluster, object, live, options);
    const problem = problems?.get(object);
    return { same: false, live, ...(problem && { problem }) };
  });
}

/** The problems of objects that are not there yet. Most runs have none, and do not load this. */
async function problemsOfNew(
  cluster: Kubernetes,
  objects: readonly KubeObject[],
  coming: readonly KubeObject[],
): Promise<ReadonlyMap<KubeObject, PkgError>> {
  const { tryNew } = await import('./try-new.ts');
  return await tryNew(cluster, objects, coming);
}

async function compareObject(
  cluster: Kubernetes,
  object: KubeObject,
  live: KubeObject,
  options: CompareOptions,
): Promise<Comparison> {
  const scaled = options.leaveScaled === true ? heldByOthers(object, live).filter(isScaled) : [];
  const desired = scaled.reduce<JsonObject>((rest, { path }) => withoutField(rest, path), object) as KubeObject;
  const notes = scaled.map((field) => `${describeField(desired, field)} is left to ${describeHolder(field)}`);
  const about = scaled.length === 0 ? { live } : { live, desired, notes };
  const isMigrated = migratedFields(live, FIELD_MANAGER) === undefined;
  if (isMigrated && isSettled(desired, live, FIELD_MANAGER)) return { same: true, ...about };
  const force = options.forceConflicts === true;
  // For the server, what Helm's updates hold is a conflict with us, as is what others hold.
  const others = isMigrated || force ? [] : heldByOthers(desired, live);
  if (others.length > 0) return { same: false, ...about, problem: conflict(desired, others, 409) };
  let after: KubeObject;
  try {
    const outcome = { dryRun: 'All', ...forceOf(force || !isMigrated) } as const;
    after = (await sendApply(cluster, desired, live.metadata['uid'], outcome, { isRead: true })).live;
  } catch (problem) {
    // Whether it is our object at all is for the planner to say first.
    if (!(problem instanceof ApiError) || !PROBLEMS.has(problem.code)) throw problem;
    // Some webhook would act on a dry run as on a write, so that the server does not ask it: the write will tell.
    if (/does not support dry run/.test(problem.text)) return { same: false, ...about, notes };
    const held = problem.status === 409 ? heldByOthers(desired, live) : [];
    return { same: false, ...about, problem: held.length === 0 ? problem : conflict(desired, held, 409) };
  }
  if (isMigrated && equalJson(whatCounts(live), whatCounts(after))) return { same: true, ...about };
  const left = fieldsLeftToOthers(live, after, FIELD_MANAGER);
  const kept = left.map((field) => `${describeField(desired, field)} is kept: also held by ${describeHolder(field)}`);
  return { same: false, ...about, after, notes: [...notes, ...kept] };
}

/** The fields of an object that live otherwise and are held by neither Helm's applies nor its updates. */
function heldByOthers(object: KubeObject, live: KubeObject): HeldField[] {
  return fieldsHeldByOthers(object, live, (entry) => isAppliedBy(entry, FIELD_MANAGER) || isUpdate(entry));
}

function isScaled({ subresource, path }: HeldField): boolean {
  return subresource === 'scale' && path.every((name) => !name.startsWith('['));
}

function describeField(object: KubeObject, { path }: HeldField): string {
  return printable(`${pathText(path)} of ${describeRef(refOf(object))}`, 500);
}

function describeHolder({ manager, subresource, time }: HeldField): string {
  const how = subresource === '' ? '' : ` through ${subresource}`;
  return printable(`"${manager}"${how}${time === '' ? '' : `, who wrote at ${time}`}`, 500);
}

function conflict(object: KubeObject, held: readonly HeldField[], status: number): ApiError {
  const holders = [...new Set(held.map(({ manager }) => `"${printable(manager)}"`))].join(', ');
  const place = object.metadata.namespace === undefined ? '' : ` in namespace "${object.metadata.namespace}"`;
  return new ApiError(
    'PKG_OBJECT_CONFLICT',
    `fields of ${printable(describeRef(refOf(object)) + place)} are held by ${holders}`,
    { status, reason: 'Conflict' },
    {
      notes: held.map((field) => `${printable(pathText(field.path), 500)}: held by ${describeHolder(field)}`),
      hints: ['leave the fields out of the chart, or take them with --force-conflicts'],
    },
  );
}

/** An object without what every write moves; of who holds its fields, what is held by Helm's applies. */
function whatCounts(object: KubeObject): JsonObject {
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  const held = managedFieldsOf(object).find((entry) => isAppliedBy(entry, FIELD_MANAGER));
  return { ...object, metadata: { ...metadata, held: held === undefined ? null : (held['fieldsV1'] ?? null) } };
}
