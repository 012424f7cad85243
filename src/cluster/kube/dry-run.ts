/** Server-side dry runs. */
import type { ErrorCode } from '../../errors.ts';
import { equalJson, getOwn } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { DryRun, DryRunOptions, KubeObject } from '../cluster.ts';
import { isApplied, managedFieldsOf, needsMigration } from '../managed-fields.ts';
import { ApiError } from './api-errors.ts';
import type { KubeApi } from './kube-api.ts';
import { sendApply } from './send-apply.ts';

/**
 * Asks the server what applying an object would do.
 *
 * @throws {PkgError} where the server does not answer
 */
export async function dryRun(cluster: KubeApi, object: KubeObject, options: DryRunOptions): Promise<DryRun> {
  const { live, force = false } = options;
  const query = { dryRun: 'All', ...(force && { force: 'true' as const }) } as const;
  // For a new object no retries are made: a dry run that fails leaves the question to the write.
  const bound = live === undefined ? { isTry: true } : { uid: live.metadata['uid'], isRead: true, live };
  try {
    const { live: after } = await sendApply(cluster, object, query, bound);
    if (live === undefined) return { outcome: 'applied', same: false };
    const same = !needsMigration(live) && equalJson(whatCounts(live), whatCounts(after));
    return { outcome: 'applied', after, same };
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    // The server refuses dry runs of objects that go through a webhook with side effects.
    if (/does not support dry run/.test(problem.text)) return { outcome: 'unknown' };
    return { outcome: 'refused', problem, isCertain: isCertain(problem) };
  }
}

/**
 * The parts of an object that show whether an apply changed it: no resourceVersion, no times, only Helm's own fields.
 */
function whatCounts(object: KubeObject): JsonObject {
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  const held = managedFieldsOf(object).find((entry) => isApplied(entry));
  return { ...object, metadata: { ...metadata, held: held === undefined ? null : (getOwn(held, 'fieldsV1') ?? null) } };
}

const CERTAIN: readonly ErrorCode[] = ['PKG_OBJECT_INVALID', 'PKG_NAMESPACE_NOT_FOUND', 'PKG_NAMESPACE_TERMINATING'];

/** Is the object refused whatever other objects exist? */
function isCertain({ status, code, text }: ApiError): boolean {
  // A webhook's answer may depend on objects that are written later, or on its support of dry runs.
  if (text.includes('admission webhook') || text.includes('failed calling webhook')) return false;
  if (CERTAIN.includes(code)) return true;
  return status === 403 && /is forbidden: User "[^"]*" cannot /.test(text);
}
