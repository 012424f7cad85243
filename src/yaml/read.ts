/**
 * Reads YAML as Helm reads it: js-yaml's parser, composed by our own hand into Maps and exact numbers.
 *
 * Helm reads with go-yaml v2 and turns the result into JSON; what differs from YAML 1.2 follows from
 * that: booleans such as `yes` and `on`, also as keys, octals, `<<`, `!!binary`, unknown tags ignored.
 */
import { EVENT_ID, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { resolvePlainScalar } from './scalar.ts';
import { goFloatKey } from './go-number.ts';
import { cloneValue, isMap } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** How to read. */
export type YamlOptions = {
  /** A key that is written twice in a map: the last one counts, as in Helm (default), or it is an error. */
  duplicateKeys?: 'last' | 'error';
};

/** Texts longer than this (in UTF-16 units) are refused: what they hold could never be stored in a cluster. */
const LONGEST_TEXT = 1 << 24;
const DEEPEST = 1000;

const TAG_PREFIX = 'tag:yaml.org,2002:';

/**
 * Reads one document. An empty text is null; more than one document is an error.
 *
 * @throws PkgError PKG_YAML_SYNTAX with the position, PKG_YAML_TOO_COMPLEX for alias bombs and the like
 */
export function parseYaml(text: string, file: string, options: YamlOptions = {}): Value {
  const documents = compose(text, file, options);
  if (documents.length > 1) {
    throw new PkgError('PKG_YAML_SYNTAX', 'there is more than one YAML document where one is expected', {
      at: positionAt(text, documents[1]?.offset ?? 0, file),
      hints: ["Remove the '---' line and what follows it"],
    });
  }
  return documents[0]?.value ?? null;
}

/** Reads every document of a stream; an empty document is null. Throws as {@link parseYaml} does. */
export function parseYamlDocuments(text: string, file: string, options: YamlOptions = {}): Value[] {
  return compose(text, file, options).map((document) => document.value);
}

/** The line and column of an offset; both count from 1. */
export function positionAt(text: string, offset: number, file: string): Position & { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', start)) {
    line++;
    start = next + 1;
  }
  return { file, line, column: offset - start + 1 };
}

type Document = { value: Value; offset: number };

/** A value under construction. `key` is the pending key of a map; `undefined` while a key is expected. */
type Frame = {
  value: Value[] | ValueMap | undefined;
  key: string | undefined;
  /** The pending key is `<<`. */
  merge: boolean;
  keyOffset: number;
  anchor: string | undefined;
  /** Keys that were written here, kept only to find duplicates. */
  seen: Set<string> | undefined;
};

/** What an anchor stands for, the text of a scalar, and the nodes in it; undefined while it is still being read. */
type Anchor = { value: Value; text: string; size: number } | undefined;

const COMPLEX_KEY = 'a map or a list cannot be the key of a map';

function compose(text: string, file: string, options: YamlOptions): Document[] {
  if (text.length > LONGEST_TEXT) {
    throw new PkgError('PKG_YAML_TOO_COMPLEX', `this YAML is larger than ${LONGEST_TEXT >> 20} MiB`, { at: { file } });
  }
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: DEEPEST });
  } catch (error) {
    throw syntaxError(error, text, file);
  }
  return new Composer(text, file, options.duplicateKeys === 'error').compose(events);
}

function syntaxError(error: unknown, text: string, file: string): unknown {
  if (error instanceof RangeError) return tooDeep({ file });
  if (!(error instanceof YAMLException)) return error;
  const at = error.mark === undefined ? { file } : positionAt(text, error.mark.position, file);
  if (error.reason.startsWith('nesting exceeded')) return tooDeep(at);
  return new PkgError('PKG_YAML_SYNTAX', `this is not YAML: ${printable(error.reason)}`, { at });
}

function tooDeep(at: Position): PkgError {
  return new PkgError('PKG_YAML_TOO_COMPLEX', `this YAML is nested deeper than ${DEEPEST} levels`, { at });
}

class Composer {
  readonly #text: string;
  readonly #file: string;
  readonly #unique: boolean;
  #anchors: Map<string, Anchor> = new Map();
  #handles: Map<string, string> = new Map();
  /** Nodes made, and those of them that came out of aliases: what go-yaml bounds. */
  #nodes = 0;
  #aliased = 0;

  constructor(text: string, file: string, unique: boolean) {
    this.#text = text;
    this.#file = file;
    this.#unique = unique;
  }

  compose(events: readonly Event[]): Document[] {
    const documents: Document[] = [];
    const stack: Frame[] = [];
    const sizes: number[] = [];
    let frame: Frame = newFrame(undefined, undefined);
    let document: Document = { value: null, offset: 0 };
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          this.#anchors = new Map();
          this.#handles = new Map(
            event.directives.flatMap((directive) =>
              directive.kind === 'tag' ? [[directive.handle, directive.prefix] as const] : [],
            ),
          );
          document = { value: null, offset: -1 };
          frame = newFrame(undefined, undefined);
          break;
        case EVENT_ID.SEQUENCE:
        case EVENT_ID.MAPPING: {
          this.#nodes++;
          if (document.offset === -1) document.offset = event.start;
          if (expectsKey(frame)) throw this.#error(COMPLEX_KEY, event.start);
          const anchor = event.anchorStart === -1 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd);
          if (anchor !== undefined) {
            this.#anchors.set(anchor, undefined);
            sizes.push(this.#nodes);
          }
          stack.push(frame);
          frame = newFrame(event.type === EVENT_ID.SEQUENCE ? [] : new Map(), anchor);
          break;
        }
        case EVENT_ID.SCALAR: {
          this.#nodes++;
          const offset = scalarOffset(event);
          if (document.offset === -1) document.offset = offset;
          const text = getScalarValue(this.#text, event);
          const untagged = event.tagStart === -1;
          const plain = untagged && event.style === SCALAR_STYLE.PLAIN;
          const value = untagged ? (plain ? resolvePlainScalar(text) : text) : this.#tagged(event, text, offset);
          if (event.anchorStart !== -1) {
            this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), { value, text, size: 1 });
          }
          if (!expectsKey(frame)) {
            this.#add(frame, document, value, offset);
          } else if (plain && value === '<<') {
            frame.merge = true;
            frame.keyOffset = offset;
          } else {
            this.#addKey(frame, value, text, offset);
          }
          break;
        }
        case EVENT_ID.ALIAS: {
          if (document.offset === -1) document.offset = event.anchorStart;
          const name = this.#text.slice(event.anchorStart, event.anchorEnd);
          const anchor = this.#anchors.get(name);
          if (anchor === undefined) {
            const why = this.#anchors.has(name) ? 'contains itself' : 'is not defined before its use';
            throw this.#error(`the anchor '${printable(name)}' ${why}`, event.anchorStart - 1);
          }
          this.#chargeAlias(anchor.size, event.anchorStart - 1);
          if (expectsKey(frame)) this.#addKey(frame, anchor.value, anchor.text, event.anchorStart - 1);
          // Nothing is shared: a change in one place must not show in another.
          else this.#add(frame, document, cloneValue(anchor.value), event.anchorStart - 1);
          break;
        }
        case EVENT_ID.POP: {
          const done = frame.value;
          if (done === undefined) {
            documents.push(document);
            break;
          }
          if (frame.anchor !== undefined) {
            this.#anchors.set(frame.anchor, { value: done, text: '', size: this.#nodes - (sizes.pop() ?? 0) + 1 });
          }
          frame = stack.pop() ?? newFrame(undefined, undefined);
          this.#add(frame, document, done, frame.keyOffset);
          break;
        }
      }
    }
    return documents;
  }

  /** Puts a finished value where it belongs: the document, a list, or a value of a map. */
  #add(frame: Frame, document: Document, value: Value, offset: number): void {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw this.#error('infinity and not-a-number are no numbers in JSON, and so in Kubernetes', offset);
    }
    const into = frame.value;
    if (into === undefined) {
      document.value = value;
    } else if (!isMap(into)) {
      into.push(value);
    } else if (frame.merge) {
      frame.merge = false;
      this.#merge(into, value, frame.keyOffset);
    } else if (frame.key !== undefined) {
      into.set(frame.key, value);
      frame.key = undefined;
    }
  }

  #addKey(frame: Frame, value: Value, text: string, offset: number): void {
    const key = typeof value === 'string' ? value : this.#key(value, text, offset);
    if (this.#unique) {
      frame.seen ??= new Set();
      if (frame.seen.has(key)) throw this.#error(`the key '${printable(key)}' is written twice in this map`, offset);
      frame.seen.add(key);
    }
    frame.key = key;
    frame.keyOffset = offset;
  }

  /** A key that is not a string, as text: what sigs.k8s.io/yaml makes of it. */
  #key(value: Value, text: string, offset: number): string {
    switch (typeof value) {
      case 'boolean':
      case 'bigint':
        return String(value);
      case 'number':
        return Number.isSafeInteger(value) && !/[.eE]/.test(text) ? String(value) : goFloatKey(value);
      default:
        throw this.#error(value === null ? 'a key cannot be null: write \'""\' or a name' : COMPLEX_KEY, offset);
    }
  }

  #merge(into: ValueMap, from: Value, offset: number): void {
    if (isMap(from)) {
      for (const [key, value] of from) into.set(key, value);
      return;
    }
    // The first of several maps wins, so it comes last.
    for (const item of Array.isArray(from) ? from.toReversed() : [null]) {
      if (!isMap(item)) throw this.#error("'<<' takes a map or a list of maps", offset);
      this.#merge(into, item, offset);
    }
  }

  #tagged(event: Event & { type: typeof EVENT_ID.SCALAR }, text: string, offset: number): Value {
    const tag = this.#tag(this.#text.slice(event.tagStart, event.tagEnd));
    switch (tag) {
      case 'binary':
        return this.#binary(text.replace(/[\r\n]/g, ''), offset);
      case 'null':
      case 'bool':
      case 'int':
      case 'float': {
        const value = resolvePlainScalar(text);
        const kind = value === null ? 'null' : typeof value === 'boolean' ? 'bool' : numberKind(value);
        if (kind === tag || (tag === 'float' && kind === 'int')) return value;
        throw this.#error(`'${printable(text)}' is not a value of the tag '!!${tag}'`, offset);
      }
      default:
        return text;
    }
  }

  #binary(text: string, offset: number): string {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
      throw this.#error("this '!!binary' value is not base64", offset);
    }
    return Buffer.from(text, 'base64').toString('utf8');
  }

  /** The name of one of YAML's own tags, or '' for any other: those mean nothing to Helm. */
  #tag(written: string): string {
    let name = written;
    if (written.startsWith('!<')) {
      name = written.slice(2, -1);
    } else {
      const end = written.indexOf('!', 1);
      const handle = end === -1 ? '!' : written.slice(0, end + 1);
      const prefix = this.#handles.get(handle) ?? (handle === '!!' ? TAG_PREFIX : handle);
      name = prefix + written.slice(handle.length);
    }
    return name.startsWith(TAG_PREFIX) ? name.slice(TAG_PREFIX.length) : '';
  }

  /**
   * go-yaml's own bound: aliases may make up nearly all of a small document, and a tenth of a large one.
   * https://github.com/yaml/go-yaml/blob/v2/decode.go, `allowedAliasRatio`
   */
  #chargeAlias(size: number, offset: number): void {
    this.#nodes += size;
    this.#aliased += size;
    if (this.#aliased <= 100 || this.#nodes <= 1000) return;
    const [low, high] = [400_000, 4_000_000];
    const allowed =
      this.#nodes <= low ? 0.99 : this.#nodes >= high ? 0.1 : 0.99 - (0.89 * (this.#nodes - low)) / (high - low);
    if (this.#aliased / this.#nodes > allowed) {
      throw new PkgError('PKG_YAML_TOO_COMPLEX', 'the aliases of this YAML unfold to too many values', {
        at: positionAt(this.#text, offset, this.#file),
      });
    }
  }

  #error(message: string, offset: number): PkgError {
    return new PkgError('PKG_YAML_SYNTAX', message, { at: positionAt(this.#text, offset, this.#file) });
  }
}

/** Is the next value a key of the map under construction? */
function expectsKey(frame: Frame): boolean {
  return frame.key === undefined && !frame.merge && isMap(frame.value);
}

function newFrame(value: Value[] | ValueMap | undefined, anchor: string | undefined): Frame {
  return { value, key: undefined, merge: false, keyOffset: 0, anchor, seen: undefined };
}

function numberKind(value: Value): 'int' | 'float' | '' {
  if (typeof value === 'bigint') return 'int';
  if (typeof value !== 'number') return '';
  return Number.isInteger(value) ? 'int' : 'float';
}

function scalarOffset(event: Event & { type: typeof EVENT_ID.SCALAR }): number {
  for (const start of [event.tagStart, event.anchorStart, event.valueStart]) if (start !== -1) return start;
  return 0;
}
