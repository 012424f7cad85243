/**
 * The interpreter: walks the tree that Handlebars' parser gives. Handlebars' own runtime (4.7) says what
 * a template means; what differs is named in docs/templates.md.
 */
import type { PkgError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import type {
  Block,
  DecoratorBlock,
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
import { builtinBlocks } from './blocks.ts';
import { callExpression, pathOf } from './call.ts';
import { faultAt } from './fault.ts';
import { isAlone, printGoTemplate } from './go-templates.ts';
import type { CallSite } from './fault.ts';
import { Output } from './output.ts';
import type { Budget, SlotKind, Slots } from './output.ts';
import { asArgument, explainAbsence, lookupPath, simpleName, valuePathOf, enter, rootScope } from './scope.ts';
import type { Data, Item, ItemMap, PartialBody, Provenance, Scope } from './scope.ts';
import { ABSENT } from './helpers/types.ts';
import type { Argument, Helper } from './helpers/types.ts';
import { isEmptyValue, spreadText, valueText } from './text.ts';
import type { Lookup } from '../render.ts';

/** What an evaluation needs from outside: the chart's templates and helpers, and bounds. */
export type Host = {
  slots: Slots;
  budget: Budget;
  maxDepth: number;
  /** Statements run so far, by all charts of the render. */
  steps: { taken: number };
  maxSteps: number;
  now: () => Date;
  findHelper: (name: string) => Helper | undefined;
  helperNames: () => readonly string[];
  /** A partial of the chart or its libraries; `template` is set where the name is that of a whole template. */
  findPartial: (name: string) => PartialBody | undefined;
  partialNames: () => readonly string[];
  parse: (source: string, name: string, file: string) => Template;
  /** The random text of one call, by the identity of the call. */
  remember: (identity: string, make: () => string) => string;
  /** Turns structure into the text of its values (see `text.ts`), or into documents. */
  structure: (output: Output) => Value[];
  lookup?: Lookup;
  /** What a Go template prints: see {@link GoTemplates}. */
  goTemplate?: (name: string, data: Value | undefined) => string | undefined;
};

const LITERAL_BRACES =
  'braces that are meant literally are written \\\\{{ … }}, or between {{{{raw}}}} and {{{{/raw}}}}';

/** One run of a template or partial: where it stands, and what its random values are called. */
export type Frame = {
  template: Template;
  calls: CallSite | undefined;
  depth: number;
  /** Names this run among all runs of the render, the same in every render. */
  identity: string;
  counters: Map<string, number>;
};

/** Evaluates templates of one chart. */
export class Evaluator {
  readonly host: Host;

  constructor(host: Host) {
    this.host = host;
  }

  /** Runs a whole template. */
  run(template: Template, root: ItemMap, output: Output): void {
    const frame: Frame = { template, calls: undefined, depth: 0, identity: template.name, counters: new Map() };
    this.program(template.program, rootScope(root), frame, output);
  }

  /** Runs the statements of a program; inline partials that stand among them are known from its start. */
  program(program: Program, scope: Scope, frame: Frame, output: Output): void {
    const inner = hasDecorators(program) ? this.#withInlines(program, scope, frame) : scope;
    const { body } = program;
    for (let index = 0; index < body.length; index++) {
      const statement = body[index];
      if (statement !== undefined) this.#statement(statement, inner, frame, output);
    }
  }

  #withInlines(program: Program, scope: Scope, frame: Frame): Scope {
    let inlines: Map<string, PartialBody> | undefined;
    for (const statement of program.body) {
      if (statement.type === 'Decorator')
        throw this.fault('PKG_TEMPLATE_SYNTAX', 'only {{#*inline "name"}} decorates a template', statement.loc, frame);
      if (statement.type !== 'DecoratorBlock') continue;
      inlines ??= new Map(scope.inlines);
      inlines.set(this.inlineName(statement, frame), {
        program: statement.program,
        template: frame.template,
        scope: undefined,
      });
    }
    return inlines === undefined ? scope : { ...scope, inlines };
  }

  /** The name that `{{#*inline "name"}}` gives. */
  inlineName(block: DecoratorBlock, frame: Pick<Frame, 'template' | 'calls'>): string {
    const name = block.params[0];
    const isInline = block.path.type === 'PathExpression' && block.path.original === 'inline';
    if (isInline && block.params.length === 1 && name?.type === 'StringLiteral') return name.value;
    throw this.fault('PKG_TEMPLATE_SYNTAX', 'an inline partial is written {{#*inline "name"}}', block.loc, frame);
  }

  #statement(statement: Statement, scope: Scope, frame: Frame, output: Output): void {
    if (++this.host.steps.taken > this.host.maxSteps) {
      throw this.fault(
        'PKG_TEMPLATE_LIMIT',
        `the templates take more than ${this.host.maxSteps} steps`,
        statement.loc,
        frame,
        { hints: ['look for a loop over more than was meant'] },
      );
    }
    switch (statement.type) {
      case 'ContentStatement':
        output.add(statement.value, frame.template, statement);
        return;
      case 'MustacheStatement':
        this.#mustache(statement, scope, frame, output);
        return;
      case 'BlockStatement':
        this.#block(statement, scope, frame, output);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        this.#partial(statement, scope, frame, output);
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
    const value = callExpression(this, node, scope, frame);
    const source = node.params.length === 0 ? path : undefined;
    if (value === ABSENT) throw this.#absent(node, scope, frame);
    if (output.slots !== undefined && node.escaped) {
      this.emitSlot('v', value, node, frame, output, source, scope);
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
    output.add(valueText(value), frame.template, node);
  }

  emitSlot(
    kind: SlotKind,
    value: Argument,
    node: Mustache | Block,
    frame: Frame,
    output: Output,
    source: Expression | undefined,
    scope: Scope,
  ): void {
    if (output.slots === undefined) throw new Error('a slot where text is printed');
    const { template, calls } = frame;
    output.addSlot(output.slots, { kind, value, node, template, calls, source, scope });
  }

  /** `{{optional x}}` and `{{spread x}}`: what they mean is a matter of structure. */
  #special(node: Mustache, name: 'optional' | 'spread', scope: Scope, frame: Frame, output: Output): void {
    const [param, ...more] = node.params;
    if (param === undefined || more.length > 0) {
      throw this.fault('PKG_TEMPLATE_HELPER', `${name} takes one value`, node.loc, frame, {
        hints: [`write {{${name} values.x}}`],
      });
    }
    const value = this.expression(param, scope, frame);
    if (output.slots === undefined || !node.escaped) {
      const text =
        name === 'spread' ? spreadText(value, output.currentLine) : isEmptyValue(value) ? '' : valueText(value);
      output.add(text, frame.template, node);
      return;
    }
    if (name === 'optional') {
      this.emitSlot('o', value, node, frame, output, param, scope);
      return;
    }
    const before = output.currentLine.trim();
    // `- ` may stand before it, also several of them, or the start of a flow list.
    if (!/^(?:- *)*$|[[{,]$/.test(before)) {
      throw this.fault('PKG_TEMPLATE_SLOT', 'spread stands on a line of its own', node.loc, frame, {
        hints: ['write {{x}} to give a key its value'],
      });
    }
    this.emitSlot('s', value, node, frame, output, param, scope);
    output.add(':', frame.template, node);
  }

  #absent(node: Mustache, scope: Scope, frame: Frame): PkgError {
    const path = pathOf(node.path);
    if (path === undefined || node.params.length > 0) {
      return this.fault('PKG_TEMPLATE_NAME_MISSING', 'this expression gives no value', node.loc, frame, {
        hints: ['give it a default: {{default "x" …}}'],
      });
    }
    return this.missingName(path, scope, frame, node.loc);
  }

  /** The error for a path that leads nowhere, with the nearest name that is there. */
  missingName(path: Path, scope: Scope, frame: Frame, loc: Location): PkgError {
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
    if (missing.startsWith('$')) hints.unshift(LITERAL_BRACES);
    hints.push(`if it may be missing, write {{default "…" ${path.original}}} or {{optional ${path.original}}}`);
    return this.fault('PKG_TEMPLATE_NAME_MISSING', `${path.data ? '@' : ''}${full} is not defined`, loc, frame, {
      hints,
      valuePath: valuePathOf(path, scope),
    });
  }

  #block(node: Block, scope: Scope, frame: Frame, output: Output): void {
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

  #partial(node: Partial | PartialBlock, scope: Scope, frame: Frame, output: Output): void {
    const name = this.partialName(node, scope, frame);
    const found = this.#partialBody(name, node, scope);
    if (found === undefined) {
      const text = printGoTemplate(this, name, node, node.params[0], scope, frame);
      if (text === undefined) throw this.missingPartial(name, scope, node.loc, frame);
      const printed = output.child();
      printed.add(isAlone(node, frame) && !text.endsWith('\n') ? `${text}\n` : text, frame.template, node);
      output.append(printed, node.type === 'PartialStatement' ? node.indent : '');
      return;
    }
    const param = node.params[0];
    let context = param === undefined ? scope.context : this.item(param, scope, frame);
    const provenance: Provenance | undefined = param === undefined ? scope.provenance : { scope, expression: param };
    if (node.hash !== undefined) context = this.#extended(context, node, scope, frame);
    const block =
      node.type === 'PartialBlockStatement' ? { program: node.program, template: frame.template, scope } : undefined;
    const body = output.child();
    this.enterBody(found, `partial ${name}`, node, { context, provenance, block }, scope, frame, body);
    output.append(body, node.type === 'PartialStatement' ? node.indent : '');
  }

  #extended(context: Item, node: Partial | PartialBlock, scope: Scope, frame: Frame): Item {
    const extended: ItemMap = new Map(isMap(context) ? (context as ItemMap) : []);
    for (const pair of node.hash?.pairs ?? []) {
      const item = this.item(pair.value, scope, frame);
      if (item !== ABSENT) extended.set(pair.key, item);
    }
    return extended;
  }

  partialName(node: Partial | PartialBlock, scope: Scope, frame: Frame): string {
    if (node.name.type === 'SubExpression') {
      const name = callExpression(this, node.name, scope, frame);
      if (typeof name === 'string') return name;
      throw this.fault('PKG_TEMPLATE_HELPER', 'the name of a partial is a string', node.loc, frame);
    }
    const path = pathOf(node.name);
    return path === undefined ? '' : path.data ? `@${path.original.replace(/^@/, '')}` : path.original;
  }

  #partialBody(name: string, node: Partial | PartialBlock, scope: Scope): PartialBody | undefined {
    if (name === '@partial-block') {
      for (let data: Data | undefined = scope.data; data !== undefined; data = data.outer) {
        if (data.partialBlock !== undefined) return data.partialBlock;
      }
      return undefined;
    }
    const found = scope.inlines?.get(name) ?? this.host.findPartial(name);
    // The block of {{#> name}} is what is printed when there is no such partial.
    if (found === undefined && node.type === 'PartialBlockStatement') {
      return { program: node.program, template: { name: '', file: '', source: '', program: node.program }, scope };
    }
    return found;
  }

  /** Runs the body of a partial, in a frame of its own. */
  enterBody(
    body: PartialBody,
    what: string,
    at: { loc: Location; type: string },
    inner: { context: Item; provenance: Provenance | undefined; block?: PartialBody | undefined },
    scope: Scope,
    frame: Frame,
    output: Output,
  ): void {
    const template = body.template.name === '' ? frame.template : body.template;
    if (frame.depth >= this.host.maxDepth) {
      throw this.fault(
        'PKG_TEMPLATE_LIMIT',
        `partials are nested more than ${this.host.maxDepth} deep`,
        at.loc,
        frame,
        { hints: [`does ${what} include itself without an end?`] },
      );
    }
    // A whole template is the same run however it was reached: a checksum sees the same random values.
    const isWhole = body.program === template.program && !isPartialFile(template.name);
    const entered: Frame = {
      template,
      calls: { what, template: frame.template, loc: at.loc, outer: frame.calls },
      depth: frame.depth + 1,
      identity: isWhole ? template.name : this.identify(frame, scope, what),
      counters: new Map(),
    };
    const inlines = new Map(scope.inlines);
    if (body.scope === undefined && inner.block !== undefined) {
      // Inline partials inside the block are known to the partial that it is given to.
      for (const statement of inner.block.program.body) {
        if (statement.type === 'DecoratorBlock')
          inlines.set(this.inlineName(statement, frame), {
            program: statement.program,
            template: frame.template,
            scope: undefined,
          });
      }
    }
    const data: Data =
      inner.block !== undefined
        ? { partialBlock: inner.block, outer: scope.data }
        : body.scope !== undefined
          ? hideBlock(scope.data)
          : scope.data;
    const base: Scope = { ...scope, data, locals: body.scope?.locals, inlines, parent: body.scope?.parent };
    const same = inner.context === scope.context && inner.provenance === scope.provenance;
    this.program(
      body.program,
      same ? base : { ...base, context: inner.context, provenance: inner.provenance },
      entered,
      output,
    );
  }

  missingPartial(name: string, scope: Scope, loc: Location, frame: Frame): PkgError {
    const near = nearest(name, [...this.host.partialNames(), ...(scope.inlines?.keys() ?? [])]);
    const hint = near === undefined ? `a partial ${name} is the file templates/_${name}.hbs` : `did you mean ${near}?`;
    return this.fault('PKG_TEMPLATE_NAME_MISSING', `there is no partial ${name}`, loc, frame, { hints: [hint] });
  }

  /** The value of an expression, as helpers and blocks see it. */
  expression(expression: Expression, scope: Scope, frame: Frame): Argument {
    return asArgument(this.item(expression, scope, frame));
  }

  /** What an expression leads to; a function of the context is called only where a value is wanted. */
  item(expression: Expression, scope: Scope, frame: Frame): Item {
    switch (expression.type) {
      case 'PathExpression':
        return lookupPath(expression, scope);
      case 'SubExpression':
        return callExpression(this, expression, scope, frame);
      case 'NullLiteral':
        return null;
      case 'UndefinedLiteral':
        return ABSENT;
      case 'NumberLiteral':
        return exactNumber(expression.value, expression.loc, frame.template.source);
      default:
        return expression.value;
    }
  }

  /** Names the n-th such call of a run: file, partials on the way, loops around it. */
  identify(frame: Frame, scope: Scope, call: string): string {
    let loops = '';
    for (let data: Data | undefined = scope.data; data !== undefined; data = data.outer) {
      if (data.key !== undefined) loops += `[${JSON.stringify(data.key)}]`;
    }
    const key = `${call}${loops}`;
    const count = frame.counters.get(key) ?? 0;
    frame.counters.set(key, count + 1);
    return `${frame.identity}>${key}${count === 0 ? '' : `#${count}`}`;
  }

  fault(
    code: PkgError['code'],
    message: string,
    loc: Location,
    frame: Pick<Frame, 'template' | 'calls'>,
    details: { hints?: readonly string[]; notes?: readonly string[]; valuePath?: readonly string[] | undefined } = {},
  ): PkgError {
    return faultAt(code, message, { template: frame.template, loc, calls: frame.calls }, details);
  }

  helperHints(name: string, extra: readonly string[] = []): string[] {
    const near = nearest(name, [...this.host.helperNames(), ...extra]);
    return near === undefined ? [] : [`did you mean ${near}?`];
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

const decorated = new WeakMap<Program, boolean>();

/** Do decorators stand among the statements of a program? Asked each time that it runs, so found out once. */
function hasDecorators(program: Program): boolean {
  let has = decorated.get(program);
  if (has === undefined) {
    has = program.body.some(({ type }) => type === 'Decorator' || type === 'DecoratorBlock');
    decorated.set(program, has);
  }
  return has;
}

/** Inside a partial block, `@partial-block` means that of the partial around it. */
function hideBlock(data: Data): Data {
  let at: Data | undefined = data;
  while (at !== undefined && at.partialBlock === undefined) at = at.outer;
  return at?.outer ?? data;
}

function isPartialFile(name: string): boolean {
  return name.slice(name.lastIndexOf('/') + 1).startsWith('_');
}

/** An integer beyond 2^53 is read from the source: the parser has rounded it. */
function exactNumber(value: number, loc: Location, source: string): number | bigint {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  const line = source.split('\n')[loc.start.line - 1] ?? '';
  const text = line.slice(loc.start.column, loc.end.column);
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : value;
}
