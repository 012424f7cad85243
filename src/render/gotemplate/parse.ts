/** Parses Go templates: the grammar, and the words of its errors, of Go's text/template/parse. */
import { PkgError } from '../../errors.ts';
import { parseCharacter, parseNumber, unquote } from './constants.ts';
import { Lexer } from './lex.ts';
import { isEmptyList, NO_NAMES, WITHIN } from './node.ts';
import { besideStart } from './template.ts';
import type {
  Block,
  BranchNode,
  Command,
  FieldNode,
  List,
  NumberNode,
  Operand,
  Pipe,
  RangeNode,
  Statement,
  StringNode,
} from './node.ts';
import type { Source } from './template.ts';
import type { BlockIndex, Parsed, Template } from './template.ts';
import { decodeText } from './value.ts';

/**
 * Parses a text.
 *
 * @param isFunction tells the names of functions
 * @throws {PkgError} `PKG_TEMPLATE_SYNTAX` with the position
 */
export function parseTemplate(source: Source, isFunction: (name: string) => boolean): Parsed {
  const parser = new Parser(source, isFunction);
  parser.file();
  return { templates: [...parser.templates.values()], functions: parser.functions, blockIndex: parser.blockIndex() };
}

/**
 * Reads a body of a text whose blockIndex is known; what is within it stays unread as well.
 *
 * @param start where the body begins: 0 for the text itself
 */
export function parseBlock(source: Source, start: number): List {
  return new Parser(source, () => true).body(start);
}

/** Go allows ten thousand; a stack of JavaScript holds fewer. */
const DEEPEST = 1000;

/** Why a list of statements ended. */
type Ending = 'end' | 'else' | 'else if' | 'else with';

class Parser {
  readonly templates: Map<string, Template> = new Map();
  readonly functions: Set<string> = new Set();
  readonly #source: Source;
  readonly #lexer: Lexer;
  readonly #isFunction: (name: string) => boolean;
  /** A text with an blockIndex is read in parts, which do not know what stands around them: but it has no errors. */
  readonly #blockIndex: BlockIndex | undefined;
  #variables: string[] = ['$'];
  #ranges = 0;
  #depth = 0;
  #ending: Ending = 'end';
  /** The end of the last right delimiter, and the beginning of the action that ended the last list. */
  #behind = 0;
  #endedAt = 0;
  readonly #blocks: [start: number, end: number][] = [];

  constructor(source: Source, isFunction: (name: string) => boolean) {
    this.#source = source;
    this.#lexer = new Lexer(source.text);
    this.#isFunction = isFunction;
    this.#blockIndex = source.blockIndex;
  }

  file(): void {
    this.#add(this.#source.name, { start: 0, list: this.#file() });
  }

  body(start: number): List {
    this.#lexer.jump(start);
    if (start === 0) return this.#file();
    this.#lexer.next();
    return this.#list();
  }

  blockIndex(): BlockIndex {
    return new Int32Array(this.#blocks.sort(([a], [b]) => a - b).flat());
  }

  #file(): List {
    const lexer = this.#lexer;
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
        if (node === undefined) throw this.#error(`unexpected {{${this.#ending.split(' ')[0]}}}`);
        list.push(node);
      } else list.push(this.#text());
    }
    return list;
  }

  #isKeyword(word: string): boolean {
    return this.#lexer.type === 'keyword' && this.#lexer.value === word;
  }

  #definition(): void {
    const lexer = this.#lexer;
    lexer.next();
    const name = this.#templateName('define clause');
    this.#expectRight('define clause');
    // A definition knows no variables of its surroundings, and no loop.
    const { variables, ranges } = this.#enter();
    const body = this.#body();
    if (this.#ending !== 'end') throw this.#error('unexpected {{else}} in define clause');
    this.#leave(variables, ranges);
    this.#add(name, body);
  }

  #enter(): { variables: string[]; ranges: number } {
    const outer = { variables: this.#variables, ranges: this.#ranges };
    this.#variables = ['$'];
    this.#ranges = 0;
    return outer;
  }

  #leave(variables: string[], ranges: number): void {
    this.#variables = variables;
    this.#ranges = ranges;
  }

  /** Within one text a name is defined once, unless one of the two says nothing. */
  #add(name: string, body: Block): void {
    // What is known from its blockIndex was added by whoever knows that.
    if (body.list === undefined) return;
    const known = this.templates.get(name);
    const isEmpty = isEmptyList(body.list);
    if (known === undefined || known.isEmpty) {
      this.templates.delete(name);
      this.templates.set(name, { name, source: this.#source, body, isEmpty });
    } else if (!isEmpty) {
      throw this.#error(`template: multiple definition of template ${JSON.stringify(name)}`);
    }
  }

  #text(): Statement {
    const lexer = this.#lexer;
    if (lexer.type !== 'text') throw this.#unexpected('input');
    const node: Statement = { type: 'text', pos: lexer.start, text: lexer.value };
    lexer.next();
    return node;
  }

  /** What stands behind a right delimiter: read now, unless it is known where it ends. */
  #body(): Block {
    const start = this.#behind;
    const end = this.#blockIndex === undefined ? undefined : besideStart(this.#blockIndex, start);
    if (end === undefined) {
      const list = this.#list();
      this.#blocks.push([start, this.#endedAt]);
      return { start, list };
    }
    this.#lexer.jump(end);
    this.#lexer.next();
    if (this.#list().length > 0) throw new Error(`the blockIndex of ${this.#source.file} is that of another text`);
    return { start, list: undefined };
  }

  /** Statements up to `end` or `else`, which is read, and named by `#ending`. */
  #list(): Statement[] {
    const lexer = this.#lexer;
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
    throw this.#error('unexpected EOF');
  }

  /** What follows a left delimiter; undefined for `end` and `else`. */
  #action(): Statement | undefined {
    const lexer = this.#lexer;
    if (lexer.type === 'keyword') {
      const { value: word, start: pos } = lexer;
      switch (word) {
        case 'if':
        case 'with':
        case 'range':
          lexer.next();
          return this.#control(word, pos);
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
          return this.#block();
        case 'break':
        case 'continue':
          lexer.next();
          this.#expectRight(`{{${word}}}`);
          if (this.#ranges === 0 && this.#blockIndex === undefined) throw this.#error(`{{${word}}} outside {{range}}`);
          return { type: word, pos };
        default:
          throw this.#unexpected('command');
      }
    }
    const pos = lexer.start;
    if (lexer.type !== 'string') return { type: 'action', pos, pipe: this.#pipeline('command', 'right') };
    const first = this.#term();
    if ((lexer.type as string) !== 'right') {
      return { type: 'action', pos, pipe: this.#pipeline('command', 'right', first) };
    }
    lexer.next();
    const { quoted, value } = first as StringNode;
    return { type: 'constant', pos, quoted, text: value };
  }

  #control(word: 'if' | 'with' | 'range', at: number): BranchNode | RangeNode {
    const declared = this.#variables.length;
    const pipe = this.#pipeline(word, 'right');
    if (word === 'range') this.#ranges++;
    const body = this.#body();
    if (word === 'range') this.#ranges--;
    let otherwise: Block | undefined;
    if (this.#ending === `else ${word}`) {
      // `else if` is an `if` of its own, whose `end` ends both.
      const pos = this.#lexer.start;
      this.#lexer.next();
      otherwise = { start: WITHIN, list: [this.#control(word, pos)] };
    } else if (this.#ending !== 'end') {
      if (this.#ending !== 'else') throw this.#unexpected('input');
      otherwise = this.#body();
      if ((this.#ending as Ending) !== 'end') throw this.#error('expected end; found {{else}}');
    }
    this.#ending = 'end';
    this.#variables.length = declared;
    return { type: word, pos: pipe.pos ?? at, pipe, body, otherwise };
  }

  #template(): Statement {
    const lexer = this.#lexer;
    lexer.next();
    const pos = lexer.start;
    const name = this.#templateName('template clause');
    if ((lexer.type as string) === 'right') {
      lexer.next();
      return { type: 'template', pos, name, pipe: undefined };
    }
    return { type: 'template', pos, name, pipe: this.#pipeline('template clause', 'right') };
  }

  #block(): Statement {
    const lexer = this.#lexer;
    lexer.next();
    const pos = lexer.start;
    const name = this.#templateName('block clause');
    const pipe = this.#pipeline('block clause', 'right');
    const { variables, ranges } = this.#enter();
    const body = this.#body();
    if (this.#ending !== 'end') throw this.#error('unexpected {{else}} in block clause');
    this.#leave(variables, ranges);
    this.#add(name, body);
    return { type: 'template', pos, name, pipe };
  }

  #templateName(context: string): string {
    const lexer = this.#lexer;
    if (lexer.type !== 'string') throw this.#unexpected(context);
    const name = unquote(lexer.value);
    if (name === undefined) throw this.#error('invalid syntax');
    lexer.next();
    return name;
  }

  #expectRight(context: string): void {
    if (this.#lexer.type !== 'right') throw this.#unexpected(context);
    this.#behind = this.#lexer.end;
    this.#lexer.next();
  }

  /** @param given its first term, if that was read already */
  #pipeline(context: string, end: 'right' | ')', given?: Operand): Pipe {
    const lexer = this.#lexer;
    const pos = given?.pos ?? lexer.start;
    let commands: [Command, ...Command[]] | undefined;
    let variables: string[] | undefined;
    let isAssignment = false;
    let first = given;
    while (first === undefined && lexer.type === 'variable') {
      const name = lexer.value;
      const start = lexer.start;
      lexer.next();
      const next = lexer.type as string;
      if (next === 'assign' || next === 'declare') {
        isAssignment = next === 'assign';
        variables = [...(variables ?? NO_NAMES), name];
        this.#variables.push(name);
        lexer.next();
        break;
      }
      if (next === 'char' && lexer.value === ',') {
        lexer.next();
        variables = [...(variables ?? NO_NAMES), name];
        this.#variables.push(name);
        if (context !== 'range' || variables.length > 1) throw this.#error(`too many declarations in ${context}`);
        const after = lexer.type as string;
        if (after !== 'variable' && after !== 'right' && after !== ')') {
          throw this.#error('range can only initialize variables');
        }
        continue;
      }
      // It is the first operand, and its token is gone already.
      first = this.#variable(start, name);
    }
    for (;;) {
      if (first === undefined) {
        if ((lexer.type as string) === end) break;
        if (!lexer.isTerm) throw this.#unexpected(context);
      }
      const command = this.#command(first);
      if (commands === undefined) commands = [command];
      else commands.push(command);
      first = undefined;
    }
    if (commands === undefined) throw this.#error(`missing value for ${context}`);
    for (let stage = 1; stage < commands.length; stage++) {
      const type = commands[stage]?.args[0]?.type;
      if (type === 'bool' || type === 'dot' || type === 'nil' || type === 'number' || type === 'string') {
        throw this.#error(`non executable command in pipeline stage ${stage + 1}`);
      }
    }
    this.#behind = lexer.end;
    lexer.next();
    return { type: 'pipe', pos, variables: variables ?? NO_NAMES, isAssignment, commands };
  }

  /** @param first a term that was read already */
  #command(first: Operand | undefined): Command {
    const lexer = this.#lexer;
    const pos = first?.pos ?? lexer.start;
    const args: Operand[] = [this.#operand(first ?? this.#term())];
    while (lexer.spaced && lexer.isTerm) args.push(this.#operand(this.#term()));
    if (lexer.type === 'pipe') lexer.next();
    else if (lexer.type !== 'right' && lexer.type !== ')') throw this.#unexpected('operand');
    return { type: 'command', pos, args };
  }

  /** A term with the fields that follow it. */
  #operand(term: Operand): Operand {
    const lexer = this.#lexer;
    if (lexer.type !== 'field' || lexer.spaced) return term;
    const pos = lexer.start;
    const names = lexer.fields();
    switch (term.type) {
      case 'variable':
        return { type: 'variable', pos, name: term.name, names };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        throw this.#error(`unexpected . after term ${JSON.stringify(this.#source.text.slice(term.pos, pos))}`);
      default:
        return { type: 'chain', pos, of: term, names };
    }
  }

  #term(): Operand {
    const lexer = this.#lexer;
    const { start: pos, type } = lexer;
    // The text of these is not asked for: it would be cut out.
    if (type === 'field') {
      const names = lexer.fields();
      // As Go has it: several names stand where the second of them does.
      const at = names.length === 1 ? pos : pos + 1 + (names[0] as string).length;
      return { type: 'field', pos: at, names } satisfies FieldNode;
    }
    if (type === 'dot' || type === 'nil') {
      lexer.next();
      return { type, pos };
    }
    if (type === '(') {
      if (++this.#depth > DEEPEST) throw this.#error('max expression depth exceeded');
      lexer.next();
      const pipe = this.#pipeline('parenthesized pipeline', ')');
      this.#depth--;
      return pipe;
    }
    const { value } = lexer;
    let node: Operand;
    switch (type) {
      case 'identifier':
        if (!this.functions.has(value)) {
          if (!this.#isFunction(value)) throw this.#error(`function ${JSON.stringify(value)} not defined`);
          this.functions.add(value);
        }
        node = { type: 'identifier', pos, name: value };
        break;
      case 'variable':
        lexer.next();
        return this.#variable(pos, value);
      case 'bool':
        node = { type: 'bool', pos, value: value === 'true' };
        break;
      case 'character':
        node = this.#constant(parseCharacter(pos, value));
        break;
      case 'number':
        node = this.#constant(parseNumber(pos, value));
        break;
      default: {
        const text = unquote(value);
        if (text === undefined) throw this.#error('invalid syntax');
        node = { type: 'string', pos, quoted: value, value: text };
      }
    }
    lexer.next();
    return node;
  }

  #variable(pos: number, name: string): Operand {
    if (this.#blockIndex === undefined && !this.#variables.includes(name))
      throw this.#error(`undefined variable ${JSON.stringify(name)}`);
    return { type: 'variable', pos, name, names: NO_NAMES };
  }

  #constant(number: NumberNode | string): NumberNode {
    if (typeof number === 'string') throw this.#error(number);
    return number;
  }

  #unexpected(context: string): PkgError {
    const { type, value } = this.#lexer;
    if (type === 'error') return this.#error(value);
    return this.#error(`unexpected ${this.#describe()} in ${context}`);
  }

  #describe(): string {
    const { type, value } = this.#lexer;
    if (type === 'eof') return 'EOF';
    if (type === 'left') return '"{{"';
    if (type === 'right') return '"}}"';
    if (type === 'keyword') return `<${value}>`;
    return value.length > 10 ? `${JSON.stringify(value.slice(0, 10))}...` : JSON.stringify(value);
  }

  #error(message: string): PkgError {
    const { text, file } = this.#source;
    const at = this.#lexer.start;
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    const column = decodeText(before.slice(before.lastIndexOf('\n') + 1)).length + 1;
    return new PkgError('PKG_TEMPLATE_SYNTAX', decodeText(message), {
      at: { file, line, column },
    });
  }
}
