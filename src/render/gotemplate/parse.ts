/** Parses Go templates as Go's package text/template/parse does, with the same errors. Actions: `parse-expression.ts`. */
import { unquote } from './constants.ts';
import { isEmptyList, WITHIN } from './node.ts';
import type { Block, BranchNode, List, RangeNode, Statement, StringNode } from './node.ts';
import { ExpressionParser } from './parse-expression.ts';
import { besideStart } from './template.ts';
import type { BlockIndex, Parsed, Source, Template } from './template.ts';

/**
 * Parses a text. Where its block index is known, the blocks in it are left unparsed.
 *
 * @param isFunction tells whether a name is that of a function
 * @throws {PkgError} `PKG_TEMPLATE_SYNTAX` with the position
 */
export function parseTemplate(source: Source, isFunction: (name: string) => boolean): Parsed {
  const parser = new Parser(source, isFunction);
  parser.file();
  return { templates: [...parser.templates.values()], functions: parser.functions, blockIndex: parser.blockIndex() };
}

/**
 * Parses one block of a text whose block index is known; the blocks within it are left unparsed.
 *
 * @param start the offset at which the block begins; 0 for the text itself
 */
export function parseBlock(source: Source, start: number): List {
  return new Parser(source, () => true).block(start);
}

/** What ended a list of statements. */
type Ending = 'end' | 'else' | 'else if' | 'else with';

class Parser extends ExpressionParser {
  readonly templates: Map<string, Template> = new Map();
  /** How many `range` are around. */
  #ranges = 0;
  #ending: Ending = 'end';
  /** The offset of the action that ended the last list. */
  #endedAt = 0;
  readonly #blocks: [start: number, end: number][] = [];

  /** Parses the whole text. */
  file(): void {
    this.#add(this.source.name, { start: 0, list: this.#file() });
  }

  /** Parses the block at an offset. */
  block(start: number): List {
    this.lexer.jump(start);
    if (start === 0) return this.#file();
    this.lexer.next();
    return this.#list();
  }

  /** Where the blocks that were parsed begin and end. */
  blockIndex(): BlockIndex {
    return new Int32Array(this.#blocks.sort(([a], [b]) => a - b).flat());
  }

  #file(): List {
    const { lexer } = this;
    const list: Statement[] = [];
    lexer.next();
    while (lexer.type !== 'eof') {
      if (lexer.type === 'left') {
        lexer.next();
        if (this.#isKeyword('define')) {
          this.#definition();
          continue;
        }
        const node = this.#action();
        if (node === undefined) throw this.error(`unexpected {{${this.#ending.split(' ')[0]}}}`);
        list.push(node);
      } else list.push(this.#text());
    }
    return list;
  }

  #isKeyword(word: string): boolean {
    return this.lexer.type === 'keyword' && this.lexer.value === word;
  }

  /** `{{define "name"}}…{{end}}`, from behind `{{`. */
  #definition(): void {
    const { lexer } = this;
    lexer.next();
    const name = this.#templateName('define clause');
    this.#expectRight('define clause');
    const { variables, ranges } = this.#enter();
    const body = this.#block();
    if (this.#ending !== 'end') throw this.error('unexpected {{else}} in define clause');
    this.#leave(variables, ranges);
    this.#add(name, body);
  }

  /** A definition begins, within which the variables and loops around it are not known. */
  #enter(): { variables: string[]; ranges: number } {
    const outer = { variables: this.variables, ranges: this.#ranges };
    this.variables = ['$'];
    this.#ranges = 0;
    return outer;
  }

  /** A definition ended. */
  #leave(variables: string[], ranges: number): void {
    this.variables = variables;
    this.#ranges = ranges;
  }

  /** Adds a definition. A text may define a name twice only if one of the two definitions is empty. */
  #add(name: string, body: Block): void {
    // The definitions of a text whose block index is known are known too: `template-cache.ts` adds them.
    if (body.list === undefined) return;
    const known = this.templates.get(name);
    const isEmpty = isEmptyList(body.list);
    if (known === undefined || known.isEmpty) {
      this.templates.delete(name);
      this.templates.set(name, { name, source: this.source, body, isEmpty });
    } else if (!isEmpty) {
      throw this.error(`template: multiple definition of template ${JSON.stringify(name)}`);
    }
  }

  #text(): Statement {
    const { lexer } = this;
    if (lexer.type !== 'text') throw this.unexpected('input');
    const node: Statement = { type: 'text', pos: lexer.start, text: lexer.value };
    lexer.next();
    return node;
  }

  /** The block behind a right delimiter. It is parsed now, unless the index says where it ends. */
  #block(): Block {
    const start = this.behind;
    const end = this.source.blockIndex === undefined ? undefined : besideStart(this.source.blockIndex, start);
    if (end === undefined) {
      const list = this.#list();
      this.#blocks.push([start, this.#endedAt]);
      return { start, list };
    }
    this.lexer.jump(end);
    this.lexer.next();
    if (this.#list().length > 0) throw new Error(`the block index of ${this.source.file} is that of another text`);
    return { start, list: undefined };
  }

  /** Statements up to `end` or `else`, which is read too: `#ending` says which it was. */
  #list(): Statement[] {
    const { lexer } = this;
    const list: Statement[] = [];
    while (lexer.type !== 'eof') {
      if (lexer.type === 'left') {
        this.#endedAt = lexer.start;
        lexer.next();
        const node = this.#action();
        if (node === undefined) return list;
        list.push(node);
      } else list.push(this.#text());
    }
    throw this.error('unexpected EOF');
  }

  /** An action, from behind `{{`; undefined for `end` and `else`. */
  #action(): Statement | undefined {
    const { lexer } = this;
    if (lexer.type === 'keyword') {
      const { value: word, start: pos } = lexer;
      switch (word) {
        case 'if':
        case 'with':
        case 'range':
          lexer.next();
          return this.#control(word);
        case 'end':
          lexer.next();
          this.#expectRight('end');
          this.#ending = 'end';
          return undefined;
        case 'else':
          lexer.next();
          if (lexer.type === 'keyword' && (lexer.value === 'if' || lexer.value === 'with')) {
            this.#ending = `else ${lexer.value}`;
          } else {
            this.#expectRight('else');
            this.#ending = 'else';
          }
          return undefined;
        case 'template':
          return this.#template();
        case 'block':
          return this.#blockAction();
        case 'break':
        case 'continue':
          lexer.next();
          this.#expectRight(`{{${word}}}`);
          // A block that is parsed alone does not know the loops around it, but its text is known to have no errors.
          if (this.#ranges === 0 && this.source.blockIndex === undefined)
            throw this.error(`{{${word}}} outside {{range}}`);
          return { type: word, pos };
        default:
          throw this.unexpected('command');
      }
    }
    const pos = lexer.start;
    if (lexer.type !== 'string') return { type: 'action', pos, pipe: this.pipeline('command', 'right') };
    const first = this.term();
    if ((lexer.type as string) !== 'right') {
      return { type: 'action', pos, pipe: this.pipeline('command', 'right', first) };
    }
    lexer.next();
    const { quoted, value } = first as StringNode;
    return { type: 'constant', pos, quoted, text: value };
  }

  /** `if`, `with` or `range` with its blocks, up to `end`. */
  #control(word: 'if' | 'with' | 'range'): BranchNode | RangeNode {
    const declared = this.variables.length;
    const pipe = this.pipeline(word, 'right');
    if (word === 'range') this.#ranges++;
    const body = this.#block();
    if (word === 'range') this.#ranges--;
    let otherwise: Block | undefined;
    if (this.#ending === `else ${word}`) {
      // `else if` is an `if` within `else`, whose `end` ends both.
      this.lexer.next();
      otherwise = { start: WITHIN, list: [this.#control(word)] };
    } else if (this.#ending !== 'end') {
      if (this.#ending !== 'else') throw this.unexpected('input');
      otherwise = this.#block();
      if ((this.#ending as Ending) !== 'end') throw this.error('expected end; found {{else}}');
    }
    this.#ending = 'end';
    this.variables.length = declared;
    return { type: word, pos: pipe.pos, pipe, body, otherwise };
  }

  /** `{{template "name" pipeline}}`, from the word on. */
  #template(): Statement {
    const { lexer } = this;
    lexer.next();
    const pos = lexer.start;
    const name = this.#templateName('template clause');
    if ((lexer.type as string) === 'right') {
      lexer.next();
      return { type: 'template', pos, name, pipe: undefined };
    }
    return { type: 'template', pos, name, pipe: this.pipeline('template clause', 'right') };
  }

  /** `{{block "name" pipeline}}…{{end}}`, which defines a template and runs it. */
  #blockAction(): Statement {
    const { lexer } = this;
    lexer.next();
    const pos = lexer.start;
    const name = this.#templateName('block clause');
    const pipe = this.pipeline('block clause', 'right');
    const { variables, ranges } = this.#enter();
    const body = this.#block();
    if (this.#ending !== 'end') throw this.error('unexpected {{else}} in block clause');
    this.#leave(variables, ranges);
    this.#add(name, body);
    return { type: 'template', pos, name, pipe };
  }

  #templateName(context: string): string {
    const { lexer } = this;
    if (lexer.type !== 'string') throw this.unexpected(context);
    const name = unquote(lexer.value);
    if (name === undefined) throw this.error('invalid syntax');
    lexer.next();
    return name;
  }

  #expectRight(context: string): void {
    if (this.lexer.type !== 'right') throw this.unexpected(context);
    this.behind = this.lexer.end;
    this.lexer.next();
  }
}
