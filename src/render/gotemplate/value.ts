/**
 * Values as Go templates know them.
 *
 * | Go                           | here                                                        |
 * | ---------------------------- | ----------------------------------------------------------- |
 * | `nil` in an `interface {}`   | `null`                                                      |
 * | `bool`                       | boolean                                                     |
 * | `float64`                    | number                                                      |
 * | `string`                     | string in which each character is one byte (Latin-1)        |
 * | `int`, `int64`, `uint8`, …   | {@link GoInt}                                               |
 * | `[]interface {}`             | array                                                       |
 * | `map[string]interface {}`    | Map                                                         |
 * | all other lists and maps     | {@link TypedList}, {@link TypedMap}                         |
 * | structs, pointers to structs | {@link GoObject}                                            |
 *
 * A string holds the bytes of its UTF-8 text: ASCII is itself, `é` is two characters. V8 keeps such strings
 * at one byte a character, and lengths, slices, comparison and sorting are Go's without any further work.
 */
import type { Value, ValueMap } from '../../yaml/value.ts';
import type { Param } from './functions/param-types.ts';
import { charge, chargeVisit } from '../functions/limits.ts';
import { isTrue as isTruePlain } from '../functions/truth.ts';
import { decodeText, encodeText } from '../functions/utf8.ts';
import { GoInt, int64 } from './int.ts';
import { printBytes } from './print-bytes.ts';

export { decodeText, encodeText };

export type GoValue =
  | null
  | boolean
  | number
  | string
  | GoInt
  | GoValue[]
  | GoMap
  | TypedList
  | TypedMap
  | GoObject
  | GoFunction;

/** A value, or undefined where there is none at all, which Go's package reflect calls an invalid value. */
export type OptionalValue = GoValue | undefined;

/** A function that templates can call. `fn` and `variadic` in `functions/signature.ts` make one and check its types. */
export type GoFunction = {
  readonly params: readonly Param[];
  /** The type of the arguments after {@link params}; undefined when there may be none. */
  readonly rest: Param | undefined;
  /** Takes a `FunctionHost`, then the arguments, converted to the types of the parameters. */
  readonly call: (...args: never[]) => OptionalValue;
};

/** `map[string]interface {}`. */
export type GoMap = Map<string, GoValue>;

/** Methods of a named type by their names; each takes the receiver's place in its closure. */
export type Methods = Readonly<Record<string, GoFunction>>;

/** A list whose elements have a type of their own: `[]string`, `[]uint8`, `common.VersionSet`, … */
export class TypedList {
  /** As Go's `%T` prints it. */
  readonly type: string;
  /** The type of the elements. */
  readonly elem: string;
  /** A slice that was never made: it has no elements, and JSON shows it as null. */
  readonly isNil: boolean;
  readonly methods: Methods | undefined;
  #items: readonly GoValue[] | (() => readonly GoValue[]);

  /** @param items the elements, or how to make them when somebody asks */
  constructor(
    elem: string,
    items: readonly GoValue[] | (() => readonly GoValue[]),
    more: { type?: string; isNil?: boolean; methods?: Methods } = {},
  ) {
    this.type = more.type ?? `[]${elem}`;
    this.elem = elem;
    this.#items = items;
    this.isNil = more.isNil ?? false;
    this.methods = more.methods;
  }

  get items(): readonly GoValue[] {
    if (typeof this.#items === 'function') this.#items = this.#items();
    return this.#items;
  }
}

/** `[]uint8`: the bytes are kept as a string, as all text is. */
export class ByteList extends TypedList {
  #bytes: string | (() => string);
  #printed: string | undefined;

  /** @param bytes the bytes, or how to read them when somebody asks */
  constructor(bytes: string | (() => string)) {
    super('uint8', () => {
      charge(8 * this.bytes.length);
      return [...this.bytes].map(byteOf);
    });
    this.#bytes = bytes;
  }

  get bytes(): string {
    if (typeof this.#bytes === 'function') this.#bytes = this.#bytes();
    return this.#bytes;
  }

  /** As Go prints the list. Kept: some charts print their context, and so all their files, many times over. */
  get printed(): string {
    return (this.#printed ??= `[${printBytes(this.bytes)}]`);
  }
}

function byteOf(character: string): GoValue {
  return new GoInt('uint8', character.charCodeAt(0));
}

/** A map that is not `map[string]interface {}`: its values have a type, or it has a name or methods. */
export class TypedMap {
  /** As Go's `%T` prints it. */
  readonly type: string;
  /** The type of the values. */
  readonly elem: string;
  /** May be shared with a plain map: `.Values` of a subchart is a block of its parent's. */
  readonly entries: GoMap;
  readonly isNil: boolean;
  readonly methods: Methods | undefined;

  constructor(elem: string, entries: GoMap, more: { type?: string; isNil?: boolean; methods?: Methods } = {}) {
    this.type = more.type ?? `map[string]${elem}`;
    this.elem = elem;
    this.entries = entries;
    this.isNil = more.isNil ?? false;
    this.methods = more.methods;
  }
}

/** What {@link GoObject} is made of. */
export type ObjectParts = {
  /** Fields in Go's order; a name in lower case is not exported, and is only printed. */
  fields?: Readonly<Record<string, GoValue>>;
  /** A pointer to a struct. */
  pointer?: boolean;
  methods?: Methods;
  /** `String()` or `Error()` of the value itself. */
  text?: () => string;
  /** `String()` of a pointer to it, which an action finds where the struct is part of another. */
  addressedText?: () => string;
  /** What JSON and YAML make of it; the exported fields unless given. */
  json?: () => GoValue;
  /** The fields that JSON shows, with the names that they have there; the exported ones under their own unless given. */
  jsonNames?: Readonly<Record<string, string>>;
};

/** A struct of Go, or a pointer to one. Functions may extend it to keep data of their own, such as a time. */
export class GoObject {
  /** As Go's `%T` prints it, with the `*` of a pointer. */
  readonly type: string;
  readonly fields: Readonly<Record<string, GoValue>>;
  readonly pointer: boolean;
  readonly methods: Methods | undefined;
  readonly text: (() => string) | undefined;
  readonly addressedText: (() => string) | undefined;
  readonly json: (() => GoValue) | undefined;
  readonly jsonNames: Readonly<Record<string, string>> | undefined;

  constructor(type: string, parts: ObjectParts) {
    this.type = type;
    this.fields = parts.fields ?? {};
    this.pointer = parts.pointer ?? false;
    this.methods = parts.methods;
    this.text = parts.text;
    this.addressedText = parts.addressedText;
    this.json = parts.json;
    this.jsonNames = parts.jsonNames;
  }
}

/** Kinds as `reflect.Kind` names them. */
export type Kind =
  | 'invalid'
  | 'bool'
  | 'float64'
  | 'string'
  | 'slice'
  | 'map'
  | 'struct'
  | 'ptr'
  | 'func'
  | GoInt['kind'];

/** The kind of a value; `invalid` for nil. */
export function kindOf(value: GoValue | undefined): Kind {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'undefined':
      return 'invalid';
    default:
  }
  if (value === null) return 'invalid';
  if (value instanceof GoInt) return value.kind;
  if (value instanceof Map || value instanceof TypedMap) return 'map';
  if (Array.isArray(value) || value instanceof TypedList) return 'slice';
  if (value instanceof GoObject) return value.pointer ? 'ptr' : 'struct';
  return 'func';
}

/** The type of a value as `%T` prints it; `<nil>` for nil. */
export function typeOf(value: GoValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'undefined':
      return '<nil>';
    default:
  }
  if (value === null) return '<nil>';
  if (value instanceof Map) return 'map[string]interface {}';
  if (Array.isArray(value)) return '[]interface {}';
  return 'type' in value ? value.type : 'func()';
}

/** The entries of any map, shared, not copied; undefined for what is no map. */
export function entriesOf(value: GoValue | undefined): GoMap | undefined {
  if (value instanceof Map) return value;
  return value instanceof TypedMap ? value.entries : undefined;
}

/** The elements of any list, not copied; undefined for what is no list. */
export function itemsOf(value: GoValue | undefined): readonly GoValue[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof TypedList ? value.items : undefined;
}

/** The keys of a map in Go's order, in which `range`, `print`, JSON and YAML show it. */
export function sortedKeys(map: ReadonlyMap<string, GoValue>): string[] {
  if (map.size > MANY) chargeVisit(2 * map.size);
  return [...map.keys()].sort();
}

/** Sorting fewer keys is part of the step that asks for them. */
const MANY = 100;

/** Whether a value is true to `if`: it is neither nil nor zero nor empty. */
export function isTrue(value: OptionalValue): boolean {
  // Most conditions are booleans and texts, and code that runs a few times only is interpreted: one test is cheaper than four.
  if (typeof value !== 'object') return isTruePlain(value);
  if (value instanceof GoInt) return value.value !== 0;
  if (value instanceof ByteList) return value.bytes !== '';
  if (value instanceof TypedList) return value.items.length > 0;
  if (value instanceof TypedMap) return value.entries.size > 0;
  return isTruePlain(value);
}

/** A list of strings, `[]string`. */
export function stringList(items: readonly string[]): TypedList {
  return new TypedList('string', items);
}

const NOT_ASCII = /[^\x00-\x7f]/;

/**
 * Values as a chart and its user give them become values of Go, in place where that is possible: the tree
 * is the caller's to give away. Integers of `--set`, which are bigints, become int64; numbers stay float64,
 * and so does an integer of YAML beyond 2^53.
 */
export function fromValue(value: ValueMap): GoMap;
export function fromValue(value: Value): GoValue;
export function fromValue(value: Value): GoValue {
  return convert(value, new Set());
}

/** @param done maps and lists that are converted: subcharts share maps of globals with their parents */
function convert(value: Value, done: Set<Value>): GoValue {
  switch (typeof value) {
    case 'string':
      return encodeText(value);
    case 'bigint':
      return fromBigint(value);
    case 'object':
      break;
    default:
      return value;
  }
  if (value === null || done.has(value)) return value as GoValue;
  done.add(value);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item = value[index] as Value;
      if (typeof item === 'boolean' || typeof item === 'number') continue;
      const converted = convert(item, done);
      if (converted !== item) (value as GoValue[])[index] = converted;
    }
    return value as GoValue[];
  }
  const map = value as GoMap;
  let wide = false;
  value.forEach((item, key) => {
    if (!wide && NOT_ASCII.test(key)) wide = true;
    if (typeof item === 'boolean' || typeof item === 'number') return;
    const converted = convert(item, done);
    if (converted !== item) map.set(key, converted);
  });
  if (wide) {
    const entries = [...map];
    map.clear();
    for (const [key, item] of entries) map.set(encodeText(key), item);
  }
  return map;
}

function fromBigint(value: bigint): GoValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? int64(number) : number;
}

/** What `lookup` found becomes values of Go: there, integers are int64. */
export function fromObject(value: Value): GoValue {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return int64(value);
  if (Array.isArray(value)) return value.map((item) => fromObject(item));
  if (!(value instanceof Map)) return fromValue(value);
  const map: GoMap = new Map();
  for (const [key, item] of value) map.set(encodeText(key), fromObject(item));
  return map;
}
