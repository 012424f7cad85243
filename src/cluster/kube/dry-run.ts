/** What the server would make of an apply, without doing it. */
import type { ErrorCode } from '../../errors.ts';
import { equalJson, getOwn } from '../../yaml/value.ts';
import type { JsonObject } from '../../yaml/value.ts';
import type { DryRun, DryRunOptions, KubeObject } from '../cluster.ts';
import { isApplied, managedFieldsOf, needsMigration } from '../managed-fields.ts';
import { ApiError } from './api-errors.ts';
import type { KubeApi } from './kube-api.ts';
import { sendApply } from './send-apply.ts';

/**
 * Has the server apply an object without writing it.
 *
 * @throws PkgError where no answer can be had for another reason than the server's
 */
export async function dryRun(cluster: KubeApi, object: KubeObject, options: DryRunOptions): Promise<DryRun> {
  const { live, force = false } = options;
  const query = { dryRun: 'All', ...(force && { force: 'true' as const }) } as const;
  // What is not there yet is only tried: what the try does not tell, the write tells.
  const bound = live === undefined ? { isTry: true } : { uid: live.metadata['uid'], isRead: true, live };
  try {
    const { live: after } = await sendApply(cluster, object, query, bound);
    if (live === undefined) return { outcome: 'applied', same: false };
    const same = !needsMigration(live) && equalJson(whatCounts(live), whatCounts(after));
    return { outcome: 'applied', after, same };
  } catch (problem) {
    if (!(problem instanceof ApiError)) throw problem;
    // Some webhook would act on a dry run as on a write, so that the server does not ask it.
    if (/does not support dry run/.test(problem.text)) return { outcome: 'unknown' };
    return { outcome: 'refused', problem, isCertain: isCertain(problem) };
  }
}

/** An object without what every write moves; of who holds its fields, what is held by Helm's applies. */
function whatCounts(object: KubeObject): JsonObject {
  const { managedFields: _fields, resourceVersion: _version, generation: _generation, ...metadata } = object.metadata;
  const held = managedFieldsOf(object).find((entry) => isApplied(entry));
  return { ...object, metadata: { ...metadata, held: held === undefined ? null : (getOwn(held, 'fieldsV1') ?? null) } };
}

const CERTAIN: readonly ErrorCode[] = ['PKG_OBJECT_INVALID', 'PKG_NAMESPACE_NOT_FOUND', 'PKG_NAMESPACE_TERMINATING'];

/** Is this about the object itself, whatever else is there or not? */
function isCertain({ status, code, text }: ApiError): boolean {
  // What a webhook says may depend on what is to come; and it may not be able to say anything in a dry run.
  if (text.includes('admission webhook') || text.includes('failed calling webhook')) return false;
  if (CERTAIN.includes(code)) return true;
  return status === 403 && /is forbidden: User "[^"]*" cannot /.test(text);
}
