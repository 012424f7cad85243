/**
 * What Helm looks at in a rendered document before it sorts it: `apiVersion`, `kind`, name and annotations.
 *
 * Helm reads each document with sigs.k8s.io/yaml into a struct, so it also decides which documents are YAML.
 */
import { PkgError } from '../errors.ts';
import { goFloatKey } from './go-number.ts';
import { parseYamlDocuments } from './read.ts';
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
 * Reads the head of a document.
 *
 * @throws PkgError PKG_YAML_SYNTAX for what Helm refuses, with Helm's words after `YAML parse error on FILE: `
 */
export function documentHead(text: string): DocumentHead {
  const document = parseYamlDocuments(text, '')[0] ?? null;
  const head: DocumentHead = { apiVersion: '', kind: '', name: '', annotations: undefined };
  if (document === null) return head;
  if (!isMap(document)) throw mismatch(document, 'value of type util.SimpleHead');
  for (const [key, value] of fieldsOf(document)) {
    if (value === null) continue;
    if (key === 'apiversion') head.apiVersion = textOf(value, 'SimpleHead.apiVersion');
    else if (key === 'kind') head.kind = textOf(value, 'SimpleHead.kind');
    else if (key === 'metadata') readMetadata(head, value);
  }
  return head;
}

function readMetadata(head: DocumentHead, metadata: Value): void {
  if (!isMap(metadata)) throw mismatch(metadata, `struct field SimpleHead.metadata of type ${METADATA_TYPE}`);
  for (const [key, value] of fieldsOf(metadata)) {
    if (value === null) continue;
    if (key === 'name') {
      head.name = textOf(value, '.metadata.name');
    } else if (key === 'annotations') {
      if (!isMap(value)) throw mismatch(value, 'struct field .metadata.annotations of type map[string]string');
      const annotations = new Map(head.annotations);
      for (const [name, item] of value) {
        annotations.set(name, item === null ? '' : textOf(item, '.metadata.annotations'));
      }
      head.annotations = annotations;
    }
  }
}

/** The entries as Go's JSON decoder meets them: by sorted key, and a field's name in whatever case. */
function fieldsOf(map: ValueMap): [string, Value][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [foldCase(key), value]);
}

/** As Go's `foldName`: the Kelvin sign is a k, the long s an s. */
function foldCase(key: string): string {
  return key.replaceAll('\u212a', 'k').replaceAll('\u017f', 's').toLowerCase();
}

/** Numbers and booleans become text where text is asked for. */
function textOf(value: Value, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return goFloatKey(value);
  if (typeof value === 'object') throw mismatch(value, `struct field ${field} of type string`);
  return String(value);
}

function mismatch(value: Value, target: string): PkgError {
  const kind = isMap(value)
    ? 'object'
    : Array.isArray(value)
      ? 'array'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value === 'string'
          ? 'string'
          : 'number';
  return new PkgError(
    'PKG_YAML_SYNTAX',
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go ${target}`,
  );
}
