/** Tries objects that do not exist yet by dry runs, so that their errors are known before anything is written. */
import type { Cluster, KubeObject } from '../../cluster/cluster.ts';
import { REQUESTS_AT_ONCE, refOf } from '../../cluster/cluster.ts';
import { servesKind } from '../../cluster/scope.ts';
import type { PkgError } from '../../errors.ts';
import { inParallel } from '../../parallel.ts';
import { setOwn } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';

/**
 * Finds the problems of new objects by dry runs. Of objects with the same fields and types of values in one namespace,
 * only one is tried, and the others only if it has a problem. Refusals that may have passed by the time of the write
 * are left out: an object may need others of the release first.
 *
 * @param coming namespaces and CRDs that the operation creates first
 * @throws {PkgError} where the cluster does not answer
 */
export async function tryNew(
  cluster: Cluster,
  objects: readonly KubeObject[],
  coming: readonly KubeObject[],
): Promise<Map<KubeObject, PkgError>> {
  const problems = new Map<KubeObject, PkgError>();
  // A folder takes whatever is written.
  if (!cluster.runsWorkloads) return problems;
  const alike = new Map<string, KubeObject[]>();
  for (const object of objects) {
    const key = JSON.stringify([object.apiVersion, object.kind, object.metadata.namespace, fingerprintOf(object)]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [object]);
    else group.push(object);
  }
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

/** The structure of a value, with the class of each text and number in its place. Equal structures are judged alike. */
function fingerprintOf(value: Json): Json {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(fingerprintOf(item))))].sort();
  if (typeof value === 'string') return STRINGS.findIndex((form) => form.test(value));
  if (typeof value === 'number') return `${Number.isInteger(value)} ${value < 0} ${value > 65_535}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fingerprint: Json = {};
  for (const key of Object.keys(value).sort()) setOwn(fingerprint, key, fingerprintOf(value[key] ?? null));
  return fingerprint;
}

/** Classes of texts, the first that matches counts: empty, name of an object, value of a label, one word, any text. */
const STRINGS: readonly RegExp[] = [
  /^$/,
  /^(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/,
  /^(?=.{1,63}$)[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/,
  /^\S*$/,
  /(?:)/,
];

async function problemOf(
  cluster: Cluster,
  object: KubeObject,
  coming: readonly KubeObject[],
): Promise<PkgError | undefined> {
  const { apiVersion, kind, namespace } = refOf(object);
  const unserved = await cluster.unservedKind(apiVersion, kind);
  if (unserved !== undefined) return servesKind(coming, object) ? undefined : unserved;
  const isComing = coming.some((one) => one.kind === 'Namespace' && one.metadata.name === namespace);
  if (namespace !== '' && isComing) return undefined;
  const answer = await cluster.dryRun(object, {});
  return answer.outcome === 'refused' && answer.isCertain ? answer.problem : undefined;
}
