/** Finds values that templates use and that are declared nowhere: mostly misspelt names. */
import type { Chart, ChartFile } from '../../../chart/chart.ts';
import { importedValues } from '../../../chart/dependencies.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import type { Template } from '../../handlebars/ast.ts';
import { isHelper } from '../../handlebars/check-report.ts';
import { ROOT_NAMES } from '../../handlebars/scope.ts';
import { field } from '../objects/fields.ts';
import { finding } from '../message.ts';
import { CommentedKeys } from './commented-keys.ts';
import type { LintMessage } from '../message.ts';
import { nameUses } from '../templates/name-uses.ts';
import type { NameUse } from '../templates/name-uses.ts';
import { missingPart } from './declared.ts';
import type { Known } from './declared.ts';
import { lintGoTexts } from '../templates/go-texts.ts';
import { lintValueTemplates } from './value-templates.ts';
import { schemaOf } from '../objects/read-schema.ts';
import { ITEM } from '../templates/shapes.ts';
import type { Lead } from '../templates/shapes.ts';

/**
 * Warns of each `values.a.b` whose `b` is not in the chart's `values.yaml`, not even as a comment, nor in the given values,
 * a subchart's block, what is imported from one, or the schema. A map that is empty there (`resources: {}`) may hold anything. A name that is missing is an error where it is
 * printed, but silently false in a condition.
 */
export function undeclaredValues(chart: Chart, templates: readonly Template[], userValues: ValueMap): LintMessage[] {
  const known: Known = { values: [chart.values, userValues], comments: new CommentedKeys(), schema: schemaOf(chart) };
  known.comments.add(textOf(chart.valuesFile), []);
  const addSubchart = (name: string, { values, valuesFile }: Chart): void => {
    known.values.push(new Map([[name, values]]));
    known.comments.add(textOf(valuesFile), [name]);
  };
  // values.NAME.x of a subchart may be declared in its own values.yaml.
  for (const dependency of chart.dependencies) addSubchart(dependency.metadata.name, dependency);
  known.values.push(...importedValues(chart));
  for (const { name, alias } of chart.metadata.dependencies) {
    const dependency = chart.dependencies.find(({ metadata }) => metadata.name === name);
    if (alias !== '' && dependency) addSubchart(alias, dependency);
  }
  const inGo = new Set(
    chart.templates
      .filter(({ name }) => !name.endsWith('.hbs'))
      .flatMap(({ data }) => Array.from(new TextDecoder().decode(data).matchAll(/"([^"\n]*)"/g), ([, text]) => text)),
  );
  const isLibrary = chart.metadata.type === 'library';
  const isCalledElsewhere = (partial: string): boolean => isLibrary || inGo.has(partial);
  const uses = [...nameUses(templates, isCalledElsewhere)];
  const asked = new Set(
    uses.flatMap(({ isPrinted, leads }) =>
      isPrinted ? [] : leads.flatMap((lead) => (lead.to === 'value' ? [spelled(lead.path)] : [])),
    ),
  );
  const found = uses.map((use) => ({ use, ...(isOfOuter(use, known) ?? problemOf(use, known, asked)) }));
  // Of a name that is used several times the first place is told. Partials are followed after the templates.
  const order = new Map(templates.map((template, index) => [template, index]));
  found.sort(
    ({ use: a }, { use: b }) =>
      (order.get(a.template) ?? 0) - (order.get(b.template) ?? 0) ||
      a.loc.start.line - b.loc.start.line ||
      a.loc.start.column - b.loc.start.column,
  );
  const seen = new Set<string>();
  const undeclaredNames = found.flatMap(({ use: { template, loc }, key, message, severity }) => {
    if (message === undefined || seen.has(`${template.name} ${key}`)) return [];
    seen.add(`${template.name} ${key}`);
    const at = { file: template.file, line: loc.start.line, column: loc.start.column + 1 };
    return [finding('value-undeclared', template.name, message, at, severity)];
  });
  return [
    ...undeclaredNames,
    ...lintValueTemplates(uses, chart.values),
    ...lintGoTexts(uses, chart, (path) => missingPart(path, known, undefined)),
  ];
}

function textOf(file: ChartFile | undefined): string {
  return file === undefined ? '' : Buffer.from(file.data).toString();
}

/** `holder`: the path of what is not a map. */
type Problem = { key: string; message: string; severity?: 'warning'; holder?: string };

/** What is wrong with a name in a loop that no item has, and that means something else around it. */
function isOfOuter({ leads, written, outer }: NameUse, known: Known): Problem | undefined {
  if (outer === undefined || isHelper(written)) return undefined;
  const { name, meant, isLocal, length } = outer;
  const isNoField = leads.every((lead) => {
    if (lead.to !== 'value') return false;
    const index = lead.path.length - length;
    return missingPart(lead.path.slice(0, index + 1), known, undefined)?.index === index;
  });
  if (!isNoField) return undefined;
  const remedy = isLocal
    ? `did you mean ${printable(meant)}?`
    : `write ${printable(meant)} for what the call of the partial passes`;
  const message = `${printable(name)} is a field of the item here, which has none of this name: ${remedy}`;
  return { key: written, message, severity: 'warning' };
}

/** What is wrong with a name; undefined where some of what it may lead to is there, or is not known. */
function problemOf(
  { leads, written, isKey, isPrinted, isCondition = false }: NameUse,
  known: Known,
  asked: ReadonlySet<string>,
): Problem | undefined {
  let first: Problem | undefined;
  // What no call of a partial gives is never there.
  if (leads.length > 0 && leads.every((lead) => lead.to === 'nothing' && !isHelper(written))) {
    const problem = neverGiven(written, leads, known, isCondition);
    if (problem !== undefined) return problem;
  }
  for (const lead of leads) {
    if (lead.to === 'unknown' || lead.to === 'fields') return undefined;
    let problem: Problem | 'unlike' | undefined;
    if (lead.to === 'value') problem = undeclared(lead, isKey, known);
    else problem = notGiven(lead, written);
    if (problem === undefined) return undefined;
    // A template that asks what a value is may be for maps too.
    if (
      problem !== 'unlike' &&
      problem.holder !== undefined &&
      (!isPrinted || asked.has(problem.key) || asked.has(problem.holder))
    )
      return undefined;
    if (problem !== 'unlike') first ??= problem;
  }
  return first;
}

/** What is wrong with a name that no call gives; `unlike` where it resembles none that some call gives. */
function notGiven(lead: Extract<Lead, { to: 'nothing' }>, written: string): Problem | 'unlike' {
  const { name } = lead;
  const near = nearest(name, givenNames(lead), 2);
  if (near === undefined) return 'unlike';
  const message = `${printable(written)} is undefined: no call of this partial passes ${printable(name)}; did you mean ${printable(near)}?`;
  return { key: written, message, severity: 'warning' };
}

/**
 * What is wrong with a name that no call gives and that resembles none: it is that of a value without `values.`, or a
 * condition on it never holds. A default for what no call gives is allowed.
 */
function neverGiven(written: string, leads: readonly Lead[], known: Known, isCondition: boolean): Problem | undefined {
  const [lead] = leads;
  // What is written this.x may be left out by all calls.
  const names = written.split('.');
  if (lead?.to !== 'nothing' || lead.name !== names[0] || names.some((name) => !/^\w[\w-]*$/.test(name)))
    return undefined;
  // Where no call passes anything the name is one at the root, which is an error of the engine.
  if (leads.every((one) => one.to === 'nothing' && givenNames(one).length === 0)) return undefined;
  if (leads.some((one) => one.to === 'nothing' && nearest(one.name, givenNames(one), 2) !== undefined))
    return undefined;
  const isValue = known.values.some((values) => field(values, ...names) !== undefined);
  if (!isValue && !isCondition) return undefined;
  const hint = isValue ? `; did you mean values.${printable(names.join('.'))}?` : ', so that it is never there';
  const message = `${printable(written)} is undefined: no call of this partial passes ${printable(lead.name)}${hint}`;
  return { key: written, message, severity: 'warning' };
}

/** The names that calls give, without the six that are everywhere: of these the engine tells. */
function givenNames({ beside }: Extract<Lead, { to: 'nothing' }>): string[] {
  return beside.filter((other) => !ROOT_NAMES.has(other));
}

/** What is wrong with a path below `values`; `unlike` where it is missing and resembles no name that is there. */
function undeclared(
  { path, isGiven }: Extract<Lead, { to: 'value' }>,
  isKey: boolean,
  known: Known,
): Problem | 'unlike' | undefined {
  const missing = missingPart(path, known, isKey ? 2 : undefined);
  if (missing === undefined) return undefined;
  const name = printable(path[missing.index] ?? '');
  const full = spelled(path.slice(0, missing.index + 1));
  const isOfLoop = path[missing.index - 1] === ITEM && LOOP_NAMES.has(path[missing.index] ?? '');
  const near = missing.near ?? (isOfLoop ? `@${path[missing.index]}` : undefined);
  const hint = near === undefined ? '' : `; did you mean ${printable(near)}?`;
  if (missing.isExample === true) {
    const holder = printable(spelled(path.slice(0, missing.index)).replace(/\.\*$/, ''));
    const message = `the example of ${holder} in the comments of values.yaml has no ${name}${hint}`;
    return { key: full, message, severity: 'warning' };
  }
  const isItem = path.slice(0, missing.index + 1).includes(ITEM);
  if (missing.holder === 'text') {
    const holder = path.slice(0, missing.index);
    const what =
      holder.at(-1) === ITEM ? `an item of ${printable(spelled(holder.slice(0, -1)))}` : printable(spelled(holder));
    const itself = holder.at(-1) === ITEM && !isOfLoop ? ': the item itself is {{this}}' : '';
    const message = `${what} is not a map in values.yaml, and has no ${name}${itself}${hint}`;
    if (isOfLoop) return { key: full, message, severity: 'warning' };
    return { key: full, message, holder: spelled(holder), ...((isGiven || isItem) && { severity: 'warning' }) };
  }
  // Fields of items may be left out in all items that values.yaml has, so that only a similar name tells.
  // What the context of a partial lacks may be an argument that no call gives.
  const isClosed = missing.isClosed === true && !isGiven && !isKey;
  if ((isItem || isKey) && near === undefined && !isClosed && missing.holder !== 'list') return 'unlike';
  if (isItem && missing.holder !== 'list') {
    const list = printable(full.slice(0, full.lastIndexOf(`.${ITEM}`)));
    if (isClosed) return { key: full, message: `the schema allows no ${name} in items of ${list}${hint}` };
    return { key: full, message: `no item of ${list} in values.yaml has ${name}${hint}`, severity: 'warning' };
  }
  const list = printable(spelled(path.slice(0, missing.index)));
  const message =
    missing.holder === 'list'
      ? `${list} is a list, which has no ${name}: {{#each ${list}}} goes through its items, and ${list}.[0] is the first`
      : `${printable(full)} is not declared in values.yaml${hint}`;
  return { key: full, message, ...((isGiven || isKey || isItem) && { severity: 'warning' }) };
}

/** What a loop knows of its turn, with `@` before it. */
const LOOP_NAMES: ReadonlySet<string> = new Set(['first', 'last', 'index', 'key']);

/** A path below `values` as templates write it: `values.annotations.[example.com/a]`. */
function spelled(path: readonly string[]): string {
  const isPlain = (name: string): boolean => name === ITEM || /^[\w-]+$/.test(name);
  return ['values', ...path.map((name) => (isPlain(name) ? name : `[${name}]`))].join('.');
}
