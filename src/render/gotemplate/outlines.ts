/**
 * What was found out about the templates of a chart, kept between runs: that a text has no errors, what it defines,
 * where its bodies end, and the trees of those that were run. A run then reads only the bodies that it runs, and of these
 * only what no run before it ran. It holds for a text as long as the text is the same, byte by byte.
 */
import type { ChartMetadata } from '../../chart/chart.ts';
import { cacheLater, readRunCache } from '../../run-cache.ts';
import { Bodies } from './bodies.ts';
import { isKnown } from './known.ts';
import type { Outline, Parsed, Source, Template } from './node.ts';
import { parseTemplate } from './parse.ts';
import type { Scope } from './scope.ts';
import { Names } from './tree.ts';

/** Texts of fewer bytes are parsed in less time than it takes to read what is kept. */
const MUCH = 10_000;

/**
 * A text with what is known about it, by its path in the chart. Of its templates the text itself, which begins at 0, has
 * no name here.
 */
type Known = { name: string; size: number; functions: string[]; templates: Definition[]; ends: number };
type Definition = [name: string, start: number, isEmpty: boolean];

/** A text as it was when this was found out. */
type Entry = { known: Known; outline: Outline; bodies: Bodies; data: Uint8Array };

/** What is kept before the texts: the names that their trees use, and each text with the length of its bodies' numbers. */
type Index = { names: string[]; texts: (Known & { numbers: number })[] };

/** A template's file in a chart of the tree. */
type File = { name: string; data: Uint8Array; scope: Scope };

/**
 * The outlines of a chart tree, by chart, where there is so much that it is worth it. A chart of many templates has its
 * own: it may be a library, which is in other trees too.
 */
export function outlinesOf(files: readonly File[], top: ChartMetadata): Map<Scope, Outlines> {
  const outlines = new Map<Scope, Outlines>();
  const rest: File[] = [];
  for (const [scope, own] of Map.groupBy(files, (file) => file.scope)) {
    if (sizeOf(own) < MUCH) rest.push(...own);
    else outlines.set(scope, new Outlines(own, scope.chart.metadata, scope.path));
  }
  if (sizeOf(rest) >= MUCH) {
    const others = new Outlines(rest, top, '');
    for (const { scope } of rest) outlines.set(scope, others);
  }
  return outlines;
}

function sizeOf(files: readonly File[]): number {
  return files.reduce((sum, { data }) => sum + data.length, 0);
}

/** The outlines of one or several charts. */
class Outlines {
  readonly #file: string;
  readonly #path: string;
  readonly #before: ReadonlyMap<string, Entry>;
  readonly #names: Names;
  readonly #entries: Entry[] = [];
  #isNew = false;

  /**
   * @param files all texts
   * @param path of the chart in the tree; '' for several charts
   */
  constructor(files: readonly File[], { name, version }: ChartMetadata, path: string) {
    const names = files.reduce((sum, file) => sum + file.name.length - path.length, 0);
    this.#path = path;
    const which = path === '' ? 'below' : 'own';
    // Charts that share a name overwrite each other's, and that is all.
    this.#file = `${name}-${version}-${files.length}-${names}-${which}.outlines`.replace(/[^\w.+-]/g, '_').slice(-200);
    ({ entries: this.#before, names: this.#names } = readSafely(this.#file));
  }

  /**
   * What a text holds, of which an earlier run may have found out much.
   *
   * @throws as {@link parseTemplate}
   */
  parse(source: Source, data: Uint8Array): Parsed {
    const name = source.name.slice(this.#path.length);
    const before = this.#before.get(name);
    if (before !== undefined && Buffer.compare(before.data, data) === 0) {
      this.#entries.push(before);
      return recall(before, source);
    }
    const bodies = new Bodies(this.#names);
    const parsed = parseTemplate({ ...source, bodies }, isKnown);
    const { outline } = parsed;
    const templates = parsed.templates.map(({ name: defined, body: { start }, isEmpty }): Definition => [
      start === 0 ? '' : defined,
      start,
      isEmpty,
    ]);
    const functions = [...parsed.functions];
    const known: Known = { name, size: data.length, functions, templates, ends: outline.length };
    this.#entries.push({ known, outline, bodies, data });
    this.#isNew = true;
    return parsed;
  }

  /** Keeps all for later runs when this one has ended, if it found out much that was not kept before. */
  keep(): void {
    cacheLater(this.#file, () => {
      const isSame = !this.#isNew && this.#entries.length === this.#before.size;
      const known = this.#entries.reduce((sum, { bodies }) => sum + bodies.known, 0);
      const fresh = this.#entries.reduce((sum, { bodies }) => sum + bodies.fresh, 0);
      if (isSame && fresh * MUCH_NEW <= known) return undefined;
      // Of texts that changed the names stay: one day all begins anew.
      const names = this.#names.all.length > MOST_NAMES ? new Names() : this.#names;
      return printEntries(this.#entries, names);
    });
  }
}

/** A run whose values lead to other bodies than those before is none to write all anew for, if these are few. */
const MUCH_NEW = 20;

/** More names than the templates of a chart have. */
const MOST_NAMES = 20_000;

function recall({ known, outline, bodies }: Entry, source: Source): Parsed {
  const whole: Source = { ...source, outline, bodies };
  const templates = known.templates.map(([name, start, isEmpty]): Template => ({
    name: start === 0 ? source.name : name,
    source: whole,
    body: { start, list: undefined },
    isEmpty,
  }));
  return { templates, functions: new Set(known.functions), outline };
}

const INT = Int32Array.BYTES_PER_ELEMENT;

/**
 * Lengths of the head and of its index; the index; the outlines; the bodies. This head stands there twice: a damaged one,
 * which differs from its copy, would make other templates of these. The texts follow.
 */
function printEntries(entries: readonly Entry[], names: Names): Uint8Array[] {
  // This names what the new ones name.
  const bodies = entries.map((entry) => entry.bodies.print(names));
  const texts = entries.map(({ known }, at) => ({ ...known, numbers: (bodies[at] as Int32Array).length }));
  const index = Buffer.from(JSON.stringify({ names: names.all, texts } satisfies Index), 'latin1');
  const padding = Buffer.alloc(-index.length & (INT - 1));
  const body = [index, padding, ...entries.map(({ outline }) => bytesOf(outline)), ...bodies.map(bytesOf)];
  const size = body.reduce((sum, { length }) => sum + length, 2 * INT);
  const head = [bytesOf(new Int32Array([size, index.length])), ...body];
  return [...head, ...head, ...entries.map(({ data }) => data)];
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What is kept; a file that is damaged, or holds something else, holds nothing, and is made anew after the run. */
function readSafely(file: string): { entries: Map<string, Entry>; names: Names } {
  try {
    return readEntries(file);
  } catch {
    return { entries: new Map(), names: new Names() };
  }
}

/** @throws any error where the file is not as {@link printEntries} prints it */
function readEntries(file: string): { entries: Map<string, Entry>; names: Names } {
  const entries: Map<string, Entry> = new Map();
  const nothing = { entries, names: new Names() };
  const bytes = readRunCache(file);
  if (bytes === undefined || bytes.length < 2 * INT) return nothing;
  const integers = (from: number, to: number): Int32Array => {
    const { buffer, byteOffset } = bytes;
    const isAligned = ((byteOffset + from) & (INT - 1)) === 0;
    if (isAligned) return new Int32Array(buffer, byteOffset + from, (to - from) / INT);
    return new Int32Array(buffer.slice(byteOffset + from, byteOffset + to));
  };
  const [size = 0, indexSize = 0] = integers(0, 2 * INT);
  if (size < 2 * INT || 2 * size > bytes.length) return nothing;
  const head = bytes.subarray(0, size);
  if (!head.equals(bytes.subarray(size, 2 * size))) return nothing;
  const index = JSON.parse(head.toString('latin1', 2 * INT, 2 * INT + indexSize)) as Index;
  if (!isIndex(index)) return nothing;
  const names = new Names(index.names);
  const count = index.texts.reduce((sum, { ends, numbers }) => sum + ends + numbers, 0);
  const all = integers(size - count * INT, size);
  let endsAt = 0;
  let bodiesAt = index.texts.reduce((sum, { ends }) => sum + ends, 0);
  let textAt = 2 * size;
  for (const { numbers, ...known } of index.texts) {
    entries.set(known.name, {
      known,
      outline: all.subarray(endsAt, (endsAt += known.ends)),
      bodies: new Bodies(names, all.subarray(bodiesAt, (bodiesAt += numbers))),
      data: bytes.subarray(textAt, (textAt += known.size)),
    });
  }
  return { entries, names };
}

function isIndex({ names, texts }: Index): boolean {
  return (
    areStrings(names) &&
    texts.every(
      ({ name, size, ends, numbers, functions, templates }) =>
        typeof name === 'string' &&
        [size, ends, numbers].every((count) => Number.isSafeInteger(count) && count >= 0) &&
        areStrings(functions) &&
        templates.every(([defined, start]) => typeof defined === 'string' && Number.isSafeInteger(start)),
    )
  );
}

function areStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
