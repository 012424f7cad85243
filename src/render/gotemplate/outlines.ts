/**
 * What was found out about the templates of a chart, kept between runs: that a text has no errors, what it defines, and
 * where its bodies end. A run then reads only the bodies that it runs. It holds for a text as long as the text is the
 * same, byte by byte.
 */
import type { ChartMetadata } from '../../chart/chart.ts';
import { keepLater, readKept } from '../../kept.ts';
import type { Outline, Parsed, Source, Template } from './node.ts';
import type { Scope } from './scope.ts';

/** Texts of fewer bytes are parsed in less time than it takes to read what is kept. */
const MUCH = 10_000;

/**
 * A text with what is known about it, by its path in the chart. Of its templates the text itself, which begins at 0, has
 * no name here.
 */
type Known = { name: string; size: number; functions: string[]; templates: Definition[]; bodies: number };
type Definition = [name: string, start: number, isEmpty: boolean];

/** A text as it was when this was found out. */
type Entry = { known: Known; outline: Outline; data: Uint8Array };

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
    this.#before = readEntries(this.#file);
  }

  /** What is known of a text; undefined where it has to be parsed. */
  find(source: Source, data: Uint8Array): Parsed | undefined {
    const entry = this.#before.get(source.name.slice(this.#path.length));
    if (entry === undefined || Buffer.compare(entry.data, data) !== 0) return undefined;
    const { known, outline } = entry;
    const whole: Source = { ...source, outline };
    const templates = known.templates.map(([name, start, isEmpty]): Template => ({
      name: start === 0 ? source.name : name,
      source: whole,
      start,
      list: { unread: start },
      isEmpty,
    }));
    return { templates, functions: new Set(known.functions), outline };
  }

  /** Takes note of what a text holds, as it was found or parsed. */
  add(full: string, data: Uint8Array, parsed: Parsed): void {
    const name = full.slice(this.#path.length);
    const before = this.#before.get(name);
    if (before !== undefined && before.outline === parsed.outline) {
      this.#entries.push(before);
      return;
    }
    this.#isNew = true;
    const { outline } = parsed;
    const templates = parsed.templates.map(({ name: defined, start, isEmpty }): Definition => [
      start === 0 ? '' : defined,
      start,
      isEmpty,
    ]);
    const functions = [...parsed.functions];
    this.#entries.push({
      known: { name, size: data.length, functions, templates, bodies: outline.length },
      outline,
      data,
    });
  }

  /** Keeps all for later runs, if they are not what was kept before. */
  keep(): void {
    if (!this.#isNew && this.#entries.length === this.#before.size) return;
    keepLater(this.#file, () => printEntries(this.#entries));
  }
}

const INT = Int32Array.BYTES_PER_ELEMENT;

/**
 * Lengths of the head and of its index; the index; the outlines. This head stands there twice: a damaged one, which
 * differs from its copy, would make other templates of these. The texts follow.
 */
function printEntries(entries: readonly Entry[]): Uint8Array[] {
  const index = Buffer.from(JSON.stringify(entries.map(({ known }) => known)), 'latin1');
  const padding = Buffer.alloc(-index.length & (INT - 1));
  const outlines = entries.map(({ outline }) => bytesOf(outline));
  const body = [index, padding, ...outlines];
  const size = body.reduce((sum, { length }) => sum + length, 2 * INT);
  const head = [bytesOf(new Int32Array([size, index.length])), ...body];
  return [...head, ...head, ...entries.map(({ data }) => data)];
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function readEntries(file: string): Map<string, Entry> {
  const entries: Map<string, Entry> = new Map();
  const bytes = readKept(file);
  if (bytes === undefined || bytes.length < 2 * INT) return entries;
  const [size = 0, indexSize = 0] = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 2 * INT));
  if (size < 2 * INT || 2 * size > bytes.length) return entries;
  const head = bytes.subarray(0, size);
  if (!head.equals(bytes.subarray(size, 2 * size))) return entries;
  const index = JSON.parse(head.toString('latin1', 2 * INT, 2 * INT + indexSize)) as Known[];
  const bodies = index.reduce((sum, known) => sum + known.bodies, 0);
  const outlines = new Int32Array(bytes.buffer.slice(bytes.byteOffset + size - bodies * INT, bytes.byteOffset + size));
  let at = 2 * size;
  let body = 0;
  for (const known of index) {
    const outline = outlines.subarray(body, (body += known.bodies));
    entries.set(known.name, { known, outline, data: bytes.subarray(at, (at += known.size)) });
  }
  return entries;
}
