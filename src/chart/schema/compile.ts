/**
 * Compiles a schema into rules for validation. The validator is our own because its results have to equal Helm's: for
 * one in six generated schemas and values, @cfworker/json-schema gave another result than Helm.
 */
import { printable } from '../../errors-text.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { SchemaDocument } from './document.ts';
import type { Resource } from './document.ts';
import { formatCheck } from './formats.ts';
import type { FormatCheck } from './formats.ts';
import type { Pattern, PatternEngine } from './patterns.ts';
import { escapePointer } from './pointers.ts';
import { SchemaError } from './schema-error.ts';
import type { Draft } from './keyword-types.ts';

/** One schema. Keywords whose values are not schemas are read from `keywords` where they are applied. */
export type Rule = {
  /** Set for a boolean schema: whether it accepts every value or none. */
  always?: boolean;
  draft: Draft;
  keywords: ValueMap;
  /** The rule at the root of this schema's resource. */
  resource: Rule;
  /** At the root of a resource: the rules that its `$dynamicAnchor`s name. */
  dynamicAnchors: ReadonlyMap<string, Rule>;
  ref?: Rule;
  recursiveRef?: Rule;
  dynamicRef?: { rule: Rule; anchor: string };
  allOf: readonly Rule[];
  anyOf: readonly Rule[];
  oneOf: readonly Rule[];
  not?: Rule;
  if?: Rule;
  then?: Rule;
  else?: Rule;
  properties: ReadonlyMap<string, Rule>;
  patternProperties: readonly [Pattern, Rule][];
  additionalProperties?: Rule;
  propertyNames?: Rule;
  dependentRequired: readonly [string, string[]][];
  dependentSchemas: readonly [string, Rule][];
  unevaluatedProperties?: Rule;
  /** The rules of the first items by position, and the rule of all further items. */
  prefixItems: readonly Rule[];
  restItems?: Rule;
  contains?: Rule;
  unevaluatedItems?: Rule;
  pattern?: Pattern;
  format?: FormatCheck;
};

const NO_KEYWORDS: ValueMap = new Map();
const NO_NAMED: ReadonlyMap<string, Rule> = new Map();
const NO_RULES: readonly Rule[] = [];
const NONE: readonly never[] = [];
const DEPENDENCIES: readonly string[] = ['dependencies', 'dependentRequired', 'dependentSchemas'];

/**
 * Compiles a schema and all that it refers to.
 *
 * @param others the documents that it refers to, by address
 * @returns the rule of the whole schema
 * @throws {MissingDocument} for a reference to a document that is not in `others`
 * @throws {SchemaError} for a schema that its draft does not allow, references that lead nowhere, and invalid patterns
 */
export function compileSchema(
  schema: Value,
  engine: PatternEngine,
  others: ReadonlyMap<string, Value> = new Map(),
): Rule {
  return new Compiler(new SchemaDocument(schema, engine, others), engine).compile();
}

class Compiler {
  readonly #document: SchemaDocument;
  readonly #engine: PatternEngine;
  readonly #rules = new Map<string, Rule>();
  /** Rules that are still to be filled: schemas may refer to themselves. */
  readonly #waiting: { pointer: string; rule: Rule }[] = [];

  constructor(document: SchemaDocument, engine: PatternEngine) {
    this.#document = document;
    this.#engine = engine;
  }

  compile(): Rule {
    const rule = this.#rule('');
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      this.#fill(next.pointer, next.rule);
    }
    return rule;
  }

  /** The rule at a pointer, filled later. */
  #rule(pointer: string): Rule {
    const known = this.#rules.get(pointer);
    if (known !== undefined) return known;
    const rule = emptyRule();
    this.#rules.set(pointer, rule);
    this.#waiting.push({ pointer, rule });
    return rule;
  }

  #fill(pointer: string, rule: Rule): void {
    const { schema, resource } = this.#document.at(pointer);
    rule.draft = resource.draft;
    rule.resource = this.#rule(resource.pointer);
    if (pointer === resource.pointer && resource.draft >= 2020) {
      rule.dynamicAnchors = new Map(
        [...resource.dynamicAnchors].map((name) => [name, this.#rule(resource.anchors.get(name) ?? pointer)]),
      );
    }
    if (typeof schema === 'boolean') {
      rule.always = schema;
      return;
    }
    if (schema.size === 0) {
      rule.always = true;
      return;
    }
    this.#references(rule, schema, resource);
    if (resource.draft < 2019 && rule.ref !== undefined) {
      this.#besideReference(rule, schema, pointer);
      return;
    }
    rule.keywords = schema;
    this.#combinations(rule, schema, pointer);
    this.#objects(rule, schema, pointer);
    this.#arrays(rule, schema, pointer);
    this.#strings(rule, schema);
  }

  #references(rule: Rule, schema: ValueMap, resource: Resource): void {
    const target = (key: string): Rule | undefined => {
      const reference = schema.get(key);
      if (typeof reference !== 'string') return undefined;
      const pointer = this.#document.resolve(reference, resource);
      return pointer === undefined ? { ...emptyRule(), always: true } : this.#rule(pointer);
    };
    const ref = target('$ref');
    if (ref !== undefined) rule.ref = ref;
    if (resource.draft < 2019) return;
    const recursiveRef = target('$recursiveRef');
    if (recursiveRef !== undefined) rule.recursiveRef = recursiveRef;
    if (resource.draft < 2020) return;
    const dynamic = target('$dynamicRef');
    if (dynamic === undefined) return;
    const anchor = /#([^/].*)$/s.exec(String(schema.get('$dynamicRef')))?.[1] ?? '';
    rule.dynamicRef = { rule: dynamic, anchor };
  }

  /**
   * Before 2019-09 keywords beside a `$ref` are ignored. In drafts 6 and 7, Helm's validator nevertheless checks
   * `const`, and requires the other keywords to compile.
   */
  #besideReference(rule: Rule, schema: ValueMap, pointer: string): void {
    const wanted = schema.get('const');
    if (wanted !== undefined) rule.keywords = new Map([['const', wanted]]);
    const compiled = [
      ...(rule.draft >= 6 ? ['contains', 'propertyNames'] : []),
      ...(rule.draft >= 7 && schema.has('if') ? ['if', 'then', 'else'] : []),
    ];
    for (const key of compiled) if (schema.has(key)) this.#rule(`${pointer}/${key}`);
  }

  #combinations(rule: Rule, schema: ValueMap, pointer: string): void {
    rule.allOf = this.#list(schema, 'allOf', pointer);
    rule.anyOf = this.#list(schema, 'anyOf', pointer);
    rule.oneOf = this.#list(schema, 'oneOf', pointer);
    this.#one(rule, 'not', schema, pointer);
    if (rule.draft < 7 || !schema.has('if')) return;
    this.#one(rule, 'if', schema, pointer);
    if (schema.get('if') !== false) this.#one(rule, 'then', schema, pointer);
    if (schema.get('if') !== true) this.#one(rule, 'else', schema, pointer);
  }

  #objects(rule: Rule, schema: ValueMap, pointer: string): void {
    if (schema.has('properties')) rule.properties = new Map(this.#map(schema, 'properties', pointer));
    if (schema.has('patternProperties')) {
      const patterns = this.#map(schema, 'patternProperties', pointer);
      rule.patternProperties = patterns.map(([source, inner]) => [this.#pattern(source), inner]);
    }
    this.#one(rule, 'additionalProperties', schema, pointer);
    if (rule.draft >= 6) this.#one(rule, 'propertyNames', schema, pointer);
    this.#dependencies(rule, schema, pointer);
    if (rule.draft < 2019) return;
    this.#one(rule, 'unevaluatedProperties', schema, pointer);
  }

  #dependencies(rule: Rule, schema: ValueMap, pointer: string): void {
    const required: [string, string[]][] = [];
    const schemas: [string, Rule][] = [];
    for (const key of rule.draft < 2019 ? ['dependencies'] : DEPENDENCIES) {
      const dependencies = schema.get(key);
      if (!isMap(dependencies)) continue;
      for (const [name, needed] of dependencies) {
        if (Array.isArray(needed)) required.push([name, needed.map(String)]);
        else if (key !== 'dependentRequired')
          schemas.push([name, this.#rule(`${pointer}/${key}/${escapePointer(name)}`)]);
      }
    }
    if (required.length > 0) rule.dependentRequired = required;
    if (schemas.length > 0) rule.dependentSchemas = schemas;
  }

  #arrays(rule: Rule, schema: ValueMap, pointer: string): void {
    const items = schema.get('items');
    if (rule.draft >= 2020) {
      rule.prefixItems = this.#list(schema, 'prefixItems', pointer);
      if (items !== undefined) rule.restItems = this.#rule(`${pointer}/items`);
    } else if (Array.isArray(items)) {
      rule.prefixItems = this.#list(schema, 'items', pointer);
      if (schema.has('additionalItems')) rule.restItems = this.#rule(`${pointer}/additionalItems`);
    } else if (items !== undefined) {
      rule.restItems = this.#rule(`${pointer}/items`);
    }
    if (rule.draft >= 6) this.#one(rule, 'contains', schema, pointer);
    if (rule.draft >= 2019) this.#one(rule, 'unevaluatedItems', schema, pointer);
  }

  #strings(rule: Rule, schema: ValueMap): void {
    const pattern = schema.get('pattern');
    if (typeof pattern === 'string') rule.pattern = this.#pattern(pattern);
    const format = schema.get('format');
    // From 2019-09 on `format` is an annotation and is not checked.
    const check = typeof format === 'string' && rule.draft < 2019 ? formatCheck(format, this.#engine) : undefined;
    if (check !== undefined) rule.format = check;
  }

  #pattern(source: string): Pattern {
    try {
      return this.#engine(source);
    } catch {
      throw new SchemaError(`${printable(source, 120)} is not a pattern in RE2's syntax`);
    }
  }

  #one(rule: Rule, key: SingleKeyword, schema: ValueMap, pointer: string): void {
    if (schema.has(key)) rule[key] = this.#rule(`${pointer}/${key}`);
  }

  #list(schema: ValueMap, key: string, pointer: string): readonly Rule[] {
    const list = schema.get(key);
    return Array.isArray(list) ? list.map((_item, index) => this.#rule(`${pointer}/${key}/${index}`)) : NO_RULES;
  }

  #map(schema: ValueMap, key: string, pointer: string): [string, Rule][] {
    const map = schema.get(key);
    if (!isMap(map)) return [];
    return [...map.keys()].map((name) => [name, this.#rule(`${pointer}/${key}/${escapePointer(name)}`)]);
  }
}

type SingleKeyword =
  | 'not'
  | 'if'
  | 'then'
  | 'else'
  | 'additionalProperties'
  | 'propertyNames'
  | 'unevaluatedProperties'
  | 'contains'
  | 'unevaluatedItems';

/** A rule without keywords. All such rules share their empty lists and maps. */
function emptyRule(): Rule {
  const rule: Omit<Rule, 'resource'> & { resource?: Rule } = {
    draft: 2020,
    keywords: NO_KEYWORDS,
    dynamicAnchors: NO_NAMED,
    allOf: NO_RULES,
    anyOf: NO_RULES,
    oneOf: NO_RULES,
    properties: NO_NAMED,
    patternProperties: NONE,
    dependentRequired: NONE,
    dependentSchemas: NONE,
    prefixItems: NO_RULES,
  };
  rule.resource = rule as Rule;
  return rule as Rule;
}
