/**
 * Fields of `Chart.yaml` as Helm decodes them: sigs.k8s.io/yaml turns numbers and booleans into text for fields of type
 * string, keys are found without regard to case, and null counts as missing.
 */
import { printable } from '../errors-text.ts';
import { goFloatText } from '../yaml/go-number.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';

/** What is wrong with a field. */
export type Problem = { message: string; path: ValuePath; hints?: readonly string[] };

/** Reads the fields of one map. Problems are collected, so that all are reported at once. */
export class Fields {
  readonly #map: ValueMap;
  readonly #path: ValuePath;
  readonly #problems: Problem[];
  /** The keys of the map by their lower-case form; made when a key is not found in its usual case. */
  #keys: Map<string, string> | undefined;

  constructor(map: ValueMap, path: ValuePath, problems: Problem[]) {
    this.#map = map;
    this.#path = path;
    this.#problems = problems;
  }

  /** Reports a problem with a field, or with the map itself. */
  report(key: string | undefined, message: string, hints: readonly string[] = []): void {
    this.#problems.push({ message, path: key === undefined ? this.#path : this.pathOf(key), hints });
  }

  /** Reports a problem with an item of a list. */
  reportItem(key: string, index: number, message: string, hints: readonly string[] = []): void {
    this.#problems.push({ message, path: [...this.pathOf(key), index], hints });
  }

  /** The path of a field, spelled as in the file. */
  pathOf(key: string): ValuePath {
    return [...this.#path, this.#keyOf(key)];
  }

  /** The value of a field; null where it is missing. */
  value(key: string): Value {
    return this.#map.get(this.#keyOf(key)) ?? null;
  }

  /** A text, safe to show; empty where it is missing. */
  text(key: string): string {
    return clean(this.exactText(key));
  }

  /** A text as it is written. */
  exactText(key: string): string {
    const text = textOf(this.value(key));
    if (text === undefined) this.report(key, `${key} is not a string`);
    return text ?? '';
  }

  /** A boolean; false where it is missing. */
  flag(key: string): boolean {
    const value = this.value(key);
    if (value !== null && typeof value !== 'boolean') {
      this.report(key, `${key} is neither true nor false`, typeof value === 'string' ? ['remove the quotes'] : []);
    }
    return value === true;
  }

  /** A list of texts, safe to show. */
  texts(key: string): string[] {
    return this.exactTexts(key).map(clean);
  }

  /** A list of texts as they are written. */
  exactTexts(key: string): string[] {
    return this.list(key).map((item, index) => {
      const text = textOf(item);
      if (text === undefined) {
        this.reportItem(key, index, `an item of ${key} is not a string`);
      }
      return text ?? '';
    });
  }

  /** A map from text to text. */
  textMap(key: string): Map<string, string> {
    const value = this.value(key);
    const texts = new Map<string, string>();
    if (value === null) return texts;
    if (!isMap(value)) {
      this.report(key, `${key} is not a map`);
      return texts;
    }
    for (const [name, item] of value) {
      const text = textOf(item);
      if (text === undefined) {
        const message = `${printable(name, 60)} of ${key} is not a string`;
        this.#problems.push({ message, path: [...this.pathOf(key), name] });
      }
      texts.set(name, text ?? '');
    }
    return texts;
  }

  /** The maps of a list, each as fields; any other item is a problem. */
  maps(key: string, wanted: string): Fields[] {
    return this.list(key).flatMap((item, index) => {
      if (isMap(item)) return [new Fields(item, [...this.pathOf(key), index], this.#problems)];
      this.reportItem(key, index, `an item of ${key} is not a map`, [wanted]);
      return [];
    });
  }

  /** A list; empty where it is missing. */
  list(key: string): Value[] {
    const value = this.value(key);
    if (value === null) return [];
    if (Array.isArray(value)) return value;
    this.report(key, `${key} is not a list`);
    return [];
  }

  #keyOf(key: string): string {
    if (this.#map.has(key)) return key;
    this.#keys ??= new Map([...this.#map.keys()].map((written) => [written.toLowerCase(), written]));
    return this.#keys.get(key.toLowerCase()) ?? key;
  }
}

/** A scalar as text; undefined for a list or a map. */
export function textOf(value: Value): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'bigint':
      // go-yaml reads an integer beyond 64 bits as a float.
      return BigInt.asIntN(64, value) === value || BigInt.asUintN(64, value) === value
        ? String(value)
        : goFloatText(Number(value));
    case 'number':
      return Number.isSafeInteger(value) ? String(value) : goFloatText(value);
    default:
      return value === null ? '' : undefined;
  }
}

/** As Helm shows texts of a chart: white space becomes blanks, and what cannot be printed is left out. */
function clean(text: string): string {
  // Nearly all texts are plain or Latin, and Unicode's tables take time to load.
  if (/^[ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027]*$/.test(text)) return text;
  return text.replace(/\p{White_Space}/gu, ' ').replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '');
}
