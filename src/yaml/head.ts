/**
 * What Helm looks at in a rendered document before it sorts it: `apiVersion`, `kind`, name and annotations.
 *
 * Helm reads each document with sigs.k8s.io/yaml into a struct, so it also decides which documents are YAML.
 */
import { PkgError } from '../errors.ts';
import { Decoder, scalarText, scalarValue } from './decode.ts';
import { YamlError } from './yaml-error.ts';
import { readFast } from './fast.ts';
import { DocumentReader } from './nodes.ts';
import type { YamlNode } from './nodes.ts';
import { positionAt } from './read.ts';
import { decodeBytes, validText } from './readable.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** The head of a document; what it does not say is empty. */
export type DocumentHead = {
  apiVersion: string;
  kind: string;
  name: string;
  annotations: ReadonlyMap<string, string> | undefined;
};

const METADATA_TYPE =
  'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }';

/**
 * Reads the head of a document, given as bytes, one a character; texts are given back so.
 *
 * @throws PkgError PKG_YAML_SYNTAX for what Helm refuses, with Helm's words after `YAML parse error on FILE: `, and where
 *   it is in the text
 */
export function documentHead(text: string): DocumentHead {
  const valid = validText(text);
  // Templates that are turned off often print their licence all the same.
  const document = valid === undefined ? undefined : readFast(valid, false, new Map())?.value;
  const plain = isMap(document) ? plainHead(document) : undefined;
  if (plain !== undefined) return plain;
  const { text: unicode, readError } = decodeBytes(text);
  try {
    const node = new DocumentReader(unicode, readError).next();
    const head: DocumentHead = { apiVersion: '', kind: '', name: '', annotations: undefined };
    if (node !== undefined) {
      // What is wrong anywhere in the document comes before what is wrong with its head.
      new Decoder(false).document(node, takeOutTexts);
      readHead(head, node);
    }
    return head;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const code = error.tooComplex ? 'PKG_YAML_TOO_COMPLEX' : 'PKG_YAML_SYNTAX';
    throw new PkgError(code, `error converting YAML to JSON: ${error.helm}`, { at: positionAt(unicode, error.at, '') });
  }
}

/** The head of a document in which it is as it should be: of text, and its fields in their usual case. */
function plainHead(document: ValueMap): DocumentHead | undefined {
  if (!hasUsualCase(document, FIELDS)) return undefined;
  const apiVersion = document.get('apiVersion') ?? '';
  const kind = document.get('kind') ?? '';
  const metadata = document.get('metadata') ?? new Map<string, Value>();
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  if (!isMap(metadata) || !hasUsualCase(metadata, METADATA_FIELDS)) return undefined;
  const name = metadata.get('name') ?? '';
  const annotations = metadata.get('annotations') ?? undefined;
  if (typeof name !== 'string' || (annotations !== undefined && !isMap(annotations))) return undefined;
  const head = { apiVersion: encode(apiVersion), kind: encode(kind), name: encode(name) };
  if (annotations === undefined) return { ...head, annotations: undefined };
  const texts = new Map<string, string>();
  for (const [key, value] of annotations) {
    if (typeof value !== 'string') return undefined;
    texts.set(encode(key), encode(value));
  }
  return { ...head, annotations: texts };
}

const FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
const METADATA_FIELDS: ReadonlySet<string> = new Set(['name', 'annotations']);
/** In lower case. */
const FOLDED: ReadonlySet<string> = new Set(['apiversion', 'kind', 'metadata', 'name', 'annotations']);

function hasUsualCase(map: ValueMap, usual: ReadonlySet<string>): boolean {
  for (const key of map.keys()) if (!usual.has(key) && FOLDED.has(foldCase(key))) return false;
  return true;
}

/** Where text is asked for even infinity becomes text, so it never was a number of JSON. */
function takeOutTexts(document: Value): void {
  if (!isMap(document)) return;
  for (const [key, value] of document) {
    const field = foldCase(key);
    if (field === 'apiversion' || field === 'kind') takeOut(document, key);
    if (field !== 'metadata' || !isMap(value)) continue;
    for (const [name, item] of value) {
      if (foldCase(name) === 'name') takeOut(value, name);
      else if (foldCase(name) === 'annotations' && isMap(item)) for (const note of item.keys()) takeOut(item, note);
    }
  }
}

function takeOut(map: ValueMap, key: string): void {
  if (typeof map.get(key) === 'number') map.set(key, 0);
}

function readHead(head: DocumentHead, document: YamlNode): void {
  for (const [key, value] of fieldsOf(document, [], 'util.SimpleHead')) {
    const folded = foldCase(key);
    if (folded === 'apiversion') head.apiVersion = textOf(value, [key]) ?? head.apiVersion;
    else if (folded === 'kind') head.kind = textOf(value, [key]) ?? head.kind;
    else if (folded === 'metadata') readMetadata(head, value, key);
  }
}

function readMetadata(head: DocumentHead, metadata: YamlNode, at: string): void {
  // Null takes back what the field was before, in another case.
  if (isNull(metadata)) Object.assign(head, { name: '', annotations: undefined });
  for (const [key, value] of fieldsOf(metadata, [at], METADATA_TYPE)) {
    const folded = foldCase(key);
    if (folded === 'name') {
      head.name = textOf(value, [at, key]) ?? head.name;
    } else if (folded === 'annotations') {
      const entries = fieldsOf(value, [at, key], 'map[string]string');
      if (isNull(value)) {
        head.annotations = undefined;
        continue;
      }
      const annotations = new Map(head.annotations);
      for (const [name, item] of entries) annotations.set(encode(name), textOf(item, [at, key, name]) ?? '');
      head.annotations = annotations;
    }
  }
}

/** The entries as Go's JSON decoder meets them: by sorted key. Of null there are none. */
function fieldsOf(node: YamlNode, path: readonly string[], type: string): [string, YamlNode][] {
  const map = follow(node);
  if (isNull(map)) return [];
  if (map.kind !== 'map') throw mismatch(map, path, type);
  return [...new Decoder(false).entries(map)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function follow(node: YamlNode): YamlNode {
  return node.kind === 'alias' ? follow(node.target ?? node) : node;
}

function isNull(node: YamlNode): boolean {
  const target = follow(node);
  return target.kind === 'scalar' && scalarValue(target) === null;
}

/** As Go's `foldName`: the Kelvin sign is a k, the long s an s. */
function foldCase(key: string): string {
  return key.replaceAll('\u212a', 'k').replaceAll('\u017f', 's').toLowerCase();
}

/** Numbers and booleans become text where text is asked for; undefined for null. */
function textOf(node: YamlNode, path: readonly string[]): string | undefined {
  const scalar = follow(node);
  if (scalar.kind !== 'scalar') throw mismatch(scalar, path, 'string');
  const value = scalarValue(scalar);
  if (value === null) return undefined;
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return typeof value === 'string' ? encode(value) : scalarText(scalar, value as boolean | number | bigint);
}

/** Text of a document that was given as bytes is given back as bytes. */
function encode(text: string): string {
  return /[^\x00-\x7f]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/**
 * The error of Go 1.27's `encoding/json`: the keys that lead to the value as a JSON pointer with points for slashes.
 * A pointer that ends in digits passes for that of a list's element (`UnmarshalTypeError.Error` in v2_decode.go).
 */
function mismatch(node: YamlNode, path: readonly string[], type: string): PkgError {
  const value = node.kind === 'map' ? 'object' : node.kind === 'list' ? 'array' : typeof scalarValue(node);
  const kind = value === 'boolean' ? 'bool' : value === 'bigint' ? 'number' : value;
  const pointer = path.map((key) => `.${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const into = path.length === 0 ? 'Go value' : /\.[0-9]+$/.test(pointer) ? pointer : `Go struct field ${pointer}`;
  return new PkgError(
    'PKG_YAML_SYNTAX',
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into ${into} of type ${type}`,
  );
}
