/**
 * Trees of templates as numbers, for keeping: read back in a fifth of the time that parsing the text takes. What can be
 * cut out of the text is not among them, and names are kept once for all texts of a chart.
 */
import { parseCharacter, parseNumber, unquote } from './constants.ts';
import { NO_NAMES, WITHIN } from './node.ts';
import type { Body, Command, List, NumberNode, Operand, Pipe, Statement, StringNode } from './node.ts';

/** What a node is; its fields follow in the order in which the reader takes them. */
const CODES = {
  ...{ text: 0, constant: 1, action: 2, if: 3, with: 4, range: 5, template: 6, break: 7, continue: 8 },
  ...{
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
  },
} as const;

/** There is no such field. */
const NONE = -2;

/** Names by their numbers. Fields that follow each other are one name: `Values.image`. */
export class Names {
  readonly all: string[];
  readonly #numbers: Map<string, number> = new Map();
  readonly #fields: (readonly string[] | undefined)[] = [];

  constructor(all: string[] = []) {
    this.all = all;
  }

  /** The number of a name, which it gets when it is first asked for. */
  numberOf(name: string): number {
    if (this.#numbers.size === 0) this.all.forEach((each, number) => this.#numbers.set(each, number));
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.all.length);
    return this.all.push(name) - 1;
  }

  get(number: number): string {
    return this.all[number] as string;
  }

  fields(number: number): readonly string[] {
    if (number === NONE) return NO_NAMES;
    return (this.#fields[number] ??= this.get(number).split('.'));
  }
}

/** Writes a list of statements. The bodies in it are only named by where they begin. */
export function writeTree(list: List, names: Names): number[] {
  const numbers: number[] = [];
  const fields = (all: readonly string[]): number => (all.length === 0 ? NONE : names.numberOf(all.join('.')));

  const statements = (all: List): void => {
    numbers.push(all.length);
    for (const node of all) statement(node);
  };
  const statement = (node: Statement): void => {
    numbers.push(CODES[node.type]);
    switch (node.type) {
      case 'text':
        return void numbers.push(node.pos, node.pos + node.text.length);
      case 'constant':
        return void numbers.push(node.pos, node.quoted.length);
      case 'action':
        return pipeline(node.pipe);
      case 'if':
      case 'with':
      case 'range':
        pipeline(node.pipe);
        numbers.push(node.body.start);
        return otherwise(node.otherwise);
      case 'template':
        numbers.push(node.pos, names.numberOf(node.name), node.pipe === undefined ? 0 : 1);
        if (node.pipe !== undefined) pipeline(node.pipe);
        return;
      default:
        numbers.push(node.pos);
    }
  };
  const otherwise = (body: Body | undefined): void => {
    numbers.push(body?.start ?? NONE);
    if (body?.start === WITHIN) statements(body.list ?? []);
  };
  const pipeline = ({ pos, variables, isAssignment, commands }: Pipe): void => {
    numbers.push(pos, isAssignment ? 1 : 0, variables.length, ...variables.map((name) => names.numberOf(name)));
    numbers.push(commands.length);
    for (const command of commands) {
      numbers.push(command.pos, command.args.length);
      for (const arg of command.args) operand(arg);
    }
  };
  const operand = (node: Operand): void => {
    numbers.push(CODES[node.type]);
    if (node.type === 'pipe') return pipeline(node);
    numbers.push(node.pos);
    switch (node.type) {
      case 'field':
        return void numbers.push(fields(node.names));
      case 'variable':
        return void numbers.push(names.numberOf(node.name), fields(node.names));
      case 'chain':
        numbers.push(fields(node.names));
        return operand(node.of);
      case 'identifier':
        return void numbers.push(names.numberOf(node.name));
      case 'string':
        return void numbers.push(node.quoted.length);
      case 'number':
        return void numbers.push(node.text.length);
      case 'bool':
        return void numbers.push(node.value ? 1 : 0);
      default:
    }
  };
  statements(list);
  return numbers;
}

/** Reads a list of statements that begins at a place. */
export function readTree(numbers: Int32Array, at: number, names: Names, text: string): List {
  return new Reader(numbers, at, names, text).statements();
}

class Reader {
  readonly numbers: Int32Array;
  readonly names: Names;
  readonly text: string;
  at: number;

  constructor(numbers: Int32Array, at: number, names: Names, text: string) {
    this.numbers = numbers;
    this.at = at;
    this.names = names;
    this.text = text;
  }

  statements(): List {
    const count = this.next();
    const list: Statement[] = [];
    for (let index = 0; index < count; index++) list.push(this.statement());
    return list;
  }

  next(): number {
    return this.numbers[this.at++] as number;
  }

  statement(): Statement {
    const code = this.next();
    switch (code) {
      case CODES.text: {
        const pos = this.next();
        return { type: 'text', pos, text: this.text.slice(pos, this.next()) };
      }
      case CODES.constant: {
        const { pos, quoted, value } = this.string(this.next());
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
        const pos = this.next();
        const name = this.names.get(this.next());
        return { type: 'template', pos, name, pipe: this.next() === 0 ? undefined : this.pipe() };
      }
      case CODES.break:
        return { type: 'break', pos: this.next() };
      case CODES.continue:
        return { type: 'continue', pos: this.next() };
      default:
        return damaged(code);
    }
  }

  branch<T extends 'if' | 'with' | 'range'>(
    type: T,
  ): { type: T } & Pick<Branch, 'pos' | 'pipe' | 'body' | 'otherwise'> {
    const pipe = this.pipe();
    const body: Body = { start: this.next(), list: undefined };
    const start = this.next();
    const otherwise: Body | undefined =
      start === NONE ? undefined : { start, list: start === WITHIN ? this.statements() : undefined };
    return { type, pos: pipe.pos, pipe, body, otherwise };
  }

  pipe(): Pipe {
    // Without a call for each number, the most of which are read here: V8 would compile the method in every run.
    const { numbers, at } = this;
    this.at += 3;
    const pos = numbers[at] as number;
    const isAssignment = numbers[at + 1] === 1;
    let variables = NO_NAMES;
    const declared = numbers[at + 2] as number;
    if (declared > 0) variables = Array.from({ length: declared }, () => this.names.get(this.next()));
    const count = this.next();
    const commands: Command[] = [];
    for (let index = 0; index < count; index++) commands.push(this.command());
    return { type: 'pipe', pos, variables, isAssignment, commands };
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
    this.at += 2;
    const pos = numbers[at + 1] as number;
    switch (code) {
      case CODES.field:
        return { type: 'field', pos, names: this.names.fields(this.next()) };
      case CODES.identifier:
        return { type: 'identifier', pos, name: this.names.get(this.next()) };
      case CODES.string:
        return this.string(pos);
      case CODES.dot:
        return { type: 'dot', pos };
      case CODES.variable: {
        const name = this.names.get(this.next());
        return { type: 'variable', pos, name, names: this.names.fields(this.next()) };
      }
      case CODES.chain: {
        const names = this.names.fields(this.next());
        return { type: 'chain', pos, of: this.operand(), names };
      }
      case CODES.number: {
        const number = this.text.slice(pos, pos + this.next());
        return (number.startsWith("'") ? parseCharacter(pos, number) : parseNumber(pos, number)) as NumberNode;
      }
      case CODES.bool:
        return { type: 'bool', pos, value: this.next() === 1 };
      case CODES.nil:
        return { type: 'nil', pos };
      default:
        return damaged(code);
    }
  }

  string(pos: number): StringNode {
    const quoted = this.text.slice(pos, pos + this.next());
    return { type: 'string', pos, quoted, value: unquote(quoted) ?? '' };
  }
}

type Branch = Extract<Statement, { type: 'if' | 'with' }>;

function damaged(code: number): never {
  throw new Error(`what was kept of a template holds a node of the kind ${code}, which there is not`);
}
