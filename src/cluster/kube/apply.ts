/** Server-side apply, and telling whether it would change anything. */
import { equalJson, getOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import type { ApplyOptions, Comparison, KubeObject } from '../cluster.ts';
import { describeRef, refOf } from '../cluster.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { ApiError } from './api-errors.ts';
import { migratedFields } from './client-side.ts';
import { resourcePath } from './resource-path.ts';

/** The name under which Helm applies, and so pkg: the fields of one are the fields of the other. */
const FIELD_MANAGER = 'helm';
/** Answers that are about the object: invalid, conflict, unprocessable. */
const PROBLEMS: ReadonlySet<number> = new Set([400, 409, 422]);
/** Dry runs at a time: a connection takes more, an API server under load does not. */
const AT_ONCE = 16;

/**
 * Makes the object's fields hold. With `expected`, only if it is still that object (by its `uid`), or if there
 * is still nothing.
 *
 * @throws ApiError
 */
export async function applyObject(
  cluster: Kubernetes,
  object: KubeObject,
  options: ApplyOptions & { expected?: KubeObject | 'nothing' },
): Promise<KubeObject> {
  const { expected } = options;
  const force = forceOf(options);
  if (expected === 'nothing' && (await cluster.get(refOf(object))) !== undefined) {
    throw new ApiError('PKG_OBJECT_CONFLICT', `${describeRef(refOf(object))} was made by somebody else meanwhile`, {
      status: 409,
    });
  }
  if (typeof expected !== 'object') return await send(cluster, object, undefined, force);
  const fields = migratedFields(expected, FIELD_MANAGER);
  if (fields !== undefined) await migrate(cluster, expected, fields);
  return await send(cluster, object, expected.metadata['uid'], force);
}

function forceOf({ forceConflicts = false }: ApplyOptions): { force?: 'true' } {
  return forceConflicts ? { force: 'true' } : {};
}

async function migrate(cluster: Kubernetes, live: KubeObject, fields: JsonObject[]): Promise<void> {
  const ref = refOf(live);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  await cluster.client.request({
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

async function send(
  cluster: Kubernetes,
  object: KubeObject,
  uid: Json | undefined,
  query: { dryRun?: 'All'; force?: 'true' },
): Promise<KubeObject> {
  const ref = refOf(object);
  const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
  const { body } = await cluster.client.request({
    method: 'PATCH',
    path: resourcePath(resource, ref.namespace, ref.name),
    query: { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', force: 'false', ...query },
    contentType: 'application/apply-patch+yaml',
    body: uid === undefined ? object : { ...object, metadata: { ...object.metadata, uid } },
    idempotent: true,
  });
  return body as KubeObject;
}

/**
 * Compares objects as they are to be with what lives. What applying would come to is asked of the server, by a
 * dry run: so are conflicts and fields that cannot change, before anything is written.
 *
 * @throws ApiError where the server cannot be asked
 */
export async function compareObjects(
  cluster: Kubernetes,
  desired: readonly KubeObject[],
  options: ApplyOptions,
): Promise<Comparison[]> {
  const found = await cluster.getMany(desired.map((object) => refOf(object)));
  const comparisons: Comparison[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < desired.length) {
      const index = next++;
      const object = desired[index];
      if (object !== undefined) comparisons[index] = await compareObject(cluster, object, found[index], options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, desired.length) }, work));
  return comparisons;
}

async function compareObject(
  cluster: Kubernetes,
  object: KubeObject,
  live: KubeObject | undefined,
  options: ApplyOptions,
): Promise<Comparison> {
  if (live === undefined) return { same: false, live };
  const isMigrated = migratedFields(live, FIELD_MANAGER) === undefined;
  // What Helm's updates hold is ours, and no conflict.
  const force = isMigrated ? forceOf(options) : forceOf({ forceConflicts: true });
  let after: KubeObject;
  try {
    after = await send(cluster, object, live.metadata['uid'], { dryRun: 'All', ...force });
  } catch (problem) {
    // Whether it is our object at all is for the planner to say first.
    if (problem instanceof ApiError && PROBLEMS.has(problem.status)) return { same: false, live, problem };
    throw problem;
  }
  return { same: isMigrated && equalJson(whatCounts(live), whatCounts(after)), live, after };
}

/** An object without what every write moves; of who holds its fields, what is held by Helm's applies. */
function whatCounts(object: KubeObject): JsonObject {
  const { managedFields, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  const held = Array.isArray(managedFields) ? managedFields.find(isOurs) : undefined;
  return { ...object, metadata: { ...metadata, held: held === undefined ? null : (held['fieldsV1'] ?? null) } };
}

function isOurs(entry: Json): entry is JsonObject {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return false;
  const isWhole = (getOwn(entry, 'subresource') ?? '') === '';
  return isWhole && getOwn(entry, 'manager') === FIELD_MANAGER && getOwn(entry, 'operation') === 'Apply';
}
