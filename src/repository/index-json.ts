/** Where the charts are in the bytes of an index in JSON, as `helm repo index --json` writes it. */
import { PkgError } from '../errors.ts';
import { parseJson } from '../yaml/json.ts';
import { fromPlain } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { BATCH, batchesOf } from './index-ranges.ts';
import type { ChartRange, IndexParts, Span } from './index-ranges.ts';

/** A member of an object: its key, and where its value is. */
type Member = Span & { key: string };

/** The parts of an index in JSON; undefined where it is not an object with a map of entries. */
export function jsonParts(bytes: Buffer, location: string): IndexParts | undefined {
  const scanner = new JsonScanner(bytes, location);
  const [entries, second] = [...scanner.members(0)].filter(({ key }) => key === 'entries');
  if (entries === undefined || second !== undefined || bytes[entries.from] !== OPEN_BRACE) return undefined;
  const parse = (text: string): Value => fromPlain(parseJson(text, location));
  function* charts(): Generator<ChartRange> {
    for (const { key, from, to } of scanner.members(entries?.from ?? 0)) yield { name: key, from, to };
  }
  return {
    rest: () => parse(`${bytes.toString('utf8', 0, entries.from)}null${bytes.toString('utf8', entries.to)}`),
    charts,
    *named(name) {
      for (const range of charts()) if (range.name === name) yield range;
    },
    *read({ name = '', from, to }): Generator<ValueMap> {
      if (to - from <= BATCH || bytes[from] !== OPEN_BRACKET) {
        yield new Map([[name, parse(bytes.toString('utf8', from, to))]]);
        return;
      }
      for (const batch of batchesOf(scanner.items(from), location)) {
        yield new Map([[name, parse(`[${bytes.toString('utf8', batch.from, batch.to)}]`)]]);
      }
    },
  };
}

const [QUOTE, COMMA, COLON, BACKSLASH] = [0x22, 0x2c, 0x3a, 0x5c];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Finds values in JSON. What is between their beginnings and ends is not checked, but parsed later. */
class JsonScanner {
  readonly #bytes: Buffer;
  readonly #location: string;

  constructor(bytes: Buffer, location: string) {
    this.#bytes = bytes;
    this.#location = location;
  }

  /** The members of the object at an offset. @throws {PkgError} `PKG_REPOSITORY_INVALID` for anything else */
  *members(at: number): Generator<Member> {
    let next = this.#blanks(this.#expect(this.#blanks(at), OPEN_BRACE));
    if (this.#bytes[next] === CLOSE_BRACE) return;
    for (;;) {
      const keyFrom = next;
      const keyTo = this.#string(keyFrom);
      const from = this.#blanks(this.#expect(this.#blanks(keyTo), COLON));
      const to = this.#value(from);
      yield { key: String(parseJson(this.#bytes.toString('utf8', keyFrom, keyTo), this.#location)), from, to };
      next = this.#blanks(to);
      if (this.#bytes[next] === CLOSE_BRACE) return;
      next = this.#blanks(this.#expect(next, COMMA));
    }
  }

  /** Where the items of the list at an offset are. @throws {PkgError} as {@link members} does */
  *items(at: number): Generator<Span> {
    let next = this.#blanks(this.#expect(at, OPEN_BRACKET));
    if (this.#bytes[next] === CLOSE_BRACKET) return;
    for (;;) {
      const to = this.#value(next);
      yield { from: next, to };
      next = this.#blanks(to);
      if (this.#bytes[next] === CLOSE_BRACKET) return;
      next = this.#blanks(this.#expect(next, COMMA));
    }
  }

  /** The end of the value at an offset. */
  #value(from: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    for (let at = from; at < bytes.length; at++) {
      switch (bytes[at]) {
        case QUOTE:
          at = this.#string(at) - 1;
          if (depth === 0) return at + 1;
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          depth++;
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          // A number or a word ends before the bracket of the object that it is in.
          if (depth === 0) return at;
          if (--depth === 0) return at + 1;
          break;
        case COMMA:
          if (depth === 0) return at;
      }
    }
    throw this.#damaged(bytes.length);
  }

  /** The end of the string at an offset. */
  #string(from: number): number {
    const bytes = this.#bytes;
    for (let at = this.#expect(from, QUOTE); at < bytes.length; at++) {
      if (bytes[at] === QUOTE) return at + 1;
      if (bytes[at] === BACKSLASH) at++;
    }
    throw this.#damaged(bytes.length);
  }

  #blanks(from: number): number {
    let at = from;
    while (at < this.#bytes.length && (this.#bytes[at] ?? 0) <= 0x20) at++;
    return at;
  }

  #expect(at: number, byte: number): number {
    if (this.#bytes[at] === byte) return at + 1;
    throw this.#damaged(at);
  }

  #damaged(at: number): PkgError {
    const where = at >= this.#bytes.length ? 'it ends too early' : `there is a mistake at byte ${at + 1}`;
    return new PkgError('PKG_REPOSITORY_INVALID', `this index is not JSON: ${where}`, {
      at: { file: this.#location },
      hints: ['fetch it again, then ask the operator of the repository to create the index again'],
    });
  }
}
