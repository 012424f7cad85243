/** `pkg convert`: Go templates of a chart become native ones where both can be shown to give the same objects. */
import type { Chart } from '../chart/chart.ts';
import { GUARD_TEXT, guardFileFor, isGuard } from '../chart/guard.ts';
import type { Position } from '../errors.ts';
import { isNativeTemplate } from '../render/engines.ts';
import type { Template } from '../render/gotemplate/template.ts';
import { loadHelpers } from '../render/handlebars/helpers/index.ts';
import type { ValueMap } from '../yaml/value.ts';
import { CannotConvert } from './cannot.ts';
import { Unprintable } from './expression.ts';
import { HelperSet } from './helper-set.ts';
import type { Helper, Lowered } from './helper-set.ts';
import { usesOf } from './helpers.ts';
import type { Use } from './helpers.ts';
import { printLines } from './layout.ts';
import { linesOf } from './lines.ts';
import { ROOT } from './meaning.ts';
import { Coverage, file, notReached, onlyPartials, prove } from './prove.ts';
import type { Claim, Verdict } from './prove.ts';
import { addParts, Sources } from './sources.ts';
import type { Usage } from './usage.ts';
import { WholeChart } from './whole.ts';
import { isPartial } from '../render/gotemplate/template.ts';

/** The outcome for a file, or for a definition. */
export type Result = {
  /** `templates/service.yaml` */
  file: string;
  /** The name of the definition. */
  name?: string;
  isConverted: boolean;
  /** How many renders were compared. */
  count: number;
  /** Why it stays a Go template, and the place in it. */
  why?: string;
  at?: Position;
};

/** What is to be written and removed for a converted chart; names begin with `templates/`. */
export type Conversion = { files: Result[]; helpers: Result[]; written: Map<string, string>; removed: string[] };

/** Options of a conversion. */
export type ConvertOptions = {
  /** Files to convert, as `templates/…`; all of them where none is named. */
  only: readonly string[];
  /** Values files that come with the chart. */
  bases: readonly ValueMap[];
  /** Called with what is being compared, before each render: some files are rendered thousands of times. */
  progress?: (what: string) => void;
};

/**
 * Converts what can be converted of a chart. Nothing is written.
 *
 * @throws {PkgError} for templates that cannot be parsed
 */
export async function convertChart(chart: Chart, options: ConvertOptions): Promise<Conversion> {
  await loadHelpers([]);
  return new Converter(chart, options).run();
}

/** A native template that was made of a file, before it is compared. */
type Candidate = { template: Template; text: string; uses: readonly Use[]; lowered: Lowered };

class Converter {
  readonly #chart: Chart;
  readonly #options: ConvertOptions;
  readonly #sources: Sources;
  readonly #helpers: HelperSet;
  readonly #coverage = new Coverage(() => this.#options.progress?.(this.#doing));
  #doing = '';
  readonly #results = new Map<string, Result>();
  readonly #proven = new Map<Helper, Result>();
  /** Parts of Go templates that ran in renders that were the same, by {@link partKey}. */
  readonly #ran = new Set<string>();
  /** Parts of definitions that more variations were tried for already. */
  readonly #tried = new Set<string>();

  constructor(chart: Chart, options: ConvertOptions) {
    this.#chart = chart;
    this.#options = options;
    this.#sources = new Sources(chart);
    this.#helpers = new HelperSet(chart, this.#sources);
  }

  async run(): Promise<Conversion> {
    this.#helpers.findHelpers(this.#sources.files.values());
    const candidates = await this.#provenHelpers();
    const accepted = new Map<string, Candidate>();
    const wanted = [...candidates].filter(([name]) => this.#isWanted(name));
    let at = 0;
    for (const [name, candidate] of wanted) {
      this.#doing = `${name} (file ${++at} of ${wanted.length})`;
      const given = this.#chart.templates.find((one) => one.name === name);
      const go = given === undefined ? '' : Buffer.from(given.data).toString('utf8');
      const { why, count, ran } = await this.#prove(name, go, candidate);
      for (const key of this.#partsOfHelpers(candidate).keys()) this.#tried.add(key);
      this.#take({ file: name, isConverted: why === undefined, count, ...(why !== undefined && { why }) });
      if (why !== undefined) continue;
      accepted.set(name, candidate);
      for (const key of ran) this.#ran.add(key);
    }
    for (const [name, candidate] of accepted) {
      const why = notReached(this.#partsOfHelpers(candidate), this.#ran);
      if (why !== undefined) this.#giveUp(accepted, [name], why);
    }
    return this.#together(accepted);
  }

  #isWanted(name: string): boolean {
    const { only } = this.#options;
    return only.length === 0 || only.includes(name);
  }

  /**
   * All files that can be written as native templates, named ones or not: what they include tells which definitions
   * give text and which structure. The others get their reasons.
   */
  #candidates(): Map<string, Candidate> {
    for (;;) {
      const candidates = new Map<string, Candidate>();
      for (const [name, template] of this.#sources.files) {
        try {
          candidates.set(name, this.#candidate(name, template));
        } catch (error) {
          const reason = this.#reason(error);
          if (this.#isWanted(name)) this.#take({ file: name, isConverted: false, count: 0, ...reason });
        }
      }
      if (this.#helpers.findModes([...candidates.values()].flatMap(({ uses }) => uses))) return candidates;
      this.#helpers.lowerHelpers();
    }
  }

  #candidate(name: string, template: Template): Candidate {
    const lowered = this.#helpers.lower(template, ROOT);
    const nodes = linesOf(lowered.pieces, name.endsWith('NOTES.txt'), template.source.name);
    const text = printLines(nodes, this.#helpers.defaultAt, this.#helpers.note);
    if (this.#chart.templates.some((one) => one.name === `${name}.hbs`)) {
      throw new CannotConvert(`${name}.hbs already exists`, template.source.name, 0);
    }
    if ([...this.#sources.definitions.values()].some((definition) => definition.file === name)) {
      throw new CannotConvert('it defines templates that others include', template.source.name, 0);
    }
    return { template, text, uses: usesOf(nodes), lowered };
  }

  #take(result: Result): void {
    this.#results.set(result.file, result);
  }

  #reason(error: unknown): { why: string; at?: Position } {
    if (error instanceof CannotConvert) {
      const at = this.#sources.positionOf(error.source, error.pos);
      return { why: error.message, ...(at && { at }) };
    }
    if (error instanceof Unprintable) return { why: `native templates cannot write ${error.message}` };
    if (error instanceof RangeError) return { why: 'it is nested too deeply' };
    throw error;
  }

  /**
   * Compares the definitions whose context is the root one by one, those first that others include. A definition that
   * differs stays a Go template, and whatever includes it is converted again. A definition with another context is
   * compared together with the files that include it.
   */
  async #provenHelpers(): Promise<Map<string, Candidate>> {
    let candidates = this.#candidates();
    const isOpen = (helper: Helper): boolean =>
      this.#helpers.isUsed(helper) && helper.parameter.kind === 'root' && !this.#proven.has(helper);
    for (;;) {
      const sizes = new Map([...this.#helpers.all.values()].filter(isOpen).map((one) => [one, this.#uses(one).size]));
      const [next] = [...sizes].toSorted(([, a], [, b]) => a - b);
      if (next === undefined) return candidates;
      const [helper] = next;
      this.#doing = `${helper.name} in ${helper.file}`;
      const { why, count } = await this.#proveHelper(helper);
      if (why === undefined) {
        this.#proven.set(helper, { file: helper.file, name: helper.name, isConverted: true, count });
        continue;
      }
      helper.why = new CannotConvert(why, helper.template.source.name, helper.template.body.start);
      this.#helpers.lowerHelpers();
      candidates = this.#candidates();
    }
  }

  #uses({ name }: Helper): Set<Helper> {
    return this.#helpers.reached([{ name, as: 'text' }]);
  }

  #proveHelper(helper: Helper): Promise<Verdict> {
    const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
    const quoted = JSON.stringify(helper.name);
    const go = [head];
    const native = [head];
    if (helper.isStructure) {
      go.push(`structure:\n  {{- include ${quoted} . | nindent 2 }}\n`);
      native.push(`structure:\n  {{> ${quoted}}}\n`);
    }
    if (helper.isText) {
      // The partial of a definition that ends in `quote` gives the text alone: its quotes are YAML syntax.
      go.push(`text: {{ include ${quoted} . ${helper.isQuoted ? '' : '| toJson '}}}\n`);
      native.push(`text: "{{include ${quoted}}}"\n`);
    }
    const lowered = { pieces: helper.pieces, included: [{ name: helper.name, data: ROOT }] };
    const uses: Use[] = [{ name: helper.name, as: 'text' }];
    const candidate = { template: helper.template, text: native.join(''), uses, lowered };
    return this.#prove('templates/helper.yaml', go.join(''), candidate);
  }

  /** The parts of definitions that are not compared by themselves: some file has to reach each of them. */
  #partsOfHelpers({ uses }: Pick<Candidate, 'uses'>): Map<string, string> {
    const parts = new Map<string, string>();
    for (const helper of this.#helpers.reached(uses)) {
      if (helper.parameter.kind !== 'root') addParts(parts, helper.template, true);
    }
    return parts;
  }

  #prove(name: string, go: string, { template, text, uses, lowered }: Candidate): Promise<Verdict> {
    const reached = this.#helpers.reached(uses);
    const parts = new Map<string, string>();
    addParts(parts, template);
    const others = [...this.#partsOfHelpers({ uses })].filter(([key]) => !this.#ran.has(key) && !this.#tried.has(key));
    const { reads, apiVersions, kubeVersions, files } = this.#helpers.readsOf(lowered);
    const keep = new Set(files.filter((one) => one !== name));
    // A text that is run by `tpl` may include any definition: these stay Go templates beside it.
    const isMixed = this.#helpers.isMixed(uses, reached) || keep.size > 0 || reads.isAll;
    const claim: Claim = {
      chart: onlyPartials(isMixed ? this.#chart : withValuesOf(this.#chart, reads.values), keep),
      name,
      go,
      native: text,
      partials: this.#helpers.partials(reached),
      isMixed,
      reads,
      parts,
      others: new Map(others),
      bases: this.#options.bases,
      apiVersions,
      kubeVersions,
    };
    return prove(claim, this.#coverage);
  }

  /** Compares the whole chart: a Go template may change values by `set` that others read after it. */
  async #together(accepted: Map<string, Candidate>): Promise<Conversion> {
    this.#doing = 'the whole chart';
    const whole = new WholeChart(this.#chart, this.#options.bases);
    for (;;) {
      const included = this.#sources.includedFiles(new Set(accepted.keys()));
      if (included.length > 0) {
        this.#giveUp(accepted, included, 'a Go template includes it, and not for a checksum alone');
        continue;
      }
      const conversion = this.#conversion(accepted);
      if (accepted.size === 0) return conversion;
      this.#options.progress?.(this.#doing);
      const changed = await whole.changedFiles(converted(this.#chart, conversion));
      if (changed.size === 0) return conversion;
      const own = [...changed].filter((name) => accepted.has(name));
      // A file that stays a Go template changed: nobody knows which of the converted ones it depends on.
      const names = own.length > 0 ? own : [...accepted.keys()];
      this.#giveUp(accepted, names, 'rendered together with the other files it gives other objects');
    }
  }

  #giveUp(accepted: Map<string, Candidate>, names: readonly string[], why: string): void {
    for (const name of names) {
      accepted.delete(name);
      this.#take({ file: name, isConverted: false, count: 0, why });
    }
  }

  #conversion(accepted: ReadonlyMap<string, Candidate>): Conversion {
    const reached = this.#helpers.reached([...accepted.values()].flatMap(({ uses }) => uses));
    const written = new Map<string, string>();
    for (const partial of this.#helpers.partials(reached)) written.set(partial.name, partial.data.toString());
    for (const [name, { text }] of accepted) written.set(`${name}.hbs`, text);
    const hasGuard = this.#chart.templates.some(({ name }) => isGuard(name));
    if (accepted.size > 0 && !hasGuard) {
      const names = [...this.#chart.templates.map(({ name }) => name), ...written.keys()];
      written.set(guardFileFor(names), GUARD_TEXT);
    }
    const partials = this.#partials(new Set(accepted.keys()), reached);
    const gone = partials.filter(({ isConverted }) => isConverted);
    const helpers = [...this.#helpers.all.values()].flatMap((helper): Result[] => {
      const proven = this.#proven.get(helper);
      if (proven !== undefined) return [proven];
      if (helper.file === '' || (helper.why === undefined && !reached.has(helper))) return [];
      const reason = helper.why === undefined ? undefined : this.#reason(helper.why);
      return [{ file: helper.file, name: helper.name, isConverted: reason === undefined, count: 0, ...reason }];
    });
    return {
      files: [...this.#results.values(), ...partials].toSorted(byFile),
      helpers: helpers.toSorted(byFile),
      written,
      removed: [...accepted.keys(), ...gone.map((one) => one.file)],
    };
  }

  /** The outcome for `_helpers.tpl` and the like: such a file is removed when nothing needs its definitions. */
  #partials(gone: ReadonlySet<string>, native: ReadonlySet<Helper>): Result[] {
    const { dependencies, metadata, templates } = this.#chart;
    const names = templates.map(({ name }) => name);
    const isShared = dependencies.length > 0 || this.#sources.hasTpl;
    const converted = new Set([...native].map(({ name }) => name));
    const kept = [...this.#helpers.all.keys()].filter((name) => !converted.has(name));
    const needed = this.#sources.needed(gone, kept);
    return names.flatMap((name): Result[] => {
      if (!isPartial(name) || isNativeTemplate(name) || isGuard(name)) return [];
      const own = [...this.#sources.definitions.values()].filter((definition) => definition.file === name);
      const left = own.find((one) => !converted.has(one.name) || needed.has(one.name));
      const why =
        metadata.type === 'library'
          ? 'only the charts that use a library tell what its definitions are for'
          : isShared
            ? 'other charts, or templates in values, may include what it defines'
            : left === undefined
              ? undefined
              : needed.has(left.name)
                ? `Go templates include ${JSON.stringify(left.name)}`
                : `no converted template includes ${JSON.stringify(left.name)}`;
      const isConverted = why === undefined && own.length > 0;
      // Where files were named, the others are not part of the report.
      if (this.#options.only.length > 0 && !isConverted) return [];
      return [{ file: name, isConverted, count: 0, ...(why !== undefined && { why }) }];
    });
  }
}

function byFile(a: Result, b: Result): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : 0;
}

/**
 * The chart with only those of its top values that the template reads, or that decide about subcharts. Each render
 * copies the values, and there are thousands: argo-cd converts in three quarters of the time.
 */
function withValuesOf(chart: Chart, { fields }: Usage): Chart {
  const names = new Set(['global', 'tags', ...fields.keys()]);
  for (const { name, alias, condition } of chart.metadata.dependencies) {
    for (const path of [name, alias, ...condition.split(',')]) names.add(path.trim().split('.')[0] ?? '');
  }
  return { ...chart, values: new Map([...chart.values].filter(([name]) => names.has(name))) };
}

/** The chart as it is once the conversion is written. */
function converted(chart: Chart, { written, removed }: Conversion): Chart {
  const others = chart.templates.filter(({ name }) => !written.has(name) && !removed.includes(name));
  return { ...chart, templates: [...others, ...[...written].map(([name, text]) => file(name, text))] };
}
