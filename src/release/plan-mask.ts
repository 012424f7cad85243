/**
 * Masks the values of Secrets in plans. A changed value is still visible as changed; its content and length are not.
 */
import type { KubeObject } from '../cluster/cluster.ts';
import type { FieldChange, Step } from './plan.ts';
import { equalJson, isJsonObject, setOwn } from '../yaml/value.ts';
import type { Json, JsonObject } from '../yaml/value.ts';

const MASK = '***';

/** Where a Secret holds values, besides annotations in which a client keeps a copy of the whole object. */
const VALUE_FIELDS: readonly string[] = ['data', 'stringData'];
const COPY_ANNOTATIONS: readonly string[] = ['kubectl.kubernetes.io/last-applied-configuration'];

/** The live and the desired object of a step, with values of Secrets masked unless `showSecrets` is set. */
export function maskPair(step: Step, showSecrets: boolean): [KubeObject | undefined, KubeObject | undefined] {
  const { live, ref } = step;
  const desired = step.after ?? step.desired;
  if (showSecrets || ref.kind !== 'Secret') return [live, desired];
  return [live && maskSecret(live, desired, '(before)'), desired && maskSecret(desired, live, '(after)')];
}

/** A field change, with values of Secrets masked. */
export function maskChange(kind: string, change: FieldChange): FieldChange {
  const [first, second, third] = change.path;
  const holdsValue =
    VALUE_FIELDS.includes(String(first)) ||
    (first === 'metadata' && (second === undefined || (second === 'annotations' && isCopy(third))));
  if (kind !== 'Secret' || !holdsValue) return change;
  const mask = (value: Json | undefined): Json | undefined => (value === undefined ? undefined : MASK);
  return { path: change.path, before: mask(change.before), after: mask(change.after) };
}

function isCopy(annotation: string | number | undefined): boolean {
  return annotation === undefined || COPY_ANNOTATIONS.includes(String(annotation));
}

function maskSecret(object: KubeObject, other: KubeObject | undefined, word: string): KubeObject {
  const masked: JsonObject = { ...object };
  for (const field of VALUE_FIELDS) {
    if (Object.hasOwn(object, field)) masked[field] = maskValues(object[field] ?? null, other?.[field], word);
  }
  const annotations = object.metadata['annotations'];
  if (isJsonObject(annotations)) {
    const theirs = isJsonObject(other?.metadata['annotations']) ? other.metadata['annotations'] : undefined;
    const copies = maskValues(
      Object.fromEntries(Object.entries(annotations).filter(([key]) => COPY_ANNOTATIONS.includes(key))),
      theirs,
      word,
    );
    masked['metadata'] = { ...object.metadata, annotations: { ...annotations, ...(copies as JsonObject) } };
  }
  return masked as KubeObject;
}

function maskValues(values: Json, others: Json | undefined, word: string): Json {
  if (!isJsonObject(values)) return MASK;
  const masked: JsonObject = {};
  for (const [key, value] of Object.entries(values)) {
    const other = isJsonObject(others) && Object.hasOwn(others, key) ? others[key] : undefined;
    setOwn(masked, key, other === undefined || equalJson(value, other) ? MASK : `${MASK} ${word}`);
  }
  return masked;
}
