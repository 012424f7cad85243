/**
 * The exact reader: composes the nodes of YAML documents from tokens, as go-yaml 2 does. What it refuses, Helm refuses
 * in the same words and at the same line.
 */
import { printable } from '../errors-text.ts';
import { YamlError, syntaxError } from './yaml-error.ts';
import { Scanner } from './scan.ts';
import { Token } from './tokens.ts';
import type { ReadError } from './text-reader.ts';
import type { YamlToken } from './tokens.ts';
import type { TokenType } from './tokens.ts';

/** A node of a document. */
export type YamlNode = {
  readonly kind: 'scalar' | 'list' | 'map' | 'alias';
  /** The offset at which it begins, at its anchor or tag if it has one. */
  readonly at: number;
  /** Its tag with the handle resolved, such as `tag:yaml.org,2002:int`; empty for none. */
  readonly tag: string;
  /** The text of a scalar, the name of an alias. */
  readonly value: string;
  /** Its type follows from its text: it is a plain scalar without a tag, or one with the tag `!`. */
  readonly implicit: boolean;
  /** The items of a list; the keys of a map, each followed by its value. */
  readonly children: YamlNode[];
  /** The node that an alias refers to; undefined for any other kind. */
  readonly target: YamlNode | undefined;
};

/** Texts that are nested deeper are refused: code that walks through their values recursively has enough stack for this. */
const MAX_DEPTH = 1000;

const YAML_TAGS = 'tag:yaml.org,2002:';

/** Reads the documents of a text one after the other. */
export class DocumentReader {
  readonly #scanner: Scanner;
  #handles: Map<string, string> = new Map();
  #anchors: Map<string, YamlNode> = new Map();
  #first = true;
  #depth = 0;

  /** @param readError where the text stops being readable, if it does: see `readable.ts` */
  constructor(text: string, readError?: ReadError) {
    this.#scanner = new Scanner(text, readError);
  }

  /**
   * The root of the next document; undefined after the last one.
   *
   * @param anchors gets those of the document; may hold some from before, for a part of a document
   * @throws {YamlError}
   */
  next(anchors: Map<string, YamlNode> = new Map()): YamlNode | undefined {
    let token = this.#scanner.peek();
    if (!this.#first) {
      while (token.type === Token.DOCUMENT_END) token = this.#skip();
    }
    const implicit = this.#first;
    this.#first = false;
    if (token.type === Token.END) return undefined;
    this.#anchors = anchors;
    this.#handles = new Map();
    const directives =
      token.type === Token.VERSION || token.type === Token.TAG_DIRECTIVE || token.type === Token.DOCUMENT_START;
    if (!implicit || directives) {
      token = this.#directives(token);
      if (token.type !== Token.DOCUMENT_START) throw parseError('did not find expected <document start>', token);
      token = this.#skip();
    }
    for (const [handle, prefix] of DEFAULT_HANDLES) {
      if (!this.#handles.has(handle)) this.#handles.set(handle, prefix);
    }
    const empty = (!implicit || directives) && ENDS_DOCUMENT.has(token.type);
    const node = empty ? emptyScalar(token.at) : this.#node(true, false);
    if (this.#scanner.peek().type === Token.DOCUMENT_END) this.#scanner.skip();
    return node;
  }

  /** Takes a token and returns the next one. */
  #skip(): YamlToken {
    this.#scanner.skip();
    return this.#scanner.peek();
  }

  #directives(first: YamlToken): YamlToken {
    let token = first;
    let version = false;
    for (;;) {
      if (token.type === Token.VERSION) {
        if (version) throw parseError('found duplicate %YAML directive', token);
        if (token.value !== '1.1') throw parseError('found incompatible YAML document', token);
        version = true;
      } else if (token.type === Token.TAG_DIRECTIVE) {
        if (this.#handles.has(token.value)) throw parseError('found duplicate %TAG directive', token);
        this.#handles.set(token.value, token.suffix);
      } else {
        return token;
      }
      token = this.#skip();
    }
  }

  /**
   * Reads a node.
   *
   * @param block it may be a block collection
   * @param indentless it may be a list at the column of the map that it is a value of
   */
  #node(block: boolean, indentless: boolean): YamlNode {
    let token = this.#scanner.peek();
    const start = token;
    if (token.type === Token.ALIAS) return this.#alias(token);
    let anchor: YamlToken | undefined;
    let tagged: YamlToken | undefined;
    for (let parts = 0; parts < 2; parts++) {
      if (token.type === Token.ANCHOR && anchor === undefined) anchor = token;
      else if (token.type === Token.TAG && tagged === undefined) tagged = token;
      else break;
      token = this.#skip();
    }
    const tag = tagged === undefined ? '' : this.#tag(tagged, start);
    const { type } = token;
    if (type === Token.SCALAR) {
      this.#scanner.skip();
      const implicit = (tag === '' && token.plain) || tag === '!';
      const node: YamlNode = { ...emptyScalar(start.at), tag, value: token.value, implicit };
      return this.#name(node, anchor);
    }
    const isList =
      type === Token.FLOW_SEQUENCE_START ||
      (block && type === Token.SEQUENCE_START) ||
      (indentless && type === Token.ENTRY);
    if (isList || type === Token.FLOW_MAPPING_START || (block && type === Token.MAPPING_START)) {
      const node: YamlNode = { ...emptyScalar(start.at), kind: isList ? 'list' : 'map', tag, implicit: tag === '' };
      this.#name(node, anchor);
      this.#collection(node.children, token);
      return node;
    }
    if (anchor !== undefined || tag !== '') {
      return this.#name({ ...emptyScalar(start.at), tag, implicit: tag === '' }, anchor);
    }
    throw parseError('did not find expected node content', token, start);
  }

  #alias(token: YamlToken): YamlNode {
    this.#scanner.skip();
    const target = this.#anchors.get(token.value);
    if (target === undefined) {
      const problem = `the anchor '${printable(token.value)}' is not defined before its use`;
      throw new YamlError(problem, token.at, `yaml: unknown anchor '${token.value}' referenced`);
    }
    return { ...emptyScalar(token.at), kind: 'alias', value: token.value, target };
  }

  /** Reads the children of a collection, whose first token is the current one. */
  #collection(children: YamlNode[], token: YamlToken): void {
    if (++this.#depth > MAX_DEPTH)
      throw new YamlError(`this YAML is nested deeper than ${MAX_DEPTH} levels`, token.at, undefined, {
        tooComplex: true,
      });
    switch (token.type) {
      case Token.FLOW_SEQUENCE_START:
        this.#flowList(children, token);
        break;
      case Token.FLOW_MAPPING_START:
        this.#flowMap(children, token);
        break;
      case Token.MAPPING_START:
        this.#blockMap(children, token);
        break;
      case Token.SEQUENCE_START:
        this.#blockList(children, token);
        break;
      default:
        this.#indentlessList(children);
    }
    this.#depth--;
  }

  /** Remembers a node by its anchor, if it has one. */
  #name(node: YamlNode, anchor: YamlToken | undefined): YamlNode {
    if (anchor !== undefined) this.#anchors.set(anchor.value, node);
    return node;
  }

  /** A tag with its handle resolved. */
  #tag(token: YamlToken, start: YamlToken): string {
    if (token.value === '') return token.suffix;
    const prefix = this.#handles.get(token.value) ?? '';
    const tag = prefix === '' ? '' : prefix + token.suffix;
    if (tag === '') throw parseError('found undefined tag handle', token, start);
    return tag;
  }

  #blockList(items: YamlNode[], start: YamlToken): void {
    let token = this.#skip();
    for (;;) {
      if (token.type === Token.BLOCK_END) break;
      if (token.type !== Token.ENTRY) throw parseError("did not find expected '-' indicator", token, start);
      const after = token.at + 1;
      token = this.#skip();
      const empty = token.type === Token.ENTRY || token.type === Token.BLOCK_END;
      items.push(empty ? emptyScalar(after) : this.#node(true, false));
      token = this.#scanner.peek();
    }
    this.#scanner.skip();
  }

  /** A list whose dashes stand at the column of the key that it is the value of. */
  #indentlessList(items: YamlNode[]): void {
    let token = this.#scanner.peek();
    while (token.type === Token.ENTRY) {
      const after = token.at + 1;
      token = this.#skip();
      items.push(EMPTY_ITEM.has(token.type) ? emptyScalar(after) : this.#node(true, false));
      token = this.#scanner.peek();
    }
  }

  #blockMap(children: YamlNode[], start: YamlToken): void {
    let token = this.#skip();
    for (;;) {
      if (token.type === Token.BLOCK_END) break;
      // go-yaml refuses a value without a key (`: 1`), which libyaml reads.
      if (token.type !== Token.KEY) throw parseError('did not find expected key', token, start);
      token = this.#skip();
      children.push(EMPTY_PART.has(token.type) ? emptyScalar(token.at) : this.#node(true, true));
      token = this.#scanner.peek();
      if (token.type === Token.VALUE) {
        token = this.#skip();
        children.push(EMPTY_PART.has(token.type) ? emptyScalar(token.at) : this.#node(true, true));
        token = this.#scanner.peek();
      } else {
        children.push(emptyScalar(token.at));
      }
    }
    this.#scanner.skip();
  }

  #flowList(items: YamlNode[], start: YamlToken): void {
    let token = this.#skip();
    for (let first = true; token.type !== Token.FLOW_SEQUENCE_END; first = false) {
      if (!first) {
        if (token.type !== Token.FLOW_ENTRY) throw parseError("did not find expected ',' or ']'", token, start);
        token = this.#skip();
        if (token.type === Token.FLOW_SEQUENCE_END) break;
      }
      items.push(token.type === Token.KEY ? this.#flowPair() : this.#node(false, false));
      token = this.#scanner.peek();
    }
    this.#scanner.skip();
  }

  /** A map of one entry that stands in a flow list without braces: `[a: 1]`. */
  #flowPair(): YamlNode {
    const start = this.#scanner.peek();
    let token = this.#skip();
    const children: YamlNode[] = [];
    const pair: YamlNode = { ...emptyScalar(start.at), kind: 'map', children };
    if (token.type === Token.VALUE || token.type === Token.FLOW_ENTRY || token.type === Token.FLOW_SEQUENCE_END) {
      // go-yaml takes this token, though it may be the comma or the bracket after the entry.
      children.push(emptyScalar(token.at));
      token = this.#skip();
    } else {
      children.push(this.#node(false, false));
      token = this.#scanner.peek();
    }
    if (token.type === Token.VALUE) {
      token = this.#skip();
      if (token.type !== Token.FLOW_ENTRY && token.type !== Token.FLOW_SEQUENCE_END) {
        children.push(this.#node(false, false));
        return pair;
      }
    }
    children.push(emptyScalar(token.at));
    return pair;
  }

  #flowMap(children: YamlNode[], start: YamlToken): void {
    let token = this.#skip();
    for (let first = true; token.type !== Token.FLOW_MAPPING_END; first = false) {
      if (!first) {
        if (token.type !== Token.FLOW_ENTRY) throw parseError("did not find expected ',' or '}'", token, start);
        token = this.#skip();
        if (token.type === Token.FLOW_MAPPING_END) break;
      }
      if (token.type === Token.KEY) {
        token = this.#skip();
        if (EMPTY_FLOW.has(token.type) || token.type === Token.VALUE) children.push(emptyScalar(token.at));
        else children.push(this.#node(false, false));
        token = this.#scanner.peek();
        if (token.type === Token.VALUE) {
          token = this.#skip();
          children.push(EMPTY_FLOW.has(token.type) ? emptyScalar(token.at) : this.#node(false, false));
        } else {
          children.push(emptyScalar(token.at));
        }
      } else {
        children.push(this.#node(false, false));
        children.push(emptyScalar(this.#scanner.peek().at));
      }
      token = this.#scanner.peek();
    }
    this.#scanner.skip();
  }
}

const DEFAULT_HANDLES = [
  ['!', '!'],
  ['!!', YAML_TAGS],
] as const;
const ENDS_DOCUMENT: ReadonlySet<TokenType> = new Set([
  Token.VERSION,
  Token.TAG_DIRECTIVE,
  Token.DOCUMENT_START,
  Token.DOCUMENT_END,
  Token.END,
]);
const EMPTY_ITEM: ReadonlySet<TokenType> = new Set([Token.ENTRY, Token.KEY, Token.VALUE, Token.BLOCK_END]);
const EMPTY_PART: ReadonlySet<TokenType> = new Set([Token.KEY, Token.VALUE, Token.BLOCK_END]);
const EMPTY_FLOW: ReadonlySet<TokenType> = new Set([Token.FLOW_ENTRY, Token.FLOW_MAPPING_END]);

function emptyScalar(at: number): YamlNode {
  return { kind: 'scalar', at, tag: '', value: '', implicit: true, children: [], target: undefined };
}

/**
 * go-yaml counts the lines of its parser from 0, so that the line in the message is that before the token. For a token on
 * the first line it names that at which the collection began.
 */
function parseError(problem: string, token: YamlToken, context?: YamlToken): YamlError {
  return syntaxError(problem, token.at, token.line || (context?.line ?? 0));
}
