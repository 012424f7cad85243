/** Server-side apply, and telling whether it would change anything. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode, PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { equalJson } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { ApplyOptions, CompareOptions, Comparison, KubeObject } from '../cluster.ts';
import { describeRef, refOf } from '../cluster.ts';
import { inParallel } from '../../parallel.ts';
import { servesKind } from '../scope.ts';
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
import { APPLY_MANAGER, sendApply } from './send-apply.ts';
import { REQUESTS_AT_ONCE } from './kube-api.ts';
import type { KubeApi } from './kube-api.ts';

/** Errors that are about the object, and not about the cluster. */
const PROBLEMS: ReadonlySet<ErrorCode> = new Set([
  'PKG_OBJECT_INVALID',
  'PKG_OBJECT_CONFLICT',
  'PKG_CLUSTER_FORBIDDEN',
]);

/**
 * Makes the object's fields hold. With `expected`, only if it is still that object (by its `uid`), or if there
 * is still nothing.
 *
 * @returns the metadata of what lives then, at least
 * @throws ApiError
 */
export async function applyObject(
  cluster: KubeApi,
  object: KubeObject,
  options: ApplyOptions & { expected?: KubeObject | 'nothing' },
): Promise<KubeObject> {
  const { expected } = options;
  const force = forceOf(options.forceConflicts === true);
  if (expected === undefined) return (await sendApply(cluster, object, force)).live;
  if (expected === 'nothing') return await createByApply(cluster, object);
  await migrate(cluster, expected);
  try {
    return (await sendApply(cluster, object, force, { uid: expected.metadata['uid'], live: expected })).live;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 422 && error.text.includes('metadata.uid')) throw meanwhile(object, 'removed and made anew');
    if (error.status === 409 && error.text.includes('uid mismatch')) throw meanwhile(object, 'removed');
    throw error;
  }
}

function meanwhile(object: KubeObject, what: string): ApiError {
  const { namespace } = object.metadata;
  const place = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  return new ApiError(
    'PKG_OBJECT_CONFLICT',
    `${printable(describeRef(refOf(object)) + place)} was ${what} by somebody else meanwhile`,
    { status: 409, reason: 'Conflict' },
    { hints: ['give the command again: it plans anew from what is there now'] },
  );
}

/**
 * A version that no object has: etcd counts its writes from 2. An apply that asks for it makes an object where there
 * is none (201), and meets every object that is there as another version (409), with one request and with the same
 * `managedFields` as Helm's. Tried on Kubernetes 1.36 for kinds of its own, for CRDs and their objects and for
 * APIServices; `"0"` and `""` are no precondition.
 */
const NO_VERSION = '1';
/** So often a create is sent again that met something other than an object in its place, such as a busy quota. */
const CREATE_TRIES = 5;
const CREATE_PAUSE_MS = 20;

/** Makes an object that must not be there. */
async function createByApply(cluster: KubeApi, object: KubeObject): Promise<KubeObject> {
  let isRepeated = false;
  for (let tries = 1; ; tries++) {
    const send = { resourceVersion: NO_VERSION, expect: tries < CREATE_TRIES ? [409] : [] };
    const { status, live: answer, repeated } = await sendApply(cluster, object, {}, send);
    if (status === 201) return answer;
    isRepeated ||= repeated;
    const live = await cluster.get(refOf(object));
    if (live === undefined) {
      // Not this object is in the way: a ResourceQuota was counted anew by another request, or what was there is gone.
      await sleep(CREATE_PAUSE_MS * tries);
      continue;
    }
    // The answer to an earlier try was lost, and this is what that made: everything that was sent, with the marks of
    // this release, is held by Helm's applies, and nobody else writes so for a release whose lease is held.
    if (isRepeated && (await compareObject(cluster, object, live, {})).same) return live;
    throw meanwhile(object, 'made');
  }
}

function forceOf(isForced: boolean): { force?: 'true' } {
  return isForced ? { force: 'true' } : {};
}

/** So often it is read again: a controller may write the status of an object all the time. */
const MIGRATE_TRIES = 20;

/** Gives what Helm's updates hold of an object to its applies; whatever is written meanwhile, as `csaupgrade` does. */
async function migrate(cluster: KubeApi, expected: KubeObject): Promise<void> {
  const ref = refOf(expected);
  let live: KubeObject | undefined = expected;
  for (let tries = 1; ; tries++) {
    // What took its place meanwhile is met by the apply.
    if (live === undefined || live.metadata['uid'] !== expected.metadata['uid']) return;
    const fields = migratedFields(live, APPLY_MANAGER);
    if (fields === undefined) return;
    const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
    const { status } = await cluster.request({
      method: 'PATCH',
      path: resourcePath(resource, ref.namespace, ref.name),
      contentType: 'application/json-patch+json',
      body: [
        { op: 'replace', path: '/metadata/managedFields', value: fields },
        // Another state of the object holds other fields.
        { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata['resourceVersion'] ?? '' },
      ],
      // A second try of what was done is a conflict, and the object that is read then is migrated.
      idempotent: true,
      expect: tries < MIGRATE_TRIES ? [404, 409] : [404],
    });
    if (status < 300) return;
    live = await cluster.get(ref);
  }
}

/**
 * Compares objects as they are to be with what lives. Where `managedFields` do not show that nothing would change,
 * the server is asked, by a dry run: so conflicts and fields that cannot change are known before anything is written.
 *
 * @throws ApiError where the server cannot be asked
 */
export async function compareObjects(
  cluster: KubeApi,
  desired: readonly KubeObject[],
  options: CompareOptions,
): Promise<Comparison[]> {
  const found = await cluster.getMany(desired.map((object) => refOf(object)));
  const fresh = desired.filter((_, index) => found[index] === undefined);
  const problems = fresh.length === 0 ? undefined : await problemsOfNew(cluster, fresh, options.coming ?? []);
  return await inParallel(desired, REQUESTS_AT_ONCE, async (object, index) => {
    const live = found[index];
    if (live !== undefined) return await compareObject(cluster, object, live, options);
    const problem = problems?.get(object);
    return { same: false, live, ...(problem && { problem }) };
  });
}

/** The problems of objects that are not there yet. Most runs have none, and do not load this. */
async function problemsOfNew(
  cluster: KubeApi,
  objects: readonly KubeObject[],
  coming: readonly KubeObject[],
): Promise<ReadonlyMap<KubeObject, PkgError>> {
  const { tryNew } = await import('./try-new.ts');
  return await tryNew(cluster, objects, coming);
}

async function compareObject(
  cluster: KubeApi,
  object: KubeObject,
  live: KubeObject,
  options: CompareOptions,
): Promise<Comparison> {
  const scaled = options.leaveScaled === true ? heldByOthers(object, live).filter(isScaled) : [];
  const desired = scaled.reduce<JsonObject>((rest, { path }) => withoutField(rest, path), object) as KubeObject;
  const notes = scaled.map((field) => `${describeField(desired, field)} is left to ${describeHolder(field)}`);
  const about = scaled.length === 0 ? { live } : { live, desired, notes };
  const isMigrated = migratedFields(live, APPLY_MANAGER) === undefined;
  if (isMigrated && isSettled(desired, live, APPLY_MANAGER)) return { same: true, ...about };
  if ((await cluster.discovery.resource(desired.apiVersion, desired.kind)) === undefined) {
    // It lives in another version of its kind. What makes the server serve this one comes before it, or does not.
    if (servesKind(options.coming ?? [], desired)) return { same: false, ...about };
    return { same: false, ...about, problem: cluster.discovery.unknownKind(desired.apiVersion, desired.kind) };
  }
  const force = options.forceConflicts === true;
  // For the server, what Helm's updates hold is a conflict with us, as is what others hold.
  const others = isMigrated || force ? [] : heldByOthers(desired, live);
  if (others.length > 0) return { same: false, ...about, problem: conflict(desired, others, 409) };
  let after: KubeObject;
  try {
    const outcome = { dryRun: 'All', ...forceOf(force || !isMigrated) } as const;
    after = (await sendApply(cluster, desired, outcome, { uid: live.metadata['uid'], isRead: true, live })).live;
  } catch (problem) {
    // Whether it is our object at all is for the planner to say first.
    if (!(problem instanceof ApiError) || !PROBLEMS.has(problem.code)) throw problem;
    // Some webhook would act on a dry run as on a write, so that the server does not ask it: the write will tell.
    if (/does not support dry run/.test(problem.text)) return { same: false, ...about, notes };
    const held = problem.status === 409 ? heldByOthers(desired, live) : [];
    return { same: false, ...about, problem: held.length === 0 ? problem : conflict(desired, held, 409) };
  }
  if (isMigrated && equalJson(whatCounts(live), whatCounts(after))) return { same: true, ...about };
  const left = fieldsLeftToOthers(live, after, APPLY_MANAGER);
  const kept = left.map((field) => `${describeField(desired, field)} is kept: also held by ${describeHolder(field)}`);
  return { same: false, ...about, after, notes: [...notes, ...kept] };
}

/** The fields of an object that live otherwise and are held by neither Helm's applies nor its updates. */
function heldByOthers(object: KubeObject, live: KubeObject): HeldField[] {
  return fieldsHeldByOthers(object, live, (entry) => isAppliedBy(entry, APPLY_MANAGER) || isUpdate(entry));
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
  const held = managedFieldsOf(object).find((entry) => isAppliedBy(entry, APPLY_MANAGER));
  return { ...object, metadata: { ...metadata, held: held === undefined ? null : (held['fieldsV1'] ?? null) } };
}
