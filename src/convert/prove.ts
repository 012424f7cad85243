/** Renders a Go template and the native one made of it with many values, and compares what they give. */
import type { Chart, ChartFile } from '../chart/chart.ts';
import { resolveDependencies } from '../chart/dependencies.ts';
import { isGuard } from '../chart/guard.ts';
import { coalesceValues } from '../chart/values.ts';
import { PkgError } from '../errors.ts';
import { checkObject } from '../render/check-object.ts';
import { isNativeTemplate } from '../render/engines.ts';
import { KindTypes } from '../render/field-types.ts';
import { textAt } from '../render/lint/objects/fields.ts';
import { fieldProblems, isUnreadable } from '../render/lint/objects/object-fields.ts';
import { ChartKinds } from '../render/lint/objects/object-schema.ts';
import { ChartMessage } from '../render/gotemplate/exec-errors.ts';
import { renderGo } from '../render/gotemplate/render.ts';
import { nativeOpener } from '../render/handlebars/render.ts';
import type { Trace } from '../render/gotemplate/template.ts';
import { ParseCache } from '../render/parse-cache.ts';
import type { RenderedDocument } from '../render/render.ts';
import { renderChart } from '../render/render-chart.ts';
import { fitsType, hasMisplaced } from '../render/text-fields.ts';
import { printScalar } from '../yaml/print.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import { findDifference } from './compare.ts';
import type { Checksums } from './compare.ts';
import { SKIPPED, situations } from './situations.ts';
import type { Situation, Subject } from './situations.ts';
import type { Outcome } from './variations.ts';
import { isPartial } from '../render/gotemplate/template.ts';

/**
 * A Go template and its native counterpart, which have to give the same objects. The chart is that of the other templates
 * that the two may include.
 */
export type Claim = Subject & {
  /** `templates/service.yaml`; the native one has `.hbs` behind it. */
  name: string;
  go: string;
  native: string;
  /** Native partials that it needs. */
  partials: readonly ChartFile[];
  /** Does it include templates that stay Go templates? */
  isMixed: boolean;
  /** Parts of the Go template, by {@link partKey}: each has to run in some render. */
  parts: ReadonlyMap<string, string>;
  /** Parts of definitions that no file has reached yet. More variations are tried for these, but none has to run. */
  others: ReadonlyMap<string, string>;
};

/**
 * The result of a comparison. `why` is the reason for which the file stays a Go template, undefined if all renders were
 * the same; `count` is how many were; `ran` has the parts of Go templates that ran in these, by {@link partKey}.
 */
export type Verdict = { why: string | undefined; count: number; ran: ReadonlySet<string> };

/** Identifies a statement of a Go template. */
export function partKey(source: string, pos: number): string {
  return `${source}:${pos}`;
}

/** State that the comparisons of one conversion share: parsed templates, and which statements ran. */
export class Coverage {
  /** Called before each render. */
  readonly onRender: () => void;
  readonly parsed: ParseCache = new ParseCache();
  /** Gets the statements that run, by {@link partKey}. Replaced for each render. */
  ran: Set<string> = new Set();
  readonly trace: Trace = {
    template: (exec) => exec,
    statement: (exec, node, template) => {
      const key = partKey(template.source.name, node.pos);
      return (machine, dot) => {
        this.ran.add(key);
        return exec(machine, dot);
      };
    },
  };

  constructor(onRender: () => void) {
    this.onRender = onRender;
  }
}

/** Renders both with all variations of values and compares the objects. Stops at the first difference. */
export async function prove(claim: Claim, coverage: Coverage): Promise<Verdict> {
  const prover = new Prover(claim, coverage);
  const { ran } = prover;
  const wanted = [...claim.parts.keys(), ...claim.others.keys()];
  let count = 0;
  try {
    const all = situations(claim);
    let outcome = SKIPPED;
    for (;;) {
      const { done, value: situation } = all.next(outcome);
      if (done === true || (situation.isExtra === true && wanted.every((key) => ran.has(key)))) break;
      outcome = await prover.compare(situation);
      if (outcome.verdict === 'same') count++;
    }
  } catch (error) {
    if (error instanceof Different) return { why: error.message, count, ran };
    throw error;
  }
  if (count === 0) return { why: 'no values were found with which the Go template renders', count, ran };
  const why = notReached(claim.parts, ran);
  return { why, count, ran };
}

/** The reason where one of the parts has not run; undefined where all have. */
export function notReached(parts: ReadonlyMap<string, string>, ran: ReadonlySet<string>): string | undefined {
  const [left] = [...parts].filter(([key]) => !ran.has(key));
  return left && `no values were found that reach ${left[1]}`;
}

class Different extends Error {}

class Prover {
  /** Parts that ran in renders whose results were equal. */
  readonly ran: Set<string> = new Set();
  readonly #claim: Claim;
  readonly #coverage: Coverage;
  readonly #go: Chart;
  readonly #native: Chart;
  readonly #checksums: Checksums = new Map();
  #kinds: ChartKinds | undefined;

  constructor(claim: Claim, coverage: Coverage) {
    this.#coverage = coverage;
    const { chart, name, go, native, partials, isMixed } = claim;
    this.#claim = claim;
    this.#go = { ...chart, templates: [...chart.templates, file(name, go)] };
    const others = isMixed ? chart : withoutGo(chart);
    const own = others.templates.filter((one) => !partials.some((partial) => partial.name === one.name));
    this.#native = { ...others, templates: [...own, ...partials, file(`${name}.hbs`, native)] };
  }

  async compare(situation: Situation): Promise<Outcome> {
    const ran = new Set<string>();
    this.#coverage.ran = ran;
    this.#coverage.onRender();
    const go = await this.#renderGo(situation);
    if (go === undefined) return SKIPPED;
    // The native render may include Go templates: what runs there does not count.
    this.#coverage.ran = new Set();
    const native = await this.#renderNative(situation);
    if (go instanceof PkgError) {
      if (!(native instanceof PkgError)) throw this.#different(situation, `helm refuses (${go.message})`);
      if (native.code !== 'PKG_TEMPLATE_FAILED' && situation.isMissing !== true)
        throw this.#different(situation, briefError(native));
    } else if (native instanceof PkgError) {
      // A value that a user takes away by null is an error in native templates, as docs/convert.md says.
      if (situation.isMissing === true) return SKIPPED;
      // What an API server would refuse need not be the same. Without quotes, Go's text may be another value.
      const isAwkward = situation.isAwkward === true;
      const isRefused = isAwkward && (native.code === 'PKG_OBJECT_INVALID' || this.#hasOthersForTexts(go));
      if (isRefused || this.#isRefused(go)) return SKIPPED;
      throw this.#different(situation, briefError(native));
    } else if (!this.#isComparable(situation, go, native)) return SKIPPED;
    for (const key of ran) this.ran.add(key);
    const reached = [...this.#claim.parts.keys()].filter((key) => ran.has(key)).length;
    return { verdict: 'same', reached: go instanceof PkgError ? 0 : reached };
  }

  /** Does a field of an object hold what an API server cannot read there, such as a text for a number? */
  #isRefused({ documents }: Output): boolean {
    const types = new KindTypes(this.#go);
    this.#kinds ??= new ChartKinds(this.#go);
    const kinds = this.#kinds;
    return [...documents.objects, ...documents.hooks].some(
      (object) =>
        hasMisplaced(object, types) ||
        fieldProblems(object, headOf(object), '', kinds).some(({ rule }) => rule === 'object-value'),
    );
  }

  /** Does a field hold a number or a boolean where Kubernetes has a text? */
  #hasOthersForTexts({ documents }: Output): boolean {
    const types = new KindTypes(this.#go);
    return [...documents.objects, ...documents.hooks].some((object) => {
      const { apiVersion, kind } = headOf(object);
      return !fitsType(object, types.of(apiVersion, kind));
    });
  }

  /**
   * Would an API server refuse an object for what is in this field or around it? Helm prints `[a b]` for a list that a
   * native template prints as a list, which no boolean is.
   */
  #isRefusedAt(object: ValueMap, path: ValuePath): boolean {
    this.#kinds ??= new ChartKinds(this.#go);
    const head = headOf(object);
    // The group without a name has one version.
    const isOfNoGroup = !head.apiVersion.includes('/') && head.apiVersion !== 'v1';
    return isOfNoGroup || isUnreadable(object, head, path, this.#kinds);
  }

  /** Compares the objects; false where an API server would refuse one. */
  #isComparable(situation: Situation, go: Output, native: Output): boolean {
    if (go.notes !== native.notes) throw this.#different(situation, 'the notes are others');
    for (const [sort, documents] of Object.entries(go.documents) as ['objects' | 'hooks', ValueMap[]][]) {
      const others = native.documents[sort];
      if (documents.length !== others.length) {
        throw this.#different(situation, `${documents.length} ${sort} became ${others.length}`);
      }
      for (const [index, document] of documents.entries()) {
        const options = {
          isAwkward: situation.isAwkward === true,
          isVaried: situation.isOwn !== true,
          hasPorts: situation.hasPorts === true,
          checksums: this.#checksums,
        };
        const found = findDifference(document, others[index] ?? new Map(), options);
        if (found === undefined) continue;
        const { path, go: was, native: became } = found;
        if (this.#isRefusedAt(document, path)) return false;
        const kind = String(document.get('kind') ?? '');
        throw this.#different(situation, `${fieldName(path)} of the ${kind}: ${shown(was)} became ${shown(became)}`);
      }
    }
    return true;
  }

  #different({ values }: Situation, what: string): Different {
    return new Different(values.size === 0 ? what : `with ${briefly(values)}: ${what}`);
  }

  /** The objects of the Go template; undefined where it fails; the error where the chart calls `fail` or `required`. */
  async #renderGo({ values, release, capabilities }: Situation): Promise<Output | PkgError | undefined> {
    const { trace, parsed } = this.#coverage;
    try {
      const resolved = resolveDependencies(this.#go, values);
      const { chart } = resolved;
      const fresh = (): ValueMap => coalesceValues(chart, resolved.values).values;
      // Files that were converted before are included as native templates.
      const openNative = nativeOpener(() => ({ chart, release, capabilities, parsed, values: fresh() }));
      const rendered = await renderGo({ chart, release, capabilities, trace, parsed, openNative }, fresh);
      for (const document of [...rendered.objects, ...rendered.hooks]) {
        // What an API server would refuse need not be the same.
        if (document.object !== undefined) checkObject(document.object, document);
        if (isGarbled(document.text)) return undefined;
      }
      if (rendered.notes.some(isGarbled)) return undefined;
      return this.#output(rendered.objects, rendered.hooks, rendered.notes.join('\n'), '');
    } catch (error) {
      if (!(error instanceof PkgError)) throw error;
      const cause = error.cause as { cause?: unknown } | undefined;
      return cause?.cause instanceof ChartMessage ? error : undefined;
    }
  }

  async #renderNative({ values, release, capabilities }: Situation): Promise<Output | PkgError> {
    try {
      const { parsed } = this.#coverage;
      const input = { chart: this.#native, userValues: values, release, capabilities, parsed };
      const { objects, hooks, notes } = await renderChart({ ...input, skipSchemaValidation: true });
      return this.#output(objects, hooks, notes, '.hbs');
    } catch (error) {
      if (error instanceof PkgError) return error;
      throw error;
    }
  }

  /** The documents of the compared file alone: files that it includes for a checksum are rendered as well. */
  #output(
    objects: readonly RenderedDocument[],
    hooks: readonly RenderedDocument[],
    notes: string,
    ending: string,
  ): Output {
    const { chart, name } = this.#claim;
    const source = `${chart.metadata.name}/${name}${ending}`;
    const own = (documents: readonly RenderedDocument[]): ValueMap[] =>
      documents.flatMap((document) => (document.source === source && document.object ? [document.object] : []));
    return { documents: { objects: byName(own(objects)), hooks: byName(own(hooks)) }, notes };
  }
}

function headOf(object: ValueMap): { apiVersion: string; kind: string } {
  return { apiVersion: textAt(object, 'apiVersion'), kind: textAt(object, 'kind') };
}

/** What is wrong, with the first error where there are several. */
function briefError({ message, errors: [first] }: PkgError): string {
  return first === undefined ? message : `${first.message} (${message})`;
}

/** What Go prints for a value of the wrong sort: map[a:1], %!s(float64=7). */
function isGarbled(text: string): boolean {
  return /%![a-z]\(|\bmap\[/.test(text);
}

type Output = { documents: { objects: ValueMap[]; hooks: ValueMap[] }; notes: string };

/** Both engines sort by kind; within one kind, the order of a file stays. */
function byName(documents: ValueMap[]): ValueMap[] {
  const key = (document: ValueMap): string => String(document.get('kind'));
  return documents.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** A file of a chart with this text. */
export function file(name: string, text: string): ChartFile {
  return { name, data: Buffer.from(text) };
}

/** The chart without its files, except partials (`_helpers.tpl`) and those that are named. */
export function onlyPartials(chart: Chart, keep: ReadonlySet<string>): Chart {
  return {
    ...chart,
    templates: chart.templates.filter(
      // A file that was converted before is included by its old name too.
      ({ name }) => !isGuard(name) && (isPartial(name) || keep.has(name.replace(/\.hbs$/, ''))),
    ),
    dependencies: chart.dependencies.map((child) => onlyPartials(child, new Set())),
  };
}

function withoutGo(chart: Chart): Chart {
  return {
    ...chart,
    templates: chart.templates.filter(({ name }) => isNativeTemplate(name)),
    dependencies: chart.dependencies.map(withoutGo),
  };
}

function fieldName(path: ValuePath): string {
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`),
    '',
  );
}

function shown(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isMap(value)) return `a map of ${value.size}`;
  if (typeof value !== 'string') return printScalar(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** The values that were changed, as `--set` names them. */
function briefly(values: ValueMap): string {
  const found: string[] = [];
  const visit = (value: Value, path: string): void => {
    if (isMap(value) && value.size > 0)
      for (const [key, inner] of value) visit(inner, path === '' ? key : `${path}.${key}`);
    else found.push(`${path}=${shown(value)}`);
  };
  visit(values, '');
  const rest = found.length - 3;
  return rest > 0 ? `${found.slice(0, 3).join(', ')} and ${rest} more` : found.join(', ');
}
