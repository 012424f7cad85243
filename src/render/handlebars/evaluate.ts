/**
 * The interpreter: walks the syntax tree of Handlebars' parser. It follows Handlebars' own runtime (4.7); the differences
 * are listed in docs/templates.md.
 */
import type { PkgError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import { pathOf } from './ast.ts';
import type {
  Block,
  Expression,
  Location,
  Mustache,
  Partial,
  PartialBlock,
  Path,
  Program,
  Statement,
  Template,
} from './ast.ts';
import { gapOf } from './gaps.ts';
import { builtinBlocks } from './blocks.ts';
import { absentValue, checkAbsence } from './absence.ts';
import { callExpression } from './call.ts';
import type { CallIdentity, Evaluator, Frame, Host, PrintedSlot } from './evaluation.ts';
import { templateError } from './template-error.ts';
import type { Origin } from './template-error.ts';
import { findBody, hasDecorators, printPartial, withInlines } from './run-partial.ts';
import { Output } from './output.ts';
import type { Slot } from './output.ts';
import { asArgument, enter, explainAbsence, lookupPath, rootScope, simpleName, valuePathOf } from './scope.ts';
import type { Data, Item, ItemMap, Scope } from './scope.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';
import { isEmptyValue, spreadText, valueText } from './text.ts';
import { charge, chargeWalk, LimitReached, outOfSteps } from '../functions/limits.ts';
import type { ValueError } from '../../chart/value-error.ts';

/** The steps of a statement, which takes about a microsecond, and 100 bytes for its output. */
const STATEMENT = 10;
/** The steps of a slot besides those of its value: it keeps its scopes, one kilobyte, until the render ends. */
const SLOT = 100;

/** Evaluates templates of one chart. */
export class Interpreter implements Evaluator {
  readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  /** Runs a whole template. */
  run(template: Template, root: ItemMap, output: Output): void {
    const { name } = template;
    const frame = { template, calls: undefined, depth: 0, identity: name, earlier: undefined, counters: undefined };
    this.program(template.program, rootScope(root), frame, output);
  }

  /** See {@link Evaluator.program}. */
  program(program: Program, scope: Scope, frame: Frame, output: Output): void {
    const inner = hasDecorators(program) ? withInlines(this, program, scope, frame) : scope;
    const { body } = program;
    for (let index = 0; index < body.length; index++) {
      const statement = body[index];
      if (statement !== undefined) this.#statement(statement, inner, frame, output);
    }
  }

  #statement(statement: Statement, scope: Scope, frame: Frame, output: Output): void {
    const { meter } = this.host;
    if ((meter.taken += STATEMENT) > meter.most) throw this.limit(outOfSteps(meter), statement, frame);
    switch (statement.type) {
      case 'ContentStatement':
        output.add(statement.value, frame, statement);
        return;
      case 'MustacheStatement':
        this.#mustache(statement, scope, frame, output);
        return;
      case 'BlockStatement':
        this.#block(statement, scope, frame, output);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        printPartial(this, statement, scope, frame, output);
        return;
      default:
    }
  }

  #mustache(node: Mustache, scope: Scope, frame: Frame, output: Output): void {
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    if (name === 'optional' || name === 'spread') {
      this.#special(node, name, scope, frame, output);
      return;
    }
    const since = this.host.random.log.length;
    const value = callExpression(this, node, scope, frame);
    const source = node.params.length === 0 ? path : undefined;
    if (value === ABSENT) throw absentValue(this, node, scope, frame, output);
    if (output.slots !== undefined && node.escaped) {
      this.emitSlot({ kind: 'v', value, node, source, scope }, frame, output, since);
      return;
    }
    if (!node.escaped && (Array.isArray(value) || isMap(value))) {
      throw this.error(
        'PKG_TEMPLATE_SLOT',
        `{{{ }}} pastes text, and this is ${isMap(value) ? 'a map' : 'a list'}`,
        node.loc,
        frame,
        { hints: ['write {{ }} to put the value itself there'], valuePath: source && valuePathOf(source, scope) },
      );
    }
    output.add(valueText(value), frame, node);
  }

  /** See {@link Evaluator.emitSlot}. */
  emitSlot(
    { kind, value, node, source, scope, printed }: PrintedSlot,
    frame: Frame,
    output: Output,
    since: number,
  ): void {
    if (output.slots === undefined) throw new Error('a slot where text is printed');
    // Each slot has all fields, so that V8 has one class for them.
    const slot: Slot = { kind, value, node, origin: frame, source, scope, printed, random: undefined };
    this.#chargeSlot(slot);
    const { log } = this.host.random;
    if (log.length > since) slot.random = log.slice(since);
    output.addSlot(output.slots, slot);
  }

  /** Charges for a value the steps that printing it will take. */
  #chargeSlot({ value, node, origin }: Slot): void {
    try {
      charge(SLOT);
      if (value !== ABSENT) chargeWalk(value);
    } catch (error) {
      throw error instanceof LimitReached ? this.limit(error, node, origin) : error;
    }
  }

  /**
   * Runs `{{optional x}}`, which leaves its key or item out for an empty value, or `{{spread x}}`, which adds entries
   * or items.
   */
  #special(node: Mustache, name: 'optional' | 'spread', scope: Scope, frame: Frame, output: Output): void {
    const [param, ...more] = node.params;
    if (param === undefined || more.length > 0) {
      throw this.error('PKG_TEMPLATE_HELPER', `${name} takes one value`, node.loc, frame, {
        hints: [`write {{${name} values.x}}`],
      });
    }
    const since = this.host.random.log.length;
    const value = this.expression(param, scope, frame);
    if (output.slots === undefined || !node.escaped) {
      const text =
        name === 'spread' ? spreadText(value, output.currentLine) : isEmptyValue(value) ? '' : valueText(value);
      output.add(text, frame, node);
      return;
    }
    if (name === 'optional') {
      this.emitSlot({ kind: 'o', value, node, source: param, scope }, frame, output, since);
      return;
    }
    const before = output.currentLine.trim();
    // Dashes may stand before it, as in `- - {{spread x}}`, and the start of [ ] or { }.
    if (!/^(?:- *)*$|[[{,]$/.test(before)) {
      throw this.error('PKG_TEMPLATE_SLOT', 'spread must be on a line of its own', node.loc, frame, {
        hints: ['write {{x}} to give a key its value'],
      });
    }
    this.emitSlot({ kind: 's', value, node, source: param, scope }, frame, output, since);
    output.add(':', frame, node);
  }

  #block(node: Block, scope: Scope, frame: Frame, output: Output): void {
    const before = output.parts.length;
    this.#blockBody(node, scope, frame, output);
    this.noteGap(node, scope, frame, output, before);
  }

  /** See {@link Evaluator.noteGap}. */
  noteGap(node: Block | Partial | PartialBlock, scope: Scope, frame: Frame, output: Output, before: number): void {
    if (output.slots !== undefined && output.isBlankSince(before))
      output.addGap(
        gapOf(node, frame.template, (name) => findBody(this, name, scope, frame)?.program),
        frame,
        node,
      );
  }

  #blockBody(node: Block, scope: Scope, frame: Frame, output: Output): void {
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    const builtin = name === undefined ? undefined : builtinBlocks.get(name);
    if (builtin !== undefined) {
      builtin(this, node, scope, frame, output);
      return;
    }
    const isCall = node.params.length > 0 || node.hash !== undefined;
    const item = path === undefined ? ABSENT : lookupPath(path, scope);
    const known = name !== undefined && item === ABSENT && this.host.findHelper(name) !== undefined;
    if (isCall || known || path === undefined) {
      const hints = known ? [`write {{#if (${name} …)}}`] : this.helperHints(name ?? '', [...builtinBlocks.keys()]);
      throw this.error('PKG_TEMPLATE_HELPER', `${name ?? 'this'} is not a block helper`, node.loc, frame, { hints });
    }
    if (item === ABSENT) checkAbsence(this, path, scope, frame);
    // As Handlebars' blockHelperMissing has it, a value is a loop where it is a list, and a condition otherwise.
    const value = asArgument(item);
    if (Array.isArray(value) && value.length > 0) {
      builtinBlocks.get('each')?.(this, { ...node, params: [path] }, scope, frame, output);
    } else if (value === ABSENT || value === null || value === false || (Array.isArray(value) && value.length === 0)) {
      if (node.inverse) this.program(node.inverse, scope, frame, output);
    } else if (node.program) {
      const inner = value === true ? scope : enter(scope, value, { scope, expression: path });
      this.program(node.program, inner, frame, output);
    }
  }

  /** See {@link Evaluator.expression}. */
  expression(expression: Expression, scope: Scope, frame: Frame): Argument {
    return asArgument(this.item(expression, scope, frame));
  }

  /** See {@link Evaluator.item}. */
  item(expression: Expression, scope: Scope, frame: Frame): Item {
    switch (expression.type) {
      case 'PathExpression': {
        const found = lookupPath(expression, scope);
        if (found === ABSENT) checkAbsence(this, expression, scope, frame);
        return found;
      }
      case 'SubExpression': {
        const { random } = this.host;
        const since = random.log.length;
        const value = callExpression(this, expression, scope, frame);
        if (random.log.length > since) random.derived(since, value);
        return value;
      }
      case 'NullLiteral':
        return null;
      case 'UndefinedLiteral':
        return ABSENT;
      case 'StringLiteral':
        return textOfLiteral(expression.value);
      case 'NumberLiteral':
        return exactNumber(expression.value, expression.loc, frame.template.source);
      default:
        return expression.value;
    }
  }

  /** See {@link Evaluator.identify}. */
  identify(frame: Frame, scope: Scope, call: string): CallIdentity {
    let loops = '';
    for (let data: Data | undefined = scope.data; data !== undefined; data = data.outer) {
      if (data.key !== undefined) loops += `[${JSON.stringify(data.key)}]`;
    }
    const key = `${call}${loops}`;
    frame.counters ??= new Map();
    const count = frame.counters.get(key) ?? 0;
    frame.counters.set(key, count + 1);
    const name = `>${key}${count === 0 ? '' : `#${count}`}`;
    const { identity, earlier } = frame;
    return { identity: identity + name, earlier: earlier === undefined ? undefined : earlier + name };
  }

  error(
    code: PkgError['code'],
    message: string,
    loc: Location,
    origin: Origin,
    details: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined } = {},
  ): ValueError {
    return templateError(code, message, { template: origin.template, loc, calls: origin.calls }, details);
  }

  /** See {@link Evaluator.limit}. */
  limit({ message }: LimitReached, { loc }: { loc: Location }, origin: Origin): ValueError {
    return this.error('PKG_TEMPLATE_LIMIT', message, loc, origin, {
      hints: ['look for a loop over more than was meant'],
    });
  }

  helperHints(name: string, extra: readonly string[] = []): string[] {
    const near = nearest(name, [...this.host.helperNames(), ...extra]);
    return near === undefined ? [] : [`did you mean ${near}?`];
  }

  /** See {@link Evaluator.memberHints}. */
  memberHints(path: Path, scope: Scope): string[] {
    const { known, missing, beside } = explainAbsence(path, scope);
    const near = nearest(missing, beside);
    return near === undefined || known === '' ? [] : [`did you mean ${known}.${near}?`];
  }

  /** See {@link Evaluator.textOutput}. */
  textOutput(): Output {
    return new Output(undefined, this.host.budget);
  }

  /** See {@link Evaluator.structureOutput}. */
  structureOutput(): Output {
    return new Output(this.host.slots, this.host.budget);
  }
}

/** A text in quotes: `\\n` is a line break and `\\t` a tab, as in Go; any other backslash stands for itself. */
function textOfLiteral(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replaceAll(/\\([\\nt])/g, (pair, letter) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : pair));
}

/** A number, read again from the source where it is an integer beyond 2^53, which the parser has rounded. */
function exactNumber(value: number, loc: Location, source: string): number | bigint {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  const line = source.split('\n')[loc.start.line - 1] ?? '';
  const text = line.slice(loc.start.column, loc.end.column);
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : value;
}
