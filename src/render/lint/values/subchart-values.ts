/**
 * Finds misspelt names in the block of a subchart in values.yaml: the subchart reads other names, and what stands under
 * the misspelt one is ignored without a word.
 */
import { pathText } from '../../../chart/path-text.ts';
import { join } from 'node:path';
import type { Chart, ChartDependency } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { locateKeys } from '../../../yaml/locate.ts';
import { isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { kindOf } from '../../text-fields.ts';
import { field, mapAt } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import { schemaOf } from '../objects/read-schema.ts';

/** Further findings are left out, since finding the line of each reads the text. */
const MAX_FINDINGS = 20;

/** Names that Helm reads in every block, and that charts use as the condition of a dependency. */
const COMMON: ReadonlySet<string> = new Set(['global', 'enabled', 'exports', 'tags']);

/** Findings on the blocks of all subcharts in the chart's own values.yaml. */
export function lintSubchartValues(chart: Chart, isNative: boolean): LintMessage[] {
  const text = new TextDecoder().decode(chart.valuesFile?.data);
  const own = sourcesOf(chart.templates.map(({ data }) => data));
  const { dependencies } = chart.metadata;
  const found = dependencies.flatMap((dependency) => {
    const child = chart.dependencies.find(({ metadata }) => metadata.name === dependency.name);
    const name = blockOf(dependency);
    const block = chart.values.get(name);
    if (child === undefined || !isMap(block) || child.values.size === 0) return [];
    const names = misspelt(block, [], new KnownNames(chart, child, dependency, own)).map(({ keys, near }) => {
      const path = printable(pathText([name, ...keys]));
      const message = `the subchart ${printable(name)} has no value ${printable(pathText(keys))}, so ${path} is ignored; did you mean ${printable(near)}?`;
      return { keys: [name, ...keys], message };
    });
    const forms = otherForms(block, child.values, schemaOf(child), []).map(({ keys, message }) => {
      const path = printable(pathText([name, ...keys]));
      return { keys: [name, ...keys], message: `${path} is ${message}` };
    });
    return [...names, ...forms];
  });
  const blocks = dependencies.flatMap((dependency) => [blockOf(dependency), dependency.name]);
  const conditions = new Set(dependencies.flatMap(({ condition }) => condition.split(/[.,\s]+/)));
  for (const [key, value] of chart.values) {
    // A condition may read a value of its own. One beside others is that of a subchart.
    if (conditions.has(key) && (!isMap(value) || value.size < 2)) continue;
    const near = isMap(value) && !blocks.includes(key) ? nearest(key, blocks, 2) : undefined;
    if (near === undefined || chart.values.has(near) || mentions(own, key)) continue;
    const message = `no template reads ${printable(key)}, and no subchart has this name; did you mean ${printable(near)}?`;
    found.push({ keys: [key], message });
  }
  found.push(...misspeltGlobals(chart));
  return found.slice(0, MAX_FINDINGS).map(({ keys, message }) => {
    const at = { file: join(chart.location, 'values.yaml'), ...locateKeys(text, keys) };
    return finding('subchart-value', 'values.yaml', message, at, isNative ? undefined : 'info');
  });
}

/**
 * The names in `global` of values.yaml that no chart of the tree reads, and that resemble one that some reads, mostly a
 * library or a subchart.
 */
function misspeltGlobals(chart: Chart): { keys: string[]; message: string }[] {
  const tree = treeOf(chart);
  const sources = tree.map((one) => sourcesOf(one.templates.map(({ data }) => data))).join('\n');
  const read = Array.from(sources.matchAll(/\bglobal((?:\.\w[\w-]*)+)/g), ([, path = '']) => path.slice(1).split('.'));
  const declared = tree.filter((one) => one !== chart).map(({ values }) => mapAt(values, 'global'));
  const visit = (map: ValueMap, path: readonly string[]): { keys: string[]; message: string }[] => {
    const names = [
      ...read.filter((one) => path.every((name, index) => one[index] === name)).map((one) => one[path.length] ?? ''),
      ...declared.flatMap((values) => [...mapAt(values, ...path).keys()]),
    ];
    return [...map].flatMap(([key, value]) => {
      const keys = [...path, key];
      if (names.includes(key)) return isMap(value) ? visit(value, keys) : [];
      if (mentions(sources, key)) return [];
      const near = nearest(
        key,
        names.filter((name) => name !== '' && !map.has(name)),
        2,
      );
      if (near === undefined) return [];
      const full = printable(pathText(['global', ...keys]));
      const meant = printable(pathText(['global', ...path, near]));
      return [{ keys: ['global', ...keys], message: `no template reads ${full}; did you mean ${meant}?` }];
    });
  };
  return visit(mapAt(chart.values, 'global'), []);
}

/** The name under which the values of a dependency stand. */
function blockOf({ name, alias }: ChartDependency): string {
  return alias === '' ? name : alias;
}

/**
 * Values of another form than the subchart's own: a text for a boolean, or one value where it has a map or the other way
 * round. Where its schema knows the value, checking that tells.
 */
function otherForms(
  block: ValueMap,
  own: ValueMap,
  schema: Value | undefined,
  path: readonly string[],
): { keys: string[]; message: string }[] {
  return [...block].flatMap(([name, value]) => {
    const known = own.get(name) ?? null;
    const rule = field(schema, 'properties', name);
    const keys = [...path, name];
    if (isMap(value) && isMap(known)) return otherForms(value, known, rule, keys);
    if (rule !== undefined || value === null || value === '' || known === null || known === '') return [];
    if (typeof known === 'boolean' && typeof value === 'string' && /^(?:true|false|yes|no|on|off)$/i.test(value))
      return [
        { keys, message: 'a text, and a boolean in the values of the subchart: write true or false without quotes' },
      ];
    const isOther = isMap(known) ? known.size > 0 && !isMap(value) : isMap(value) && typeof known !== 'object';
    return isOther ? [{ keys, message: `${kindOf(value)}, and ${kindOf(known)} in the values of the subchart` }] : [];
  });
}

/** Does a text have this name as a word? */
function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w-])${RegExp.escape(name)}(?![\\w-])`).test(text);
}

type Misspelt = { keys: string[]; near: string };

/** The names in a map of the block that the subchart does not know, each near one that it knows and that is not given. */
function misspelt(block: ValueMap, path: readonly string[], known: KnownNames): Misspelt[] {
  const names = known.namesAt(path);
  // A map that is empty in the subchart may hold anything.
  if (names.size === 0 || known.isFree(path)) return [];
  return [...block].flatMap(([name, value]) => {
    const keys = [...path, name];
    if (names.has(name)) return isMap(value) ? misspelt(value, keys, known) : [];
    if ((path.length === 0 && COMMON.has(name)) || known.isRead(name)) return [];
    const near = nearest(
      name,
      [...names].filter((other) => !block.has(other)),
      2,
    );
    return near === undefined ? [] : [{ keys, near }];
  });
}

/** What a subchart and its parent say of the names of its values. */
class KnownNames {
  readonly #values: ValueMap;
  readonly #schema: Value | undefined;
  /** The texts of all templates that may read these values: those of the parent, of the subchart and of charts below. */
  readonly #sources: string;
  /** The same without conditions, which do not print what they ask for. */
  readonly #printed: string;
  readonly #others: ReadonlySet<string>;

  constructor(parent: Chart, child: Chart, dependency: ChartDependency, parentSources: string) {
    this.#values = child.values;
    this.#schema = schemaOf(child);
    const sources = [parentSources, ...treeOf(child).map((one) => sourcesOf(one.templates.map(({ data }) => data)))];
    this.#sources = sources.join('\n');
    this.#printed = this.#sources.replaceAll(
      /\{\{[-~]?\s{0,100}(?:#|else\s{1,100})?(?:if|unless)\b[^}]{0,1000}\}\}/g,
      '',
    );
    const imported = dependency.importValues.flatMap((one) => (typeof one === 'string' ? [one] : one.child.split('.')));
    const conditions = [...parent.metadata.dependencies, ...child.metadata.dependencies].flatMap(({ condition }) =>
      condition.split(/[.,\s]+/),
    );
    const below = child.metadata.dependencies.flatMap(({ name, alias }) => [name, alias]);
    const there = child.dependencies.map(({ metadata }) => metadata.name);
    this.#others = new Set([...imported, ...conditions, ...below, ...there]);
  }

  /** The names that the values and the schema of the subchart have at a path. */
  namesAt(path: readonly string[]): ReadonlySet<string> {
    const schema = path.reduce<Value | undefined>((at, name) => field(at, 'properties', name), this.#schema);
    return new Set([...mapAt(this.#values, ...path).keys(), ...mapAt(schema, 'properties').keys()]);
  }

  /**
   * May the map at this path hold any names? So where a template reads it as a whole: `toYaml .Values.resources`,
   * `{{values.labels}}`, `with .Values.auth`.
   */
  isFree(path: readonly string[]): boolean {
    if (path.length === 0)
      return /\b(?:range|each|to\w{1,30}|merge\w{0,30})\s[^\n}]{0,1000}[vV]alues(?![\w.-])/.test(this.#printed);
    return new RegExp(`[vV]alues\\.${path.map((name) => RegExp.escape(name)).join('\\.')}(?![\\w.-])`).test(
      this.#printed,
    );
  }

  /** Does a template have this name anywhere, or is it that of another chart or condition? */
  isRead(name: string): boolean {
    return this.#others.has(name) || mentions(this.#sources, name);
  }
}

function treeOf(chart: Chart): Chart[] {
  return [chart, ...chart.dependencies.flatMap(treeOf)];
}

function sourcesOf(files: readonly Uint8Array[]): string {
  return files.map((data) => new TextDecoder().decode(data)).join('\n');
}
