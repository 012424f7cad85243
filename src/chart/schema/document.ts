/**
 * A schema as a document: checks every subschema against the metaschema of its draft, and resolves `$id`, `$anchor` and
 * JSON pointers (JSON Schema Core, 2020-12, sections 8 and 9; RFC 6901).
 */
import { printable } from '../../errors-text.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { hasKeywordType, KEYWORD_TYPE_NAMES } from './check-keyword.ts';
import type { PatternEngine } from './patterns.ts';
import { escapePointer, shownPointer, unescapePointer } from './pointers.ts';
import { MissingDocument, SchemaError } from './schema-error.ts';
import { KEYWORDS } from './keyword-types.ts';
import type { Draft, KeywordType } from './keyword-types.ts';

/** A part of a schema with an address of its own: the whole schema, and every subschema with an `$id`. */
export type Resource = {
  /** The pointer of the document that it is in. */
  document: string;
  pointer: string;
  base: string;
  draft: Draft;
  /** The JSON pointers that `$anchor` and `$dynamicAnchor` name. */
  anchors: Map<string, string>;
  dynamicAnchors: Set<string>;
};

/** The address that Helm gives a chart's schema. */
const ROOT = 'file:///values.schema.json';

/** How deep a schema may be nested. Schemas in use are far less deep. */
const MAX_DEPTH = 400;

/** A subschema that is not checked yet. */
type Pending = {
  pointer: string;
  value: Value;
  parent: Resource;
  depth: number;
  takesBoolean: boolean;
  /** Inside a keyword that the draft no longer has (`definitions`): its parts can be referred to, but are not checked. */
  isFormer?: boolean;
};

/**
 * The subschemas of a schema by JSON pointer, and its resources. Subschemas of another document have its address before
 * their pointer: `https://json.example.org/a.json#/definitions/b`.
 */
export class SchemaDocument {
  /** The schema itself as `''`, and the documents that it refers to. */
  readonly #documents: ReadonlyMap<string, Value>;
  readonly #engine: PatternEngine;
  readonly #resources = new Map<string, Resource>();
  /** Every subschema that was checked, and the resource that it is in. */
  readonly #owners = new Map<string, { schema: Value; resource: Resource }>();
  /** The values that were found by pointers. */
  readonly #found = new Map<string, Value>();

  /** @param others the documents that it refers to, by address */
  constructor(root: Value, engine: PatternEngine, others: ReadonlyMap<string, Value>) {
    this.#documents = new Map([['', root], ...[...others].map(([url, value]) => [`${url}#`, value] as const)]);
    this.#engine = engine;
    for (const [pointer, value] of this.#documents) {
      this.#admit({ pointer, value, parent: wholeResource(pointer), depth: 0, takesBoolean: true });
    }
  }

  /** The subschema at a pointer, checked, and the resource that it is in. */
  at(pointer: string): { schema: boolean | ValueMap; resource: Resource } {
    let owned = this.#owners.get(pointer);
    if (owned === undefined) {
      const parent = this.#ownerAbove(pointer);
      this.#admit({ pointer, value: this.#lookup(pointer), parent, depth: 0, takesBoolean: parent.draft > 4 });
      owned = this.#owners.get(pointer);
    }
    if (owned === undefined) throw keywordError(pointer, 'a schema');
    const { schema, resource } = owned;
    if (Array.isArray(schema)) return { schema: true, resource };
    if (typeof schema !== 'boolean' && !isMap(schema)) throw keywordError(pointer, 'a schema');
    return { schema, resource };
  }

  /**
   * Where a reference leads: a pointer, or undefined for a URN, which Helm takes for a schema that allows everything.
   *
   * @throws {MissingDocument} for the address of a document that is not loaded
   */
  resolve(reference: string, from: Resource): string | undefined {
    const hash = reference.indexOf('#');
    const address = hash < 0 ? reference : reference.slice(0, hash);
    const fragment = decodeFragment(hash < 0 ? '' : reference.slice(hash + 1), reference);
    const base = join(from.base, address);
    const own = base === addressOf(from.document) ? undefined : this.#resources.get(keyOf(from.document, base));
    const resource = own ?? this.#owners.get(base === ROOT ? '' : `${base}#`)?.resource;
    if (resource === undefined) {
      if (base.startsWith('urn:')) return undefined;
      if (/^https?:/.test(base)) throw new MissingDocument(base);
      throw new SchemaError(`it refers to ${printable(reference, 120)}, and files outside of a chart are not read`);
    }
    if (fragment === '' || fragment.startsWith('/')) return resource.pointer + fragment;
    const pointer = resource.anchors.get(fragment);
    if (pointer === undefined) throw new SchemaError(`it refers to ${printable(reference, 120)}, which does not exist`);
    return pointer;
  }

  #lookup(pointer: string): Value {
    const document = this.#documents.get(pointer);
    if (document !== undefined) return document;
    const known = this.#found.get(pointer);
    if (known !== undefined) return known;
    const last = pointer.lastIndexOf('/');
    const key = unescapePointer(pointer.slice(last + 1), pointer);
    const outer = this.#lookup(pointer.slice(0, last));
    const value =
      Array.isArray(outer) && /^[0-9]+$/.test(key) ? outer[Number(key)] : isMap(outer) ? outer.get(key) : undefined;
    if (value === undefined) throw new SchemaError(`it refers to ${shownPointer(pointer)}, which does not exist`);
    this.#found.set(pointer, value);
    return value;
  }

  #ownerAbove(pointer: string): Resource {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const owner = this.#owners.get(at)?.resource;
      if (owner !== undefined) return owner;
    }
    const root = this.#owners.get('')?.resource;
    if (root === undefined) throw new SchemaError('it has no beginning');
    return root;
  }

  /** Checks a subschema and all subschemas below it, and records their resources. */
  #admit(first: Pending): void {
    const pending = [first];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const { pointer, value, parent, depth, takesBoolean, isFormer = false } = next;
      if (this.#owners.has(pointer)) continue;
      if (depth > MAX_DEPTH) throw new SchemaError(`it is nested more than ${MAX_DEPTH} levels deep`);
      if (!isMap(value)) {
        if (isFormer) continue;
        if (typeof value !== 'boolean' || !takesBoolean) throw keywordError(pointer, 'a schema');
        if (this.#documents.has(pointer)) this.#resources.set(keyOf(pointer, parent.base), parent);
        this.#owners.set(pointer, { schema: value, resource: parent });
        continue;
      }
      const resource = this.#resourceOf(value, pointer, parent);
      this.#owners.set(pointer, { schema: value, resource });
      recordAnchors(value, pointer, resource);
      const keywords = KEYWORDS[resource.draft];
      value.forEach((item, key) => {
        const type = keywords.get(key);
        if (type === undefined) return;
        const at = `${pointer}/${escapePointer(key)}`;
        if (!isFormer && !hasKeywordType(item, type, this.#engine)) throw keywordError(at, KEYWORD_TYPE_NAMES[type]);
        // As in Helm's validator, a reference to the list itself leads to a schema that allows everything.
        if (Array.isArray(item) && type === 'schemaOrSchemas') this.#owners.set(at, { schema: item, resource });
        const takesBoolean = resource.draft > 4 || type === 'schemaOrBoolean';
        const former = isFormer || type === 'formerSchema';
        const add = (step: string, schema: Value): void => {
          const below = { pointer: at + step, value: schema, parent: resource, depth: depth + 1 };
          pending.push({ ...below, takesBoolean, isFormer: former });
        };
        eachSubschema(item, type, add);
      });
      if (resource.draft === 4)
        for (const key of ['exclusiveMaximum', 'exclusiveMinimum']) needsBound(value, key, pointer);
    }
  }

  /** The resource of a subschema: its parent's, unless it has an address of its own. */
  #resourceOf(schema: ValueMap, pointer: string, parent: Resource): Resource {
    const declared = draftOf(schema.get('$schema'), parent.draft);
    const own = idOf(schema, declared);
    const isWhole = this.#documents.has(pointer);
    const draft = own === '' && !isWhole ? parent.draft : declared;
    const id = own === '' && !isWhole ? idOf(schema, draft) : own;
    if (id === '' && !isWhole) return parent;
    const base = id === '' ? parent.base : join(parent.base, id);
    const { document } = parent;
    const known = this.#resources.get(keyOf(document, base));
    if (known !== undefined && known.pointer !== pointer)
      throw new SchemaError(`two parts of it have the $id ${printable(id, 120)}`);
    const resource: Resource = { document, pointer, base, draft, anchors: new Map(), dynamicAnchors: new Set() };
    this.#resources.set(keyOf(document, base), resource);
    return resource;
  }
}

/** The resource of a whole document, before its `$id` is read. */
function wholeResource(pointer: string): Resource {
  const base = addressOf(pointer);
  return { document: pointer, pointer, base, draft: 2020, anchors: new Map(), dynamicAnchors: new Set() };
}

/** The address of a document, given its pointer. */
function addressOf(document: string): string {
  return document === '' ? ROOT : document.slice(0, -1);
}

/** The key of a resource: the same `$id` in two documents names two resources. */
function keyOf(document: string, base: string): string {
  return `${document} ${base}`;
}

/**
 * The draft that `$schema` names; `fallback` for none.
 *
 * @throws {SchemaError} for an address that is that of no draft
 */
export function draftOf(uri: Value | undefined, fallback: Draft): Draft {
  if (typeof uri !== 'string') return fallback;
  switch (uri.replace(/#.*$/s, '').replace(/^https?:\/\//, '')) {
    case 'json-schema.org/draft-04/schema':
      return 4;
    case 'json-schema.org/draft-06/schema':
      return 6;
    case 'json-schema.org/draft-07/schema':
      return 7;
    case 'json-schema.org/draft/2019-09/schema':
      return 2019;
    case 'json-schema.org/draft/2020-12/schema':
    case 'json-schema.org/schema':
      return 2020;
    default:
      // As in Helm, a URN is ignored.
      if (uri.startsWith('urn:')) return fallback;
      throw new SchemaError(`its $schema ${printable(uri, 100)} is not known`);
  }
}

function idOf(schema: ValueMap, draft: Draft): string {
  // Before 2019-09 all keywords beside a $ref are ignored.
  if (draft < 2019 && schema.has('$ref')) return '';
  const id = schema.get(draft === 4 ? 'id' : '$id');
  return typeof id === 'string' ? id.replace(/#.*$/s, '') : '';
}

function recordAnchors(schema: ValueMap, pointer: string, resource: Resource): void {
  const record = (name: Value | undefined): void => {
    if (typeof name !== 'string') return;
    const known = resource.anchors.get(name);
    if (known !== undefined && known !== pointer)
      throw new SchemaError(`two parts of it are called ${printable(name, 100)}`);
    resource.anchors.set(name, pointer);
  };
  if (resource.draft < 2019) {
    const id = schema.has('$ref') ? undefined : schema.get(resource.draft === 4 ? 'id' : '$id');
    const fragment = typeof id === 'string' ? decodeFragment(/#(.*)$/s.exec(id)?.[1] ?? '', id) : '';
    if (fragment !== '' && !fragment.startsWith('/')) record(fragment);
    return;
  }
  record(schema.get('$anchor'));
  if (resource.draft < 2020) return;
  const dynamic = schema.get('$dynamicAnchor');
  record(dynamic);
  if (typeof dynamic === 'string') resource.dynamicAnchors.add(dynamic);
}

/** Calls `give` with each schema in the value of a keyword, and the pointer to it from the keyword. */
function eachSubschema(value: Value, type: KeywordType, give: (step: string, schema: Value) => void): void {
  switch (type) {
    case 'schema':
    case 'formerSchema':
    case 'schemaOrBoolean':
      give('', value);
      return;
    case 'schemas':
    case 'schemaOrSchemas':
      if (!Array.isArray(value)) give('', value);
      else value.forEach((item, index) => give(`/${index}`, item));
      return;
    case 'schemaMap':
    case 'patternMap':
    case 'dependencies':
      if (!isMap(value)) return;
      value.forEach((item, key) => {
        if (type !== 'dependencies' || !Array.isArray(item)) give(`/${escapePointer(key)}`, item);
      });
      return;
    default:
  }
}

function needsBound(schema: ValueMap, key: string, pointer: string): void {
  const bound = key.replace('exclusiveM', 'm');
  if (schema.has(key) && !schema.has(bound)) throw new SchemaError(`${key} at ${shownPointer(pointer)} needs ${bound}`);
}

function decodeFragment(fragment: string, reference: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    throw new SchemaError(`${printable(reference, 120)} in it is not a URI`);
  }
}

function join(base: string, reference: string): string {
  if (reference === '') return base;
  // A URN has no path that a relative reference could replace.
  if (base.startsWith('urn:') && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(reference)) return base;
  const url = URL.parse(reference, base);
  if (url === null) throw new SchemaError(`${printable(reference, 120)} in it is not a URI`);
  return url.href;
}

function keywordError(pointer: string, what: string): SchemaError {
  return new SchemaError(`${shownPointer(pointer)} should be ${what}`);
}
