/**
 * Prints YAML as Helm's `toYaml` and `toYamlPretty` do.
 *
 * `toYaml` converts the value to JSON, reads that as YAML, and prints the result. So it refuses what JSON does not
 * have, and refuses or changes what a YAML reader refuses or changes in a JSON text, such as control characters.
 */
import { compareKeys, compareRunes } from '../../../yaml/go-keys.ts';
import { isSimpleKey, printText } from '../../../yaml/go-text.ts';
import type { Dialect, ScalarPosition } from '../../../yaml/go-text.ts';
import { charge, chargePrint } from '../../functions/limits.ts';
import { shortestFloat } from '../../functions/floats.ts';
import { GoError } from '../functions/signature.ts';
import { GoInt } from '../int.ts';
import { runeCount } from '../../../utf8.ts';
import { GoComplex, GoObject, TypedList, TypedMap, decodeText, itemsOf, sortedKeys } from '../value.ts';
import type { GoMap, GoValue } from '../value.ts';
import { jsonNumber, jsonString } from './json-print.ts';
import { refuseCycle, CYCLE_CHECK_DEPTH } from './cycles.ts';
import { MAX_DEPTH, StructFields, withoutType } from './plain.ts';
import { isValid, replaceInvalid } from './utf8-repair.ts';

/**
 * Prints a value as `toYaml`, by sigs.k8s.io/yaml: sorted keys, lists at the column of their key, texts folded at 80 columns.
 *
 * @throws {GoError} for a value that JSON or YAML does not have
 */
export function printYaml(value: GoValue): string {
  return new JsonFirst().document(value);
}

/** Prints a value as `toYamlPretty`, by go-yaml 3 with an indentation of 2. @throws {GoError} as {@link printYaml} */
export function printPrettyYaml(value: GoValue): string {
  return new Pretty().document(value);
}

/** Printing a shorter text is part of the steps of its entry. */
const LONG_TEXT = 128;

abstract class YamlPrinter {
  protected abstract readonly dialect: Dialect;
  /** The indentation of a list below its key. */
  protected abstract readonly listIndent: string;

  /** A value as a map, as a list, or as a scalar. */
  protected abstract node(value: GoValue): GoMap | readonly GoValue[] | Scalar;
  /** A text as it is after the conversions. */
  protected abstract text(text: string): string;

  /** Prints a value as a document. */
  document(value: GoValue): string {
    return this.item(value, '', 0, 0, 2);
  }

  /** Prints a value at the root or behind a dash, which is at a column. */
  protected item(value: GoValue, indent: string, column: number, depth: number, scalarIndent: number): string {
    const node = this.node(value);
    if (node instanceof Map) return node.size === 0 ? '{}\n' : this.map(node, indent, depth);
    if (Array.isArray(node)) return node.length === 0 ? '[]\n' : this.list(node, indent, depth);
    return this.scalar(node as Scalar, scalarIndent, column);
  }

  protected scalar(scalar: Scalar, indent: number, column: number): string {
    if (scalar.isLiteral) return `${scalar.text}\n`;
    return ended(this.show(scalar.text, { indent, column, simpleKey: false }));
  }

  protected show(text: string, position: ScalarPosition): string {
    if (text.length > LONG_TEXT) charge(text.length);
    return printText(text, position, this.dialect);
  }

  protected isSimpleKey(key: string): boolean {
    return isSimpleKey(key);
  }

  protected map(map: GoMap, indent: string, depth: number): string {
    enter(map, depth);
    const deeper = `${indent}  `;
    const column = indent.length;
    let out = '';
    let lead = '';
    for (const written of sortKeys(map, this.dialect.version)) {
      const value = map.get(written) ?? null;
      const key = this.text(written);
      const node = this.node(value);
      const isMap = node instanceof Map && node.size > 0;
      const isList = Array.isArray(node) && node.length > 0;
      if (this.isSimpleKey(key)) {
        const shown = this.show(key, { indent: column + 2, column, simpleKey: true });
        out += `${lead}${shown}:`;
        if (isMap) out += `\n${deeper}${this.map(node, deeper, depth + 1)}`;
        else if (isList) out += `\n${indent}${this.listIndent}${this.list(node, indent + this.listIndent, depth + 1)}`;
        else out += ` ${this.leaf(node, column + 2, column + runeCount(shown) + 2)}`;
      } else {
        const shown = this.show(key, { indent: column + 2, column: column + 2, simpleKey: false });
        out += `${lead}? ${ended(shown)}${indent}: `;
        if (isMap) out += this.map(node, deeper, depth + 1);
        else if (isList) out += this.list(node, deeper, depth + 1);
        else out += this.leaf(node, column + 2, column + 2);
      }
      lead = indent;
    }
    return out;
  }

  protected list(list: readonly GoValue[], indent: string, depth: number): string {
    enter(list, depth);
    const deeper = `${indent}  `;
    let out = '';
    let lead = '';
    for (const value of list) {
      out += `${lead}- ${this.item(value, deeper, deeper.length, depth + 1, deeper.length)}`;
      lead = indent;
    }
    return out;
  }

  protected leaf(node: GoMap | readonly GoValue[] | Scalar, indent: number, column: number): string {
    if (node instanceof Map) return '{}\n';
    if (Array.isArray(node)) return '[]\n';
    return this.scalar(node as Scalar, indent, column);
  }
}

/** A scalar: a text, which is quoted where it needs that, or a literal such as `true`, which is not. */
class Scalar {
  readonly text: string;
  readonly isLiteral: boolean;

  constructor(text: string, isLiteral: boolean) {
    this.text = text;
    this.isLiteral = isLiteral;
  }
}

/** A map with its keys as UTF-8. Of keys that are equal then, the last one counts. */
function validKeys(map: GoMap): GoMap {
  for (const key of map.keys()) {
    if (UNCHANGED.test(key) || isValid(key)) continue;
    return new Map(sortedKeys(map).map((name) => [replaceInvalid(name, '\xef\xbf\xbd'), map.get(name) ?? null]));
  }
  return map;
}

/** Charges for a map or a list. @throws {GoError} where it is nested too deeply, or contains itself */
function enter(node: GoMap | readonly GoValue[], depth: number): void {
  chargePrint(node instanceof Map ? node.size : node.length, depth);
  if (depth === CYCLE_CHECK_DEPTH) refuseCycle(node);
  if (depth > MAX_DEPTH) throw new GoError('yaml: exceeded max depth of 10000');
}

/** Adds a line break, unless the text ends in one. */
function ended(text: string): string {
  return /(?:\n|\xe2\x80[\xa8\xa9])$/.test(text) ? text : `${text}\n`;
}

const NULL = new Scalar('null', true);

/** Prints as `toYaml`. */
class JsonFirst extends YamlPrinter {
  protected readonly dialect: Dialect = { width: 80, version: 2 };
  protected readonly listIndent = '';

  protected node(value: GoValue): GoMap | readonly GoValue[] | Scalar {
    const plain = withoutType(value);
    switch (typeof plain) {
      case 'string':
        return new Scalar(throughJson(plain), false);
      case 'boolean':
        return new Scalar(String(plain), true);
      case 'number':
        return new Scalar(numberThroughJson(plain), true);
      default:
    }
    if (plain === null) return NULL;
    if (plain instanceof GoInt) return new Scalar(String(plain.value), true);
    if (Array.isArray(plain)) return plain;
    return validKeys(plain instanceof StructFields ? plain.entries : (plain as GoMap));
  }

  protected text(key: string): string {
    return keyThroughJson(key);
  }
}

/** Prints as `toYamlPretty`. */
class Pretty extends YamlPrinter {
  protected readonly dialect: Dialect = { width: Infinity, version: 3 };
  protected readonly listIndent = '  ';

  protected node(value: GoValue): GoMap | readonly GoValue[] | Scalar {
    switch (typeof value) {
      case 'string':
        return new Scalar(value, false);
      case 'boolean':
        return new Scalar(String(value), true);
      case 'number':
        return new Scalar(prettyNumber(value), true);
      case 'function':
        throw new GoError('cannot marshal type: func()');
      default:
    }
    if (value === null) return NULL;
    if (value instanceof GoInt) {
      return value.type === 'time.Duration' && value.text !== undefined
        ? new Scalar(value.text(), false)
        : new Scalar(String(value.value), true);
    }
    if (value instanceof Map) return value;
    // go-yaml prints a nil map or slice as an empty one.
    if (value instanceof TypedMap) return value.entries;
    if (Array.isArray(value) || value instanceof TypedList) return itemsOf(value) ?? [];
    if (!(value instanceof GoObject)) return NULL;
    if (value instanceof GoComplex) throw new GoError('cannot marshal type: complex128');
    if (value.json === undefined) return lowerFields(value);
    // A time is a type of YAML; a version gives its text, which is quoted where it needs that.
    return new Scalar(value.json(), value.type === 'time.Time');
  }

  protected text(key: string): string {
    return key;
  }

  protected override show(text: string, position: ScalarPosition): string {
    if (isValid(text)) return super.show(text, position);
    return `!!binary ${super.show(binary(text), position)}`;
  }

  protected override isSimpleKey(key: string): boolean {
    return isValid(key) ? isSimpleKey(key) : isSimpleKey(`!!binary${binary(key)}`);
  }
}

/** The exported fields of a struct, whose names go-yaml writes in lower case. */
function lowerFields(object: GoObject): GoMap {
  const exported = Object.entries(object.fields).filter(([name]) => /^[A-Z]/.test(name));
  return new Map(exported.map(([name, value]) => [name.toLowerCase(), value]));
}

/** Bytes as go-yaml prints those that are not UTF-8: base64, in lines of 70 characters. */
function binary(bytes: string): string {
  const text = Buffer.from(bytes, 'latin1').toString('base64');
  return text.length < 70 ? text : text.replace(/.{1,70}/g, '$&\n');
}

function prettyNumber(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  return Number.isFinite(value) ? shortestFloat(value) : value > 0 ? '.inf' : '-.inf';
}

/** A float after the conversions: JSON has all digits of a whole number, which YAML reads as an integer if 64 bits hold it. */
function numberThroughJson(value: number): string {
  if (Number.isSafeInteger(value)) return value === 0 ? '0' : String(value);
  const text = jsonNumber(value);
  if (Number.isInteger(value) && Math.abs(value) < 2e19) {
    const integer = BigInt(text);
    if (integer >= -(2n ** 63n) && integer < 2n ** 64n) return text;
  }
  return shortestFloat(value);
}

/** A text that the conversions do not change: ASCII but DEL. */
const UNCHANGED = /^[\x00-\x7e]*$/;
/** Characters that the YAML reader refuses: DEL, the control characters from U+0080 on but NEL, U+FFFE and U+FFFF. */
const REFUSED = /\x7f|\xc2[\x80-\x84\x86-\x9f]|\xef\xbf[\xbe\xbf]/;

/** A text after it was printed as JSON, and that was read as YAML. @throws {GoError} where YAML refuses it */
function throughJson(text: string): string {
  if (UNCHANGED.test(text)) return text;
  const valid = replaceInvalid(text, '\xef\xbf\xbd');
  if (REFUSED.test(valid)) throw new GoError('yaml: control characters are not allowed');
  if (!valid.includes('\xc2\x85')) return valid;
  // NEL (U+0085) is a line break of YAML that JSON does not escape, so the YAML reader folds it.
  if (/\xc2\x85(?:---|\.\.\.)(?: |\xc2\x85)/.test(valid))
    throw new GoError('yaml: found unexpected document indicator');
  // Without `(?<!…)` a search starts at each blank of a long run, which takes quadratic time.
  return valid.replace(/(?<! ) *\xc2\x85(?: |\xc2\x85)*/g, (run) => {
    const breaks = run.split('\x85').length - 1;
    return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
  });
}

/** A key after the conversions. YAML refuses one with a line break, and one whose JSON has more than 1,024 characters. */
function keyThroughJson(key: string): string {
  if (key.length <= 128 && UNCHANGED.test(key)) return key;
  const text = throughJson(key);
  if (key.includes('\xc2\x85') || runeCount(jsonString(key, true)) > 1024) {
    throw new GoError("yaml: did not find expected ',' or '}'");
  }
  return text;
}

/** The keys of a map in the order in which go-yaml prints them. */
function sortKeys(map: GoMap, version: 2 | 3): string[] {
  const keys = [...map.keys()];
  if (keys.length < 2) return keys;
  return keys.sort((a, b) => {
    if (a.length + b.length > LONG_KEYS) charge(a.length + b.length);
    const isPlain = UNCHANGED.test(a) && UNCHANGED.test(b);
    return isPlain ? compareKeys(a, b, version) : compareRunes(runesOf(a), runesOf(b), version);
  });
}

/** Comparing shorter keys is part of the steps of printing them. */
const LONG_KEYS = 500;

function runesOf(bytes: string): string[] {
  return [...decodeText(replaceInvalid(bytes, '\xef\xbf\xbd'))];
}
