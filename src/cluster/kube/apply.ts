/** Server-side apply. */
import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../../errors-text.ts';
import type { ApplyOptions, KubeObject } from '../cluster.ts';
import { describeRef, refOf } from '../cluster.ts';
import { isSettled } from '../managed-fields.ts';
import { ApiError } from './api-errors.ts';
import { migratedFields } from './client-side.ts';
import { dryRun } from './dry-run.ts';
import type { KubeApi } from './kube-api.ts';
import { resourcePath } from './resource-path.ts';
import { sendApply } from './send-apply.ts';

/**
 * Applies an object. With `expected`, only if the live object still has the same `uid`, or there is still none.
 *
 * @returns at least the metadata of the live object
 * @throws {ApiError} `PKG_OBJECT_CONFLICT` where it is not as expected; what the server refuses
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
    { hints: ['try again: pkg makes a new plan from the current state'] },
  );
}

/**
 * A version that no object has: etcd counts its writes from 2. An apply that asks for it makes an object where there
 * is none (201), and meets every object that is there as another version (409), with one request and with the same
 * `managedFields` as Helm's. Tried on Kubernetes 1.36 for kinds of its own, for CRDs and their objects and for
 * APIServices; `"0"` and `""` are not preconditions.
 */
const NO_VERSION = '1';
/**
 * Tries of a create that the server answers with a conflict although there is no such object, as a busy quota causes.
 */
const CREATE_TRIES = 5;
const CREATE_PAUSE_MS = 20;

/** Creates an object that must not exist. */
async function createByApply(cluster: KubeApi, object: KubeObject): Promise<KubeObject> {
  let isRepeated = false;
  for (let tries = 1; ; tries++) {
    const send = { resourceVersion: NO_VERSION, expect: tries < CREATE_TRIES ? [409] : [] };
    const { status, live: answer, repeated } = await sendApply(cluster, object, {}, send);
    if (status === 201) return answer;
    isRepeated ||= repeated;
    const live = await cluster.get(refOf(object));
    if (live === undefined) {
      // There is no object in the way: the conflict was about a ResourceQuota, or the object has been deleted since.
      await sleep(CREATE_PAUSE_MS * tries);
      continue;
    }
    // The answer to an earlier try may have been lost. If the live object holds exactly the fields that were sent, with
    // the marks of this release, that try created it: nobody else may write for the release while its lease is held.
    if (isRepeated && (await isAsSent(cluster, object, live))) return live;
    throw meanwhile(object, 'made');
  }
}

async function isAsSent(cluster: KubeApi, object: KubeObject, live: KubeObject): Promise<boolean> {
  if (isSettled(object, live)) return true;
  const answer = await dryRun(cluster, object, { live });
  return answer.outcome === 'applied' && answer.same;
}

function forceOf(isForced: boolean): { force?: 'true' } {
  return isForced ? { force: 'true' } : {};
}

/** Tries of the migration: a controller may write the object's status between a read and a write. */
const MIGRATE_TRIES = 20;

/** Moves the fields that Helm's updates hold to its applies, as client-go's `csaupgrade` does. */
async function migrate(cluster: KubeApi, expected: KubeObject): Promise<void> {
  const ref = refOf(expected);
  let live: KubeObject | undefined = expected;
  for (let tries = 1; ; tries++) {
    // Another object has taken its place: the apply that follows reports that.
    if (live === undefined || live.metadata['uid'] !== expected.metadata['uid']) return;
    const fields = migratedFields(live);
    if (fields === undefined) return;
    const resource = await cluster.discovery.required(ref.apiVersion, ref.kind);
    const { status } = await cluster.request({
      method: 'PATCH',
      path: resourcePath(resource, ref.namespace, ref.name),
      contentType: 'application/json-patch+json',
      body: [
        { op: 'replace', path: '/metadata/managedFields', value: fields },
        // The patch was made from this state of managedFields, and must not be applied to another.
        { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata['resourceVersion'] ?? '' },
      ],
      // After a lost answer the second try is a conflict; the object is read again, and is already migrated.
      idempotent: true,
      expect: tries < MIGRATE_TRIES ? [404, 409] : [404],
    });
    if (status < 300) return;
    live = await cluster.get(ref);
  }
}
