/** Finds values that templates use and that are declared nowhere: mostly misspelt names. */
import type { Chart } from '../../chart/chart.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import type { Block, Expression, Location, Path, Program, Statement, Template } from '../handlebars/ast.ts';
import { field, mapAt } from './fields.ts';
import { finding } from './message.ts';
import type { LintMessage } from './message.ts';
import { schemaOf } from './read-schema.ts';

/**
 * Warns of each `values.a.b` whose `b` is not in the chart's `values.yaml`, the given values, a subchart's block or the
 * schema. A map that is empty there (`resources: {}`) may hold anything. A name that is missing is an error where it is
 * printed, but silently false in a condition.
 */
export function undeclaredValues(chart: Chart, templates: readonly Template[], userValues: ValueMap): LintMessage[] {
  const schema = schemaOf(chart);
  const known: ValueMap[] = [chart.values, userValues];
  // values.NAME.x of a subchart may be declared in its own values.yaml.
  for (const dependency of chart.dependencies) known.push(new Map([[dependency.metadata.name, dependency.values]]));
  for (const { name, alias } of chart.metadata.dependencies) {
    const dependency = chart.dependencies.find(({ metadata }) => metadata.name === name);
    if (alias !== '' && dependency) known.push(new Map([[alias, dependency.values]]));
  }
  const messages: LintMessage[] = [];
  const seen = new Set<string>();
  for (const template of templates) {
    for (const path of valuePaths(template.program, NO_LOOPS)) {
      const missing = missingPart(path.parts.slice(1), known, schema);
      if (missing === undefined) continue;
      const { line, column } = path.loc.start;
      const at = { file: template.file, line, column: column + 1 };
      const full = `values.${path.parts.slice(1, missing.index + 2).join('.')}`;
      if (seen.has(`${template.name} ${full}`)) continue;
      seen.add(`${template.name} ${full}`);
      const hint = missing.near === undefined ? '' : `; did you mean ${printable(missing.near)}?`;
      if (path.parts.slice(0, missing.index + 2).includes(ITEM)) {
        // Fields of items may be left out in all items that values.yaml has, so that only a similar name tells.
        if (missing.near === undefined) continue;
        const message = `no item of ${printable(full.slice(0, full.lastIndexOf(`.${ITEM}`)))} in values.yaml has ${printable(path.parts[missing.index + 1] ?? '')}${hint}`;
        messages.push(finding('value-undeclared', template.name, message, at, 'warning'));
        continue;
      }
      const list = `values.${path.parts.slice(1, missing.index + 1).join('.')}`;
      const message = missing.inList
        ? `${printable(list)} is a list, which has no ${printable(path.parts[missing.index + 1] ?? '')}: {{#each ${printable(list)}}} goes through its items, and ${printable(list)}.[0] is the first`
        : `${printable(full)} is not declared in values.yaml${hint}`;
      messages.push(finding('value-undeclared', template.name, message, at));
    }
  }
  return messages;
}

/** The index of the first name in a path that is declared nowhere, and the nearest declared name. */
function missingPart(
  parts: readonly string[],
  known: readonly Value[],
  schema: Value | undefined,
): { index: number; near: string | undefined; inList: boolean } | undefined {
  let at = known;
  let rule = schema;
  let isItem = false;
  for (const [index, name] of parts.entries()) {
    if (name === ITEM) {
      isItem = true;
      at = at.flatMap((value) => (Array.isArray(value) ? value : isMap(value) ? [...value.values()] : []));
      rule = field(rule, 'items') ?? field(rule, 'additionalProperties');
      continue;
    }
    const isList = at.length > 0 && at.every((value) => Array.isArray(value));
    if (isList && !/^(?:[0-9]+|length)$/.test(name)) return { index, near: undefined, inList: true };
    const maps = at.filter((value) => isMap(value));
    const names = [...maps.flatMap((map) => [...map.keys()]), ...mapAt(rule, 'properties').keys()];
    // An empty map may hold anything, and so may a value that is declared as something else too.
    if (names.length === 0 || (maps.length < at.length && !maps.some((map) => map.has(name)))) return undefined;
    if (!names.includes(name)) {
      // `global` belongs to the user of the chart, who need not declare it.
      return index === 0 && name === 'global'
        ? undefined
        : { index, near: nearest(name, new Set(names), isItem ? 2 : undefined), inList: false };
    }
    at = maps.flatMap((map) => (map.has(name) ? [map.get(name) ?? null] : []));
    rule = mapAt(rule, 'properties').get(name);
    if (at.length === 0 && rule === undefined) return undefined;
  }
  return undefined;
}

/** Stands in a path for the items of a list or the values of a map. */
const ITEM = '*';

/** Where the names of the loops around a place lead to: those of `as |item|`, and the fields of the item itself. */
type Loops = { locals: ReadonlyMap<string, readonly string[]>; context: readonly string[] | undefined };

const NO_LOOPS: Loops = { locals: new Map(), context: undefined };

/**
 * All paths `values.…` of a template, without those whose `values` is a name of `as |values|`. Paths of the items of a
 * loop over such a path are among them: `values.jobs.*.name` for `job.name`.
 */
function* valuePaths(node: Program | Statement | Expression, loops: Loops): Generator<Path & { loc: Location }> {
  switch (node.type) {
    case 'Program':
      if (node.blockParams?.includes('values')) return;
      for (const statement of node.body) yield* valuePaths(statement, loops);
      return;
    case 'PathExpression': {
      const parts = valueParts(node, loops);
      if (parts !== undefined) yield { ...node, parts };
      return;
    }
    case 'MustacheStatement':
    case 'SubExpression':
    case 'BlockStatement':
    case 'DecoratorBlock':
    case 'PartialStatement':
    case 'PartialBlockStatement':
      yield* callPaths(node, loops);
      return;
    default:
  }
}

/** The parts of a path, from `values` on; undefined for one that leads elsewhere. */
function valueParts({ data, depth, parts, original }: Path, { locals, context }: Loops): readonly string[] | undefined {
  const [head = '', ...rest] = parts;
  if (data) return head === 'root' && rest[0] === 'values' ? rest : undefined;
  if (depth !== 0) return undefined;
  if (original.startsWith('this.')) return context && [...context, ...parts];
  const local = locals.get(head);
  if (local !== undefined) return [...local, ...rest];
  return head === 'values' && original.startsWith('values') ? parts : undefined;
}

type Calling = Extract<Statement | Expression, { params: readonly Expression[] }>;

function* callPaths(node: Calling, loops: Loops): Generator<Path & { loc: Location }> {
  if ('path' in node) yield* valuePaths(node.path, loops);
  for (const param of node.params) yield* valuePaths(param, loops);
  if ('hash' in node) for (const pair of node.hash?.pairs ?? []) yield* valuePaths(pair.value, loops);
  if ('program' in node && node.program) yield* valuePaths(node.program, loopsIn(node, node.program, loops));
  const { inverse } = node as Partial<Block>;
  if (inverse) yield* valuePaths(inverse, loops);
}

/** Where the names inside a block lead to. */
function loopsIn(node: Calling, program: Program, loops: Loops): Loops {
  const name = node.type === 'BlockStatement' && node.path.type === 'PathExpression' ? node.path.original : '';
  if (name === 'if' || name === 'unless') return loops;
  const [param] = node.params;
  const over = param?.type === 'PathExpression' ? valueParts(param, loops) : undefined;
  const isKnown = over !== undefined && (name === 'each' || name === 'with');
  const context = isKnown ? (name === 'each' ? [...over, ITEM] : over) : undefined;
  const locals = new Map(loops.locals);
  for (const [index, local] of (program.blockParams ?? []).entries()) {
    if (index === 0 && context !== undefined) locals.set(local, context);
    else locals.delete(local);
  }
  return { locals, context };
}
