/** Composes the structure of a document from js-yaml's events, which tell how and where each scalar is written. */
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents } from 'js-yaml';
import type { Event } from 'js-yaml';
import { resolvePlainScalar } from '../../yaml/scalar.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type { PlacedGap } from './gaps.ts';
import type { Hole, Markers } from './markers.ts';
import { checkLiteral, finite, isUnlike } from './literals.ts';
import { mistakeBelowKey, mistakeInConstant, mistakeInPlainText } from './plain-texts.ts';
import { ScalarPositions } from './scalar-positions.ts';
import type { ScalarEvent } from './scalar-positions.ts';
import type { Collection, Node, Text } from './structure.ts';
import { MAX_DEPTH, DuplicateKey, ComposeError, keyHints, valueAsTag, yamlError } from './compose-errors.ts';

/** How many nodes a document may have when each alias counts as the nodes that it repeats. */
const MAX_NODES = 1_000_000;

/**
 * Reads the text of one document, with the markers in it. It gives several nodes where `...` ends a document early.
 *
 * @param gaps where blocks printed nothing, in the order of the text
 * @param whole keep the nodes and offsets of collections without holes too, which otherwise become one constant
 * @throws {ComposeError} for what is not YAML, or no document of Kubernetes, and for values where none can stand
 */
export function composeDocument(
  text: string,
  markers: Markers,
  { gaps = [], whole = false }: { gaps?: readonly PlacedGap[]; whole?: boolean } = {},
): Node[] {
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (error instanceof YAMLException) throw yamlError(error, text, markers);
    throw error;
  }
  return new Composer(text, markers, gaps, whole).compose(events);
}

/** A map or a list that has begun, with the key whose value comes next; without a node for the document itself. */
type OpenCollection = {
  node: Collection | undefined;
  key: Text | string | Hole | undefined;
  keyOffset: number;
  /** The key is `<<`. */
  isMerge: boolean;
  /** It stands in `[ ]` or `{ }`. */
  isFlow: boolean;
  /** The keys so far, and where each stands. */
  seen: Map<string, number>;
  anchor: string | undefined;
};

/** Makes nodes of events. */
class Composer {
  readonly #text: string;
  readonly #markers: Markers;
  readonly #anchors = new Map<string, Node>();
  readonly #whole: boolean;
  readonly #scalars: ScalarPositions;
  readonly #gaps: readonly PlacedGap[];
  #nextGap = 0;
  readonly #documents: Node[] = [];
  /** The collections around the innermost open one. */
  readonly #stack: OpenCollection[] = [];
  #open = opened(undefined, undefined, false);
  #root: Node | undefined;

  constructor(text: string, markers: Markers, gaps: readonly PlacedGap[], whole: boolean) {
    this.#text = text;
    this.#markers = markers;
    this.#gaps = gaps;
    this.#whole = whole;
    this.#scalars = new ScalarPositions(text);
  }

  /** @throws {ComposeError} */
  compose(events: readonly Event[]): Node[] {
    for (const event of events) {
      switch (event.type) {
        case EVENT_ID.DOCUMENT:
          this.#anchors.clear();
          this.#root = undefined;
          this.#open = opened(undefined, undefined, false);
          break;
        case EVENT_ID.SEQUENCE:
        case EVENT_ID.MAPPING:
          this.#begin(event);
          break;
        case EVENT_ID.SCALAR:
          this.#checkProperties(event);
          if (this.#isKeyNext()) this.#key(event);
          else this.#scalarValue(event);
          break;
        case EVENT_ID.ALIAS:
          this.#alias(event);
          break;
        case EVENT_ID.POP:
          this.#end();
          break;
        default:
      }
    }
    return this.#documents;
  }

  /** Does the innermost open collection wait for a key? */
  #isKeyNext(): boolean {
    return this.#open.node?.type === 'map' && this.#open.key === undefined;
  }

  /** Puts a node that is complete into the innermost open collection, or makes it the root. */
  #finish(node: Node): void {
    const { node: into } = this.#open;
    if (into === undefined) this.#root = node;
    else this.#add(into, node);
  }

  #begin(event: Extract<Event, { type: typeof EVENT_ID.SEQUENCE | typeof EVENT_ID.MAPPING }>): void {
    this.#checkProperties(event);
    const { start: offset } = event;
    this.#scalars.pass(offset);
    if (this.#isKeyNext())
      throw new ComposeError('a map or a list cannot be a key', offset, keyHints(this.#text, offset));
    this.#stack.push(this.#open);
    const node: Collection =
      event.type === EVENT_ID.SEQUENCE
        ? { type: 'list', items: [], offset, size: 1 }
        : { type: 'map', entries: [], offset, size: 1 };
    const anchor = event.anchorStart === -1 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd);
    this.#open = opened(node, anchor, event.style === COLLECTION_STYLE.FLOW);
  }

  /** A scalar that is a value, an item or the whole document. */
  #scalarValue(event: ScalarEvent): void {
    const open = this.#open;
    const isItem = open.node?.type === 'list';
    const before = this.#scalars.last;
    const offset = this.#scalars.begin(event, isItem);
    // What is printed for {{spread x}} is a key without a value.
    const isSpread = typeof open.key === 'object' && 'kind' in open.key;
    if (!isSpread && this.#isLeftOut(event, isItem ? offset : open.keyOffset, isItem ? offset + 1 : before, isItem)) {
      open.key = undefined;
      return;
    }
    const node = this.#scalar(event, offset, open.isFlow);
    if (!isItem && open.node !== undefined) this.#checkBelowKey(event, open.keyOffset);
    this.#anchor(event, node);
    this.#finish(node);
  }

  #alias(event: Extract<Event, { type: typeof EVENT_ID.ALIAS }>): void {
    this.#checkProperties(event);
    this.#scalars.pass(event.anchorEnd);
    const name = this.#text.slice(event.anchorStart, event.anchorEnd);
    const node = this.#anchors.get(name);
    if (node === undefined) throw new ComposeError(`the alias *${name} has no anchor before it`, event.anchorStart);
    if (this.#isKeyNext()) throw new ComposeError('an alias cannot be a key', event.anchorStart);
    this.#finish(node);
  }

  /** Ends the innermost open collection, or the document. */
  #end(): void {
    const { node: done, anchor } = this.#open;
    if (done === undefined) {
      if (this.#root !== undefined) this.#documents.push(this.#root);
      return;
    }
    const node = this.#whole ? done : simplified(done);
    if (node.size > MAX_NODES)
      throw new ComposeError('the aliases of this document unfold to too many values', done.offset);
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    this.#open = this.#stack.pop() ?? opened(undefined, undefined, false);
    this.#finish(node);
  }

  #anchor(event: ScalarEvent, node: Node): void {
    if (event.anchorStart !== -1) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
  }

  /**
   * Is there nothing for a value but blocks that printed nothing? Then its key or item is left out.
   *
   * @param at the offset of the key or of the item's dash
   * @param end the offset behind it
   */
  #isLeftOut(event: ScalarEvent, at: number, end: number, isItem: boolean): boolean {
    const isEmpty = event.valueStart === -1 && event.tagStart === -1 && event.anchorStart === -1;
    if (!isEmpty || this.#gaps.length === 0) return false;
    const column = at - this.#text.lastIndexOf('\n', at - 1) - 1;
    while ((this.#gaps[this.#nextGap]?.at ?? end) < end) this.#nextGap++;
    for (let index = this.#nextGap; index < this.#gaps.length; index++) {
      const gap = this.#gaps[index];
      if (gap === undefined || !/^["']?[ \t]*:?(?:\s|#[^\n]*(?:\n|$))*$/.test(this.#text.slice(end, gap.at)))
        return false;
      if (gap.column > column || (gap.column === column && gap.isList && !isItem)) return true;
    }
    return false;
  }

  /** Refuses values in anchors, aliases and tags, as in `&{{x}}`. */
  #checkProperties(event: { anchorStart: number; anchorEnd: number; tagStart?: number; tagEnd?: number }): void {
    if (event.anchorStart !== -1 && this.#markers.has(this.#text.slice(event.anchorStart, event.anchorEnd))) {
      throw new ComposeError(
        'a value cannot be an anchor or an alias',
        event.anchorStart,
        ['write the name of the anchor itself, or put the value in its place with {{x}}'],
        { isSlot: true },
      );
    }
    const { tagStart = -1, tagEnd = -1 } = event;
    if (tagStart !== -1 && this.#markers.has(this.#text.slice(tagStart, tagEnd))) {
      throw valueAsTag(tagStart);
    }
  }

  #key(event: ScalarEvent): void {
    const open = this.#open;
    const offset = this.#scalars.begin(event, false);
    open.keyOffset = offset;
    const text = getScalarValue(this.#text, event);
    const isPlain = event.style === SCALAR_STYLE.PLAIN;
    if (isPlain && /:[[{"']/.test(text))
      throw new ComposeError('this is a key as a whole, since no blank follows the colon in it', offset, [
        'write a blank behind the colon of a key, or put quotes around the key',
      ]);
    if (this.#markers.has(text)) {
      const pieces = this.#markers.split(text);
      const [only] = pieces;
      if (pieces.length === 1 && typeof only === 'object' && only.kind === 's') open.key = only;
      else open.key = { type: 'text', pieces, literal: false, offset };
    } else if (isPlain && text === '<<' && event.tagStart === -1) {
      open.key = '<<';
      open.isMerge = true;
    } else {
      // A key is the text that is written, also where YAML 1.1 takes it for a boolean or a number: `on`, `1.0`, `0x1f`.
      const isNull = isPlain && event.tagStart === -1 && resolvePlainScalar(text) === null;
      if (isNull) throw new ComposeError('a key cannot be null', offset, ['write "" or "null" in quotes']);
      const first = open.seen.get(text);
      if (first !== undefined) throw new DuplicateKey(text, offset, first);
      open.seen.set(text, offset);
      open.key = text;
    }
    if (event.anchorStart !== -1 && typeof open.key === 'string') {
      this.#anchor(event, { type: 'const', value: open.key, offset, size: 1 });
    }
  }

  #scalar(event: ScalarEvent, offset: number, inFlow: boolean): Node {
    const text = getScalarValue(this.#text, event);
    const tag = event.tagStart === -1 ? '' : this.#text.slice(event.tagStart, event.tagEnd);
    const isPlain = event.style === SCALAR_STYLE.PLAIN && tag !== '!!str' && tag !== '!';
    if (!this.#markers.has(text)) {
      if (isPlain && tag === '') {
        checkLiteral(text, offset);
        const mistake = mistakeInConstant(text);
        if (mistake !== undefined) throw new ComposeError(mistake.message, offset, [mistake.hint]);
      }
      const isTyped = isPlain || tag === '!!int' || tag === '!!float' || tag === '!!bool' || tag === '!!null';
      const value = isTyped ? finite(resolvePlainScalar(text), text, offset) : text;
      return { type: 'const', value, offset, size: 1, ...(isUnlike(value, text) && { written: text }) };
    }
    const pieces = this.#markers.split(text);
    const [only] = pieces;
    if (event.style === SCALAR_STYLE.PLAIN) this.#checkLines(event);
    if (isPlain && pieces.length === 1 && typeof only === 'object')
      return { type: 'hole', hole: only, offset, size: 1 };
    const mistake = isPlain ? mistakeInPlainText(pieces, inFlow) : undefined;
    if (mistake !== undefined) throw new ComposeError(mistake.message, offset, [mistake.hint], { isSlot: true });
    const literal = event.style === SCALAR_STYLE.LITERAL_BLOCK;
    return { type: 'text', pieces, literal, offset, size: 1 };
  }

  /** Refuses `a:1` and `-b` on the line below a key: without a blank behind colon or dash they are texts. */
  #checkBelowKey({ style, valueStart, valueEnd }: ScalarEvent, keyOffset: number): void {
    if (style !== SCALAR_STYLE.PLAIN || valueStart < 0) return;
    if (!this.#text.slice(keyOffset, valueStart).includes('\n')) return;
    const mistake = mistakeBelowKey(this.#text.slice(valueStart, valueEnd));
    if (mistake !== undefined) throw new ComposeError(mistake.message, valueStart, [mistake.hint]);
  }

  /** Refuses a value on a line of its own inside a plain text of several lines, which YAML joins to one. */
  #checkLines({ valueStart, valueEnd }: ScalarEvent): void {
    const written = this.#text.slice(valueStart, valueEnd);
    if (!written.includes('\n')) return;
    let at = valueStart;
    for (const line of written.split('\n')) {
      if (this.#markers.isMarker(line)) {
        throw new ComposeError(
          'this value would become part of the text of several lines around it',
          at + line.search(/\S/),
          [
            'an item of a list begins with a dash: - {{x}}; {{spread x}} adds the keys of a map; put a text of several lines after | or in quotes',
          ],
          { isSlot: true },
        );
      }
      at += line.length + 1;
    }
  }

  /** Adds a node to the innermost open collection: an item, or the value of its key. */
  #add(into: Collection, node: Node): void {
    const open = this.#open;
    into.size += node.size;
    if (into.type === 'list') {
      const spread = node.type === 'map' && node.entries.length === 1 ? node.entries[0] : undefined;
      if (spread?.type === 'spread' && !this.#isOnLineOfItsOwn(spread.offset))
        into.items.push({ type: 'spread', hole: spread.hole, offset: spread.offset });
      else into.items.push(node);
      return;
    }
    const { key, keyOffset: offset } = open;
    open.key = undefined;
    if (key === undefined) return;
    if (open.isMerge) {
      open.isMerge = false;
      this.#merge(into, node, offset);
    } else if (typeof key === 'object' && 'kind' in key) {
      if (node.type !== 'const' || node.value !== null) {
        throw new ComposeError('spread must be on a line of its own', offset, ['write {{x}} to give a key its value'], {
          isSlot: true,
        });
      }
      into.entries.push({ type: 'spread', hole: key, offset });
    } else {
      if (
        typeof key === 'string' &&
        node.type === 'const' &&
        node.value === null &&
        /^(?:values|release|chart)\.\w/.test(key)
      ) {
        throw new ComposeError(`{${key}} is a map with this key`, offset, [`a mustache needs two braces: {{${key}}}`]);
      }
      into.entries.push({ type: 'pair', key, offset, value: node });
    }
  }

  /** Below a dash, `{{spread x}}` on a line of its own adds keys to the item, as it does elsewhere. */
  #isOnLineOfItsOwn(offset: number): boolean {
    return this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1, offset).trim() === '';
  }

  #merge(into: Extract<Node, { type: 'map' }>, node: Node, offset: number): void {
    const sources = node.type === 'list' ? node.items : [node];
    for (const source of sources) {
      const isConstMap =
        source.type === 'const' &&
        (isMap(source.value) || (Array.isArray(source.value) && source.value.every((item) => isMap(item))));
      if (source.type === 'hole' || source.type === 'spread' || source.type === 'text') {
        throw new ComposeError(
          'a value cannot be merged with <<',
          offset,
          ['write {{spread x}} on a line of its own'],
          { isSlot: true },
        );
      }
      if (source.type !== 'map' && !isConstMap) throw new ComposeError('<< merges maps', offset);
      into.entries.push({ type: 'merge', value: source, offset });
    }
  }
}

function opened(node: Collection | undefined, anchor: string | undefined, isFlow: boolean): OpenCollection {
  return { node, key: undefined, keyOffset: 0, isMerge: false, isFlow, seen: new Map(), anchor };
}

/** Makes a collection without holes a constant, which all documents share. */
function simplified(node: Collection): Node {
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
