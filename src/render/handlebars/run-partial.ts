/** Runs partials: finds the body of a name, and makes the scope that it runs in. */
import type { PkgError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import { isPartialFile, pathOf } from './ast.ts';
import type { DecoratorBlock, Hash, Location, Partial, PartialBlock, Program } from './ast.ts';
import type { CallIdentity, Evaluator, Frame } from './evaluation.ts';
import { printGoTemplate } from './go-templates.ts';
import { ABSENT } from './helpers/types.ts';
import type { Output } from './output.ts';
import { chartPathOf, partialName } from './partials.ts';
import { partialBlockOf, rootScope } from './scope.ts';
import type { Data, Item, ItemMap, PartialBody, Provenance, Scope, PartialRelatives } from './scope.ts';

const decorated = new WeakMap<Program, boolean>();

/** Do decorators stand among the statements of a program? Found once, since each run of the program asks. */
export function hasDecorators(program: Program): boolean {
  let has = decorated.get(program);
  if (has === undefined) {
    has = program.body.some(({ type }) => type === 'Decorator' || type === 'DecoratorBlock');
    decorated.set(program, has);
  }
  return has;
}

/** The scope with the inline partials of a program. @throws {PkgError} `PKG_TEMPLATE_SYNTAX` for other decorators */
export function withInlines(evaluator: Evaluator, program: Program, scope: Scope, frame: Frame): Scope {
  const inlines = new Map(scope.inlines);
  for (const statement of program.body) {
    if (statement.type === 'Decorator') {
      const message = 'only {{#*inline "name"}} decorates a template';
      throw evaluator.error('PKG_TEMPLATE_SYNTAX', message, statement.loc, frame);
    }
    if (statement.type === 'DecoratorBlock') addInline(evaluator, inlines, statement, frame);
  }
  return { ...scope, inlines };
}

/** Adds the inline partial of `{{#*inline "name"}}`. */
function addInline(
  evaluator: Evaluator,
  inlines: Map<string, PartialBody>,
  block: DecoratorBlock,
  frame: Pick<Frame, 'template' | 'calls'>,
): void {
  const name = block.params[0];
  const isInline = block.path.type === 'PathExpression' && block.path.original === 'inline';
  if (!isInline || block.params.length !== 1 || name?.type !== 'StringLiteral') {
    const message = 'an inline partial is written {{#*inline "name"}}';
    throw evaluator.error('PKG_TEMPLATE_SYNTAX', message, block.loc, frame);
  }
  inlines.set(name.value, { program: block.program, template: frame.template, scope: undefined });
}

/**
 * Runs `{{> name}}` or `{{#> name}}`, and adds what it prints: its lines where it stands alone on its line, else its
 * document as a value.
 *
 * @throws {PkgError} for a partial that does not exist, and for errors in it
 */
export function printPartial(
  evaluator: Evaluator,
  node: Partial | PartialBlock,
  scope: Scope,
  frame: Frame,
  output: Output,
): void {
  const name = nameOf(evaluator, node, scope, frame);
  const body = bodyOf(evaluator, name, node, scope, frame);
  const printed = output.child();
  const since = evaluator.host.random.log.length;
  const [param] = node.params;
  /** How many blanks are taken off each line. */
  let less = 0;
  if (body === undefined) {
    const text = printGoTemplate(evaluator, { name, param, node }, scope, frame);
    if (text === undefined) throw missingPartial(evaluator, name, scope, node.loc, frame);
    printed.add(text, frame, node);
  } else {
    let context = param === undefined ? scope.context : evaluator.item(param, scope, frame);
    const provenance: Provenance | undefined = param === undefined ? scope.provenance : { scope, expression: param };
    if (node.hash !== undefined) context = extended(evaluator, context, node.hash, scope, frame);
    const block =
      node.type === 'PartialBlockStatement' ? { program: node.program, template: frame.template, scope } : undefined;
    enterBody(evaluator, { body, what: `partial ${name}`, node, context, provenance, block }, scope, frame, printed);
    // The lines of an inline partial or a block are indented in their own template: that indentation is taken off.
    const isInside = body.program === block?.program || body.program !== body.template.program;
    if (isInside && output.slots !== undefined && node.alone === true) less = printed.commonIndent;
  }
  if (node.alone !== true && output.slots !== undefined) {
    const slot = { kind: 'p', value: ABSENT, node, source: undefined, scope, printed } as const;
    evaluator.emitSlot(slot, frame, output, since);
    return;
  }
  const before = output.parts.length;
  output.append(printed, node.indent, less);
  const endsItself = output.atLineStart || output.parts.length === before;
  if (node.endsLine === true && !endsItself) output.add('\n', frame, node);
  evaluator.noteGap(node, scope, frame, output, before);
}

/** A context with the named arguments of a call as further fields. */
export function extended(evaluator: Evaluator, context: Item, hash: Hash, scope: Scope, frame: Frame): Item {
  const fields: ItemMap = new Map(isMap(context) ? (context as ItemMap) : []);
  for (const pair of hash.pairs) {
    const item = evaluator.item(pair.value, scope, frame);
    if (item !== ABSENT) fields.set(pair.key, item);
  }
  return fields;
}

function nameOf(evaluator: Evaluator, node: Partial | PartialBlock, scope: Scope, frame: Frame): string {
  if (node.name.type === 'SubExpression') {
    const name = evaluator.expression(node.name, scope, frame);
    if (typeof name === 'string') return name;
    throw evaluator.error('PKG_TEMPLATE_HELPER', 'the name of a partial is a string', node.loc, frame);
  }
  const path = pathOf(node.name);
  return path === undefined ? '' : path.data ? `@${path.original.replace(/^@/, '')}` : path.original;
}

function bodyOf(
  evaluator: Evaluator,
  name: string,
  node: Partial | PartialBlock,
  scope: Scope,
  frame: Frame,
): PartialBody | undefined {
  const found = name === '@partial-block' ? partialBlockOf(scope.data) : findBody(evaluator, name, scope, frame);
  // {{#> name}} prints its block where there is no such partial.
  if (found === undefined && node.type === 'PartialBlockStatement') {
    return { program: node.program, template: { name: '', file: '', source: '', program: node.program }, scope };
  }
  return found;
}

/**
 * Finds the partial of a name: an inline partial around the call, else one of the chart. For a template of a library
 * chart, its own partials come before the inline partials of the chart that uses it.
 */
export function findBody(evaluator: Evaluator, name: string, scope: Scope, frame: Frame): PartialBody | undefined {
  const { host } = evaluator;
  const inline = scope.inlines?.get(name);
  const from = frame.template.name;
  if (inline === undefined) return host.findPartial(name, from);
  const path = chartPathOf(from);
  if (path === host.chartPath || path === chartPathOf(inline.template.name)) return inline;
  const found = host.findPartial(name, from);
  return found !== undefined && chartPathOf(found.template.name) === path ? found : inline;
}

/** Is it a template with an output of its own, and no partial? */
export function isWholeTemplate({ program, template }: PartialBody): boolean {
  return program === template.program && template.name !== '' && !isPartialFile(template.name);
}

/** A run of the body of a partial, or of a text of `tpl`. */
type BodyRun = {
  body: PartialBody;
  /** What is run, as messages name it: `partial labels`. */
  what: string;
  /** The call. */
  node: { loc: Location };
  context: Item;
  provenance: Provenance | undefined;
  /** The block of `{{#> name}}`. */
  block?: PartialBody | undefined;
  /** Given for a text of `tpl`; other bodies get one by what they are. */
  identity?: CallIdentity;
};

/**
 * Runs the body of a partial, in a frame of its own.
 *
 * @throws {PkgError} of the templates, and where partials are nested too deeply
 */
export function enterBody(evaluator: Evaluator, run: BodyRun, scope: Scope, frame: Frame, output: Output): void {
  const { body, what, node, context, provenance, block } = run;
  const template = body.template.name === '' ? frame.template : body.template;
  const { maxDepth } = evaluator.host;
  if (frame.depth >= maxDepth) {
    throw evaluator.error('PKG_TEMPLATE_LIMIT', `partials are nested more than ${maxDepth} deep`, node.loc, frame, {
      hints: [`does ${what} include itself without an end?`],
    });
  }
  // A whole template has one identity however it is included, so that its checksum has the same random values.
  const isWhole = run.identity === undefined && isWholeTemplate(body);
  const whole = isWhole ? { identity: template.name, earlier: undefined } : undefined;
  const { identity, earlier } = run.identity ?? whole ?? nameOfRun(evaluator, what, scope, frame);
  const entered: Frame = {
    template,
    calls: { what, template: frame.template, loc: node.loc, outer: frame.calls },
    depth: frame.depth + 1,
    identity,
    earlier,
    counters: undefined,
  };
  let { inlines } = scope;
  if (body.scope === undefined && block !== undefined && hasDecorators(block.program)) {
    // The partial can use the inline partials that its block defines.
    const added = new Map(inlines);
    for (const statement of block.program.body) {
      if (statement.type === 'DecoratorBlock') addInline(evaluator, added, statement, frame);
    }
    inlines = added;
  }
  const data: Data =
    block !== undefined
      ? { partialBlock: block, outer: scope.data }
      : body.scope !== undefined
        ? hideBlock(scope.data)
        : scope.data;
  const same = context === scope.context && provenance === scope.provenance;
  // A whole template is run as if for its own output: loops around the call would give other random values.
  const base: Scope = isWhole
    ? rootScope(scope.root)
    : { ...scope, data, locals: body.scope?.locals, inlines, parent: body.scope?.parent };
  evaluator.program(body.program, same ? base : { ...base, context, provenance }, entered, output);
}

const UNNAMED: CallIdentity = { identity: '', earlier: undefined };

/** The identity of a run, which is needed only where random values are made. */
function nameOfRun(evaluator: Evaluator, what: string, scope: Scope, frame: Frame): CallIdentity {
  return evaluator.host.makesRandomValues ? evaluator.identify(frame, scope, what) : UNNAMED;
}

/** The error for a name that no partial has, with the nearest name of one. */
export function missingPartial(
  evaluator: Evaluator,
  name: string,
  scope: Scope,
  loc: Location,
  frame: Frame,
): PkgError {
  const names = [...evaluator.host.partialNames(), ...(scope.inlines?.keys() ?? [])];
  const { message, hint } = absentPartial(name, names, evaluator.host.partialRelatives(name));
  return evaluator.error('PKG_TEMPLATE_NAME_MISSING', message, loc, frame, { hints: [hint] });
}

/**
 * The message for a partial that does not exist, or exists in several libraries.
 *
 * @param names the names of partials that exist
 * @param relatives what is there instead
 */
export function absentPartial(
  name: string,
  names: readonly string[],
  { owners, inlines }: PartialRelatives,
): { message: string; hint: string } {
  if (owners.length > 1) {
    return {
      message: `the partial ${name} is in several libraries: ${owners.join(', ')}`,
      hint: `say which: ${owners.map((owner) => `${owner}/${name}`).join(' or ')}`,
    };
  }
  const message = `there is no partial ${name}`;
  if (inlines.length > 0) {
    const hint = `the file of this name holds only inline partials, each of which has its own name: ${inlines.join(', ')}`;
    return { message, hint };
  }
  if (name === '@partial-block') {
    const hint =
      'this call gives no block: write {{#> partial}} … {{/partial}}, or {{#if @partial-block}} around it in the partial';
    return { message, hint };
  }
  // `_labels`, `labels.hbs` and `templates/_labels.hbs` are names of the file.
  const whole = names.find((one) => one.startsWith(`${name}.`));
  const near = names.includes(partialName(name)) ? partialName(name) : (whole ?? nearest(name, names));
  const slash = name.lastIndexOf('/') + 1;
  const file = `templates/${name.slice(0, slash)}_${name.slice(slash)}.hbs`;
  return {
    message,
    hint:
      near === undefined
        ? `a partial ${name} is the file ${file}, or {{#*inline "${name}"}} in such a file`
        : `did you mean ${near}?`,
  };
}

/** The data inside the block of a partial, where `@partial-block` is the block of the next partial around. */
function hideBlock(data: Data): Data {
  let at: Data | undefined = data;
  while (at !== undefined && at.partialBlock === undefined) at = at.outer;
  return at?.outer ?? data;
}
