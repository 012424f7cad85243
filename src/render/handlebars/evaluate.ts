/**
 * The interpreter: walks the tree that Handlebars' parser gives. Handlebars' own runtime (4.7) says what
 * a template means; what differs is named in docs/templates.md.
 */
import type { PkgError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { booleanKeyHint } from '../../chart/boolean-keys.ts';
import { linesOf, pathOf } from './ast.ts';
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
import { checkAbsence } from './absence.ts';
import { callExpression } from './call.ts';
import { faultAt } from './fault.ts';
import { hasDecorators, printPartial, withInlines } from './run-partial.ts';
import type { CallSite } from './fault.ts';
import { Output } from './output.ts';
import type { Budget, Slot, SlotKind, Slots } from './output.ts';
import {
  asArgument,
  enter,
  explainAbsence,
  lookupPath,
  ROOT_NAMES,
  rootScope,
  simpleName,
  valuePathOf,
} from './scope.ts';
import type { Data, Item, ItemMap, PartialBody, Scope } from './scope.ts';
import { ABSENT } from './helpers/types.ts';
import type { RandomCalls } from './random-calls.ts';
import type { Argument, Helper } from './helpers/types.ts';
import { isEmptyValue, spreadText, valueText } from './text.ts';
import { charge, chargeWalk, LimitReached, outOfSteps } from '../functions/limits.ts';
import type { Meter } from '../functions/limits.ts';
import type { Lookup } from '../render.ts';
import type { ValueError } from '../../chart/value-error.ts';

/** What an evaluation needs from outside: the chart's templates and helpers, and bounds. */
export type Host = {
  slots: Slots;
  budget: Budget;
  maxDepth: number;
  /** The steps of the render, by all its charts. */
  meter: Meter;
  now: () => Date;
  findHelper: (name: string) => Helper | undefined;
  helperNames: () => readonly string[];
  /** A partial as the template `from` names it: see {@link PartialIndex}. */
  findPartial: (name: string, from: string) => PartialBody | undefined;
  /** The library charts that have a partial of this name. */
  partialOwners: (name: string) => readonly string[];
  /** The fields of Chart.yaml that there are, and those that it may have. */
  chartFields: ReadonlySet<string>;
  /** Names that some call of a partial gives. */
  parameters: ReadonlySet<string>;
  /** The path of the chart: templates of other paths are those of its libraries. */
  chartPath: string;
  partialNames: () => readonly string[];
  /** Parses a text of `tpl`: see {@link TextCache}. */
  parseText: (source: string, name: string, file: string) => Template & { firstName: string };
  random: RandomCalls;
  /** Whether some template of the render calls a helper whose values are stored: only then do names of runs matter. */
  makesRandomValues: boolean;
  /** The chart's path below the top chart, with `/` at its end: keys of random values belong to a chart. */
  keyPrefix: string;
  /** Turns structure into the text of its values (see `text.ts`), or into documents. */
  structure: (output: Output) => Value[];
  lookup?: Lookup;
  /** What a Go template prints: see {@link GoTemplates}. */
  goTemplate: (name: string, data: Value | undefined, identity: string) => string | undefined;
  /** What a text looks like as a Go template; undefined where the engine of these is not loaded. */
  goText: (text: string, identity: string) => string | undefined;
};

/** What a statement costs: it takes about a microsecond, and 100 bytes for what it prints. */
const STATEMENT = 10;
/** What a value that waits for its document costs besides: with its scopes it takes one kilobyte until the render ends. */
const SLOT = 100;

const LITERAL_BRACES =
  'braces that are meant literally are written \\\\{{ … }}, or between {{{{raw}}}} and {{{{/raw}}}}';

/** One run of a template or partial: where it stands, and what its random values are called. */
export type Frame = {
  template: Template;
  calls: CallSite | undefined;
  depth: number;
  /** Names this run among all runs of the render, the same in every render. */
  identity: string;
  /** What earlier versions of pkg named it, where that differs: values that they stored are found by it. */
  earlier: string | undefined;
  /** How often each call was named in this run; made when the first is. */
  counters: Map<string, number> | undefined;
};

/** Names a call among all calls of the render; `earlier` as in {@link Frame}. */
export type CallIdentity = Pick<Frame, 'identity' | 'earlier'>;

/** Evaluates templates of one chart. */
export class Evaluator {
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
    if (value === ABSENT) throw this.#absent(node, scope, frame, output);
    if (output.slots !== undefined && node.escaped) {
      this.emitSlot('v', value, node, frame, output, source, scope, since);
      return;
    }
    if (!node.escaped && (Array.isArray(value) || isMap(value))) {
      throw this.fault(
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

  /** The value becomes part of a document, which is printed. */
  #chargeSlot(value: Argument, node: { loc: Location }, frame: Frame): void {
    try {
      charge(SLOT);
      if (value !== ABSENT) chargeWalk(value);
    } catch (error) {
      throw error instanceof LimitReached ? this.limit(error, node, frame) : error;
    }
  }

  /** `{{optional x}}` and `{{spread x}}`: what they mean is a matter of structure. */
  #special(node: Mustache, name: 'optional' | 'spread', scope: Scope, frame: Frame, output: Output): void {
    const [param, ...more] = node.params;
    if (param === undefined || more.length > 0) {
      throw this.fault('PKG_TEMPLATE_HELPER', `${name} takes one value`, node.loc, frame, {
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
      throw this.fault('PKG_TEMPLATE_SLOT', 'spread stands on a line of its own', node.loc, frame, {
        hints: ['write {{x}} to give a key its value'],
      });
    }
    this.emitSlot('s', value, node, frame, output, param, scope, since);
    output.add(':', frame, node);
  }

  #absent(node: Mustache, scope: Scope, frame: Frame, output: Output): PkgError {
    const path = pathOf(node.path);
    if (path === undefined || node.params.length > 0) {
      const what = path === undefined ? 'this expression' : path.original;
      const [file] = node.params;
      const isFile = /^files\.(?:get|lines)$/.test(what) && file?.type === 'StringLiteral';
      const message = isFile ? `there is no file ${file.value} in the chart` : `${what} gives no value here`;
      return this.fault('PKG_TEMPLATE_NAME_MISSING', message, node.loc, frame, {
        hints: [
          ...(isFile ? ['templates, charts and what .helmignore names are no files'] : []),
          'give it a default: {{default "x" (…)}}',
        ],
      });
    }
    return this.missingName(path, scope, frame, node.loc, output.slots !== undefined && !isWhole(node, frame));
  }

  /**
   * The error for a path that leads nowhere, with the nearest name that is there.
   *
   * @param isPart it stands in a text, which `optional` cannot leave out
   */
  missingName(path: Path, scope: Scope, frame: Frame, loc: Location, isPart = false): PkgError {
    const { known, missing, beside } = explainAbsence(path, scope);
    const candidates = known === '' && !path.data ? [...beside, ...scope.root.keys()] : beside;
    const near = nearest(missing, candidates);
    const full = known === '' ? missing : `${known}.${missing}`;
    const hints = near === undefined ? [] : [`did you mean ${known === '' ? near : `${known}.${near}`}?`];
    const global =
      known === '' && !scope.root.has(missing)
        ? lookupPath({ ...path, parts: ['values', ...path.parts], original: 'values' }, scope)
        : ABSENT;
    if (global !== ABSENT) hints.unshift(`did you mean values.${path.parts.join('.')}?`);
    const [head = ''] = path.parts;
    if (path.depth > 0 && ROOT_NAMES.has(head)) {
      hints.unshift(`${head} means the same at every depth: write ${path.parts.join('.')}`);
    }
    if (known === 'values' && isMap(scope.context) && scope.context !== scope.root && scope.context.has(missing)) {
      hints.unshift(`did you mean this.${missing}?`);
    }
    if (known === '' && isLoopName(missing, scope)) {
      hints.unshift(
        missing === 'value' || missing === 'item' ? 'the item of a loop is {{this}}' : `did you mean @${missing}?`,
      );
    }
    const bracketed = unusualName(path, known, missing, beside);
    if (bracketed !== undefined) hints.unshift(bracketed);
    if (missing.startsWith('$')) hints.unshift(LITERAL_BRACES);
    const wrongKey = booleanKeyHint(missing, new Set(beside));
    if (wrongKey !== undefined) hints.unshift(wrongKey);
    const optional = isPart ? '' : ` or {{optional ${path.original}}}`;
    hints.push(`if it may be missing, write {{default "…" ${path.original}}}${optional}`);
    const message = `${path.data ? `@${full.replace(/^@/, '')}` : full} is not defined`;
    const valuePath = valuePathOf(path, scope);
    const fault = this.fault('PKG_TEMPLATE_NAME_MISSING', message, loc, frame, { hints, valuePath });
    fault.isMissing = valuePath !== undefined;
    return fault;
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
      throw this.fault('PKG_TEMPLATE_HELPER', `${name ?? 'this'} is not a block helper`, node.loc, frame, { hints });
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

  fault(
    code: PkgError['code'],
    message: string,
    loc: Location,
    frame: Pick<Frame, 'template' | 'calls'>,
    details: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined } = {},
  ): ValueError {
    return faultAt(code, message, { template: frame.template, loc, calls: frame.calls }, details);
  }

  /** The error for a bound that was met in a statement or a call. */
  limit({ message }: LimitReached, { loc }: { loc: Location }, frame: Frame): ValueError {
    return this.fault('PKG_TEMPLATE_LIMIT', message, loc, frame, {
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

/** `key`, `index`, `value` in a loop. */
function isLoopName(name: string, { data }: Scope): boolean {
  return data.index !== undefined && ['key', 'index', 'first', 'last', 'value', 'item'].includes(name);
}

/** `labels.app.kubernetes.io/name` for a key that holds points and slashes. */
function unusualName(path: Path, known: string, missing: string, beside: readonly string[]): string | undefined {
  const at = path.original.indexOf(missing, known.length);
  const rest = path.original.slice(at);
  const key =
    beside.find((one) => one === rest) ?? beside.find((one) => /[./]/.test(one) && rest.startsWith(`${one}.`));
  if (key === undefined && !/^[\w-]+(?:\.[\w-]+)+\/[\w.-]+$/.test(rest)) return undefined;
  const written = key ?? rest;
  return `a name with points or slashes in it stands in brackets: ${[known, `[${written}]`].filter((part) => part !== '').join('.')}${rest.slice(written.length)}`;
}

/** Does a mustache stand for a whole value: behind a key, a dash or in a flow, with nothing beside it? */
export function isWhole({ loc: { start, end } }: Mustache, { template }: { template: Template }): boolean {
  const lines = linesOf(template);
  const before = lines[start.line - 1]?.slice(0, start.column) ?? '';
  const after = lines[end.line - 1]?.slice(end.column) ?? '';
  return /(?:^|[:\-?,] +|[[{] *)$/.test(before.trim() === '' ? '' : before) && /^\s*(?:$|[,\]}:]|#)/.test(after);
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
