/** Follows the names that native templates use, also those in partials, to what all calls of a partial give them. */
import { isPartialFile } from '../../handlebars/ast.ts';
import type { Expression, Location, Path, Program, Statement, Sub, Template } from '../../handlebars/ast.ts';
import { isHelper } from '../../handlebars/check-report.ts';
import { partialName } from '../../handlebars/partials.ts';
import { isScoped, ROOT_NAMES, simpleName } from '../../handlebars/scope.ts';
import { nearest } from '../../../nearest.ts';
import { follow, itemShapeOf, itemsOf, keysOf, leadsOf, mapOf, ROOT, shapeOf } from './shapes.ts';
import type { Lead, Names, Shape } from './shapes.ts';

/** A place where a template uses a name, and where that may lead. */
export type NameUse = {
  template: Template;
  loc: Location;
  written: string;
  isKey: boolean;
  /** It is printed, so that it must be there. */
  isPrinted: boolean;
  /** A block or `ternary` asks whether it is there, or what it is. */
  isCondition?: boolean;
  /** `goTpl` runs the texts in it. */
  isGoText?: boolean;
  leads: Lead[];
  /**
   * What the first part of a name of so many parts may mean that is no field of the context: one of a context further
   * out, which a call of the partial gives, or the similar one of `as |name|`.
   */
  outer?: { name: string; meant: string; isLocal: boolean; length: number } | undefined;
};

/** A partial that is called in more ways than this is not followed. */
const MAX_CALLS = 50;

/** Blocks and helpers that do something else for what is absent. */
const CONDITIONS: ReadonlySet<string> = new Set(['if', 'unless', 'with', 'each', 'ternary']);

type Body = { program: Program; template: Template };
type Calling = Extract<Statement | Expression, { params: readonly Expression[] }>;

const NO_LOCALS: ReadonlyMap<string, Shape> = new Map();
const UNKNOWN: Names = { contexts: [undefined], locals: NO_LOCALS };

/**
 * All uses of names in templates.
 *
 * @param templates the chart's own, named by their paths in the chart
 * @param isCalledElsewhere may what cannot be read here call a partial of this name, as Go templates may?
 */
export function nameUses(
  templates: readonly Template[],
  isCalledElsewhere: (partial: string) => boolean,
): Iterable<NameUse> {
  const walker = new Walker(bodiesOf(templates));
  for (const template of templates)
    if (!isPartialFile(template.name))
      walker.visit(template.program, template, { contexts: [ROOT], locals: NO_LOCALS });
  walker.followCalls(isCalledElsewhere);
  return walker.uses.values();
}

/** The partials of a chart by their names; inline partials of two templates may have the same. */
function bodiesOf(templates: readonly Template[]): Map<string, Body[]> {
  const bodies = new Map<string, Body[]>();
  const add = (name: string, body: Body): void => {
    const others = bodies.get(name);
    if (others === undefined) bodies.set(name, [body]);
    else others.push(body);
  };
  for (const template of templates) {
    if (isPartialFile(template.name)) add(partialName(template.name), { program: template.program, template });
    for (const statement of template.program.body) {
      const [name] = statement.type === 'DecoratorBlock' ? statement.params : [];
      if (statement.type === 'DecoratorBlock' && name?.type === 'StringLiteral')
        add(name.value, { program: statement.program, template });
    }
  }
  return bodies;
}

class Walker {
  readonly uses = new Map<object, NameUse>();
  readonly #bodies: ReadonlyMap<string, readonly Body[]>;
  /** The names that calls give to each partial, by what these are as text. */
  readonly #calls = new Map<Body, Map<string, Names>>();
  readonly #open: { body: Body; names: Names }[] = [];
  #hasUnknownCalls = false;

  constructor(bodies: ReadonlyMap<string, readonly Body[]>) {
    this.#bodies = bodies;
  }

  /** Visits the partials with what their calls give. */
  followCalls(isCalledElsewhere: (partial: string) => boolean): void {
    // Visiting a partial adds those that it calls.
    for (const { body, names } of this.#open) this.visit(body.program, body.template, names);
    for (const [name, body] of [...this.#bodies].flatMap(([one, all]) => all.map((body) => [one, body] as const))) {
      const count = this.#calls.get(body)?.size ?? 0;
      if (count === 0 || count >= MAX_CALLS || this.#hasUnknownCalls || isCalledElsewhere(name))
        this.visit(body.program, body.template, UNKNOWN);
    }
  }

  visit(node: Program | Statement | Expression, template: Template, names: Names): void {
    switch (node.type) {
      case 'Program':
        for (const statement of node.body) this.visit(statement, template, names);
        return;
      case 'PathExpression':
        this.#path(node, template, names);
        return;
      case 'MustacheStatement':
      case 'SubExpression':
      case 'BlockStatement':
      case 'PartialStatement':
      case 'PartialBlockStatement':
        this.#call(node, template, names);
        return;
      case 'DecoratorBlock':
        // Those at the top of a file are partials, which are followed by their calls.
        if (!template.program.body.includes(node)) this.visit(node.program, template, UNKNOWN);
        return;
      default:
    }
  }

  #path(node: Path, template: Template, names: Names, isPrinted = false): void {
    const name = simpleName(node);
    // A bare name in a mustache of its own may be a helper without arguments.
    if (isPrinted && name !== undefined && !names.locals.has(name) && isHelper(name)) return;
    const place = {
      template,
      loc: node.loc,
      written: node.original,
      isKey: false,
      isPrinted,
      outer: outerOf(node, names),
    };
    this.#use(node, place, leadsOf(node, names));
  }

  #use(node: object, place: Omit<NameUse, 'leads'>, leads: readonly Lead[]): void {
    const known = this.uses.get(node);
    if (known === undefined) this.uses.set(node, { ...place, leads: [...leads] });
    else known.leads.push(...leads);
  }

  #call(node: Calling, template: Template, names: Names): void {
    const path = 'path' in node && node.path.type === 'PathExpression' ? node.path : undefined;
    const helper = path && simpleName(path);
    const hasArguments = node.params.length > 0 || node.type === 'SubExpression';
    // Blocks are {{#json}} and the like, whatever fields the context has.
    if (path !== undefined && !hasArguments && node.type !== 'BlockStatement')
      this.#path(path, template, names, node.type === 'MustacheStatement');
    for (const param of node.params) this.visit(param, template, names);
    if (helper !== undefined && CONDITIONS.has(helper))
      for (const param of helper === 'ternary' ? node.params.slice(-1) : node.params) this.#asks(param);
    const [text] = helper === 'goTpl' ? node.params : [];
    const textUse = text && this.uses.get(text);
    if (textUse !== undefined) textUse.isGoText = true;
    const pairs = 'hash' in node ? (node.hash?.pairs ?? []) : [];
    for (const pair of pairs) this.visit(pair.value, template, names);
    for (const key of helper === undefined ? [] : keysOf(helper, node.params)) {
      const map = shapeOf(key.map, names);
      const leads = follow(key.of === 'map' ? map : itemsOf(map), key.names);
      this.#use(
        key.loc,
        { template, loc: key.loc, written: key.names.join('.'), isKey: true, isPrinted: false },
        leads,
      );
    }
    this.#partial(node, helper, names);
    if (node.type === 'BlockStatement') {
      if (node.program) this.visit(node.program, template, inBlock(path?.original ?? '', node, node.program, names));
      if (node.inverse) this.visit(node.inverse, template, names);
    } else if (node.type === 'PartialBlockStatement') {
      this.visit(node.program, template, { contexts: [undefined], locals: names.locals });
    }
  }

  /** Notes the names in a condition. What has a default is there in any case. */
  #asks(condition: Expression): void {
    const use = this.uses.get(condition);
    if (use !== undefined) use.isCondition = true;
    if (condition.type === 'SubExpression') for (const param of condition.params) this.#asks(param);
  }

  /** Notes what a call gives to the partial that it names. */
  #partial(node: Calling, helper: string | undefined, names: Names): void {
    const isCall = helper === 'include' || helper === 'partial';
    if (!isCall && node.type !== 'PartialStatement' && node.type !== 'PartialBlockStatement') return;
    const [name, param] = 'name' in node ? [node.name, node.params[0]] : node.params;
    const called =
      name?.type === 'StringLiteral'
        ? name.value
        : name?.type === 'PathExpression' && !isCall
          ? name.original
          : undefined;
    if (called === undefined) this.#hasUnknownCalls = true;
    const [body, ...others] = called === undefined ? [] : (this.#bodies.get(called) ?? []);
    if (body === undefined || others.length > 0) return;
    const inside = inPartial(param, 'hash' in node ? node : {}, names);
    const text = textOf(inside.contexts[0]);
    const calls = this.#calls.get(body) ?? new Map<string, Names>();
    this.#calls.set(body, calls);
    if (calls.has(text) || calls.size >= MAX_CALLS) return;
    calls.set(text, inside);
    this.#open.push({ body, names: inside });
  }
}

/** What else the first part of a bare name may mean. The names at the root mean the same everywhere. */
function outerOf(path: Path, { contexts, locals }: Names): NameUse['outer'] {
  const [name = ''] = path.parts;
  if (path.data || path.depth > 0 || isScoped(path) || locals.has(name) || ROOT_NAMES.has(name)) return undefined;
  const has = (shape: Shape): boolean => shape?.some((atom) => 'fields' in atom && atom.fields.has(name)) === true;
  const depth = has(contexts[0]) ? 0 : contexts.findIndex(has);
  const { length } = path.parts;
  if (depth > 0) return { name, meant: '../'.repeat(depth) + path.original, isLocal: false, length };
  const near = depth < 0 ? nearest(name, locals.keys(), 1) : undefined;
  if (near === undefined) return undefined;
  return { name, meant: [near, ...path.parts.slice(1)].join('.'), isLocal: true, length };
}

/** The names in a partial that a call gives a context and named arguments. */
export function inPartial(param: Expression | undefined, node: Pick<Sub, 'hash'>, names: Names): Names {
  const context = given(param === undefined ? names.contexts[0] : shapeOf(param, names));
  const pairs = node.hash?.pairs ?? [];
  const fields = new Map(pairs.map(({ key, value }): [string, Shape] => [key, given(shapeOf(value, names))]));
  return { contexts: [fields.size === 0 ? context : withFields(context, fields)], locals: NO_LOCALS };
}

/** A shape whose values are known by what a call gives. */
function given(shape: Shape): Shape {
  return shape?.map((atom) =>
    'path' in atom
      ? { ...atom, isGiven: true }
      : // The names at the root mean the same everywhere.
        atom === ROOT?.[0]
        ? atom
        : {
            ...atom,
            fields: new Map(Array.from(atom.fields, ([key, value]) => [key, given(value)])),
            others: given(atom.others),
          },
  );
}

/** A context with further fields. */
function withFields(context: Shape, fields: ReadonlyMap<string, Shape>): Shape {
  const [atom, ...more] = context ?? [];
  // A partial that passes its names on to itself has the same context again.
  return atom !== undefined && 'fields' in atom && more.length === 0
    ? mapOf(new Map([...atom.fields, ...fields]), atom.others)
    : mapOf(fields, context);
}

function textOf(shape: Shape): string {
  if (shape === undefined) return '?';
  const texts = shape.map((atom) => {
    if ('path' in atom) return JSON.stringify(atom.path);
    const fields = Array.from(atom.fields, ([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`);
    return `{${fields.join()}|${textOf(atom.others)}}`;
  });
  return `(${texts.join()})`;
}

/** The names inside a block. */
export function inBlock(name: string, { params: [param] }: Calling, { blockParams }: Program, names: Names): Names {
  if (['if', 'unless', 'yaml', 'json', 'raw'].includes(name)) return names;
  const context =
    param === undefined || (name !== 'each' && name !== 'with')
      ? undefined
      : name === 'each'
        ? itemShapeOf(param, names)
        : shapeOf(param, names);
  const locals = new Map(names.locals);
  for (const [index, local] of (blockParams ?? []).entries()) locals.set(local, index === 0 ? context : undefined);
  return { contexts: [context, ...names.contexts], locals };
}
