/**
 * Syntax trees of templates as integers, for the cache: reading them back takes a fifth of the time of parsing the text.
 * Texts and constants are stored as offsets into the text of the template, and names as indexes into a table that all
 * templates of a chart share.
 */
import { parseCharacter, parseNumber, unquote } from './constants.ts';
import type { NameTable } from '../template-cache.ts';
import { NO_NAMES, WITHIN } from './node.ts';
import type { Block, Command, List, NumberNode, Operand, Pipe, Statement, StringNode } from './node.ts';

/** The code of each type of node. Its fields follow in the order in which {@link AstReader} reads them. */
const CODES = {
  text: 0,
  constant: 1,
  action: 2,
  if: 3,
  with: 4,
  range: 5,
  template: 6,
  break: 7,
  continue: 8,
  field: 9,
  variable: 10,
  chain: 11,
  identifier: 12,
  string: 13,
  number: 14,
  bool: 15,
  dot: 16,
  nil: 17,
  pipe: 18,
} as const;

/** Stands for a block or for names that are not there; -1 is {@link WITHIN}. */
const NONE = -2;

/** Encodes a list of statements; names are added to the table. Blocks in it are only referred to by their offset. */
export function encodeAst(list: List, names: NameTable): number[] {
  const writer = new AstWriter(names);
  writer.statements(list);
  return writer.numbers;
}

class AstWriter {
  readonly numbers: number[] = [];
  readonly #names: NameTable;

  constructor(names: NameTable) {
    this.#names = names;
  }

  statements(list: List): void {
    this.numbers.push(list.length);
    for (const node of list) this.#statement(node);
  }

  #statement(node: Statement): void {
    const { numbers } = this;
    numbers.push(CODES[node.type]);
    switch (node.type) {
      case 'text':
        numbers.push(node.pos, node.pos + node.text.length);
        break;
      case 'constant':
        numbers.push(node.pos, node.quoted.length);
        break;
      case 'action':
        this.#pipe(node.pipe);
        break;
      case 'if':
      case 'with':
      case 'range':
        this.#pipe(node.pipe);
        numbers.push(node.body.start);
        this.#otherwise(node.otherwise);
        break;
      case 'template':
        numbers.push(node.pos, this.#names.indexOf(node.name), node.pipe === undefined ? 0 : 1);
        if (node.pipe !== undefined) this.#pipe(node.pipe);
        break;
      default:
        numbers.push(node.pos);
    }
  }

  #otherwise(block: Block | undefined): void {
    this.numbers.push(block?.start ?? NONE);
    if (block?.start === WITHIN) this.statements(block.list ?? []);
  }

  #pipe({ pos, variables, isAssignment, commands }: Pipe): void {
    const { numbers } = this;
    numbers.push(pos, isAssignment ? 1 : 0, variables.length);
    for (const name of variables) numbers.push(this.#names.indexOf(name));
    numbers.push(commands.length);
    for (const command of commands) {
      numbers.push(command.pos, command.args.length);
      for (const arg of command.args) this.#operand(arg);
    }
  }

  #operand(node: Operand): void {
    const { numbers } = this;
    numbers.push(CODES[node.type]);
    if (node.type === 'pipe') return this.#pipe(node);
    numbers.push(node.pos);
    switch (node.type) {
      case 'field':
        numbers.push(this.#fields(node.names));
        break;
      case 'variable':
        numbers.push(this.#names.indexOf(node.name), this.#fields(node.names));
        break;
      case 'chain':
        numbers.push(this.#fields(node.names));
        this.#operand(node.of);
        break;
      case 'identifier':
        numbers.push(this.#names.indexOf(node.name));
        break;
      case 'string':
        numbers.push(node.quoted.length);
        break;
      case 'number':
        numbers.push(node.text.length);
        break;
      case 'bool':
        numbers.push(node.value ? 1 : 0);
        break;
      default:
    }
  }

  #fields(names: readonly string[]): number {
    return names.length === 0 ? NONE : this.#names.indexOf(names.join('.'));
  }
}

/**
 * Decodes the list of statements whose encoding begins at an index.
 *
 * @param text of the template that was encoded
 * @throws {Error} for a code that {@link encodeAst} does not write
 */
export function decodeAst(numbers: Int32Array, at: number, names: NameTable, text: string): List {
  return new AstReader(numbers, at, names, text).statements();
}

/**
 * Each method reads its numbers by itself: a method that gave the next one would be called so often that V8 compiled it in
 * every run, which costs more than it saves.
 */
class AstReader {
  readonly numbers: Int32Array;
  readonly names: NameTable;
  readonly text: string;
  at: number;
  /** The steps of all pipelines that were read so far. */
  steps = 0;

  constructor(numbers: Int32Array, at: number, names: NameTable, text: string) {
    this.numbers = numbers;
    this.at = at;
    this.names = names;
    this.text = text;
  }
  statements(): List {
    const count = this.numbers[this.at++] as number;
    const list: Statement[] = [];
    for (let index = 0; index < count; index++) list.push(this.statement());
    return list;
  }

  statement(): Statement {
    const code = this.numbers[this.at++] as number;
    switch (code) {
      case CODES.text: {
        const pos = this.numbers[this.at++] as number;
        return { type: 'text', pos, text: this.text.slice(pos, this.numbers[this.at++] as number) };
      }
      case CODES.constant: {
        const { pos, quoted, value } = this.string(this.numbers[this.at++] as number);
        return { type: 'constant', pos, quoted, text: value };
      }
      case CODES.action: {
        const pipe = this.pipe();
        return { type: 'action', pos: pipe.pos, pipe };
      }
      case CODES.if:
        return this.branch('if');
      case CODES.with:
        return this.branch('with');
      case CODES.range:
        return this.branch('range');
      case CODES.template: {
        const pos = this.numbers[this.at++] as number;
        const name = this.names.get(this.numbers[this.at++] as number);
        return { type: 'template', pos, name, pipe: this.numbers[this.at++] === 0 ? undefined : this.pipe() };
      }
      case CODES.break:
        return { type: 'break', pos: this.numbers[this.at++] as number };
      case CODES.continue:
        return { type: 'continue', pos: this.numbers[this.at++] as number };
      default:
        return unknownCode(code);
    }
  }

  branch<T extends 'if' | 'with' | 'range'>(
    type: T,
  ): { type: T } & Pick<Branch, 'pos' | 'pipe' | 'body' | 'otherwise'> {
    const pipe = this.pipe();
    const body: Block = { start: this.numbers[this.at++] as number, list: undefined };
    const start = this.numbers[this.at++] as number;
    const otherwise: Block | undefined =
      start === NONE ? undefined : { start, list: start === WITHIN ? this.statements() : undefined };
    return { type, pos: pipe.pos, pipe, body, otherwise };
  }

  pipe(): Pipe {
    const { numbers, at, steps } = this;
    this.at += 3;
    const pos = numbers[at] as number;
    const isAssignment = numbers[at + 1] === 1;
    let variables = NO_NAMES;
    const declared = numbers[at + 2] as number;
    this.steps += declared;
    if (declared > 0)
      variables = Array.from({ length: declared }, () => this.names.get(this.numbers[this.at++] as number));
    const count = this.numbers[this.at++] as number;
    const commands: Command[] = [];
    for (let index = 0; index < count; index++) commands.push(this.command());
    return { type: 'pipe', pos, variables, isAssignment, commands, steps: this.steps - steps };
  }

  command(): Command {
    const { numbers, at } = this;
    this.at += 2;
    const pos = numbers[at] as number;
    const count = numbers[at + 1] as number;
    const args: Operand[] = [];
    for (let index = 0; index < count; index++) args.push(this.operand());
    return { type: 'command', pos, args };
  }

  operand(): Operand {
    const { numbers, at } = this;
    const code = numbers[at] as number;
    if (code === CODES.pipe) {
      this.at++;
      return this.pipe();
    }
    this.steps++;
    this.at += 2;
    const pos = numbers[at + 1] as number;
    switch (code) {
      case CODES.field:
        return { type: 'field', pos, names: this.fields() };
      case CODES.identifier:
        return { type: 'identifier', pos, name: this.names.get(this.numbers[this.at++] as number) };
      case CODES.string:
        return this.string(pos);
      case CODES.dot:
        return { type: 'dot', pos };
      case CODES.variable: {
        const name = this.names.get(this.numbers[this.at++] as number);
        return { type: 'variable', pos, name, names: this.fields() };
      }
      case CODES.chain: {
        const names = this.fields();
        return { type: 'chain', pos, of: this.operand(), names };
      }
      case CODES.number: {
        const number = this.text.slice(pos, pos + (this.numbers[this.at++] as number));
        return (number.startsWith("'") ? parseCharacter(pos, number) : parseNumber(pos, number)) as NumberNode;
      }
      case CODES.bool:
        return { type: 'bool', pos, value: this.numbers[this.at++] === 1 };
      case CODES.nil:
        return { type: 'nil', pos };
      default:
        return unknownCode(code);
    }
  }

  fields(): readonly string[] {
    const index = this.numbers[this.at++] as number;
    return index === NONE ? NO_NAMES : this.names.fields(index);
  }

  string(pos: number): StringNode {
    const quoted = this.text.slice(pos, pos + (this.numbers[this.at++] as number));
    return { type: 'string', pos, quoted, value: unquote(quoted) ?? '' };
  }
}

type Branch = Extract<Statement, { type: 'if' | 'with' }>;

function unknownCode(code: number): never {
  throw new Error(`the cached syntax tree of a template has a node of the unknown type ${code}`);
}
