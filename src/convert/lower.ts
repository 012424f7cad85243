/**
 * Translates the statements of a Go template to pieces of a native one. Lines and indentation come later (`lines.ts`).
 */
import { decodeText } from '../render/gotemplate/value.ts';
import type { Command, List, Operand, Pipe, Statement } from '../render/gotemplate/node.ts';
import type { Template } from '../render/gotemplate/template.ts';
import { CannotConvert } from './cannot.ts';
import { call, isCall, keyOf, literal, path, pathsOf } from './expression.ts';
import type { Expression, Path, Trail } from './expression.ts';
import { callHelper, simplified } from './functions.ts';
import { expressionOf, fieldOf, isSameMeaning, valueOf } from './meaning.ts';
import type { Meaning } from './meaning.ts';
import type { Branch, Control, DefaultAt, Piece } from './pieces.ts';
import { nameFor } from './names.ts';
import { contentOf, printed } from './printed.ts';

/** What the translation has to know about the chart. */
export type Surroundings = {
  /**
   * How a template is included with this context: the name and context that the native `include` takes.
   *
   * @throws {CannotConvert}
   */
  include(name: string, data: Meaning, fail: (why: string) => CannotConvert): Expression;
  /** Does a definition become a native partial, as far as is known? */
  isNative(name: string): boolean;
  /** Does a definition begin with a line break, so that what includes it behind a text prints it on lines of its own? */
  startsLine(name: string): boolean;
  /** What a path below the chart's values holds by default. */
  defaultAt: DefaultAt;
};

type Scope = {
  dot: Meaning;
  readonly dollar: Meaning;
  readonly variables: Map<string, Meaning>;
  /** Variables that this body declared itself: they end with it. */
  readonly declared: Set<string>;
  /** Block parameters of the blocks around, which must not be hidden. */
  names: readonly string[];
};

/**
 * The pieces of a template.
 *
 * @param data what its `.` is
 * @throws {CannotConvert}
 */
export function lowerTemplate(template: Template, data: Meaning, surroundings: Surroundings): Piece[] {
  const { list } = template.body;
  if (list === undefined) throw new Error('a template whose body was not read');
  const lowering = new Lowering(template.source.name, surroundings);
  return lowering.list(list, { dot: data, dollar: data, variables: new Map(), declared: new Set(), names: [] });
}

class Lowering {
  readonly #source: string;
  readonly #surroundings: Surroundings;

  constructor(source: string, surroundings: Surroundings) {
    this.#source = source;
    this.#surroundings = surroundings;
  }

  list(list: List, scope: Scope): Piece[] {
    return list.flatMap((node) => this.#statement(node, scope));
  }

  #fail(why: string, pos: number): CannotConvert {
    return new CannotConvert(why, this.#source, pos);
  }

  #statement(node: Statement, scope: Scope): Piece[] {
    switch (node.type) {
      case 'text':
      case 'constant':
        return [{ type: 'text', text: decodeText(node.text) }];
      case 'action':
        return this.#action(node.pipe, scope, node.pos);
      case 'template': {
        const data = node.pipe === undefined ? valueOf(literal(null)) : this.#pipe(node.pipe, scope);
        const included = this.#include(node.name, data, node.pos);
        const isNewLine = this.#surroundings.startsLine(node.name);
        return [{ type: 'block', content: contentOf(included), indent: undefined, isNewLine, pos: node.pos }];
      }
      case 'if':
      case 'with':
      case 'range':
        return [this.#control(node, scope)];
      case 'break':
      case 'continue':
        throw this.#fail(`native loops have no {{${node.type}}}`, node.pos);
    }
  }

  #action(pipe: Pipe, scope: Scope, pos: number): Piece[] {
    if (pipe.variables.length > 0) {
      this.#declare(pipe, this.#pipe(pipe, scope), scope);
      return [];
    }
    const startsLine = (name: string): boolean => this.#surroundings.startsLine(name);
    return printed(this.#value(pipe, scope), pos, startsLine, (why) => this.#fail(why, pos));
  }

  #declare(pipe: Pipe, meaning: Meaning, scope: Scope): void {
    const [name = ''] = pipe.variables;
    if (name === '$_' && meaning.kind === 'value' && acts(meaning.value)) {
      throw this.#fail('a call whose value is not used', pipe.pos);
    }
    if (pipe.isAssignment && !scope.variables.has(name)) throw this.#fail(`${name} is not declared`, pipe.pos);
    if (!pipe.isAssignment) scope.declared.add(name);
    scope.variables.set(name, meaning);
  }

  #control(node: Extract<Statement, { type: 'if' | 'with' | 'range' }>, scope: Scope): Control {
    const before = new Map(scope.variables);
    const { branches, ends } = node.type === 'range' ? this.#range(node, scope) : this.#chain(node, scope);
    for (const [name, was] of before) {
      const merged = this.#merged(name, was, ends, node.pos);
      scope.variables.set(name, merged);
    }
    return { type: 'control', branches, pos: node.pos };
  }

  /** The value of a variable behind branches that assigned it: (ternary …) of the tests. */
  #merged(name: string, was: Meaning, ends: readonly End[], pos: number): Meaning {
    let merged: Meaning | undefined;
    for (const { test, scope } of ends.toReversed()) {
      const now = scope.declared.has(name) ? was : (scope.variables.get(name) ?? was);
      if (merged === undefined || isSameMeaning(now, merged)) merged = now;
      else {
        const then = expressionOf(now);
        const otherwise = expressionOf(merged);
        if (test === undefined || then === undefined || otherwise === undefined) {
          throw this.#fail(`native templates cannot assign ${name} in a loop`, pos);
        }
        merged = valueOf(call('ternary', then, otherwise, test));
      }
    }
    return merged ?? was;
  }

  #chain(node: Extract<Statement, { type: 'if' | 'with' }>, outer: Scope): { branches: Branch[]; ends: End[] } {
    const scope = within(outer);
    const meaning = this.#pipe(node.pipe, scope);
    if (node.pipe.variables.length > 0) this.#declare(node.pipe, meaning, scope);
    const value = expressionOf(meaning);
    if (value === undefined) throw this.#fail(`a ${node.type} of the root`, node.pos);
    let opens: Branch['opens'] = { block: 'if', value, names: [] };
    if (node.type === 'with' && node.pipe.variables.length === 0) {
      // `values.x` is as short as a block parameter for it, and a partial can stand where its text would be read again.
      const isShort = meaning.kind !== 'value' || value.type === 'path' || this.#isStructure(value, node, outer);
      if (isShort) scope.dot = meaning;
      else {
        const name = nameFor(value, outer.names);
        opens = { block: 'with', value, names: [name] };
        scope.dot = valueOf(path(name, [], trailOf(value)));
        scope.names = [...outer.names, name];
      }
    } else if (node.type === 'with') scope.dot = meaning;
    const then = this.list(node.body.list ?? [], scope);
    const branches: Branch[] = [{ opens, body: then }];
    const ends: End[] = [{ test: value, scope }];
    const otherwise = node.otherwise?.list ?? [];
    const [only] = otherwise;
    if (node.otherwise?.start === -1 && only?.type === 'if' && opens.block === 'if') {
      const rest = this.#chain(only, within(outer));
      return { branches: [...branches, ...rest.branches], ends: [...ends, ...rest.ends] };
    }
    const last = within(outer);
    const body = this.list(otherwise, last);
    const [inner, ...more] = body;
    // {{ else }}{{ if }} … {{ end }}{{ end }} is {{else if}}.
    const isLink = inner?.type === 'control' && more.length === 0 && opens.block === 'if';
    if (isLink && inner.branches.every((branch) => branch.opens?.block !== 'each' && branch.opens?.block !== 'with')) {
      branches.push(...inner.branches);
    } else if (body.length > 0) branches.push({ opens: undefined, body });
    return { branches, ends: [...ends, { test: undefined, scope: last }] };
  }

  /** Is it an include of a native definition, whose text is inserted as structure: `{{ with include … }}{{ . | nindent 2 }}`? */
  #isStructure(value: Expression, { body }: Extract<Statement, { type: 'if' | 'with' }>, outer: Scope): boolean {
    const { structure } = contentOf(value);
    if (!('partial' in structure) || !this.#surroundings.isNative(structure.partial)) return false;
    const text = path('text of the definition');
    const inserted = keyOf(call('fromYaml', text));
    const scope = within(outer);
    scope.dot = valueOf(text);
    const isInserted = (pieces: readonly Piece[]): boolean =>
      pieces.some((piece) => {
        if (piece.type === 'control') return piece.branches.some((branch) => isInserted(branch.body));
        if (piece.type !== 'block') return false;
        return 'value' in piece.content.structure && keyOf(piece.content.structure.value) === inserted;
      });
    return isInserted(this.list(body.list ?? [], scope));
  }

  #range(node: Extract<Statement, { type: 'range' }>, outer: Scope): { branches: Branch[]; ends: End[] } {
    const { pipe } = node;
    if (pipe.isAssignment) throw this.#fail('native loops assign no variables', node.pos);
    const list = this.#value(pipe, outer);
    const items = list.type === 'path' && list.trail ? [...list.trail, '*'] : undefined;
    const [first, second] = pipe.variables;
    const item = nameFor(list, outer.names);
    const keyName = second === undefined ? undefined : nameFor('key', [...outer.names, item]);
    const isMap = isCall(list, 'dict') || (list.type === 'path' && this.#surroundings.defaultAt(list.trail) === 'map');
    const scope = within(outer);
    // Go visits the keys of a map in sorted order, which matters where the body prints items or text.
    const isSorted = isMap && makesOrder(node.body.list ?? []);
    const key = keyName ?? nameFor('key', [...outer.names, item]);
    const value: Expression = isSorted ? call('get', list, path(key)) : path(item, [], items);
    scope.dot = valueOf(value);
    scope.names = [...outer.names, item, key];
    const element = second ?? first;
    if (second !== undefined && first !== undefined) scope.variables.set(first, valueOf(path(key)));
    if (element !== undefined) scope.variables.set(element, scope.dot);
    for (const name of pipe.variables) scope.declared.add(name);
    const body = this.list(node.body.list ?? [], scope);
    const opens: Branch['opens'] = isSorted
      ? { block: 'each', value: call('sortAlpha', call('keys', list)), names: [key] }
      : { block: 'each', value: list, names: keyName === undefined ? [item] : [item, keyName] };
    const branches: Branch[] = [{ opens, body }];
    const ends: End[] = [{ test: undefined, scope }];
    const last = within(outer);
    const otherwise = this.list(node.otherwise?.list ?? [], last);
    if (otherwise.length > 0) branches.push({ opens: undefined, body: otherwise });
    return { branches, ends: [...ends, { test: undefined, scope: last }] };
  }

  #value(pipe: Pipe, scope: Scope): Expression {
    const value = expressionOf(this.#pipe(pipe, scope));
    if (value === undefined) throw this.#fail('the root is not a value', pipe.pos);
    return value;
  }

  #pipe(pipe: Pipe, scope: Scope): Meaning {
    let piped: Meaning | undefined;
    for (const command of pipe.commands) piped = this.#command(command, piped, scope);
    if (piped === undefined) throw this.#fail('an empty pipeline', pipe.pos);
    return piped;
  }

  #command(command: Command, piped: Meaning | undefined, scope: Scope): Meaning {
    const [first, ...rest] = command.args;
    if (first === undefined) throw this.#fail('an empty command', command.pos);
    if (first.type !== 'identifier' && rest.length === 0 && piped === undefined) return this.#operand(first, scope);
    const args = rest.map((arg) => this.#operand(arg, scope));
    if (piped !== undefined) args.push(piped);
    if (first.type === 'identifier') return this.#call(first.name, args, command.pos);
    return this.#method(first, args, scope);
  }

  #call(name: string, args: readonly Meaning[], pos: number): Meaning {
    const [first, second] = args;
    if (name === 'include') {
      const included = first && expressionOf(first);
      const file = included && templateFile(included);
      if (included?.type === 'literal' && typeof included.value === 'string' && second !== undefined) {
        return valueOf(this.#include(included.value, second, pos));
      }
      if (file !== undefined) return valueOf(call('include', literal(file)));
      throw this.#fail('include takes a name that is known', pos);
    }
    const isAbsent = ({ base, names, trail }: Path): boolean =>
      names.length > 0 &&
      (base === 'this' || (trail !== undefined && this.#surroundings.defaultAt(trail) === undefined));
    const made = callHelper(name, args, isAbsent, (why) => this.#fail(why, pos));
    return made.kind === 'value' ? valueOf(simplified(made.value, (one) => this.#surroundings.isNative(one))) : made;
  }

  #include(name: string, data: Meaning, pos: number): Expression {
    return this.#surroundings.include(name, data, (why) => this.#fail(why, pos));
  }

  /** Methods: `.Files.Get "x"`, `.Capabilities.APIVersions.Has "x"`. */
  #method(of: Operand, args: readonly Meaning[], scope: Scope): Meaning {
    if (of.type === 'field' || of.type === 'variable' || of.type === 'chain') {
      const name = of.names.at(-1) ?? '';
      const names = of.names.slice(0, -1);
      const owner = this.#operand({ ...of, names }, scope);
      const values = args.map(expressionOf);
      const helper = owner.kind === 'object' ? METHODS.get(`${owner.object}.${name}`) : undefined;
      if (helper !== undefined && values.every((value) => value !== undefined)) return valueOf(call(helper, ...values));
    }
    throw this.#fail('a call that native templates do not have', of.pos);
  }

  #operand(node: Operand, scope: Scope): Meaning {
    switch (node.type) {
      case 'dot':
        return scope.dot;
      case 'nil':
        return valueOf(literal(null));
      case 'bool':
        return valueOf(literal(node.value));
      case 'string':
        return valueOf(literal(decodeText(node.value)));
      case 'number':
        if (node.complex !== undefined) throw this.#fail('a complex number', node.pos);
        return valueOf(literal(node.integer ?? node.float ?? 0));
      case 'pipe':
        return this.#pipe(node, scope);
      case 'identifier':
        return this.#call(node.name, [], node.pos);
      case 'field':
        return this.#fields(scope.dot, node.names, node.pos);
      case 'variable': {
        const start = node.name === '$' ? scope.dollar : scope.variables.get(node.name);
        if (start === undefined) throw this.#fail(`${node.name} is not known here`, node.pos);
        return this.#fields(start, node.names, node.pos);
      }
      case 'chain':
        return this.#fields(this.#operand(node.of, scope), node.names, node.pos);
    }
  }

  #fields(start: Meaning, names: readonly string[], pos: number): Meaning {
    let at = start;
    for (const name of names) {
      const next = fieldOf(at, decodeText(name));
      if (next === undefined) throw this.#fail(`native templates do not know .${names.join('.')}`, pos);
      at = next;
    }
    return at;
  }
}

/** Does the expression call something that may fail or change a map, so that it matters though its value is unused? */
function acts(value: Expression): boolean {
  return value.type === 'call' && (ACTS.has(value.name) || value.args.some(acts));
}

const ACTS: ReadonlySet<string> = new Set([
  'merge',
  'mergeOverwrite',
  'required',
  'fail',
  'include',
  'partial',
  'append',
  'prepend',
]);

/** Where the first value below `.Values` is that an expression reads. */
function trailOf(value: Expression): Trail | undefined {
  for (const { path } of pathsOf(value)) if (path.trail !== undefined) return path.trail;
  return undefined;
}

/** The end of a branch: its test, and the variables there. */
type End = { test: Expression | undefined; scope: Scope };

const METHODS: ReadonlyMap<string, string> = new Map([
  ['apiVersions.Has', 'capabilities.has'],
  ['files.Get', 'files.get'],
  ['files.Lines', 'files.lines'],
  ['files.Glob', 'files.glob'],
]);

function within(outer: Scope): Scope {
  return { ...outer, variables: new Map(outer.variables), declared: new Set() };
}

/** Does a body print items of a list or lines of a text, whose order matters? That of keys does not. */
function makesOrder(list: List): boolean {
  return hasText(list, /^[ \t]*- |^---/m) || !hasText(list, /^"?:/);
}

function hasText(list: List, pattern: RegExp): boolean {
  return list.some((node) => {
    if (node.type === 'text') return pattern.test(node.text);
    const isBranch = node.type === 'if' || node.type === 'with' || node.type === 'range';
    return isBranch && (hasText(node.body.list ?? [], pattern) || hasText(node.otherwise?.list ?? [], pattern));
  });
}

/** `print $.Template.BasePath "/configmap.yaml"` names a file of the chart. */
function templateFile(name: Expression): string | undefined {
  if (!isCall(name, 'print') && !isCall(name, 'printf')) return undefined;
  const parts = name.name === 'print' ? name.args : name.args.slice(1);
  const [base, file] = parts;
  const isBase = base?.type === 'path' && base.base === 'template' && (base as Path).names[0] === 'basePath';
  const format = name.name === 'printf' ? name.args[0] : undefined;
  if (!isBase || file?.type !== 'literal' || typeof file.value !== 'string' || parts.length > 2) return undefined;
  if (format !== undefined && !(format.type === 'literal' && /^%s\/?%s$/.test(String(format.value)))) return undefined;
  return file.value.replace(/^\//, '');
}
