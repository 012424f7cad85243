/** `pkg convert`: Go templates of a chart become native ones where both can be shown to give the same objects. */
import type { Chart, ChartFile } from '../chart/chart.ts';
import { GUARD_FILE, GUARD_TEXT, isGuard } from '../chart/guard.ts';
import type { Position } from '../errors.ts';
import { isNativeTemplate } from '../render/engines.ts';
import { isKnown } from '../render/gotemplate/known.ts';
import { positionOf } from '../render/gotemplate/node.ts';
import type { List, Operand, Pipe, Source, Template } from '../render/gotemplate/node.ts';
import { parseTemplate } from '../render/gotemplate/parse.ts';
import { decodeText } from '../render/gotemplate/value.ts';
import { loadHelpers } from '../render/handlebars/helpers/index.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import { CannotConvert } from './cannot.ts';
import { call, keyOf, literal, path, Unprintable } from './expression.ts';
import type { Expression, Path, Trail } from './expression.ts';
import { callsIn, printHelper, usesOf } from './helpers.ts';
import type { Use } from './helpers.ts';
import { printLines } from './layout.ts';
import type { DefaultAt, NoteSort } from './layout.ts';
import { linesOf } from './lines.ts';
import { lowerTemplate } from './lower.ts';
import type { Piece, Surroundings } from './lower.ts';
import { expressionOf, ROOT, valueOf } from './meaning.ts';
import type { Meaning } from './meaning.ts';
import { file, onlyPartials, partKey, prove } from './prove.ts';
import { changedFiles } from './whole.ts';
import { addSort, addUsage, newUsage } from './usage.ts';
import type { Reads } from './usage.ts';

/** What became of a file or of a template that others include. */
export type Result = {
  /** `templates/service.yaml` */
  file: string;
  /** Of a template that is defined in the file. */
  name?: string;
  isConverted: boolean;
  /** How many renders were compared. */
  count: number;
  /** Why it stays as it is, and where. */
  why?: string;
  at?: Position;
};

/** What is to be written and removed for a converted chart; names begin with `templates/`. */
export type Conversion = { files: Result[]; helpers: Result[]; written: Map<string, string>; removed: string[] };

/** What a conversion is asked for. */
export type ConvertOptions = {
  /** Files to convert, as `templates/…`; all of them where none is named. */
  only: readonly string[];
  /** Values files that come with the chart. */
  bases: readonly ValueMap[];
  /** Told of each file before it is compared, which may take seconds. */
  progress?: (file: string) => void;
};

/**
 * Converts what can be converted of a chart. Nothing is written.
 *
 * @throws {PkgError} for templates that cannot be parsed
 */
export async function convertChart(chart: Chart, options: ConvertOptions): Promise<Conversion> {
  return new Converter(chart, options).run();
}

/** A template with a name. */
type Definition = { name: string; file: string; template: Template };

/** A definition as it was lowered, for one sort of context. */
type Helper = Definition & {
  /** The sort of context; another one would need another partial. */
  shape: string;
  pieces: readonly Piece[];
  why: CannotConvert | undefined;
  isStructure: boolean;
  isText: boolean;
};

type Lowered = { pieces: readonly Piece[]; included: readonly { name: string; data: Meaning }[] };

class Converter {
  readonly #chart: Chart;
  readonly #options: ConvertOptions;
  readonly #definitions = new Map<string, Definition>();
  /** Files with what is in them beside definitions. */
  readonly #files = new Map<string, Template>();
  readonly #sources = new Map<string, Source>();
  readonly #helpers = new Map<string, Helper>();
  /** Values may hold Go templates. */
  #hasTpl = false;
  readonly #sorts = new Map<Path, 'map' | 'list'>();
  readonly #results: Result[] = [];
  readonly #helperResults: Result[] = [];

  constructor(chart: Chart, options: ConvertOptions) {
    this.#chart = chart;
    this.#options = options;
  }

  async run(): Promise<Conversion> {
    this.#parse();
    await loadHelpers([]);
    const lowered = new Map<string, { pieces: readonly Piece[]; text: string; uses: Use[]; lowered: Lowered }>();
    for (const [name, template] of this.#files) {
      if (!this.#isWanted(name)) continue;
      const made = this.#attempt(name, () => {
        const low = this.#lower(template, ROOT);
        const nodes = linesOf(low.pieces, isNotes(name), template.source.name);
        return {
          pieces: low.pieces,
          text: printLines(nodes, this.#defaultAt, this.#note),
          uses: usesOf(nodes),
          lowered: low,
        };
      });
      if (made !== undefined) lowered.set(name, made);
    }
    this.#findModes([...lowered.values()].flatMap(({ uses }) => uses));
    await this.#proveHelpers();
    const accepted = new Map<string, string>();
    for (const [name, made] of lowered) {
      this.#options.progress?.(name);
      if (await this.#proveFile(name, made.text, made.lowered, made.uses)) accepted.set(name, made.text);
    }
    for (;;) {
      const uses = [...accepted.keys()].flatMap((name) => lowered.get(name)?.uses ?? []);
      const conversion = this.#conversion(accepted, uses);
      if (accepted.size === 0) return conversion;
      const changed = await changedFiles(this.#chart, converted(this.#chart, conversion), this.#options.bases);
      if (changed.size === 0) return conversion;
      const own = [...changed].filter((name) => accepted.has(name));
      // A file that stays a Go template sees what others did to the values, and nobody knows which.
      for (const name of own.length > 0 ? own : [...accepted.keys()]) {
        accepted.delete(name);
        const at = this.#results.findIndex(({ file }) => file === name);
        this.#results[at] = {
          file: name,
          isConverted: false,
          count: 0,
          why: 'together with other files it gives other objects',
        };
      }
    }
  }

  #isWanted(name: string): boolean {
    const { only } = this.#options;
    return only.length === 0 || only.includes(name);
  }

  #parse(): void {
    const visit = (chart: Chart, isOwn: boolean, at: string): void => {
      for (const { name, data } of chart.templates) {
        if (isNativeTemplate(name) || isGuard(name)) continue;
        const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
        const source = { name: `${at}/${name}`, file: `${chart.location}/${name}`, text };
        this.#sources.set(source.name, source);
        const { templates, functions } = parseTemplate(source, isKnown);
        this.#hasTpl ||= functions.has('tpl');
        for (const template of templates) {
          if (template.name !== source.name) {
            const defined = decodeText(template.name);
            if (isOwn || !this.#definitions.has(defined)) {
              this.#definitions.set(defined, { name: defined, file: isOwn ? name : '', template });
            }
          } else if (isOwn && !isPartial(name)) this.#files.set(name, template);
        }
      }
      for (const child of chart.dependencies) visit(child, false, `${at}/charts/${child.metadata.name}`);
    };
    visit(this.#chart, true, this.#chart.metadata.name);
  }

  /** Takes note of why a file cannot be converted. */
  #attempt<T>(name: string, make: () => T): T | undefined {
    try {
      return make();
    } catch (error) {
      this.#results.push({ file: name, isConverted: false, count: 0, ...this.#reason(error, name) });
      return undefined;
    }
  }

  #reason(error: unknown, name: string): { why: string; at?: Position } {
    if (error instanceof CannotConvert) {
      const source = this.#sources.get(error.source);
      return { why: error.message, ...(source && { at: positionOf(source, error.pos) }) };
    }
    if (error instanceof Unprintable) return { why: `native templates cannot write ${error.message}` };
    if (error instanceof RangeError) return { why: 'it is nested too deeply', at: { file: name } };
    throw error;
  }

  /** Lowers a template, with the helpers that it includes. */
  #lower(template: Template, data: Meaning): Lowered {
    const included: { name: string; data: Meaning }[] = [];
    const surroundings: Surroundings = {
      include: (name, given, fail) => {
        included.push({ name, data: given });
        return this.#include(name, given, fail);
      },
      defaultAt: this.#defaultAt,
    };
    return { pieces: lowerTemplate(template, data, surroundings), included };
  }

  #include(name: string, data: Meaning, fail: (why: string) => CannotConvert): Expression {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw fail(`there is no template ${JSON.stringify(name)}`);
    const isNative = this.#helper(definition, data)?.why === undefined && definition.file !== '';
    if (data.kind === 'root') return call('include', literal(name));
    if (data.kind === 'object') throw fail(`${JSON.stringify(name)} is given a part of what templates know`);
    if (data.kind === 'value') return call('include', literal(name), data.value);
    const args: Expression[] = [];
    for (const [key, field] of data.fields) {
      const value = expressionOf(field);
      if (value !== undefined) args.push(literal(key), value);
      else if (!isNative) {
        if (field.kind !== 'root') throw fail(`${JSON.stringify(name)} is given a part of what templates know`);
        args.push(literal(key), path('@go'));
      }
    }
    return call('include', literal(name), call('dict', ...args));
  }

  /** A definition lowered for a sort of context; undefined where it was already for another one. */
  #helper(definition: Definition, data: Meaning): Helper | undefined {
    const shape = shapeOf(data);
    const known = this.#helpers.get(definition.name);
    if (known !== undefined) return known.shape === shape ? known : undefined;
    const helper: Helper = { ...definition, shape, pieces: [], why: undefined, isStructure: false, isText: false };
    // One that includes itself finds itself here.
    this.#helpers.set(definition.name, helper);
    try {
      helper.pieces = this.#lower(definition.template, parameterOf(data, undefined)).pieces;
    } catch (error) {
      if (!(error instanceof CannotConvert)) throw error;
      helper.why = error;
    }
    return helper;
  }

  readonly #defaultAt: DefaultAt = (trail) => {
    let value: Value | undefined = trail && this.#chart.values;
    for (const name of trail ?? []) {
      if (name === '*') value = Array.isArray(value) ? value[0] : isMap(value) ? [...value.values()][0] : undefined;
      else value = isMap(value) ? value.get(name) : undefined;
    }
    if (value === undefined || value === null) return undefined;
    if (value === '') return 'empty';
    return Array.isArray(value) ? 'list' : isMap(value) ? 'map' : 'other';
  };

  readonly #note: NoteSort = (path, sort) => this.#sorts.set(path, sort);

  /** Which helpers are included as text and which as structure, by all that include them. */
  #findModes(uses: readonly Use[]): void {
    const queue = [...uses];
    for (let use = queue.pop(); use !== undefined; use = queue.pop()) {
      const helper = this.#helpers.get(use.name);
      if (helper === undefined || helper.why !== undefined || helper.file === '') continue;
      if (use.as === 'structure' ? helper.isStructure : helper.isText || helper.isStructure) {
        helper.isText ||= use.as === 'text';
        continue;
      }
      if (use.as === 'structure') helper.isStructure = true;
      else helper.isText = true;
      try {
        queue.push(...this.#print(helper).uses);
      } catch (error) {
        if (error instanceof Unprintable)
          helper.why = this.#cannot(helper, `native templates cannot write ${error.message}`);
        else if (error instanceof CannotConvert) helper.why = error;
        else throw error;
      }
    }
  }

  #cannot({ template }: Definition, why: string): CannotConvert {
    return new CannotConvert(why, template.source.name, template.body.start);
  }

  #print(helper: Helper): { text: string; uses: Use[] } {
    const as = helper.isStructure ? 'structure' : 'text';
    return printHelper(helper.name, helper.pieces, as, helper.template.source.name, this.#defaultAt, this.#note);
  }

  /** Converted helpers that are reached from uses. */
  #reached(uses: readonly Use[]): Set<Helper> {
    const reached = new Set<Helper>();
    const queue = uses.map(({ name }) => name);
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const helper = this.#helpers.get(name);
      if (helper === undefined || helper.why !== undefined || helper.file === '' || reached.has(helper)) continue;
      if (!helper.isStructure && !helper.isText) continue;
      reached.add(helper);
      queue.push(...this.#print(helper).uses.map((use) => use.name));
    }
    return reached;
  }

  /** The files of native partials that hold these helpers. */
  #partials(helpers: Iterable<Helper>): ChartFile[] {
    const byFile = Map.groupBy(helpers, (helper) => nativePartial(helper.file));
    return [...byFile].map(([name, members]) => {
      const known = this.#chart.templates.find((template) => template.name === name);
      const texts = members
        .toSorted((a, b) => a.template.body.start - b.template.body.start)
        .map((helper) => this.#print(helper).text);
      const before = known === undefined ? '' : `${Buffer.from(known.data).toString('utf8').trimEnd()}\n\n`;
      return file(name, before + texts.join('\n'));
    });
  }

  /** Each helper by itself, so that one that is not the same does not spoil every file. */
  async #proveHelpers(): Promise<void> {
    for (const helper of this.#helpers.values()) {
      if (helper.why !== undefined || helper.file === '' || !(helper.isStructure || helper.isText)) continue;
      if (helper.shape !== 'root') continue;
      this.#options.progress?.(`${helper.name} in ${helper.file}`);
      const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
      const quoted = JSON.stringify(helper.name);
      const go = [head];
      const native = [head];
      if (helper.isStructure) {
        go.push(`structure:\n  {{- include ${quoted} . | nindent 2 }}\n`);
        native.push(`structure:\n  {{> ${quoted}}}\n`);
      }
      if (helper.isText) {
        go.push(`text: {{ include ${quoted} . | toJson }}\n`);
        native.push(`text: "{{include ${quoted}}}"\n`);
      }
      const uses: Use[] = [{ name: helper.name, as: 'text' }];
      const lowered = { pieces: helper.pieces, included: [{ name: helper.name, data: ROOT }] };
      const verdict = await this.#prove(
        'templates/helper.yaml',
        go.join(''),
        native.join(''),
        lowered,
        uses,
        helper.template,
      );
      if (verdict.why !== undefined) helper.why = this.#cannot(helper, verdict.why);
      else this.#helperResults.push({ file: helper.file, name: helper.name, isConverted: true, count: verdict.count });
    }
  }

  async #proveFile(name: string, text: string, lowered: Lowered, uses: readonly Use[]): Promise<boolean> {
    const template = this.#files.get(name);
    const given = this.#chart.templates.find((one) => one.name === name);
    if (template === undefined || given === undefined) return false;
    const go = Buffer.from(given.data).toString('utf8');
    const { why, count } = await this.#prove(name, go, text, lowered, uses, template);
    const isConverted = why === undefined;
    this.#results.push({ file: name, isConverted, count, ...(why !== undefined && { why }) });
    return isConverted;
  }

  async #prove(
    name: string,
    go: string,
    native: string,
    lowered: Lowered,
    uses: readonly Use[],
    template: Template,
  ): ReturnType<typeof prove> {
    const reached = this.#reached(uses);
    const parts = new Map<string, string>();
    addParts(parts, template);
    for (const helper of reached) if (helper.shape !== 'root') addParts(parts, helper.template);
    const { reads, apiVersions, files } = this.#readsOf(lowered);
    const keep = new Set(files.filter((one) => one !== name));
    return prove({
      chart: onlyPartials(this.#chart, keep),
      name,
      go,
      native,
      partials: this.#partials(reached),
      isMixed: this.#isMixed(uses, reached) || keep.size > 0,
      reads,
      parts,
      bases: this.#options.bases,
      apiVersions,
    });
  }

  /** Do uses, or helpers that they reach, include what stays a Go template? */
  #isMixed(uses: readonly Use[], reached: ReadonlySet<Helper>): boolean {
    const names = new Set([...reached].map(({ name }) => name));
    return [...uses, ...[...reached].flatMap((helper) => this.#print(helper).uses)].some(
      ({ name }) => !names.has(name),
    );
  }

  /** What a template reads, by itself and by what it includes. */
  #readsOf(lowered: Lowered): { reads: Reads; apiVersions: string[]; files: string[] } {
    const reads: Reads = { values: newUsage(), texts: new Set() };
    const apiVersions = new Set<string>();
    const files = new Set<string>();
    const seen = new Set<string>();
    const add = ({ pieces, included }: Lowered): void => {
      addUsage(reads, pieces);
      for (const { name, args } of callsIn(pieces)) {
        const [first] = args;
        if (first?.type !== 'literal' || typeof first.value !== 'string') continue;
        if (name === 'capabilities.has') apiVersions.add(first.value);
        if (name === 'include' && !this.#definitions.has(first.value)) files.add(`templates/${first.value}`);
      }
      for (const { name, data } of included) {
        const definition = this.#definitions.get(name);
        const key = `${name} ${trailsOf(data)}`;
        if (definition === undefined || seen.has(key)) continue;
        seen.add(key);
        try {
          add(this.#lower(definition.template, parameterOf(data, data)));
        } catch (error) {
          // What stays a Go template reads values too, but nobody knows which.
          if (!(error instanceof CannotConvert)) throw error;
        }
      }
    };
    add(lowered);
    for (const [path, sort] of this.#sorts) addSort(reads, path, sort);
    return { reads, apiVersions: [...apiVersions], files: [...files] };
  }

  #conversion(accepted: ReadonlyMap<string, string>, uses: readonly Use[]): Conversion {
    const written = new Map<string, string>();
    const removed: string[] = [];
    for (const partial of this.#partials(this.#reached(uses))) written.set(partial.name, partial.data.toString());
    for (const [name, text] of accepted) {
      written.set(`${name}.hbs`, text);
      removed.push(name);
    }
    const hasGuard = this.#chart.templates.some(({ name }) => isGuard(name));
    if (accepted.size > 0 && !hasGuard) written.set(GUARD_FILE, GUARD_TEXT);
    const files = [...this.#results, ...this.#unneeded(new Set(accepted.keys()), this.#reached(uses))];
    removed.push(...files.filter(({ file, isConverted }) => isConverted && isPartial(file)).map(({ file }) => file));
    const helpers = [...this.#helperResults];
    for (const helper of this.#helpers.values()) {
      if (helper.why === undefined || helper.file === '') continue;
      const { why, at } = this.#reason(helper.why, helper.file);
      helpers.push({
        file: helper.file,
        name: helper.name,
        isConverted: false,
        count: 0,
        why,
        ...(at && { at }),
      });
    }
    const order = (a: Result, b: Result): number => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0);
    return { files: files.toSorted(order), helpers: helpers.toSorted(order), written, removed };
  }

  /** Files of definitions that nobody needs any more. */
  #unneeded(gone: ReadonlySet<string>, native: ReadonlySet<Helper>): Result[] {
    const { dependencies, metadata, templates } = this.#chart;
    const partials = templates
      .map(({ name }) => name)
      .filter((name) => isPartial(name) && !isNativeTemplate(name) && !isGuard(name));
    // Templates of other charts of the tree, and those in values, may include any of them.
    const isShared = dependencies.length > 0 || metadata.type === 'library' || this.#hasTpl;
    const found: Result[] = [];
    const converted = new Set([...native].map(({ name }) => name));
    const needed = this.#neededByGo(gone, converted);
    for (const name of partials) {
      const own = [...this.#definitions.values()].filter((definition) => definition.file === name);
      const left = isShared ? undefined : own.find((one) => !converted.has(one.name) || needed.has(one.name));
      const why = isShared
        ? 'other charts, or templates in values, may include what it defines'
        : left === undefined
          ? undefined
          : needed.has(left.name)
            ? `Go templates include ${JSON.stringify(left.name)}`
            : `no converted template includes ${JSON.stringify(left.name)}`;
      const isConverted = why === undefined && own.length > 0;
      const isShown = this.#options.only.length === 0 || isConverted;
      if (isShown) found.push({ file: name, isConverted, count: 0, ...(why !== undefined && { why }) });
    }
    return found;
  }

  /** The names that Go templates include, those that stay Go templates, and what these include. */
  #neededByGo(gone: ReadonlySet<string>, converted: ReadonlySet<string>): Set<string> {
    const needed = new Set<string>();
    const add = (template: Template): void => {
      for (const text of textsIn(template.body.list ?? [])) {
        const definition = this.#definitions.get(text);
        if (definition === undefined || needed.has(text)) continue;
        needed.add(text);
        add(definition.template);
      }
    };
    for (const [name, template] of this.#files) if (!gone.has(name)) add(template);
    // Native templates include those that were not converted.
    for (const { name, why } of this.#helpers.values()) {
      const definition = this.#definitions.get(name);
      if (definition === undefined || (why === undefined && converted.has(name))) continue;
      needed.add(name);
      add(definition.template);
    }
    return needed;
  }
}

/** The chart with a conversion. */
function converted(chart: Chart, { written, removed }: Conversion): Chart {
  const others = chart.templates.filter(({ name }) => !written.has(name) && !removed.includes(name));
  return { ...chart, templates: [...others, ...[...written].map(([name, text]) => file(name, text))] };
}

function isPartial(name: string): boolean {
  return name.startsWith('_', name.lastIndexOf('/') + 1);
}

function isNotes(name: string): boolean {
  return name.endsWith('NOTES.txt');
}

/** `templates/_helpers.tpl` becomes `templates/_helpers.hbs`. */
function nativePartial(name: string): string {
  return isPartial(name) ? name.replace(/\.[^./]*$/, '.hbs') : name.replace(/([^/]*?)(?:\.[^./]*)?$/, '_$1.hbs');
}

/** What sort of context a template gets: one partial serves one sort. */
function shapeOf(data: Meaning): string {
  if (data.kind === 'object') return `object ${data.object}`;
  if (data.kind !== 'fields') return data.kind;
  return JSON.stringify([...data.fields].map(([name, field]) => `${name} ${shapeOf(field)}`).sort());
}

/** What `.` is in a template that gets this: `this`, or all that templates know. */
function parameterOf(data: Meaning, given: Meaning | undefined): Meaning {
  const trailOf = (meaning: Meaning | undefined): Trail | undefined =>
    meaning?.kind === 'value' && meaning.value.type === 'path' ? meaning.value.trail : undefined;
  if (data.kind === 'value') return valueOf(path('this', [], trailOf(given)));
  if (data.kind !== 'fields') return data;
  const fields = new Map<string, Meaning>();
  for (const [name, field] of data.fields) {
    const isValue = expressionOf(field) !== undefined && field.kind !== 'object';
    const inside = given?.kind === 'fields' ? trailOf(given.fields.get(name)) : undefined;
    fields.set(name, isValue ? valueOf(path('this', [name], inside)) : field);
  }
  return { kind: 'fields', fields };
}

function trailsOf(data: Meaning): string {
  if (data.kind === 'value') return data.value.type === 'path' ? (data.value.trail ?? []).join('.') : keyOf(data.value);
  if (data.kind !== 'fields') return data.kind;
  return [...data.fields].map(([name, field]) => `${name}=${trailsOf(field)}`).join();
}

/** The parts of a template that print something, by their keys, as messages name them. */
function addParts(parts: Map<string, string>, { source, body }: Template): void {
  const visit = (list: List): void => {
    for (const node of list) {
      switch (node.type) {
        case 'text':
          if (node.text.trim() === '') break;
          parts.set(
            partKey(source.name, node.pos),
            lineOf(source, node.pos + node.text.length - node.text.trimStart().length),
          );
          break;
        case 'action':
          if (node.pipe.variables.length === 0) parts.set(partKey(source.name, node.pos), lineOf(source, node.pos));
          break;
        case 'if':
        case 'with':
        case 'range':
          visit(node.body.list ?? []);
          visit(node.otherwise?.list ?? []);
          break;
        default:
          parts.set(partKey(source.name, node.pos), lineOf(source, node.pos));
      }
    }
  };
  visit(body.list ?? []);
}

function lineOf(source: Source, pos: number): string {
  const { file: name, line } = positionOf(source, pos);
  return `${name}:${line}`;
}

/** Every text that a template names. */
function* textsIn(list: List): Generator<string> {
  for (const node of list) {
    if (node.type === 'template') yield decodeText(node.name);
    if ('pipe' in node && node.pipe !== undefined) yield* textsInPipe(node.pipe);
    if ('body' in node) yield* textsIn(node.body.list ?? []);
    if ('otherwise' in node) yield* textsIn(node.otherwise?.list ?? []);
  }
}

function* textsInPipe(pipe: Pipe): Generator<string> {
  for (const { args } of pipe.commands) for (const arg of args) yield* textsInOperand(arg);
}

function* textsInOperand(operand: Operand): Generator<string> {
  if (operand.type === 'string') yield decodeText(operand.value);
  else if (operand.type === 'pipe') yield* textsInPipe(operand);
  else if (operand.type === 'chain') yield* textsInOperand(operand.of);
}
