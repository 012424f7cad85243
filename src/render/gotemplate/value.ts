/**
 * The values of Go templates, and the types of Go that they stand for:
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
 * A string has the bytes of a text in UTF-8, one a character: `é` is two characters. V8 stores such strings with one byte a
 * character, and their lengths, slices, comparison and order are those of Go.
 */
import type { Value, ValueMap } from '../../yaml/value.ts';
import type { Param } from './functions/param-types.ts';
import { charge, chargeVisit } from '../functions/limits.ts';
import { isTrue as isTruePlain } from '../functions/truth.ts';
import { decodeText, encodeLossless, encodeText } from '../../utf8.ts';
import { GoInt, int64 } from './int.ts';
import { printBytes } from './print-bytes.ts';

export { decodeText, encodeText };

/** Any value. */
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

/** The methods of a value by their names. Each is bound to the value. */
export type Methods = Readonly<Record<string, GoFunction>>;

/** A list whose elements have a type of their own: `[]string`, `[]uint8`, `common.VersionSet`, … */
export class TypedList {
  /** As Go's `%T` prints it. */
  readonly type: string;
  /** The type of the elements, as `%T` prints it. */
  readonly elem: string;
  /** It is a nil slice: it has no elements, and JSON has null for it. */
  readonly isNil: boolean;
  readonly methods: Methods | undefined;
  #items: readonly GoValue[] | (() => readonly GoValue[]);

  /** @param items the elements, or a function that gives them when they are first needed */
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

/** `[]uint8`. The bytes are a string, as those of texts are. */
export class ByteList extends TypedList {
  #bytes: string | (() => string);
  #printed: string | undefined;

  /** @param bytes the bytes, or a function that gives them when they are first needed */
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

  /** The list as Go prints it, cached: some charts print `.`, and with it all their files, many times. */
  get printed(): string {
    return (this.#printed ??= `[${printBytes(this.bytes)}]`);
  }
}

function byteOf(character: string): GoValue {
  return new GoInt('uint8', character.charCodeAt(0));
}

/** A map of a type other than `map[string]interface {}`: its values have a type of their own, or it has a name or methods. */
export class TypedMap {
  /** As Go's `%T` prints it. */
  readonly type: string;
  /** The type of the values, as `%T` prints it. */
  readonly elem: string;
  /** They may be those of another map too: `.Values` of a dependency is a map in the values of its parent. */
  readonly entries: GoMap;
  /** It is a nil map: it is empty, and JSON has null for it. */
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
  /** Fields in Go's order. One whose name begins in lower case is not exported: it is printed, and templates cannot read it. */
  fields?: Readonly<Record<string, GoValue>>;
  /** It is a pointer to the struct. */
  pointer?: boolean;
  methods?: Methods;
  /** Its method `String()` or `Error()`. */
  text?: () => string;
  /** Its method `GoString()`, which `%#v` prints. */
  goString?: () => string;
  /** The method `String()` of a pointer to it, by which an action prints the struct where it is a field of another. */
  addressedText?: () => string;
  /** The text that JSON and YAML have for it; without it they have the exported fields. */
  json?: () => string;
  /** The names in JSON of the fields that JSON has; without it they are the exported fields with their own names. */
  jsonNames?: Readonly<Record<string, string>>;
};

/** A struct, or a pointer to one. Subclasses hold what their methods need, as a time does. */
export class GoObject {
  /** As Go's `%T` prints it, with the `*` of a pointer. */
  readonly type: string;
  readonly fields: Readonly<Record<string, GoValue>>;
  readonly pointer: boolean;
  readonly methods: Methods | undefined;
  readonly text: (() => string) | undefined;
  readonly goString: (() => string) | undefined;
  readonly addressedText: (() => string) | undefined;
  readonly json: (() => string) | undefined;
  readonly jsonNames: Readonly<Record<string, string>> | undefined;

  constructor(type: string, parts: ObjectParts) {
    this.type = type;
    this.fields = parts.fields ?? {};
    this.pointer = parts.pointer ?? false;
    this.methods = parts.methods;
    this.text = parts.text;
    this.goString = parts.goString;
    this.addressedText = parts.addressedText;
    this.json = parts.json;
    this.jsonNames = parts.jsonNames;
  }
}

/** A `complex128`, which only a constant such as `1+2i` makes. */
export class GoComplex extends GoObject {
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    super('complex128', { fields: { real, imaginary } });
    this.real = real;
    this.imaginary = imaginary;
  }
}

/** The kinds of `reflect.Kind`. */
export type Kind =
  | 'invalid'
  | 'bool'
  | 'float64'
  | 'complex128'
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
  if (value instanceof GoComplex) return 'complex128';
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

/** The zero of a type, which a map whose values are of that type gives for a missing key. */
export function zeroOf(type: string): OptionalValue {
  switch (type) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int':
    case 'int64':
    case 'uint8':
      return new GoInt(type, 0);
    case 'float64':
      return 0;
    case '[]uint8':
      return new ByteList('');
    case '[]string':
      return new TypedList('string', [], { isNil: true });
    default:
      return null;
  }
}

/** The entries of a map of any type, not copied; undefined for any other value. */
export function entriesOf(value: GoValue | undefined): GoMap | undefined {
  if (value instanceof Map) return value;
  return value instanceof TypedMap ? value.entries : undefined;
}

/** The elements of a list of any type, not copied; undefined for any other value. */
export function itemsOf(value: GoValue | undefined): readonly GoValue[] | undefined {
  if (Array.isArray(value)) return value;
  return value instanceof TypedList ? value.items : undefined;
}

/** The keys of a map in the order of their bytes, as `range`, `print`, JSON and YAML have them. */
export function sortedKeys(map: ReadonlyMap<string, GoValue>): string[] {
  if (map.size > MANY) chargeVisit(2 * map.size);
  return [...map.keys()].sort();
}

/** Sorting fewer keys is part of the step that needs them. */
const MANY = 100;

/** Whether a value is true to `if`: it is neither nil nor zero nor empty. */
export function isTrue(value: OptionalValue): boolean {
  // Most conditions are booleans and texts, and code that runs a few times only is interpreted: one test is cheaper than four.
  if (typeof value !== 'object') return isTruePlain(value);
  if (value instanceof GoInt) return value.value !== 0;
  if (value instanceof ByteList) return value.bytes !== '';
  if (value instanceof TypedList) return value.items.length > 0;
  if (value instanceof TypedMap) return value.entries.size > 0;
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0;
  return isTruePlain(value);
}

/** A `[]string`. */
export function stringList(items: readonly string[]): TypedList {
  return new TypedList('string', items);
}

const NOT_ASCII = /[^\x00-\x7f]/;

/**
 * Converts values of a chart and its user to values of templates. Maps and lists are changed in place, not copied. Integers
 * of `--set`, which are bigints, become int64; other numbers are float64, as Helm reads them from YAML.
 *
 * @param wideIntegers the integers of `--set` beyond 2^53; an integer of YAML beyond that is a float64
 */
export function fromValue(value: ValueMap, wideIntegers?: ReadonlySet<bigint>): GoMap;
export function fromValue(value: Value): GoValue;
export function fromValue(value: Value, wideIntegers: ReadonlySet<bigint> = NONE_WIDE): GoValue {
  return convert(value, new Set(), wideIntegers);
}

const NONE_WIDE: ReadonlySet<bigint> = new Set();

/** @param done the maps and lists that were converted: dependencies share the map of globals with their parents */
function convert(value: Value, done: Set<Value>, wideIntegers: ReadonlySet<bigint>): GoValue {
  switch (typeof value) {
    case 'string':
      return encodeLossless(value);
    case 'bigint':
      return fromBigint(value, wideIntegers);
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
      const converted = convert(item, done, wideIntegers);
      if (converted !== item) (value as GoValue[])[index] = converted;
    }
    return value as GoValue[];
  }
  const map = value as GoMap;
  let wide = false;
  value.forEach((item, key) => {
    if (!wide && NOT_ASCII.test(key)) wide = true;
    if (typeof item === 'boolean' || typeof item === 'number') return;
    const converted = convert(item, done, wideIntegers);
    if (converted !== item) map.set(key, converted);
  });
  if (wide) {
    const entries = [...map];
    map.clear();
    for (const [key, item] of entries) map.set(encodeText(key), item);
  }
  return map;
}

function fromBigint(value: bigint, wideIntegers: ReadonlySet<bigint>): GoValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? int64(number) : wideIntegers.has(value) ? int64(value) : number;
}

/** Converts what `lookup` found to values of templates, in which integers are int64. */
export function fromObject(value: Value): GoValue {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return int64(value);
  if (Array.isArray(value)) return value.map((item) => fromObject(item));
  if (!(value instanceof Map)) return fromValue(value);
  const map: GoMap = new Map();
  for (const [key, item] of value) map.set(encodeText(key), fromObject(item));
  return map;
}
