/**
 * Parses what stands in actions: pipelines of commands, with their operands. The grammar and the words of the errors are
 * those of Go's package text/template/parse.
 */
import { PkgError } from '../../errors.ts';
import { parseCharacter, parseNumber, unquote } from './constants.ts';
import { Lexer } from './lex.ts';
import { NO_NAMES } from './node.ts';
import type { Command, FieldNode, NumberNode, Operand, Pipe } from './node.ts';
import { positionOf } from './template.ts';
import type { Source } from './template.ts';
import { decodeText } from '../../utf8.ts';

/** Go allows expressions to be nested ten thousand levels deep; the stack of JavaScript holds fewer. */
const MAX_DEPTH = 1000;

/** The part of the parser that reads expressions; `parse.ts` has the part that reads statements. */
export class ExpressionParser {
  /** The names of the functions that were called so far. */
  readonly functions: Set<string> = new Set();
  protected readonly source: Source;
  protected readonly lexer: Lexer;
  /** The variables that are declared here. */
  protected variables: string[] = ['$'];
  /** The offset behind the last right delimiter. */
  protected behind = 0;
  /** Whether a name is that of a function. */
  readonly #isFunction: (name: string) => boolean;
  /** How many parentheses are open. */
  #depth = 0;

  constructor(source: Source, isFunction: (name: string) => boolean) {
    this.source = source;
    this.lexer = new Lexer(source.text);
    this.#isFunction = isFunction;
  }

  /**
   * Parses a pipeline up to its end, which is read too.
   *
   * @param context what Go's errors call the action
   * @param given its first term, if that was read already
   */
  protected pipeline(context: string, end: 'right' | ')', given?: Operand): Pipe {
    const { lexer } = this;
    const pos = given?.pos ?? lexer.start;
    const { variables, isAssignment, operand } =
      given === undefined ? this.#declarations(context) : { variables: NO_NAMES, isAssignment: false, operand: given };
    let first: Operand | undefined = operand;
    let commands: [Command, ...Command[]] | undefined;
    for (;;) {
      if (first === undefined) {
        if (lexer.type === end) break;
        if (!lexer.isTerm) throw this.unexpected(context);
      }
      const command = this.#command(first);
      if (commands === undefined) commands = [command];
      else commands.push(command);
      first = undefined;
    }
    if (commands === undefined) throw this.error(`missing value for ${context}`);
    for (let stage = 1; stage < commands.length; stage++) {
      const type = commands[stage]?.args[0]?.type;
      if (type === 'bool' || type === 'dot' || type === 'nil' || type === 'number' || type === 'string') {
        throw this.error(`non executable command in pipeline stage ${stage + 1}`);
      }
    }
    this.behind = lexer.end;
    lexer.next();
    return { type: 'pipe', pos, variables, isAssignment, commands, steps: stepsOf(variables, commands) };
  }

  /**
   * Parses the variables that a pipeline declares or sets, with `:=` or `=`: `$x :=`, `$key, $value :=`.
   *
   * @returns as `operand` the variable that was read where it is the first operand of the pipeline, and not set by it
   */
  #declarations(context: string): {
    variables: readonly string[];
    isAssignment: boolean;
    operand: Operand | undefined;
  } {
    const { lexer } = this;
    let variables = NO_NAMES;
    while (lexer.type === 'variable') {
      const name = lexer.value;
      const { start } = lexer;
      lexer.next();
      const next = lexer.type as string;
      if (next === 'assign' || next === 'declare') {
        this.variables.push(name);
        lexer.next();
        return { variables: [...variables, name], isAssignment: next === 'assign', operand: undefined };
      }
      if (next !== 'char' || lexer.value !== ',') {
        return { variables, isAssignment: false, operand: this.#variable(start, name) };
      }
      lexer.next();
      variables = [...variables, name];
      this.variables.push(name);
      if (context !== 'range' || variables.length > 1) throw this.error(`too many declarations in ${context}`);
      const after = lexer.type as string;
      if (after !== 'variable' && after !== 'right' && after !== ')') {
        throw this.error('range can only initialize variables');
      }
    }
    return { variables, isAssignment: false, operand: undefined };
  }

  /**
   * Parses a command and the `|` behind it.
   *
   * @param first its first term, if that was read already
   */
  #command(first: Operand | undefined): Command {
    const { lexer } = this;
    const pos = first?.pos ?? lexer.start;
    const args: Operand[] = [this.#operand(first ?? this.term())];
    while (lexer.spaced && lexer.isTerm) args.push(this.#operand(this.term()));
    if (lexer.type === 'pipe') lexer.next();
    else if (lexer.type !== 'right' && lexer.type !== ')') throw this.unexpected('operand');
    return { type: 'command', pos, args };
  }

  /** A term with the fields that follow it without a blank. */
  #operand(term: Operand): Operand {
    const { lexer } = this;
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
        throw this.error(`unexpected . after term ${JSON.stringify(this.source.text.slice(term.pos, pos))}`);
      default:
        return { type: 'chain', pos, of: term, names };
    }
  }

  /** Parses an operand without the fields that may follow it. */
  protected term(): Operand {
    const { lexer } = this;
    const { start: pos, type } = lexer;
    // Tokens whose text is not needed come first: asking for it copies it out of the source.
    if (type === 'field') {
      const names = lexer.fields();
      // As in Go, the position of a chain of fields is that of the second one.
      const at = names.length === 1 ? pos : pos + 1 + (names[0] as string).length;
      return { type: 'field', pos: at, names } satisfies FieldNode;
    }
    if (type === 'dot' || type === 'nil') {
      lexer.next();
      return { type, pos };
    }
    if (type === '(') {
      if (++this.#depth > MAX_DEPTH) throw this.error('max expression depth exceeded');
      lexer.next();
      const pipe = this.pipeline('parenthesized pipeline', ')');
      this.#depth--;
      return pipe;
    }
    const { value } = lexer;
    let node: Operand;
    switch (type) {
      case 'identifier':
        if (!this.functions.has(value)) {
          if (!this.#isFunction(value)) throw this.error(`function ${JSON.stringify(value)} not defined`);
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
        if (text === undefined) throw this.error('invalid syntax');
        node = { type: 'string', pos, quoted: value, value: text };
      }
    }
    lexer.next();
    return node;
  }

  #variable(pos: number, name: string): Operand {
    // A block that is parsed alone does not know the variables around it, but its text is known to have no errors.
    if (this.source.blockIndex === undefined && !this.variables.includes(name))
      throw this.error(`undefined variable ${JSON.stringify(name)}`, pos);
    return { type: 'variable', pos, name, names: NO_NAMES };
  }

  #constant(number: NumberNode | string): NumberNode {
    if (typeof number === 'string') throw this.error(number);
    return number;
  }

  /** The error that the current token does not fit here. */
  protected unexpected(context: string): PkgError {
    const { type, value } = this.lexer;
    if (type === 'error') return this.error(value);
    return this.error(`unexpected ${this.#describe()} in ${context}`);
  }

  /** The current token as Go's errors show it. */
  #describe(): string {
    const { type, value } = this.lexer;
    if (type === 'eof') return 'EOF';
    if (type === 'left') return '"{{"';
    if (type === 'right') return '"}}"';
    if (type === 'keyword') return `<${value}>`;
    return value.length > 10 ? `${JSON.stringify(value.slice(0, 10))}...` : JSON.stringify(value);
  }

  /** An error at an offset, which is that of the current token unless another is given. */
  protected error(message: string, pos: number = this.lexer.start): PkgError {
    return new PkgError('PKG_TEMPLATE_SYNTAX', decodeText(message), { at: positionOf(this.source, pos) });
  }
}

function stepsOf(variables: readonly string[], commands: readonly Command[]): number {
  let steps = variables.length;
  for (const { args } of commands) for (const arg of args) steps += stepsOfOperand(arg);
  return steps;
}

function stepsOfOperand(operand: Operand): number {
  if (operand.type === 'pipe') return operand.steps;
  return operand.type === 'chain' ? 1 + stepsOfOperand(operand.of) : 1;
}
