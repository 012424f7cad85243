/**
 * The part of a rendered document by which Helm tells hooks and sorts objects: `apiVersion`, `kind`, name and annotations.
 *
 * Helm reads each document with sigs.k8s.io/yaml into a struct (`SimpleHead` of its package release/v1/util), so here it is
 * also decided which documents are YAML, and which have fields of a wrong type.
 */
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { Decoder, scalarText, scalarValue } from './decode.ts';
import { YamlError } from './yaml-error.ts';
import { readFast } from './fast.ts';
import { DocumentReader } from './nodes.ts';
import type { YamlNode } from './nodes.ts';
import { positionAt } from './read.ts';
import { encodeText } from '../utf8.ts';
import { decodeBytes, validText } from './readable.ts';
import { isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** The head of a document; a field that the document does not have is empty. */
export type DocumentHead = {
  apiVersion: string;
  kind: string;
  name: string;
  annotations: ReadonlyMap<string, string> | undefined;
};

const METADATA_TYPE =
  'struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }';

/**
 * Reads the head of a document. The document and the texts of the result are UTF-8 with one byte a character.
 *
 * @throws {PkgError} `PKG_YAML_SYNTAX` for a document that Helm refuses, in Helm's words (which follow `YAML parse error on
 *   FILE: `) and with the position in the document, where Helm's parser knows one; `PKG_YAML_TOO_COMPLEX`
 */
export function documentHead(text: string): DocumentHead {
  const valid = validText(text);
  // A template whose condition does not hold often prints only the comment of its license: an empty head.
  const document = valid === undefined ? undefined : readFast(valid, false, new Map())?.value;
  const plain = isMap(document) ? plainHead(document) : undefined;
  if (plain !== undefined) return plain;
  const { text: unicode, readError } = decodeBytes(text);
  try {
    const node = new DocumentReader(unicode, readError).next();
    const head: DocumentHead = { apiVersion: '', kind: '', name: '', annotations: undefined };
    if (node !== undefined) {
      // The whole document is decoded first: as in Helm, an error anywhere in it is reported before one in its head.
      new Decoder(false).document(node, clearTextFields);
      readHead(head, node);
    }
    return head;
  } catch (error) {
    if (error instanceof Mismatch) {
      const details = { at: positionAt(unicode, error.at, ''), notes: [error.inWords] };
      throw new PkgError('PKG_YAML_SYNTAX', error.message, details);
    }
    if (!(error instanceof YamlError)) throw error;
    const code = error.tooComplex ? 'PKG_YAML_TOO_COMPLEX' : 'PKG_YAML_SYNTAX';
    throw new PkgError(code, `error converting YAML to JSON: ${error.helm}`, { at: positionAt(unicode, error.at, '') });
  }
}

/**
 * The head of a document whose fields are texts and written in their usual case; undefined for any other, which is decoded
 * node by node. This is 8 % of the time of all public charts: docs/decisions/caches.md.
 */
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
  const head = { apiVersion: encodeText(apiVersion), kind: encodeText(kind), name: encodeText(name) };
  if (annotations === undefined) return { ...head, annotations: undefined };
  const texts = new Map<string, string>();
  for (const [key, value] of annotations) {
    if (typeof value !== 'string') return undefined;
    texts.set(encodeText(key), encodeText(value));
  }
  return { ...head, annotations: texts };
}

const FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
const METADATA_FIELDS: ReadonlySet<string> = new Set(['name', 'annotations']);
/** All of them in lower case: Go's JSON decoder matches fields of any case. */
const FOLDED: ReadonlySet<string> = new Set(['apiversion', 'kind', 'metadata', 'name', 'annotations']);

/** Whether a map has none of the fields in another case than the usual one. */
function hasUsualCase(map: ValueMap, usual: ReadonlySet<string>): boolean {
  for (const key of map.keys()) if (!usual.has(key) && FOLDED.has(foldCase(key))) return false;
  return true;
}

/**
 * Sets numbers in the fields of the head, which are of type string, to 0. sigs.k8s.io/yaml converts these to text before it
 * makes JSON, so that infinity is an error in any other field, but not in them.
 */
function clearTextFields(document: Value): void {
  if (!isMap(document)) return;
  for (const [key, value] of document) {
    const field = foldCase(key);
    if (field === 'apiversion' || field === 'kind') clearNumber(document, key);
    if (field !== 'metadata' || !isMap(value)) continue;
    for (const [name, item] of value) {
      if (foldCase(name) === 'name') clearNumber(value, name);
      else if (foldCase(name) === 'annotations' && isMap(item)) for (const note of item.keys()) clearNumber(item, note);
    }
  }
}

function clearNumber(map: ValueMap, key: string): void {
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
  // `metadata: null` after `Metadata: {…}` sets the struct to its zero.
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
      for (const [name, item] of entries) annotations.set(encodeText(name), textOf(item, [at, key, name]) ?? '');
      head.annotations = annotations;
    }
  }
}

/** The entries of a map in the order in which Go's JSON decoder meets them, which is sorted by key; none for null. */
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

/** As `foldName` of Go's encoding/json, for which the Kelvin sign is a k and the long s an s. */
function foldCase(key: string): string {
  return key.replaceAll('\u212a', 'k').replaceAll('\u017f', 's').toLowerCase();
}

/** The text of a field of type string, to which numbers and booleans are converted; undefined for null. */
function textOf(node: YamlNode, path: readonly string[]): string | undefined {
  const scalar = follow(node);
  if (scalar.kind !== 'scalar') throw mismatch(scalar, path, 'string');
  const value = scalarValue(scalar);
  if (value === null) return undefined;
  if (typeof value === 'number' && !Number.isFinite(value))
    return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return typeof value === 'string' ? encodeText(value) : scalarText(scalar, value as boolean | number | bigint);
}

/** A field of the head of a wrong type. */
class Mismatch extends Error {
  /** The offset of its value. */
  readonly at: number;
  /** What is wrong, without Go's types. */
  readonly inWords: string;

  constructor(message: string, at: number, inWords: string) {
    super(message);
    this.at = at;
    this.inWords = inWords;
  }
}

/** The kinds of values as Go's errors name them, in words. */
const IN_WORDS = { object: 'a map', array: 'a list', string: 'a text', number: 'a number', bool: 'a boolean' } as const;

/**
 * The error for a value of a wrong type, in the words of Go 1.27's encoding/json: it names the path as a JSON pointer with
 * points in place of slashes, and leaves out `Go struct field` where the pointer ends in digits, which it takes for the
 * index of a list (`UnmarshalTypeError.Error` in v2_decode.go).
 */
function mismatch(node: YamlNode, path: readonly string[], type: string): Mismatch {
  const value = node.kind === 'map' ? 'object' : node.kind === 'list' ? 'array' : typeof scalarValue(node);
  const kind = value === 'boolean' ? 'bool' : value === 'bigint' ? 'number' : (value as keyof typeof IN_WORDS);
  const pointer = path.map((key) => `.${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  const into = path.length === 0 ? 'Go value' : /\.[0-9]+$/.test(pointer) ? pointer : `Go struct field ${pointer}`;
  const field = path.length === 0 ? 'the document' : printable(path.join('.'), 200);
  const needed = type === 'string' ? 'a text' : 'a map';
  return new Mismatch(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into ${into} of type ${type}`,
    node.at,
    `${field} is ${IN_WORDS[kind]}, and not ${needed}`,
  );
}
