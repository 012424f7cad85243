/**
 * The structure of a document, with holes where slots stand. Composed from js-yaml's events, which say of
 * each scalar how it is written and where. Documents of one loop have the same skeleton: it is parsed once.
 */
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { resolvePlainScalar } from '../../yaml/scalar.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { Hole, PlacedGap, Slots } from './output.ts';
import { checkLiteral, finite, isUnlike } from './literals.ts';
import { unmeantBelowKey, unmeantPieces } from './plain-texts.ts';
import { Places } from './places.ts';
import type { ScalarEvent } from './places.ts';
import { DEEPEST, DuplicateKey, SkeletonError, keyHints, valueAsTag, yamlError } from './skeleton-errors.ts';

/** Text with holes. In a literal block, the further lines of a value are indented to its hole. */
export type Text = { type: 'text'; pieces: (string | Hole)[]; literal: boolean; offset: number };

export type Entry =
  | { type: 'pair'; key: string | Text; offset: number; value: Node }
  | { type: 'spread'; hole: Hole; offset: number }
  | { type: 'merge'; value: Node; offset: number };

export type Node =
  | {
      type: 'const';
      value: Value;
      offset: number;
      size: number;
      /** What is written for a number or a boolean that has another text, or a fraction: `1.10`, `0644`, `yes`. */
      written?: string;
    }
  | { type: 'hole'; hole: Hole; offset: number; size: number }
  | (Text & { size: number })
  | { type: 'map'; entries: Entry[]; offset: number; size: number }
  | { type: 'list'; items: (Node | { type: 'spread'; hole: Hole; offset: number })[]; offset: number; size: number };

/** Nodes of one document, aliases unfolded. */
const LARGEST = 1_000_000;

/**
 * Reads the text of one document, markers and all. Several nodes come out where `...` ends a document early.
 *
 * @param gaps where blocks printed nothing, in the order of the text
 * @param whole keep each collection with the places of its entries, also where it holds no slot
 * @throws {SkeletonError}
 */
export function parseSkeleton(
  text: string,
  slots: Slots,
  { gaps = [], whole = false }: { gaps?: readonly PlacedGap[]; whole?: boolean } = {},
): Node[] {
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: DEEPEST });
  } catch (error) {
    if (error instanceof YAMLException) throw yamlError(error, text, slots);
    throw error;
  }
  return new Composer(text, slots, gaps, whole).compose(events);
}

/** A map or a list that has begun, with the key whose value comes next. */
type OpenCollection = {
  node: Extract<Node, { type: 'map' | 'list' }> | undefined;
  key: Text | string | Hole | undefined;
  keyOffset: number;
  isMerge: boolean;
  /** It stands in `[ ]` or `{ }`. */
  isFlow: boolean;
  seen: Map<string, number>;
  anchor: string | undefined;
};

class Composer {
  readonly #text: string;
  readonly #slots: Slots;
  readonly #anchors = new Map<string, Node>();
  readonly #whole: boolean;
  readonly #places: Places;
  readonly #gaps: readonly PlacedGap[];
  #nextGap = 0;

  constructor(text: string, slots: Slots, gaps: readonly PlacedGap[], whole: boolean) {
    this.#text = text;
    this.#slots = slots;
    this.#gaps = gaps;
    this.#whole = whole;
    this.#places = new Places(text);
  }

  compose(events: readonly Event[]): Node[] {
    const documents: Node[] = [];
    const stack: OpenCollection[] = [];
    let frame = newFrame(undefined, undefined);
    let root: Node | undefined;
    const finish = (node: Node): void => {
      if (frame.node === undefined) root = node;
      else this.#add(frame, frame.node, node);
    };
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          this.#anchors.clear();
          root = undefined;
          frame = newFrame(undefined, undefined);
          break;
        case EVENT_ID.SEQUENCE:
        case EVENT_ID.MAPPING: {
          this.#checkProperties(event);
          const { start: offset } = event;
          this.#places.pass(offset);
          if (frame.node?.type === 'map' && frame.key === undefined) {
            throw new SkeletonError('a map or a list cannot be a key', offset, keyHints(this.#text, offset));
          }
          stack.push(frame);
          const node: Node =
            event.type === EVENT_ID.SEQUENCE
              ? { type: 'list', items: [], offset, size: 1 }
              : { type: 'map', entries: [], offset, size: 1 };
          frame = newFrame(
            node,
            event.anchorStart === -1 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd),
          );
          frame.isFlow = event.style === COLLECTION_STYLE.FLOW;
          break;
        }
        case EVENT_ID.SCALAR: {
          this.#checkProperties(event);
          if (frame.node?.type === 'map' && frame.key === undefined) {
            this.#key(frame, event, this.#places.begin(event, false));
          } else {
            const isItem = frame.node?.type === 'list';
            const before = this.#places.last;
            const offset = this.#places.begin(event, isItem);
            if (this.#isLeftOut(event, isItem ? offset : frame.keyOffset, isItem ? offset + 1 : before, isItem)) {
              // A block that printed nothing takes its key or item with it.
              frame.key = undefined;
              break;
            }
            const node = this.#scalar(event, offset, frame.isFlow);
            if (!isItem && frame.node !== undefined) this.#checkBelowKey(event, frame.keyOffset);
            this.#anchor(event, node);
            finish(node);
          }
          break;
        }
        case EVENT_ID.ALIAS: {
          this.#checkProperties(event);
          this.#places.pass(event.anchorEnd);
          const name = this.#text.slice(event.anchorStart, event.anchorEnd);
          const node = this.#anchors.get(name);
          if (node === undefined)
            throw new SkeletonError(`the alias *${name} has no anchor before it`, event.anchorStart);
          if (frame.node?.type === 'map' && frame.key === undefined) {
            throw new SkeletonError('an alias cannot be a key', event.anchorStart);
          }
          finish(node);
          break;
        }
        case EVENT_ID.POP: {
          const done = frame.node;
          if (done === undefined) {
            if (root !== undefined) documents.push(root);
            break;
          }
          const { anchor } = frame;
          const node = this.#whole ? done : simplified(done);
          if (node.size > LARGEST)
            throw new SkeletonError('the aliases of this document unfold to too many values', done.offset);
          if (anchor !== undefined) this.#anchors.set(anchor, node);
          frame = stack.pop() ?? newFrame(undefined, undefined);
          finish(node);
          break;
        }
        default:
      }
    }
    return documents;
  }

  #anchor(event: ScalarEvent, node: Node): void {
    if (event.anchorStart !== -1) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
  }

  /**
   * Is there nothing for a value but blocks that printed nothing?
   *
   * @param at where the key or the dash of the item begins, and `end` where it ends
   */
  #isLeftOut(event: ScalarEvent, at: number, end: number, isItem: boolean): boolean {
    const isEmpty = event.valueStart === -1 && event.tagStart === -1 && event.anchorStart === -1;
    if (!isEmpty || this.#gaps.length === 0) return false;
    const column = at - this.#text.lastIndexOf('\n', at - 1) - 1;
    while ((this.#gaps[this.#nextGap]?.at ?? end) < end) this.#nextGap++;
    for (let index = this.#nextGap; index < this.#gaps.length; index++) {
      const gap = this.#gaps[index];
      if (gap === undefined || !/^["']?[ \t]*:?(?:\s|#.*)*$/.test(this.#text.slice(end, gap.at))) return false;
      if (gap.column > column || (gap.column === column && gap.isList && !isItem)) return true;
    }
    return false;
  }

  /** Anchors, aliases and tags are structure: no value may make them. */
  #checkProperties(event: { anchorStart: number; anchorEnd: number; tagStart?: number; tagEnd?: number }): void {
    if (event.anchorStart !== -1 && this.#slots.has(this.#text.slice(event.anchorStart, event.anchorEnd))) {
      throw new SkeletonError(
        'a value cannot be an anchor or an alias',
        event.anchorStart,
        ['write the name of the anchor itself, or put the value in its place with {{x}}'],
        true,
      );
    }
    const { tagStart = -1, tagEnd = -1 } = event;
    if (tagStart !== -1 && this.#slots.has(this.#text.slice(tagStart, tagEnd))) {
      throw valueAsTag(tagStart);
    }
  }

  #key(frame: OpenCollection, event: ScalarEvent, offset: number): void {
    frame.keyOffset = offset;
    const text = getScalarValue(this.#text, event);
    const isPlain = event.style === SCALAR_STYLE.PLAIN;
    if (this.#slots.has(text)) {
      const pieces = this.#slots.split(text);
      const [only] = pieces;
      if (pieces.length === 1 && typeof only === 'object' && only.kind === 's') frame.key = only;
      else frame.key = { type: 'text', pieces, literal: false, offset };
    } else if (isPlain && text === '<<' && event.tagStart === -1) {
      frame.key = '<<';
      frame.isMerge = true;
    } else {
      // A key is the text that is written, also where YAML 1.1 takes it for a boolean or a number: `on`, `1.0`, `0x1f`.
      const isNull = isPlain && event.tagStart === -1 && resolvePlainScalar(text) === null;
      if (isNull) throw new SkeletonError('a key cannot be null', offset, ['write "" or "null" in quotes']);
      const first = frame.seen.get(text);
      if (first !== undefined) throw new DuplicateKey(text, offset, first);
      frame.seen.set(text, offset);
      frame.key = text;
    }
    if (event.anchorStart !== -1 && typeof frame.key === 'string') {
      this.#anchor(event, { type: 'const', value: frame.key, offset, size: 1 });
    }
  }

  #scalar(event: ScalarEvent, offset: number, inFlow: boolean): Node {
    const text = getScalarValue(this.#text, event);
    const tag = event.tagStart === -1 ? '' : this.#text.slice(event.tagStart, event.tagEnd);
    const isPlain = event.style === SCALAR_STYLE.PLAIN && tag !== '!!str' && tag !== '!';
    if (!this.#slots.has(text)) {
      if (isPlain && tag === '') checkLiteral(text, offset);
      const isTyped = isPlain || tag === '!!int' || tag === '!!float' || tag === '!!bool' || tag === '!!null';
      const value = isTyped ? finite(resolvePlainScalar(text), text, offset) : text;
      return { type: 'const', value, offset, size: 1, ...(isUnlike(value, text) && { written: text }) };
    }
    const pieces = this.#slots.split(text);
    const [only] = pieces;
    if (event.style === SCALAR_STYLE.PLAIN) this.#checkLines(event);
    if (isPlain && pieces.length === 1 && typeof only === 'object')
      return { type: 'hole', hole: only, offset, size: 1 };
    const unmeant = isPlain ? unmeantPieces(pieces, inFlow) : undefined;
    if (unmeant !== undefined) throw new SkeletonError(unmeant.message, offset, [unmeant.hint], true);
    const literal = event.style === SCALAR_STYLE.LITERAL_BLOCK;
    return { type: 'text', pieces, literal, offset, size: 1 };
  }

  /** What stands below a key and is meant as a key or an item is none without a blank behind its colon or dash. */
  #checkBelowKey({ style, valueStart, valueEnd }: ScalarEvent, keyOffset: number): void {
    if (style !== SCALAR_STYLE.PLAIN || valueStart < 0) return;
    if (!this.#text.slice(keyOffset, valueStart).includes('\n')) return;
    const unmeant = unmeantBelowKey(this.#text.slice(valueStart, valueEnd));
    if (unmeant !== undefined) throw new SkeletonError(unmeant.message, valueStart, [unmeant.hint]);
  }

  /** YAML joins the lines of a plain text: a value on a line of its own among them is meant as something else. */
  #checkLines({ valueStart, valueEnd }: ScalarEvent): void {
    const written = this.#text.slice(valueStart, valueEnd);
    if (!written.includes('\n')) return;
    let at = valueStart;
    for (const line of written.split('\n')) {
      if (this.#slots.isMarker(line)) {
        throw new SkeletonError(
          'this value would become part of the text of several lines in which it stands',
          at + line.search(/\S/),
          [
            'an item of a list begins with a dash: - {{x}}; {{spread x}} adds the keys of a map; a text of several lines stands behind | or in quotes',
          ],
          true,
        );
      }
      at += line.length + 1;
    }
  }

  #add(frame: OpenCollection, into: Extract<Node, { type: 'map' | 'list' }>, node: Node): void {
    into.size += node.size;
    if (into.type === 'list') {
      const spread = node.type === 'map' && node.entries.length === 1 ? node.entries[0] : undefined;
      if (spread?.type === 'spread') into.items.push({ type: 'spread', hole: spread.hole, offset: spread.offset });
      else into.items.push(node);
      return;
    }
    const { key, keyOffset: offset } = frame;
    frame.key = undefined;
    if (key === undefined) return;
    if (frame.isMerge) {
      frame.isMerge = false;
      this.#merge(into, node, offset);
    } else if (typeof key === 'object' && 'kind' in key) {
      if (node.type !== 'const' || node.value !== null) {
        throw new SkeletonError(
          'spread stands on a line of its own',
          offset,
          ['write {{x}} to give a key its value'],
          true,
        );
      }
      into.entries.push({ type: 'spread', hole: key, offset });
    } else {
      if (
        typeof key === 'string' &&
        node.type === 'const' &&
        node.value === null &&
        /^(?:values|release|chart)\.\w/.test(key)
      ) {
        throw new SkeletonError(`{${key}} is a map with this key`, offset, [`a mustache needs two braces: {{${key}}}`]);
      }
      into.entries.push({ type: 'pair', key, offset, value: node });
    }
  }

  #merge(into: Extract<Node, { type: 'map' }>, node: Node, offset: number): void {
    const sources = node.type === 'list' ? node.items : [node];
    for (const source of sources) {
      const isConstMap =
        source.type === 'const' &&
        (isMap(source.value) || (Array.isArray(source.value) && source.value.every((item) => isMap(item))));
      if (source.type === 'hole' || source.type === 'spread' || source.type === 'text') {
        throw new SkeletonError(
          'a value cannot be merged with <<',
          offset,
          ['write {{spread x}} on a line of its own'],
          true,
        );
      }
      if (source.type !== 'map' && !isConstMap) throw new SkeletonError('<< merges maps', offset);
      into.entries.push({ type: 'merge', value: source, offset });
    }
  }
}

function newFrame(node: OpenCollection['node'], anchor: string | undefined): OpenCollection {
  return { node, key: undefined, keyOffset: 0, isMerge: false, isFlow: false, seen: new Map(), anchor };
}

/** A collection without holes is a constant, made once and shared by all documents. */
function simplified(node: Extract<Node, { type: 'map' | 'list' }>): Node {
  const { offset, size } = node;
  if (node.type === 'list') {
    const values: Value[] = [];
    for (const item of node.items) {
      if (item.type !== 'const' || item.written !== undefined) return node;
      values.push(item.value);
    }
    return { type: 'const', value: values, offset, size };
  }
  const map = new Map<string, Value>();
  for (const entry of node.entries) {
    if (entry.type !== 'pair' || typeof entry.key !== 'string' || entry.value.type !== 'const') return node;
    if (entry.value.written !== undefined) return node;
    map.set(entry.key, entry.value.value);
  }
  return { type: 'const', value: map, offset, size };
}
