/**
 * Caches the native templates of a chart between runs: their syntax trees, the names that they use, and that checks found
 * no error in them. A later run parses and checks only new files.
 */
import type { Chart, ChartMetadata } from '../../chart/chart.ts';
import { cacheFilesOf } from '../template-cache.ts';
import type { CachedText, NameTable, TemplateCacheFile } from '../template-cache.ts';
import { decodeAst, encodeAst } from './ast-codec.ts';
import { isPartialFile, pathOf, walk } from './ast.ts';
import type { Program, Template } from './ast.ts';
import { simpleName } from './scope.ts';

/** The names that a template uses. */
export type Uses = {
  /** Names that may be those of helpers. */
  helpers: readonly string[];
  /** Names of named arguments of helpers and partials. */
  parameters: readonly string[];
  /** Names of inline partials that are defined in it. */
  inlines: readonly string[];
};

/**
 * The questions that a check without errors asked about the chart, with the answers: while they hold, there are no
 * errors.
 */
export type Answers = {
  /** The partials that the check asked for, and whether they exist. */
  partials: ReadonlyMap<string, boolean>;
  /** The fields of Chart.yaml that the check asked for, which all exist. */
  chartFields: readonly string[];
};

type EncodedTree = { numbers: Int32Array; names: NameTable };

/** A template file, parsed in this run or in an earlier one. A tree of an earlier run is decoded when it is read. */
export class ParsedTemplate implements Template {
  readonly name: string;
  readonly file: string;
  readonly uses: Uses;
  /** This run parsed or checked it, so that the cache has to be written. */
  isNew = false;
  #answers: Answers | undefined;
  readonly #data: Uint8Array;
  #source: string | undefined;
  #program: Program | undefined;
  #encoded: EncodedTree | undefined;

  private constructor(template: Pick<Template, 'name' | 'file'>, data: Uint8Array, uses: Uses) {
    this.name = template.name;
    this.file = template.file;
    this.#data = data;
    this.uses = uses;
  }

  /** A template that was parsed just now. */
  static parsed(template: Template, data: Uint8Array): ParsedTemplate {
    const parsed = new ParsedTemplate(template, data, usesOf(template.program, isPartialFile(template.name)));
    parsed.#source = template.source;
    parsed.#program = template.program;
    parsed.isNew = true;
    return parsed;
  }

  /** A template that an earlier run parsed. */
  static cached(
    template: Pick<Template, 'name' | 'file'>,
    { data, integers: [facts = new Int32Array(), numbers = new Int32Array()] }: CachedText<null>,
    names: NameTable,
  ): ParsedTemplate {
    const [helpers = [], parameters = [], inlines = [], ...answers] = decodeLists(facts, names);
    const parsed = new ParsedTemplate(template, data, { helpers, parameters, inlines });
    parsed.#encoded = { numbers, names };
    const [present, absent = [], chartFields = []] = answers;
    if (present !== undefined) parsed.#answers = { partials: answersOf(present, absent), chartFields };
    return parsed;
  }

  /** Undefined where there was no check yet, or it found errors. */
  get answers(): Answers | undefined {
    return this.#answers;
  }

  set answers(answers: Answers | undefined) {
    this.#answers = answers;
    this.isNew = true;
  }

  get source(): string {
    if (this.#source === undefined) {
      // Not by a TextDecoder: making one for each file took 3 ms for 200 files.
      const { buffer, byteOffset, byteLength } = this.#data;
      const text = Buffer.from(buffer, byteOffset, byteLength).toString();
      this.#source = text.startsWith('\uFEFF') ? text.slice(1) : text;
    }
    return this.#source;
  }

  get program(): Program {
    if (this.#program === undefined) {
      const { numbers, names } = this.#encoded as EncodedTree;
      this.#program = decodeAst(numbers, names, this.source);
    }
    return this.#program;
  }

  /** Encodes the template for the cache, in which it has this name. */
  encode(name: string, names: NameTable): CachedText<null> {
    if (this.#encoded?.names !== names) this.#encoded = { numbers: encodeAst(this.program, this.source, names), names };
    const { helpers, parameters, inlines } = this.uses;
    const lists = [helpers, parameters, inlines];
    if (this.answers !== undefined) {
      const { partials, chartFields } = this.answers;
      lists.push(namesWith(partials, true), namesWith(partials, false), chartFields);
    }
    return { name, data: this.#data, known: null, integers: [encodeLists(lists, names), this.#encoded.numbers] };
  }
}

function usesOf(program: Program, isFile: boolean): Uses {
  const helpers = new Set<string>();
  const parameters = new Set<string>();
  const inlines = new Set<string>();
  walk(program, (node) => {
    if ('hash' in node) for (const { key } of node.hash?.pairs ?? []) parameters.add(key);
    // Inline partials at the top of a file of partials are partials of the whole chart, and in its index.
    const isPartial = isFile && program.body.some((one) => one === node);
    if (node.type === 'DecoratorBlock' && node.params[0]?.type === 'StringLiteral' && !isPartial)
      inlines.add(node.params[0].value);
    if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    if (name !== undefined) helpers.add(name);
  });
  return { helpers: [...helpers], parameters: [...parameters], inlines: [...inlines] };
}

function answersOf(present: readonly string[], absent: readonly string[]): Map<string, boolean> {
  return new Map([...present.map((name) => [name, true] as const), ...absent.map((name) => [name, false] as const)]);
}

function namesWith(answers: ReadonlyMap<string, boolean>, wanted: boolean): string[] {
  return [...answers].filter(([, answer]) => answer === wanted).map(([name]) => name);
}

/** Encodes lists of names: the length of each, then the indexes of its names. */
function encodeLists(lists: readonly (readonly string[])[], names: NameTable): Int32Array {
  return Int32Array.from(lists.flatMap((list) => [list.length, ...list.map((name) => names.indexOf(name))]));
}

function decodeLists(numbers: Int32Array, names: NameTable): string[][] {
  const lists: string[][] = [];
  for (let at = 0; at < numbers.length;) {
    const end = at + 1 + (numbers[at] as number);
    lists.push(Array.from(numbers.subarray(at + 1, end), (index) => names.get(index)));
    at = end;
  }
  return lists;
}

/** A chart, and its path in the tree of charts: `web/charts/db`. */
export type ChartScope = { chart: Chart; path: string };

/** A template file of a chart. */
export type TemplateFile = { name: string; file: string; data: Uint8Array; scope: ChartScope };

/**
 * A single template is cached: Handlebars' parser and the checks, which are then not loaded, take 5 ms of it, and 13 ms
 * of a chart of 10 KB.
 */
const MIN_BYTES = 1;

/**
 * The caches of a chart and its dependencies, one each. A cache is read when the first of its templates is looked up.
 */
export class TemplateCaches {
  readonly #files: ReadonlyMap<ChartScope, TemplateCacheFile>;
  readonly #read = new Map<TemplateCacheFile, { texts: Map<string, CachedText<null>>; names: NameTable }>();

  constructor(files: readonly TemplateFile[], top: ChartMetadata) {
    this.#files = cacheFilesOf(files, top, 'native', MIN_BYTES);
  }

  /** The template of a file as an earlier run parsed it; undefined when none did, or the file has changed since. */
  find({ name, file, data, scope }: TemplateFile): ParsedTemplate | undefined {
    const cache = this.#files.get(scope);
    if (cache === undefined) return undefined;
    let read = this.#read.get(cache);
    if (read === undefined) this.#read.set(cache, (read = cache.read<null>((known) => known === null)));
    const known = read.texts.get(cache.nameOf(name));
    if (known === undefined || Buffer.compare(known.data, data) !== 0) return undefined;
    return ParsedTemplate.cached({ name, file }, known, read.names);
  }

  /**
   * Writes the caches when the program ends, where templates are new or gone.
   *
   * @param parsed the templates of all files
   */
  save(parsed: ReadonlyMap<TemplateFile, ParsedTemplate>): void {
    for (const [file, { texts, names }] of this.#read) {
      const own = [...parsed].filter(([{ scope }]) => this.#files.get(scope) === file);
      file.writeLater(names, (table) => {
        const isSame = own.length === texts.size && own.every(([, template]) => !template.isNew);
        return isSame ? undefined : own.map(([{ name }, template]) => template.encode(file.nameOf(name), table));
      });
    }
  }
}
