/**
 * The interpreter: walks the tree that Handlebars' parser gives. Handlebars' own runtime (4.7) says what
 * a template means; what differs is named in docs/templates.md.
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
import type { CallIdentity, Evaluator, Frame, Host } from './evaluation.ts';
import { templateError } from './template-error.ts';
import { hasDecorators, printPartial, withInlines } from './run-partial.ts';
import { Output } from './output.ts';
import type { SlotKind } from './markers.ts';
import type { Slot } from './output.ts';
import { asArgument, enter, explainAbsence, lookupPath, rootScope, simpleName, valuePathOf } from './scope.ts';
import type { Data, Item, ItemMap, Scope } from './scope.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument } from './helpers/types.ts';
import { isEmptyValue, spreadText, valueText } from './text.ts';
import { charge, chargeWalk, LimitReached, outOfSteps } from '../functions/limits.ts';
import type { ValueError } from '../../chart/value-error.ts';

/** What a statement costs: it takes about a microsecond, and 100 bytes for what it prints. */
const STATEMENT = 10;
/** What a slot costs besides its value: with its scopes it takes one kilobyte until the render ends. */
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

  /** Runs the statements of a program; inline partials that stand among them are known from its start. */
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
      this.emitSlot('v', value, node, frame, output, source, scope, since);
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

  /** @param since how many random calls there were before its value was worked out */
  emitSlot(
    kind: SlotKind,
    value: Argument,
    node: Mustache | Block | Partial | PartialBlock,
    frame: Frame,
    output: Output,
    source: Expression | undefined,
    scope: Scope,
    since: number,
    printed?: Output,
  ): void {
    if (output.slots === undefined) throw new Error('a slot where text is printed');
    this.#chargeSlot(value, node, frame);
    const { template, calls } = frame;
    const slot: Slot = { kind, value, node, template, calls, source, scope, ...(printed && { printed }) };
    const { log } = this.host.random;
    if (log.length > since) slot.random = log.slice(since);
    output.addSlot(output.slots, slot, frame);
  }

  /** Charges for a value that becomes part of a document, as printing it will take. */
  #chargeSlot(value: Argument, node: { loc: Location }, frame: Frame): void {
    try {
      charge(SLOT);
      if (value !== ABSENT) chargeWalk(value);
    } catch (error) {
      throw error instanceof LimitReached ? this.limit(error, node, frame) : error;
    }
  }

  /** `optional` leaves its key or item out where the value is empty; `spread` adds the entries of a map, or the items of a list. */
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
      this.emitSlot('o', value, node, frame, output, param, scope, since);
      return;
    }
    const before = output.currentLine.trim();
    // `- ` may stand before it, also several of them, or the start of a flow list.
    if (!/^(?:- *)*$|[[{,]$/.test(before)) {
      throw this.error('PKG_TEMPLATE_SLOT', 'spread stands on a line of its own', node.loc, frame, {
        hints: ['write {{x}} to give a key its value'],
      });
    }
    this.emitSlot('s', value, node, frame, output, param, scope, since);
    output.add(':', frame, node);
  }

  #block(node: Block, scope: Scope, frame: Frame, output: Output): void {
    const before = output.parts.length;
    this.#blockBody(node, scope, frame, output);
    this.noteGap(node, frame, output, before);
  }

  /** Notes that a block or a partial printed nothing, where structure is printed. */
  noteGap(node: Block | Partial | PartialBlock, frame: Frame, output: Output, before: number): void {
    if (output.slots !== undefined && output.isBlankSince(before))
      output.addGap(gapOf(node, frame.template), frame, node);
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
    this.#plainBlock(node, path, asArgument(item), scope, frame, output);
  }

  /** `{{#name}}` with a name of the context: Handlebars' `blockHelperMissing`. */
  #plainBlock(node: Block, path: Path, value: Argument, scope: Scope, frame: Frame, output: Output): void {
    if (Array.isArray(value) && value.length > 0) {
      builtinBlocks.get('each')?.(this, { ...node, params: [path] }, scope, frame, output);
    } else if (value === ABSENT || value === null || value === false || (Array.isArray(value) && value.length === 0)) {
      if (node.inverse) this.program(node.inverse, scope, frame, output);
    } else if (node.program) {
      const inner = value === true ? scope : enter(scope, value, { scope, expression: path });
      this.program(node.program, inner, frame, output);
    }
  }

  /** The value of an expression, as helpers and blocks see it. */
  expression(expression: Expression, scope: Scope, frame: Frame): Argument {
    return asArgument(this.item(expression, scope, frame));
  }

  /** What an expression leads to; a function of the context is called only where a value is wanted. */
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

  /** Names the n-th such call of a run: file, partials on the way, loops around it. */
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
    frame: Pick<Frame, 'template' | 'calls'>,
    details: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined } = {},
  ): ValueError {
    return templateError(code, message, { template: frame.template, loc, calls: frame.calls }, details);
  }

  /** The error for a bound that was met in a statement or a call. */
  limit({ message }: LimitReached, { loc }: { loc: Location }, frame: Frame): ValueError {
    return this.error('PKG_TEMPLATE_LIMIT', message, loc, frame, {
      hints: ['look for a loop over more than was meant'],
    });
  }

  helperHints(name: string, extra: readonly string[] = []): string[] {
    const near = nearest(name, [...this.host.helperNames(), ...extra]);
    return near === undefined ? [] : [`did you mean ${near}?`];
  }

  /** For a path that leads to no function: the nearest name beside it. */
  memberHints(path: Path, scope: Scope): string[] {
    const { known, missing, beside } = explainAbsence(path, scope);
    const near = nearest(missing, beside);
    return near === undefined || known === '' ? [] : [`did you mean ${known}.${near}?`];
  }

  /** An output for text: what helpers, NOTES and `tpl` see. */
  textOutput(): Output {
    return new Output(undefined, this.host.budget);
  }

  /** An output for structure of its own, as `{{#yaml}}` needs it. */
  structureOutput(): Output {
    return new Output(this.host.slots, this.host.budget);
  }
}

/** `\\n` is a line break and `\\t` a tab, as in Go; any other backslash is itself. */
function textOfLiteral(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replaceAll(/\\([\\nt])/g, (pair, letter) => (letter === 'n' ? '\n' : letter === 't' ? '\t' : pair));
}

/** An integer beyond 2^53 is read from the source: the parser has rounded it. */
function exactNumber(value: number, loc: Location, source: string): number | bigint {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  const line = source.split('\n')[loc.start.line - 1] ?? '';
  const text = line.slice(loc.start.column, loc.end.column);
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : value;
}
