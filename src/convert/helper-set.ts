/** The definitions of a chart's Go templates as native partials: which can be, and how each is included. */
import type { Chart, ChartFile } from '../chart/chart.ts';
import type { Template } from '../render/gotemplate/template.ts';
import { isMap } from '../yaml/value.ts';
import type { Value } from '../yaml/value.ts';
import { asRandom, CannotConvert } from './cannot.ts';
import { argumentOf, parameterOf, signatureOf, simplified, sourcesOf, trailsOf, unify } from './context.ts';
import { call, isCall, literal, path, Unprintable } from './expression.ts';
import type { Expression, Path } from './expression.ts';
import { withoutNeedlessElse } from './guards.ts';
import { branchesOf } from './guided.ts';
import { callsIn, printHelper, textsIn } from './helpers.ts';
import type { Use } from './helpers.ts';
import type { NoteSort } from './layout.ts';
import { lowerTemplate } from './lower.ts';
import type { Surroundings } from './lower.ts';
import type { DefaultAt, Piece } from './pieces.ts';
import { ROOT } from './meaning.ts';
import type { Meaning } from './meaning.ts';
import { file } from './prove.ts';
import type { Definition, Sources } from './sources.ts';
import { addSort, addUsage, newUsage } from './usage.ts';
import type { Reads } from './usage.ts';
import { isPartial } from '../render/gotemplate/template.ts';

/** A definition with its translation. `why` is the reason for which it stays a Go template. */
export type Helper = Definition & {
  /** What its `.` is, for all that includes it. */
  parameter: Meaning;
  pieces: readonly Piece[];
  why: CannotConvert | undefined;
  isStructure: boolean;
  isText: boolean;
  /** It gives one text in quotes, and nothing else. */
  isQuoted: boolean;
};

/** The pieces of a template, and what it includes with which context. */
export type Lowered = { pieces: readonly Piece[]; included: readonly { name: string; data: Meaning }[] };

/** Helpers of a chart. */
export class HelperSet {
  /** Definitions that something includes, by name. */
  readonly all: Map<string, Helper> = new Map();
  readonly #chart: Chart;
  readonly #sources: Sources;
  readonly #sorts = new Map<Path, 'map' | 'list' | 'object'>();

  constructor(chart: Chart, sources: Sources) {
    this.#chart = chart;
    this.#sources = sources;
  }

  /** Lowers a template, with the helpers that it includes. */
  lower(template: Template, data: Meaning): Lowered {
    const included: { name: string; data: Meaning }[] = [];
    return { pieces: this.#lower(template, data, included), included };
  }

  #lower(template: Template, data: Meaning, included: { name: string; data: Meaning }[]): Piece[] {
    const surroundings: Surroundings = {
      include: (name, given, fail) => {
        included.push({ name, data: given });
        const text = this.#include(name, given, fail);
        // The quotes are those of YAML: the native partial gives the text that stands in them.
        return this.all.get(name)?.isQuoted === true ? call('quote', text) : text;
      },
      isNative: (name) => {
        const definition = this.#sources.definitions.get(name);
        return definition !== undefined && definition.file !== '' && this.all.get(name)?.why === undefined;
      },
      startsLine: (name) => {
        const [first] = this.#sources.definitions.get(name)?.template.body.list ?? [];
        return first?.type === 'text' && /^[ \t\r]*\n/.test(first.text);
      },
      defaultAt: this.defaultAt,
    };
    return withoutNeedlessElse(lowerTemplate(template, data, surroundings));
  }

  #include(name: string, data: Meaning, fail: (why: string) => CannotConvert): Expression {
    const definition = this.#sources.definitions.get(name);
    if (definition === undefined) throw fail(`there is no template ${JSON.stringify(name)}`);
    const { why } = this.all.get(name) ?? {};
    if (why?.isRandom === true) throw asRandom(fail(`${JSON.stringify(name)} gives something else each time`));
    const isNative = why === undefined && definition.file !== '';
    // A Go template that is included without a context gets the root.
    const root = isNative || data.kind === 'root' ? undefined : path('@go');
    const context = argumentOf(data, root, () => fail(`${JSON.stringify(name)} is given a part of the root`));
    return call('include', literal(name), ...(context === undefined ? [] : [context]));
  }

  /**
   * Lowers the definitions that files include, those that these include, and so on. Each is lowered for all contexts
   * that it is given anywhere in the chart, so that one partial serves them all.
   */
  findHelpers(files: Iterable<Template>): void {
    const queue: { name: string; data: Meaning }[] = [];
    for (const template of files) queue.push(...this.#includedBy(template, ROOT).included);
    for (let use = queue.pop(); use !== undefined; use = queue.pop()) {
      const definition = this.#sources.definitions.get(use.name);
      if (definition === undefined) continue;
      const known = this.all.get(use.name);
      const wanted = parameterOf(use.data);
      const parameter = known === undefined ? wanted : unify(known.parameter, wanted);
      if (known !== undefined && parameter !== undefined && signatureOf(parameter) === signatureOf(known.parameter))
        continue;
      const helper: Helper = known ?? newHelper(definition, wanted);
      this.all.set(use.name, helper);
      if (parameter === undefined) {
        helper.why ??= this.cannot(helper, 'it is given contexts of different sorts');
        continue;
      }
      helper.parameter = parameter;
      queue.push(...this.#includedBy(definition.template, simplified(parameter)).included);
    }
    let isSettled = false;
    while (!isSettled) {
      isSettled = true;
      for (const helper of this.all.values()) {
        if (helper.why !== undefined) continue;
        const { pieces, why } = this.#includedBy(helper.template, simplified(helper.parameter));
        helper.isQuoted = quotes(pieces);
        if (why === undefined) continue;
        helper.why = why;
        // What includes a definition with a random value stays a Go template too.
        if (why.isRandom) isSettled = false;
      }
    }
    this.lowerHelpers();
  }

  /** Lowers all definitions again. Those that include one which is now known to stay a Go template pass it the root. */
  lowerHelpers(): void {
    for (const helper of this.all.values()) {
      if (helper.why !== undefined) continue;
      const { pieces } = this.lower(helper.template, simplified(helper.parameter));
      helper.pieces = helper.isQuoted && helper.file !== '' ? pieces.map(withoutQuotes) : pieces;
    }
  }

  /** What a template includes, up to where it cannot be lowered. */
  #includedBy(template: Template, data: Meaning): Lowered & { why?: CannotConvert } {
    const included: { name: string; data: Meaning }[] = [];
    try {
      return { pieces: this.#lower(template, data, included), included };
    } catch (error) {
      if (error instanceof CannotConvert) return { pieces: [], included, why: error };
      throw error;
    }
  }

  readonly defaultAt: DefaultAt = (trail) => {
    let value: Value | undefined = trail && this.#chart.values;
    for (const name of trail ?? []) {
      if (name === '*') value = Array.isArray(value) ? value[0] : isMap(value) ? [...value.values()][0] : undefined;
      else value = isMap(value) ? value.get(name) : undefined;
    }
    if (value === undefined || value === null) return undefined;
    if (value === '') return 'empty';
    return Array.isArray(value) ? 'list' : isMap(value) ? 'map' : 'other';
  };

  readonly note: NoteSort = (path, sort) => this.#sorts.set(path, sort);

  /**
   * Which definitions are included as text and which as structure, by all that include them.
   *
   * @returns false if one is now known to stay a Go template: definitions that include it have to be lowered again
   */
  findModes(uses: readonly Use[]): boolean {
    let isSettled = true;
    for (const helper of this.all.values()) helper.isStructure = helper.isText = false;
    const queue = [...uses];
    for (let use = queue.pop(); use !== undefined; use = queue.pop()) {
      const helper = this.all.get(use.name);
      if (helper === undefined || helper.why !== undefined || helper.file === '') continue;
      if (use.as === 'structure' ? helper.isStructure : helper.isText || helper.isStructure) {
        helper.isText ||= use.as === 'text';
        continue;
      }
      if (use.as === 'structure') helper.isStructure = true;
      else helper.isText = true;
      try {
        queue.push(...this.print(helper).uses);
      } catch (error) {
        if (error instanceof Unprintable)
          helper.why = this.cannot(helper, `native templates cannot write ${error.message}`);
        else if (error instanceof CannotConvert) helper.why = error;
        else throw error;
        isSettled = false;
      }
    }
    return isSettled;
  }

  cannot({ template }: Definition, why: string): CannotConvert {
    return new CannotConvert(why, template.source.name, template.body.start);
  }

  print(helper: Helper): { text: string; uses: Use[] } {
    const as = helper.isStructure ? 'structure' : 'text';
    const { name, pieces, template } = helper;
    return printHelper({ name, pieces, source: template.source.name }, as, this.defaultAt, this.note);
  }

  /** Is it a native partial that something includes? */
  isUsed({ why, file: from, isStructure, isText }: Helper): boolean {
    return why === undefined && from !== '' && (isStructure || isText);
  }

  /** The converted definitions that these uses need, directly or through others. */
  reached(uses: readonly Use[]): Set<Helper> {
    const reached = new Set<Helper>();
    const queue = uses.map(({ name }) => name);
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const helper = this.all.get(name);
      if (helper === undefined || !this.isUsed(helper) || reached.has(helper)) continue;
      reached.add(helper);
      queue.push(...this.print(helper).uses.map((use) => use.name));
    }
    return reached;
  }

  /** The files of native partials that hold these helpers. */
  partials(helpers: Iterable<Helper>): ChartFile[] {
    const byFile = Map.groupBy(helpers, (helper) => nativePartial(helper.file));
    return [...byFile].map(([name, members]) => {
      const known = this.#chart.templates.find((template) => template.name === name);
      const before = known === undefined ? '' : Buffer.from(known.data).toString('utf8');
      // Definitions that an earlier conversion wrote stay as they are.
      const missing = members.filter((helper) => !before.includes(`{{#*inline "${helper.name}"`));
      const texts = missing
        .toSorted((a, b) => a.template.body.start - b.template.body.start)
        .map((helper) => this.print(helper).text);
      if (texts.length === 0) return file(name, before);
      return file(name, (before === '' ? '' : `${before.trimEnd()}\n\n`) + texts.join('\n'));
    });
  }

  /** Does any of these include a definition that stays a Go template? */
  isMixed(uses: readonly Use[], reached: ReadonlySet<Helper>): boolean {
    const names = new Set([...reached].map(({ name }) => name));
    return [...uses, ...[...reached].flatMap((helper) => this.print(helper).uses)].some(({ name }) => !names.has(name));
  }

  /** What a template reads, by itself and by what it includes. */
  readsOf(lowered: Lowered): { reads: Reads; apiVersions: string[]; kubeVersions: string[]; files: string[] } {
    const reads: Reads = { values: newUsage(), direct: newUsage(), texts: new Set(), branches: [], isAll: false };
    const apiVersions = new Set<string>();
    const kubeVersions = new Set<string>();
    const files = new Set<string>();
    const seen = new Set<string>();
    const texts = new Set<string>();
    let isComputed = false;
    const add = ({ pieces, included }: Lowered): void => {
      addUsage(reads, pieces);
      reads.branches.push(...branchesOf(pieces));
      for (const text of textsIn(pieces)) texts.add(text);
      for (const { name, args } of callsIn(pieces)) {
        const [first] = args;
        isComputed ||= name === 'capabilities.has' && first?.type === 'call';
        if (first?.type !== 'literal' || typeof first.value !== 'string') continue;
        if (name === 'capabilities.has') apiVersions.add(first.value);
        if (name === 'semverCompare') for (const version of versionsAround(first.value)) kubeVersions.add(version);
        if (name === 'include' && !this.#sources.definitions.has(first.value)) files.add(`templates/${first.value}`);
      }
      for (const { name, data } of included) {
        const definition = this.#sources.definitions.get(name);
        const key = `${name} ${trailsOf(data)}`;
        if (definition === undefined || seen.has(key)) continue;
        seen.add(key);
        try {
          for (const source of sourcesOf(data)) add(this.lower(definition.template, parameterOf(data, source)));
        } catch (error) {
          // The values that such a definition reads are not known.
          if (!(error instanceof CannotConvert)) throw error;
        }
      }
    };
    add(lowered);
    addUsage({ values: reads.direct, texts: new Set(), isAll: false }, lowered.pieces);
    // `.Has (include "x" .)` asks for a name that the definition prints.
    if (isComputed) for (const text of texts) if (/^[\w.-]+\/v\d\w*(?:\/\w+)?$/.test(text)) apiVersions.add(text);
    for (const [path, sort] of this.#sorts) addSort(reads, path, sort);
    return { reads, apiVersions: [...apiVersions], kubeVersions: [...kubeVersions], files: [...files] };
  }
}

/** Versions of Kubernetes on both sides of those in a constraint: 1.13 and 1.14 for `>=1.14-0`. */
function versionsAround(constraint: string): string[] {
  return [...constraint.matchAll(/\b1\.(\d{1,2})\b/g)].flatMap(([, minor]) =>
    [Number(minor), Number(minor) - 1].filter((one) => one >= 0).map((one) => `v1.${one}.0`),
  );
}

/** Does a definition give one text in quotes, and nothing else? */
function quotes(pieces: readonly Piece[]): boolean {
  const [only, ...more] = pieces.filter((piece) => piece.type !== 'text' || piece.text.trim() !== '');
  return more.length === 0 && only?.type === 'value' && isCall(only.value, 'quote') && only.value.args.length === 1;
}

function withoutQuotes(piece: Piece): Piece {
  const inner = piece.type === 'value' && isCall(piece.value, 'quote') ? piece.value.args[0] : undefined;
  return piece.type === 'value' && inner !== undefined ? { ...piece, value: inner } : piece;
}

/** `templates/_helpers.tpl` becomes `templates/_helpers.hbs`. */
function nativePartial(name: string): string {
  return isPartial(name) ? name.replace(/\.[^./]*$/, '.hbs') : name.replace(/([^/]*?)(?:\.[^./]*)?$/, '_$1.hbs');
}

function newHelper(definition: Definition, parameter: Meaning): Helper {
  return { ...definition, parameter, pieces: [], why: undefined, isStructure: false, isText: false, isQuoted: false };
}
