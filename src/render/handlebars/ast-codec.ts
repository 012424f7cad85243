/**
 * Encodes syntax trees of native templates as integers for the cache. `~` is left out, since `whitespace.ts` has applied
 * it already. Contents are stored as offsets into the text of the template where they occur in it, names as indexes into
 * a table that all templates of a chart share.
 */
import type { NameTable } from '../template-cache.ts';
import type {
  Content,
  Expression,
  Hash,
  Location,
  Partial,
  PartialBlock,
  Path,
  Program,
  Statement,
  Sub,
} from './ast.ts';

/** The code of each type of node. Its fields follow in the order in which {@link AstReader} reads them. */
const CODES = {
  ContentStatement: 0,
  MustacheStatement: 1,
  BlockStatement: 2,
  DecoratorBlock: 3,
  Decorator: 4,
  PartialStatement: 5,
  PartialBlockStatement: 6,
  CommentStatement: 7,
  PathExpression: 8,
  SubExpression: 9,
  StringLiteral: 10,
  NumberLiteral: 11,
  BooleanLiteral: 12,
  UndefinedLiteral: 13,
  NullLiteral: 14,
} as const;

/** Stands for something absent; counts, indexes and offsets are never negative. */
const NONE = -1;

/** Encodes a tree; names are added to the table. */
export function encodeAst(program: Program, source: string, names: NameTable): Int32Array {
  const writer = new AstWriter(source, names);
  writer.program(program);
  return new Int32Array(writer.numbers);
}

type Called = Pick<Sub, 'path' | 'params'> & { hash?: Hash | undefined };

class AstWriter {
  readonly numbers: number[] = [];
  readonly #source: string;
  readonly #names: NameTable;
  /** The offset behind the last content: the next one is looked for from there. */
  #end = 0;

  constructor(source: string, names: NameTable) {
    this.#source = source;
    this.#names = names;
  }

  program({ body, blockParams, loc }: Program): void {
    this.#location(loc);
    if (blockParams === undefined) this.numbers.push(NONE);
    else this.#list(blockParams);
    this.numbers.push(body.length);
    for (const statement of body) this.#statement(statement);
  }

  #optional(program: Program | undefined): void {
    this.numbers.push(program === undefined ? NONE : 1);
    if (program !== undefined) this.program(program);
  }

  #statement(node: Statement): void {
    const { numbers } = this;
    numbers.push(CODES[node.type]);
    this.#location(node.loc);
    switch (node.type) {
      case 'ContentStatement':
        this.#content(node);
        break;
      case 'MustacheStatement':
        numbers.push(node.escaped ? 1 : 0);
        this.#call(node);
        break;
      case 'BlockStatement':
        this.#call(node);
        this.#optional(node.program);
        this.#optional(node.inverse);
        break;
      case 'DecoratorBlock':
        this.#call(node);
        this.program(node.program);
        break;
      case 'Decorator':
        this.#expression(node.path);
        break;
      case 'PartialStatement':
        this.#partial(node);
        break;
      case 'PartialBlockStatement':
        this.#partial(node);
        this.program(node.program);
        break;
      case 'CommentStatement':
        this.#name(node.value);
    }
  }

  #content({ original, value, cut }: Content): void {
    let at = this.#source.indexOf(original, this.#end);
    if (at < 0) at = this.#source.indexOf(original);
    if (at >= 0) this.#end = at + original.length;
    // The content {{x}} is written \{{x}}, so it may not occur in the text: then it is stored itself.
    this.numbers.push(at, at < 0 ? this.#names.indexOf(original) : original.length, cut ?? NONE);
    if (cut !== undefined) this.numbers.push(value.length);
  }

  #partial(node: Partial | PartialBlock): void {
    this.#call({ path: node.name, params: node.params, hash: node.hash });
    this.#name(node.indent);
    this.numbers.push(flagOf(node.alone), flagOf(node.endsLine));
  }

  #call({ path, params, hash }: Called): void {
    const { numbers } = this;
    this.#expression(path);
    numbers.push(params.length);
    for (const param of params) this.#expression(param);
    if (hash === undefined) {
      numbers.push(NONE);
      return;
    }
    numbers.push(hash.pairs.length);
    this.#location(hash.loc);
    for (const { key, value, loc } of hash.pairs) {
      this.#name(key);
      this.#location(loc);
      this.#expression(value);
    }
  }

  #expression(node: Expression): void {
    const { numbers } = this;
    numbers.push(CODES[node.type]);
    this.#location(node.loc);
    switch (node.type) {
      case 'PathExpression':
        numbers.push(node.data ? 1 : 0, node.depth);
        this.#name(node.original);
        this.#parts(node);
        break;
      case 'SubExpression':
        this.#call(node);
        break;
      case 'StringLiteral':
        this.#name(node.value);
        break;
      case 'NumberLiteral':
        this.#name(Object.is(node.value, -0) ? '-0' : String(node.value));
        break;
      case 'BooleanLiteral':
        numbers.push(node.value ? 1 : 0);
        break;
      default:
    }
  }

  /** The parts of a path: joined by points as one name of the table, or one by one where a part holds a point. */
  #parts({ parts }: Path): void {
    if (parts.length > 0 && parts.every((part) => !part.includes('.'))) {
      this.numbers.push(NONE);
      this.#name(parts.join('.'));
    } else this.#list(parts);
  }

  #list(names: readonly string[]): void {
    this.numbers.push(names.length);
    for (const name of names) this.#name(name);
  }

  #name(name: string): void {
    this.numbers.push(this.#names.indexOf(name));
  }

  /** A program without statements has no location. */
  #location(loc: Location | undefined): void {
    if (loc === undefined) this.numbers.push(NONE, 0, 0, 0);
    else this.numbers.push(loc.start.line, loc.start.column, loc.end.line, loc.end.column);
  }
}

function flagOf(flag: boolean | undefined): number {
  return flag === undefined ? NONE : flag ? 1 : 0;
}

/**
 * Decodes a tree.
 *
 * @param source the text of the template that was encoded
 * @throws {Error} for a code that {@link encodeAst} does not write
 */
export function decodeAst(numbers: Int32Array, names: NameTable, source: string): Program {
  return new AstReader(numbers, names, source).program();
}

const NO_PARAMS: readonly Expression[] = [];

/** A location that is decoded when it is read: only errors read one, and decoded it is three objects. */
class EncodedLocation implements Location {
  readonly #numbers: Int32Array;
  readonly #at: number;

  constructor(numbers: Int32Array, at: number) {
    this.#numbers = numbers;
    this.#at = at;
  }

  get start(): Location['start'] {
    return this.#position(this.#at);
  }

  get end(): Location['end'] {
    return this.#position(this.#at + 2);
  }

  #position(at: number): Location['start'] {
    return { line: this.#numbers[at] as number, column: this.#numbers[at + 1] as number };
  }
}

class AstReader {
  readonly #numbers: Int32Array;
  readonly #names: NameTable;
  readonly #source: string;
  #at = 0;

  constructor(numbers: Int32Array, names: NameTable, source: string) {
    this.#numbers = numbers;
    this.#names = names;
    this.#source = source;
  }

  program(): Program {
    const loc = this.#location() as Location;
    const blockParams = this.#list();
    const count = this.#next();
    const body: Statement[] = [];
    for (let index = 0; index < count; index++) body.push(this.#statement());
    return blockParams === undefined ? { type: 'Program', body, loc } : { type: 'Program', body, blockParams, loc };
  }

  #next(): number {
    return this.#numbers[this.#at++] as number;
  }

  #name(): string {
    return this.#names.get(this.#next());
  }

  #location(): Location | undefined {
    const at = this.#at;
    this.#at += 4;
    return this.#numbers[at] === NONE ? undefined : new EncodedLocation(this.#numbers, at);
  }

  #list(): string[] | undefined {
    const count = this.#next();
    return count === NONE ? undefined : Array.from({ length: count }, () => this.#name());
  }

  #optional(): Program | undefined {
    return this.#next() === NONE ? undefined : this.program();
  }

  #statement(): Statement {
    const code = this.#next();
    const loc = this.#location() as Location;
    switch (code) {
      case CODES.ContentStatement:
        return this.#content(loc);
      case CODES.MustacheStatement: {
        const escaped = this.#next() === 1;
        const path = this.#expression();
        const params = this.#params();
        return { type: 'MustacheStatement', path, params, hash: this.#hash(), escaped, loc };
      }
      case CODES.BlockStatement: {
        const path = this.#expression();
        const params = this.#params();
        const hash = this.#hash();
        const program = this.#optional();
        const inverse = this.#optional();
        return { type: 'BlockStatement', path, params, hash, program, inverse, loc };
      }
      case CODES.DecoratorBlock: {
        const path = this.#expression();
        const params = this.#params();
        // Named arguments of {{#*inline}} have no meaning.
        this.#hash();
        return { type: 'DecoratorBlock', path, params, program: this.program(), loc };
      }
      case CODES.Decorator:
        return { type: 'Decorator', path: this.#expression(), loc };
      case CODES.PartialStatement:
        return { type: 'PartialStatement', ...this.#partial(), loc };
      case CODES.PartialBlockStatement:
        return { type: 'PartialBlockStatement', ...this.#partial(), program: this.program(), loc };
      case CODES.CommentStatement:
        return { type: 'CommentStatement', value: this.#name(), loc };
      default:
        return unknownCode(code);
    }
  }

  #content(loc: Location): Content {
    const at = this.#next();
    const length = this.#next();
    const original = at === NONE ? this.#names.get(length) : this.#source.slice(at, at + length);
    const cut = this.#next();
    if (cut === NONE) return { type: 'ContentStatement', value: original, original, cut: undefined, loc };
    return { type: 'ContentStatement', value: original.slice(cut, cut + this.#next()), original, cut, loc };
  }

  #partial(): Pick<Partial, 'name' | 'params' | 'hash' | 'indent' | 'alone' | 'endsLine'> {
    const name = this.#expression() as Path | Sub;
    const params = this.#params();
    const hash = this.#hash();
    return { name, params, hash, indent: this.#name(), alone: this.#flag(), endsLine: this.#flag() };
  }

  #flag(): boolean | undefined {
    const flag = this.#next();
    return flag === NONE ? undefined : flag === 1;
  }

  #params(): readonly Expression[] {
    const count = this.#next();
    if (count === 0) return NO_PARAMS;
    const params: Expression[] = [];
    for (let index = 0; index < count; index++) params.push(this.#expression());
    return params;
  }

  #hash(): Hash | undefined {
    const count = this.#next();
    if (count === NONE) return undefined;
    const loc = this.#location() as Location;
    const pairs: Hash['pairs'] = [];
    for (let index = 0; index < count; index++) {
      const key = this.#name();
      const at = this.#location() as Location;
      pairs.push({ key, value: this.#expression(), loc: at });
    }
    return { type: 'Hash', pairs, loc };
  }

  #expression(): Expression {
    const code = this.#next();
    const loc = this.#location() as Location;
    switch (code) {
      case CODES.PathExpression: {
        const data = this.#next() === 1;
        const depth = this.#next();
        const original = this.#name();
        const parts = this.#list() ?? this.#names.fields(this.#next());
        return { type: 'PathExpression', data, depth, parts, original, loc };
      }
      case CODES.SubExpression: {
        const path = this.#expression();
        const params = this.#params();
        return { type: 'SubExpression', path, params, hash: this.#hash(), loc };
      }
      case CODES.StringLiteral: {
        const value = this.#name();
        return { type: 'StringLiteral', value, original: value, loc };
      }
      case CODES.NumberLiteral: {
        const value = Number(this.#name());
        return { type: 'NumberLiteral', value, original: value, loc };
      }
      case CODES.BooleanLiteral: {
        const value = this.#next() === 1;
        return { type: 'BooleanLiteral', value, original: value, loc };
      }
      case CODES.UndefinedLiteral:
        return { type: 'UndefinedLiteral', loc };
      case CODES.NullLiteral:
        return { type: 'NullLiteral', loc };
      default:
        return unknownCode(code);
    }
  }
}

function unknownCode(code: number): never {
  throw new Error(`the cached syntax tree of a template has a node of the unknown type ${code}`);
}
