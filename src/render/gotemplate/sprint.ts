/** `Sprint`, `Sprintf` and `Sprintln` of Go's package fmt, for the values that templates can have. */
import { shortestFloat } from '../functions/floats.ts';
import { joinValues, walkFormat } from '../functions/format.ts';
import { chargeMade, chargePrint } from '../functions/limits.ts';
import { formatDigits, formatInteger, formatNumber, formatText, pad, PLAIN } from '../functions/verbs.ts';
import type { FormatSpec } from '../functions/verbs.ts';
import { GoInt, isUnsigned } from './int.ts';
import {
  ByteList,
  entriesOf,
  GoComplex,
  GoObject,
  itemsOf,
  kindOf,
  sortedKeys,
  TypedList,
  TypedMap,
  typeOf,
} from './value.ts';
import type { GoMap, GoValue } from './value.ts';

/**
 * One value as `%v` prints it in Go. Native templates print numbers as they are written in the values (`1000000`, where Go
 * has `1e+06`): `formatAsWritten` in `handlebars/helpers/format.ts`, and docs/decisions/go-library.md.
 */
export function sprintValue(value: GoValue | undefined): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return shortestFloat(value);
    case 'boolean':
      return value ? 'true' : 'false';
    default:
      if (value instanceof GoInt && value.text === undefined) return String(value.value);
      return new ValuePrinter().argument(value, 'v');
  }
}

/** As `fmt.Sprint`: a blank between two values when neither is a string. */
export function sprint(values: readonly (GoValue | undefined)[]): string {
  return joinValues(values, sprintValue);
}

/** As `fmt.Sprintln`. */
export function sprintln(values: readonly GoValue[]): string {
  return `${values.map((value) => sprintValue(value)).join(' ')}\n`;
}

/** As `fmt.Sprintf`. What is wrong with the format or the values is reported within the text, as in Go: `%!d(string=x)`. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  if (!format.includes('%') && values.length === 0) return format;
  const printer = new ValuePrinter();
  const { text, extra } = walkFormat(format, {
    count: values.length,
    print: (argument, verb, spec) => printer.use(spec, verb).argument(values[argument], verb),
    size: (argument) => {
      const value = values[argument];
      return value instanceof GoInt && typeof value.value === 'number' ? value.value : undefined;
    },
    problem: (problem, verb) => `%!${verb}(${problem})`,
  });
  if (extra === undefined) return text;
  printer.use(PLAIN, 'v');
  const shown = values
    .slice(extra.from)
    .map((value) => (value === null ? '<nil>' : `${typeOf(value)}=${printer.argument(value, 'v')}`));
  return `${text}%!(EXTRA ${shown.join(', ')})`;
}

/** Prints values by a verb with its flags, as `pp` of Go's package fmt. */
class ValuePrinter {
  #spec: FormatSpec = PLAIN;
  /** `%#v`: in Go's syntax. */
  #sharpV = false;
  /** `%+v`: with the names of fields. */
  #plusV = false;
  /** An error is being printed, within which methods are not called. */
  #erroring = false;

  /** Sets the flags that stand between `%` and the verb. */
  use(spec: FormatSpec, verb: string): this {
    const isV = verb === 'v' || verb === 'w';
    this.#sharpV = isV && spec.sharp;
    this.#plusV = isV && spec.plus;
    this.#spec = isV ? { ...spec, sharp: false, plus: false } : spec;
    return this;
  }

  /** Whether no flag changes how a number is printed. */
  get #isPlain(): boolean {
    const { width, precision, space } = this.#spec;
    return width === undefined && precision === undefined && !this.#sharpV && !space;
  }

  /** Prints an argument. For nil it differs from nil within a list or map. */
  argument(value: GoValue | undefined, verb: string): string {
    if (value === null || value === undefined) {
      return verb === 'T' || verb === 'v' ? this.#pad('<nil>') : this.#badVerb(undefined, verb);
    }
    // Only Errorf takes it.
    if (verb === 'w') return this.#badVerb(value, verb);
    if (verb === 'T') return this.#text(typeOf(value), 's');
    if (verb === 'p') return this.#pointer(value, verb);
    return this.#value(value, verb, 0);
  }

  /** Prints a value at a depth of lists, maps and structs. */
  #value(value: GoValue, verb: string, depth: number): string {
    switch (typeof value) {
      case 'string':
        return this.#text(value, verb);
      case 'number':
        return this.#float(value, verb);
      case 'boolean':
        return verb === 't' || verb === 'v' ? this.#pad(String(value)) : this.#badVerb(value, verb);
      default:
    }
    if (value === null) {
      if (this.#sharpV) return 'interface {}(nil)';
      return '<nil>';
    }
    const text = value instanceof GoInt || value instanceof GoObject ? value.text : undefined;
    if (text !== undefined && !this.#erroring && !this.#sharpV && 'vsxXq'.includes(verb)) {
      return this.#text(text(), verb);
    }
    if (this.#sharpV && value instanceof GoObject && value.goString !== undefined) {
      return this.#text(value.goString(), 's');
    }
    if (value instanceof GoInt) return this.#integer(value, verb);
    if (value instanceof GoComplex) return this.#complex(value, verb);
    if (value instanceof ByteList && verb === 'v' && this.#isPlain) return value.printed;
    if (value instanceof ByteList && (depth === 0 || 'sqxX'.includes(verb))) return this.#bytes(value, verb, depth);
    const entries = entriesOf(value);
    if (entries !== undefined) return this.#map(value, entries, verb, depth);
    const items = itemsOf(value);
    if (items !== undefined) return this.#list(value, items, verb, depth);
    if (value instanceof GoObject && (!value.pointer || depth === 0)) return this.#object(value, verb, depth);
    return this.#pointer(value, verb);
  }

  #map(value: GoValue, entries: GoMap, verb: string, depth: number): string {
    chargePrint(entries.size);
    const shown = sortedKeys(entries).map(
      (key) => `${this.#value(key, verb, depth + 1)}:${this.#value(entries.get(key) ?? null, verb, depth + 1)}`,
    );
    if (!this.#sharpV) return joined('map[', shown, ']');
    return value instanceof TypedMap && value.isNil ? `${value.type}(nil)` : `${typeOf(value)}{${shown.join(', ')}}`;
  }

  #list(value: GoValue, items: readonly GoValue[], verb: string, depth: number): string {
    chargePrint(items.length);
    const shown = items.map((item) => this.#value(item, verb, depth + 1));
    if (!this.#sharpV) return joined('[', shown, ']');
    return value instanceof TypedList && value.isNil ? `${value.type}(nil)` : `${typeOf(value)}{${shown.join(', ')}}`;
  }

  #object(value: GoObject, verb: string, depth: number): string {
    const named = this.#plusV || this.#sharpV;
    const fields = Object.entries(value.fields).map(
      ([name, field]) => (named ? `${name}:` : '') + this.#value(field, verb, depth + 1),
    );
    const type = this.#sharpV ? value.type.replace(/^\*/, '') : '';
    return `${value.pointer ? '&' : ''}${type}{${fields.join(this.#sharpV ? ', ' : ' ')}}`;
  }

  /** Prints a pointer, a map or a list as an address. Go's differ from run to run; this is always the same. */
  #pointer(value: GoValue, verb: string): string {
    const kind = kindOf(value);
    if (!['func', 'map', 'ptr', 'slice'].includes(kind)) return this.#badVerb(value, verb);
    if (verb === 'p' || verb === 'v') return this.#pad(this.#spec.sharp ? 'c000000000' : '0xc000000000');
    return 'bodxX'.includes(verb) ? formatDigits(0xc000000000n, false, verb, this.#spec) : this.#badVerb(value, verb);
  }

  /** Go's text for a value of a type that the verb does not take: `%!d(string=x)`. */
  #badVerb(value: GoValue | undefined, verb: string): string {
    this.#erroring = true;
    const shown = value === undefined || value === null ? '<nil>' : `${typeOf(value)}=${this.#value(value, 'v', 0)}`;
    this.#erroring = false;
    return `%!${verb}(${shown})`;
  }

  #text(value: string, verb: string): string {
    const shown = verb !== 'v' ? verb : this.#sharpV ? 'q' : 's';

    return formatText(value, shown, this.#spec) ?? this.#badVerb(value, verb);
  }

  #bytes(value: ByteList, verb: string, depth: number): string {
    switch (verb) {
      case 'v':
      case 'd': {
        const { items } = value;
        if (this.#sharpV) {
          return `[]byte{${items.map((item) => `0x${(item as GoInt).value.toString(16)}`).join(', ')}}`;
        }
        return `[${items.map((item) => this.#integer(item as GoInt, verb)).join(' ')}]`;
      }
      case 's':
      case 'x':
      case 'X':
      case 'q':
        return this.#text(value.bytes, verb);
      default:
        return `[${value.items.map((item) => this.#value(item, verb, depth + 1)).join(' ')}]`;
    }
  }

  #integer(value: GoInt, verb: string): string {
    const number = BigInt(value.value);
    const isSigned = !isUnsigned(value.kind);
    if (verb === 'v' && this.#sharpV && !isSigned)
      return formatDigits(number, false, 'x', { ...this.#spec, sharp: true });
    return formatInteger(number, isSigned, verb === 'v' ? 'd' : verb, this.#spec) ?? this.#badVerb(value, verb);
  }

  #float(value: number, verb: string): string {
    return formatNumber(value, verb === 'v' ? 'g' : verb, this.#spec) ?? this.#badVerb(value, verb);
  }

  #complex(value: GoComplex, verb: string): string {
    const shown = verb === 'v' ? 'g' : verb;
    const real = formatNumber(value.real, shown, this.#spec);
    // The imaginary part always has a sign.
    const imaginary = formatNumber(value.imaginary, shown, { ...this.#spec, plus: true });
    return real === undefined || imaginary === undefined ? this.#badVerb(value, verb) : `(${real}${imaginary}i)`;
  }

  #pad(text: string): string {
    return pad(text, this.#spec);
  }
}

/**
 * Joins the parts of a map or a list. `+=` does not copy them, `join` does: a template that prints `.`, with all files
 * of the chart as decimals, would copy 30 MB at every level (bitnami/envoy-gateway).
 */
function joined(open: string, parts: readonly string[], close: string): string {
  let text = open;
  for (const [index, part] of parts.entries()) text += index === 0 ? part : ` ${part}`;
  text += close;
  chargeMade(text);
  return text;
}
