/**
 * Which fields of objects hold texts: of Kubernetes' own kinds by its OpenAPI (`kubernetes-fields.ts`), of kinds that the
 * chart defines by the schemas of its CRDs, and of all others only their metadata.
 */
import type { Chart, ChartFile } from '../chart/chart.ts';
import { groupOf, versionOf } from '../cluster/cluster.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { KUBERNETES_TYPES } from './type-table.ts';

/** What a field holds, so far as texts are in it; `bytes` are texts in base64. */
export type FieldType =
  | { readonly holds: 'text' | 'bytes' }
  | { readonly holds: 'list' | 'map'; readonly of: FieldType }
  | { readonly holds: 'fields'; readonly field: (name: string) => FieldType | undefined };

/** The types of scalars. */
export const TEXT: FieldType = { holds: 'text' };
export const BYTES: FieldType = { holds: 'bytes' };

/** The types of the kinds that a chart renders. */
export class KindTypes {
  readonly #chart: Chart;
  readonly #types = new Map<string, FieldType>();

  /** @param chart looked through for CRDs when an object is of no kind of Kubernetes' own */
  constructor(chart: Chart) {
    this.#chart = chart;
  }

  /** The type of an object: always one, since all have metadata. */
  of(apiVersion: string, kind: string): FieldType {
    const group = groupOf(apiVersion);
    const key = `${apiVersion} ${kind}`;
    let type = this.#types.get(key);
    if (type === undefined) {
      type = builtin(nameOf(group, kind)) ?? ofResource(this.#chart, group, versionOf(apiVersion), kind);
      this.#types.set(key, type);
    }
    return type;
  }
}

/** Is the type of this kind Kubernetes' own, so that it is the same for each chart? */
export function isBuiltinKind({ apiVersion, kind }: { apiVersion: string; kind: string }): boolean {
  return numberOf(nameOf(groupOf(apiVersion), kind)) !== undefined;
}

/** A kind without its version: `Pod`, `Deployment.apps`. */
function nameOf(group: string, kind: string): string {
  return group === '' ? kind : `${kind}.${group}`;
}

let numbers: ReadonlyMap<string, number> | undefined;

/** The number of a kind's type. Of several versions the last counts: it has the fields of those before. */
function numberOf(kind: string): number | undefined {
  numbers ??= new Map(
    [...KUBERNETES_TYPES.kinds].map((name) => {
      const [apiVersion = '', one = ''] = name.split(' ');
      return [nameOf(groupOf(apiVersion), one), KUBERNETES_TYPES.numberOf(name) ?? 0];
    }),
  );
  return numbers.get(kind);
}

const builtins = new Map<number, FieldType | undefined>();

function builtin(kind: string): FieldType | undefined {
  const number = numberOf(kind);
  return number === undefined ? undefined : numbered(number);
}

/** The type of this number; undefined for one without texts. */
function numbered(number: number): FieldType | undefined {
  if (builtins.has(number)) return builtins.get(number);
  const type = holdsTexts(number, new Set()) ? fieldsOf(number) : undefined;
  builtins.set(number, type);
  return type;
}

/** Has a type texts, in itself or in the types of its fields? @param seen those that were looked at */
function holdsTexts(number: number, seen: Set<number>): boolean {
  if (seen.has(number)) return false;
  seen.add(number);
  const codes: string[] = [];
  KUBERNETES_TYPES.eachGroup(number, (code) => codes.push(code.replace(/^[[{]+/, '')));
  return codes.some(isText) || codes.some((code) => /^\d/.test(code) && holdsTexts(Number(code), seen));
}

function isText(code: string): boolean {
  return code === '' || code === '!' || code.startsWith('=');
}

/** The type with these fields, each of which is decoded when it is asked for. */
function fieldsOf(number: number): FieldType {
  let codes: Map<string, string> | undefined;
  const known = new Map<string, FieldType | undefined>();
  return {
    holds: 'fields',
    field: (name) => {
      if (!known.has(name)) known.set(name, decode((codes ??= codesOf(number)).get(name) ?? '*'));
      return known.get(name);
    },
  };
}

/** The code of each field of a type. */
function codesOf(number: number): Map<string, string> {
  const codes = new Map<string, string>();
  KUBERNETES_TYPES.eachGroup(number, (code, names) => {
    for (const name of names) codes.set(name.replace('^', ''), code);
  });
  return codes;
}

/** What a code of the table means; undefined for what holds no texts. */
function decode(code: string): FieldType | undefined {
  if (isText(code)) return code === '!' ? BYTES : TEXT;
  const inner = code.startsWith('[') ? 'list' : code.startsWith('{') ? 'map' : undefined;
  if (inner === undefined) return /^\d/.test(code) ? numbered(Number(code)) : undefined;
  const of = decode(code.slice(1));
  return of && { holds: inner, of };
}

/** The type of a kind that is not Kubernetes' own. */
function ofResource(chart: Chart, group: string, version: string, kind: string): FieldType {
  const own = group === '' ? undefined : schemaOf(chart, group, version, kind);
  const metadata = metadataType();
  return {
    holds: 'fields',
    field: (name) => (name === 'metadata' ? metadata : own === undefined ? undefined : own(name)),
  };
}

function metadataType(): FieldType | undefined {
  const configMap = builtin('ConfigMap');
  return configMap?.holds === 'fields' ? configMap.field('metadata') : undefined;
}

/** The fields of a kind by the schema of its CRD. */
function schemaOf(
  chart: Chart,
  group: string,
  version: string,
  kind: string,
): ((name: string) => FieldType | undefined) | undefined {
  for (const crd of crdsOf(chart, group, kind)) {
    const schema = typeOfSchema(crdSchema(crd, version));
    if (schema?.holds === 'fields') return schema.field;
  }
  return undefined;
}

/**
 * The CRDs of a kind that a chart tree has in `crds/` or as templates without expressions.
 *
 * @param kind undefined for those of all kinds of the group
 */
export function* crdsOf(chart: Chart, group: string, kind: string | undefined): Generator<ValueMap> {
  const isCandidate = ({ name, data }: ChartFile): boolean => {
    const wanted = ['CustomResourceDefinition', kind ?? '', group];
    return wanted.every((word) => has(data, word)) && !(name.startsWith('templates/') && has(data, '{{'));
  };
  const candidates = [...chart.crds, ...chart.templates].filter(isCandidate);
  // Reading a CRD of half a megabyte takes longer than most renders, and a CRD may name other kinds in descriptions.
  const isLikely = ({ data }: ChartFile): boolean => kind === undefined || has(data, `kind: ${kind}\n`);
  const [likely, others] = [candidates.filter(isLikely), candidates.filter((file) => !isLikely(file))];
  for (const { name, data } of [...likely, ...others]) {
    let documents = crdFiles.get(data);
    if (documents === undefined) crdFiles.set(data, (documents = documentsOf(Buffer.from(data).toString(), name)));
    for (const crd of documents) {
      const spec = crd.get('spec');
      const isKind = kind === undefined || textAt(field(spec, 'names'), 'kind') === kind;
      if (isKind && textAt(spec, 'group') === group) yield crd;
    }
  }
  for (const child of chart.dependencies) yield* crdsOf(child, group, kind);
}

/** May a chart tree have a CRD? */
export function hasCrds(chart: Chart): boolean {
  const mayHold = ({ data }: ChartFile): boolean => has(data, 'CustomResourceDefinition');
  return chart.crds.some(mayHold) || chart.templates.some(mayHold) || chart.dependencies.some(hasCrds);
}

function has(data: Uint8Array, word: string): boolean {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes(word);
}

/** The documents of files with CRDs, which several kinds and rules ask for. */
const crdFiles = new WeakMap<Uint8Array, ValueMap[]>();

/** The schema of a version in a CRD. */
export function crdSchema(crd: ValueMap, version: string): Value | undefined {
  const versions = field(crd.get('spec'), 'versions');
  const found = Array.isArray(versions) ? versions.find((one) => textAt(one, 'name') === version) : undefined;
  return field(field(found, 'schema'), 'openAPIV3Schema');
}

/** What cannot be read is reported where it is rendered or applied. */
function documentsOf(text: string, name: string): ValueMap[] {
  try {
    return parseYamlDocuments(text, name).filter((document) => isMap(document));
  } catch {
    return [];
  }
}

function typeOfSchema(schema: Value | undefined): FieldType | undefined {
  switch (textAt(schema, 'type')) {
    case 'string':
      return textAt(schema, 'format') === 'byte' ? BYTES : TEXT;
    case 'array': {
      const items = typeOfSchema(field(schema, 'items'));
      return items && { holds: 'list', of: items };
    }
    case 'object': {
      const properties = field(schema, 'properties');
      if (isMap(properties)) return fieldsOfSchema(properties);
      const values = typeOfSchema(field(schema, 'additionalProperties'));
      return values && { holds: 'map', of: values };
    }
    default:
      return undefined;
  }
}

function fieldsOfSchema(properties: ValueMap): FieldType {
  const known = new Map<string, FieldType | undefined>();
  return {
    holds: 'fields',
    field: (name) => {
      if (!known.has(name)) known.set(name, typeOfSchema(properties.get(name)));
      return known.get(name);
    },
  };
}

function field(value: Value | undefined, name: string): Value | undefined {
  return isMap(value) ? value.get(name) : undefined;
}

function textAt(value: Value | undefined, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' ? found : '';
}
