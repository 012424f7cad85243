/** The nodes of YAML documents, as go-yaml 2 composes them from tokens. */
import { printable } from '../errors-text.ts';
import { YamlError, syntaxError } from './yaml-error.ts';
import { Scanner, Token } from './scan.ts';
import type { ReadError, TokenType, YamlToken } from './scan.ts';

/** A node of a document. */
export type YamlNode = {
  readonly kind: 'scalar' | 'list' | 'map' | 'alias';
  /** Where it begins. */
  readonly at: number;
  /** Its tag in full; empty for none. */
  readonly tag: string;
  /** The text of a scalar, the name of an alias. */
  readonly value: string;
  /** A plain scalar, or one that is tagged with `!`. */
  readonly implicit: boolean;
  /** The items of a list; the keys of a map, each followed by its value. */
  readonly children: YamlNode[];
  /** What an alias stands for. */
  readonly target: YamlNode | undefined;
};

/** Nested deeper than this a text is refused. */
export const DEEPEST = 1000;

const YAML_TAGS = 'tag:yaml.org,2002:';

/** Reads documents one after the other. */
export class DocumentReader {
  readonly #scanner: Scanner;
  #handles: Map<string, string> = new Map();
  #anchors: Map<string, YamlNode> = new Map();
  #first = true;
  #depth = 0;

  constructor(text: string, readError?: ReadError) {
    this.#scanner = new Scanner(text, readError);
  }

  /** The next document; undefined after the last one. @throws YamlError */
  next(): YamlNode | undefined {
    let token = this.#scanner.peek();
    if (!this.#first) {
      while (token.type === Token.DOCUMENT_END) token = this.#skip();
    }
    const implicit = this.#first;
    this.#first = false;
    if (token.type === Token.END) return undefined;
    this.#anchors = new Map();
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

  #node(block: boolean, indentless: boolean): YamlNode {
    let token = this.#scanner.peek();
    const start = token;
    if (token.type === Token.ALIAS) {
      this.#scanner.skip();
      const target = this.#anchors.get(token.value);
      if (target === undefined) {
        const problem = `the anchor '${printable(token.value)}' is not defined before its use`;
        throw new YamlError(problem, token.at, `yaml: unknown anchor '${token.value}' referenced`);
      }
      return { ...emptyScalar(token.at), kind: 'alias', value: token.value, target };
    }
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
      if (++this.#depth > DEEPEST)
        throw new YamlError(`this YAML is nested deeper than ${DEEPEST} levels`, token.at, undefined, true);
      switch (type) {
        case Token.FLOW_SEQUENCE_START:
          this.#flowList(node.children, token);
          break;
        case Token.FLOW_MAPPING_START:
          this.#flowMap(node.children, token);
          break;
        case Token.MAPPING_START:
          this.#blockMap(node.children, token);
          break;
        case Token.SEQUENCE_START:
          this.#blockList(node.children, token);
          break;
        default:
          this.#indentlessList(node.children);
      }
      this.#depth--;
      return node;
    }
    if (anchor !== undefined || tag !== '') {
      return this.#name({ ...emptyScalar(start.at), tag, implicit: tag === '' }, anchor);
    }
    throw parseError('did not find expected node content', token, start);
  }

  #name(node: YamlNode, anchor: YamlToken | undefined): YamlNode {
    if (anchor !== undefined) this.#anchors.set(anchor.value, node);
    return node;
  }

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
      // go-yaml takes a value without a key for an error, unlike libyaml.
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

  /** A map of one key in a list. */
  #flowPair(): YamlNode {
    const start = this.#scanner.peek();
    let token = this.#skip();
    const children: YamlNode[] = [];
    const pair: YamlNode = { ...emptyScalar(start.at), kind: 'map', children };
    if (token.type === Token.VALUE || token.type === Token.FLOW_ENTRY || token.type === Token.FLOW_SEQUENCE_END) {
      // go-yaml takes that token away, whatever it is.
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

/** go-yaml names the line before that of the token, or where the collection began if that is the first. */
function parseError(problem: string, token: YamlToken, context?: YamlToken): YamlError {
  return syntaxError(problem, token.at, token.line || (context?.line ?? 0));
}
