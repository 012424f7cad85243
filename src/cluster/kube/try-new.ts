/** Tries objects that are not there yet, so that what is wrong with them is known before others are written. */
import type { ErrorCode, PkgError } from '../../errors.ts';
import { setOwn } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';
import type { KubeObject } from '../cluster.ts';
import { refOf } from '../cluster.ts';
import { inParallel } from '../../parallel.ts';
import { servesKind } from '../scope.ts';
import { ApiError } from './api-errors.ts';
import { sendApply } from './send-apply.ts';
import { REQUESTS_AT_ONCE } from './kube-api.ts';
import type { KubeApi } from './kube-api.ts';

/**
 * The problems of new objects, told by dry runs. Of objects that are alike, with the same fields of the same types
 * in one namespace, one is tried for all; only where it has a problem all are. What is not certain is left to the
 * write: others of the release may have to be there first.
 *
 * @param coming namespaces and CRDs that are made before
 * @throws PkgError where the cluster cannot be asked
 */
export async function tryNew(
  cluster: KubeApi,
  objects: readonly KubeObject[],
  coming: readonly KubeObject[],
): Promise<Map<KubeObject, PkgError>> {
  const alike = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const key = JSON.stringify([object.apiVersion, object.kind, object.metadata.namespace, shapeOf(object)]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [object]);
    else group.push(object);
  }
  const problems = new Map<KubeObject, PkgError>();
  const tryOne = async (object: KubeObject): Promise<boolean> => {
    const problem = await problemOf(cluster, object, coming);
    if (problem !== undefined) problems.set(object, problem);
    return problem === undefined;
  };
  await inParallel([...alike.values()], REQUESTS_AT_ONCE, async ([first, ...others]) => {
    if (first === undefined || (await tryOne(first))) return;
    await inParallel(others, REQUESTS_AT_ONCE, tryOne);
  });
  return problems;
}

/** An object with the kinds of its values in their place: what a server may judge alike. */
function shapeOf(value: Json): Json {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(shapeOf(item))))].sort();
  if (typeof value === 'string') return STRINGS.findIndex((form) => form.test(value));
  if (typeof value === 'number') return `${Number.isInteger(value)} ${value < 0} ${value > 65_535}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const shape: Json = {};
  for (const key of Object.keys(value).sort()) setOwn(shape, key, shapeOf(value[key] ?? null));
  return shape;
}

/** What strings may stand for: nothing, names of objects, values of labels, other words, any text. */
const STRINGS: readonly RegExp[] = [
  /^$/,
  /^(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  /^(?=.{1,63}$)[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/,
  /^\S*$/,
  /(?:)/,
];

async function problemOf(
  cluster: KubeApi,
  object: KubeObject,
  coming: readonly KubeObject[],
): Promise<PkgError | undefined> {
  const { apiVersion, kind, namespace } = refOf(object);
  if ((await cluster.discovery.resource(apiVersion, kind)) === undefined) {
    return servesKind(coming, object) ? undefined : cluster.discovery.unknownKind(apiVersion, kind);
  }
  const isComing = coming.some((one) => one.kind === 'Namespace' && one.metadata.name === namespace);
  if (namespace !== '' && isComing) return undefined;
  try {
    await sendApply(cluster, object, { dryRun: 'All' }, { isTry: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return isCertain(error) ? error : undefined;
  }
}

const CERTAIN: readonly ErrorCode[] = ['PKG_OBJECT_INVALID', 'PKG_NAMESPACE_NOT_FOUND', 'PKG_NAMESPACE_TERMINATING'];

/** Is this about the object itself, whatever else is there or not? */
function isCertain({ status, code, text }: ApiError): boolean {
  // What a webhook says may depend on what is to come; and it may not be able to say anything in a dry run.
  if (text.includes('admission webhook') || text.includes('failed calling webhook')) return false;
  if (CERTAIN.includes(code)) return true;
  return status === 403 && /is forbidden: User "[^"]*" cannot /.test(text);
}
