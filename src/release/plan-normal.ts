/**
 * Rendered documents become the objects that a plan compares: lists are split, equal objects get one form, namespaces
 * are filled in, and labels and annotations mark the objects as the release's.
 */
import { PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { describeRef, groupOf, refKey, refOf } from '../cluster/cluster.ts';
import { compareInstallOrder } from '../render/order.ts';
import { kindOf, PUT_QUOTES, quotable } from '../render/text-fields.ts';
import { asObject, fromPlain, getOwn, isJsonObject, setOwn, textField, toPlain } from '../yaml/value.ts';
import type { KubeObject, Scope } from '../cluster/cluster.ts';
import type { Json, JsonObject, ValueMap, ValuePath } from '../yaml/value.ts';

/** Says whether a kind lives in namespaces; `crds` are those of the chart, which may not be in the cluster yet. */
export type ScopeOf = (apiVersion: string, kind: string, crds: readonly KubeObject[]) => Promise<Scope>;

/** A document of a manifest, and the file that it came from. `object` is undefined for comments alone. */
export type SourceDocument = { source: string; object: ValueMap | undefined };

/** Objects in normal form, and notes for the user: assumed scopes, objects that were rendered twice. */
export type NormalObjects = { objects: KubeObject[]; notes: string[] };

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const RELEASE_NAME = 'meta.helm.sh/release-name';
const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';

/**
 * Brings documents into normal form, in install order: a List becomes its items, `stringData` becomes `data`, kinds in
 * namespaces get one, and of an object that is rendered twice the last counts. Fields that only the cluster sets are
 * dropped; with `isChecked`, for documents of a chart, they are an error.
 *
 * @throws {PkgError} `PKG_OBJECT_INVALID` for a document that is not an object, and for fields that only the cluster
 *   sets
 */
export async function normalizeObjects(
  documents: readonly SourceDocument[],
  options: {
    namespace: string;
    scopeOf: ScopeOf;
    crds: readonly KubeObject[];
    /** More CRDs, asked for only when neither the cluster nor `crds` know a kind. */
    otherCrds?: () => readonly KubeObject[];
    isChecked?: boolean;
  },
): Promise<NormalObjects> {
  const notes: string[] = [];
  const found = documents.flatMap(({ source, object }) =>
    object === undefined ? [] : takeApart(toPlain(object), source, options),
  );
  const crds = [...options.crds, ...found.filter((object) => object.kind === 'CustomResourceDefinition')];
  const scopes = new Map<string, Scope>();
  const byKey = new Map<string, KubeObject>();
  for (const object of found) {
    const kindKey = `${groupOf(object.apiVersion)}/${object.kind}`;
    let scope = scopes.get(kindKey);
    if (scope === undefined) {
      scope = await options.scopeOf(object.apiVersion, object.kind, crds);
      if (scope.assumed && options.otherCrds !== undefined) {
        scope = await options.scopeOf(object.apiVersion, object.kind, [...crds, ...options.otherCrds()]);
      }
      scopes.set(kindKey, scope);
      if (scope.assumed) {
        const assumed = scope.namespaced ? 'that it is' : 'that it is not, like others of its kind';
        notes.push(`it is not known whether ${printable(kindKey)} is namespaced: pkg assumes ${assumed}`);
      }
    }
    const normal = normalForm(object, scope.namespaced ? options.namespace : undefined);
    const key = refKey(refOf(normal));
    if (byKey.has(key)) {
      notes.push(`${printable(describeRef(refOf(normal)))} is rendered more than once: the last one counts`);
    }
    byKey.set(key, normal);
  }
  // Sorting is stable: objects of one kind stay in the order of the chart.
  return { objects: [...byKey.values()].sort(compareInstallOrder), notes };
}

/**
 * The objects of a document: the document itself, or the items of a List, which may be Lists again.
 *
 * @param source names the file in errors
 * @param options.isChecked refuse fields that only the cluster sets
 * @param path of the object in the document
 * @throws {ObjectError} for an object without `apiVersion`, `kind` or `metadata.name`
 */
export function takeApart(
  object: JsonObject,
  source: string,
  { isChecked = false }: { isChecked?: boolean } = {},
  path: ValuePath = [],
): KubeObject[] {
  const kind = getOwn(object, 'kind');
  const items = getOwn(object, 'items');
  if (typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)) {
    const apiVersion = getOwn(object, 'apiVersion');
    return items.flatMap((item, index) => {
      const member = asObject(item);
      if (member === undefined)
        throw invalid(source, [...path, 'items', index], `an item of the ${printable(kind)} is not an object`);
      // Items of a typed list (ConfigMapList) may leave out what the list says already.
      const inherited = kind === 'List' ? {} : { apiVersion: apiVersion ?? null, kind: kind.slice(0, -'List'.length) };
      return takeApart({ ...inherited, ...member }, source, { isChecked }, [...path, 'items', index]);
    });
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const value = getOwn(object, field);
    if (typeof value === 'string' && value !== '') continue;
    throw invalid(
      source,
      [...path, field],
      isNothing(value)
        ? `an object has no ${field}`
        : `${field} of an object is ${kindOf(fromPlain(value))}, and not a text`,
    );
  }
  const metadata = getOwn(object, 'metadata');
  const of = `a ${printable(String(kind))}`;
  if (!isNothing(metadata) && !isJsonObject(metadata)) {
    throw invalid(source, [...path, 'metadata'], `metadata of ${of} is ${kindOf(fromPlain(metadata))}, and not a map`);
  }
  const fields = asObject(metadata) ?? {};
  const name = getOwn(fields, 'name');
  const namePath = [...path, 'metadata', 'name'];
  if (isNothing(name)) {
    const generated = typeof getOwn(fields, 'generateName') === 'string';
    throw invalid(
      source,
      namePath,
      generated
        ? `${of} has metadata.generateName, so that nobody could find it again; a release needs metadata.name`
        : `${of} has no metadata.name`,
    );
  }
  if (typeof name !== 'string') throw notText(source, namePath, `metadata.name of ${of}`, name);
  const namespace = getOwn(fields, 'namespace');
  if (namespace !== undefined && namespace !== null && typeof namespace !== 'string') {
    const what = `metadata.namespace of ${printable(String(kind))} "${printable(name)}"`;
    throw notText(source, [...path, 'metadata', 'namespace'], what, namespace);
  }
  if (isChecked) refuseServerFields(object as KubeObject, source, path);
  return [object as KubeObject];
}

/**
 * Fields by which the server identifies one state of an object. Sent with an apply they are a precondition, which a
 * value in a chart never meets: the server would answer with a conflict, as if somebody had changed the object.
 */
export const STATE_FIELDS: readonly string[] = ['uid', 'resourceVersion', 'managedFields'];

/** Refuses an object that sets fields of {@link STATE_FIELDS}. @throws {ObjectError} */
function refuseServerFields({ kind, metadata }: KubeObject, source: string, path: ValuePath): void {
  for (const field of STATE_FIELDS) {
    const value = getOwn(metadata, field);
    // Empty values are not preconditions, and `kubectl create --dry-run` prints them.
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    const of = `${printable(kind)} "${printable(metadata.name)}"`;
    throw invalid(
      source,
      [...path, 'metadata', field],
      `metadata.${field} of ${of} is set, and only the cluster can set it`,
      [`leave metadata.${field} out of the template`],
    );
  }
}

/** @param namespace that of the release; undefined for a kind outside of namespaces */
function normalForm(object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: written, ...others } = object.metadata;
  // Generators write `creationTimestamp: null`; the field is the server's.
  for (const field of ['creationTimestamp', ...STATE_FIELDS]) delete others[field];
  const { name, ...rest } = others;
  const place = namespace === undefined ? {} : { namespace: written || namespace };
  const normal: KubeObject = { ...object, metadata: { name, ...place, ...rest } as KubeObject['metadata'] };
  if (normal.kind !== 'Secret' || groupOf(normal.apiVersion) !== '') return normal;
  const texts = asObject(getOwn(normal, 'stringData'));
  if (!('stringData' in normal)) return normal;
  const { stringData: _, ...secret } = normal;
  if (texts === undefined) return secret as KubeObject;
  const data: JsonObject = { ...asObject(getOwn(normal, 'data')) };
  for (const [key, text] of Object.entries(texts)) {
    setOwn(data, key, typeof text === 'string' ? Buffer.from(text).toString('base64') : text);
  }
  return { ...secret, data } as KubeObject;
}

/**
 * The object with the label and annotations that mark it as this release's. Source: helm v4 `pkg/action/validate.go`.
 */
export function withOwnership(object: KubeObject, release: string, namespace: string): KubeObject {
  const metadata = { ...object.metadata };
  metadata['labels'] = { ...asObject(metadata['labels']), [MANAGED_BY]: 'Helm' };
  metadata['annotations'] = {
    ...asObject(metadata['annotations']),
    [RELEASE_NAME]: release,
    [RELEASE_NAMESPACE]: namespace,
  };
  return { ...object, metadata };
}

/**
 * Which release a live object belongs to, by its marks: `us`, `nobody` (marks are missing), or `other` (the annotations
 * name another release). `why` lists the marks that are missing or differ, in Helm's words; empty for `us`.
 */
export function ownershipOf(
  live: KubeObject,
  release: string,
  namespace: string,
): { owner: 'us' | 'nobody' | 'other'; why: string } {
  const labels = asObject(live.metadata['labels']) ?? {};
  const annotations = asObject(live.metadata['annotations']) ?? {};
  const wanted = [
    { kind: 'label', map: labels, key: MANAGED_BY, value: 'Helm' },
    { kind: 'annotation', map: annotations, key: RELEASE_NAME, value: release },
    { kind: 'annotation', map: annotations, key: RELEASE_NAMESPACE, value: namespace },
  ] as const;
  const wrong: string[] = [];
  let other = false;
  for (const { kind, map, key, value } of wanted) {
    const actual = getOwn(map, key);
    if (actual === value) continue;
    if (actual === undefined) {
      wrong.push(`the ${kind} ${key} is missing`);
    } else {
      wrong.push(`the ${kind} ${key} is "${printable(String(actual))}" and not "${printable(value)}"`);
      other ||= kind === 'annotation';
    }
  }
  if (wrong.length === 0) return { owner: 'us', why: '' };
  return { owner: other ? 'other' : 'nobody', why: wrong.join(', ') };
}

/** The release that an object's annotations name, as `namespace/name`; undefined where they name none. */
export function releaseOnObject(live: KubeObject): string | undefined {
  const annotations = asObject(live.metadata['annotations']) ?? {};
  const name = textField(annotations, RELEASE_NAME);
  return name === '' ? undefined : `${textField(annotations, RELEASE_NAMESPACE)}/${name}`;
}

/**
 * Has Helm or pkg written this object? In a cluster, `managedFields` then has an entry of the manager `helm` or `Helm`.
 * A folder has no `managedFields`, and the answer is yes.
 */
export function isWrittenByHelm(live: KubeObject): boolean {
  const entries = live.metadata['managedFields'];
  if (!Array.isArray(entries)) return true;
  return entries.some((entry) => isJsonObject(entry) && /^helm$/i.test(textField(entry, 'manager')));
}

/** Does this object have the annotation `helm.sh/resource-policy: keep`? */
export function isKept(object: JsonObject): boolean {
  const annotations = asObject(asObject(getOwn(object, 'metadata'))?.['annotations']) ?? {};
  const policy = getOwn(annotations, 'helm.sh/resource-policy');
  return typeof policy === 'string' && policy.trim().toLowerCase() === 'keep';
}

/** `PKG_OBJECT_INVALID`, with the path of the field in the document. */
export class ObjectError extends PkgError {
  readonly path: ValuePath;

  constructor(message: string, at: Position, path: ValuePath, hints: readonly string[]) {
    super('PKG_OBJECT_INVALID', message, { at, hints });
    this.path = path;
  }
}

function invalid(source: string, path: ValuePath, message: string, hints: readonly string[] = []): ObjectError {
  return new ObjectError(message, { file: source }, path, hints);
}

function notText(source: string, path: ValuePath, field: string, value: Json): ObjectError {
  return typeof value === 'object'
    ? invalid(source, path, `${field} is ${kindOf(fromPlain(value))}, and not a text`)
    : invalid(source, path, `${field} is ${quotable(fromPlain(value))}`, [PUT_QUOTES]);
}

function isNothing(value: Json | undefined): value is null | '' | undefined {
  return value === undefined || value === null || value === '';
}
