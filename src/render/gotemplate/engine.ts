/**
 * The engine of Go templates. It runs every file in `templates/` of a chart and its dependencies that is not a native
 * template. All share one namespace, as in Helm (helm v4, pkg/engine/engine.go).
 */
import type { Chart } from '../../chart/chart.ts';
import { inHelmParseOrder, isGuard } from '../../chart/guard.ts';
import { PkgError, throwTogether } from '../../errors.ts';
import { isNativeTemplate } from '../engines.ts';
import { LimitReached, metered, MAX_STEPS, rangeMessage } from '../functions/limits.ts';
import { GO_ROOT, goPartName } from '../go-root.ts';
import type { Caller, GoTemplates, NativeTemplates, RenderInput, RenderLimits } from '../render.ts';
import { explain } from './explain.ts';
import { FunctionNotLoaded, ExecError } from './exec-errors.ts';
import { functionNames, loadFunctions } from './functions/index.ts';
import { isKnownFunction, parseText } from './known-functions.ts';
import { defineAll, Machine } from './machine.ts';
import type { Namespace } from './machine.ts';
import { NativeIncludes } from './native-templates.ts';
import type { Parsed, Trace } from './template.ts';
import type { Template } from './template.ts';
import { templateCachesOf } from './template-cache.ts';
import { parseTemplate } from './parse.ts';
import { rootOf, scopesOf, templateOf } from './scope.ts';
import type { ChartScope } from './scope.ts';
import { syntaxHints } from './syntax-hints.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { decodeText, encodeText, entriesOf, fromObject, fromValue } from './value.ts';
import type { GoValue } from './value.ts';
import { isPartial } from './template.ts';
import { compareSources } from '../order.ts';

/** What a template printed, as bytes. `source` is its name, `web/templates/service.yaml`, and `file` its path for the user. */
export type GoText = { source: string; file: string; text: string };

/** What the templates printed, sorted by their names, and the notes. */
export type GoOutput = { texts: GoText[]; notes: string[] };

/**
 * `openNative` is there where the charts have native templates too: it takes the Go templates, which the native ones may
 * include then and later. `trace` records what each template prints.
 */
export type GoInput = RenderInput & {
  openNative?: (goTemplates: GoTemplates) => Promise<NativeTemplates>;
  trace?: Trace;
};

/** Helm's bound on templates that include themselves, and two that Helm does not have: on steps and on printed characters. */
const LIMITS: RenderLimits = { depth: 1000, steps: MAX_STEPS, outputLength: 1 << 26 };
const NOTES = 'NOTES.txt';

/** A file of `templates/`: its name for templates, its path for the user, its contents, and its chart. */
type File = { name: string; file: string; data: Uint8Array; scope: ChartScope };

/**
 * Runs all Go templates of a chart and its dependencies.
 *
 * @param input the templates may change its values
 * @throws {PkgError} for all syntax errors together; else for the first error of running a template, with its position
 * @throws {FunctionNotLoaded} when a template calls a function whose code is not loaded: the caller loads it and renders
 *   again, with a fresh copy of the values
 */
export async function renderGoTemplates(input: GoInput): Promise<GoOutput> {
  const scopes = scopesOf(input);
  const files = filesOf(scopes);
  const { namespace, functions } = parseAll(files, input);
  // A native template may call a text with any function, and rendering cannot begin again then.
  const { openNative, lookup } = input;
  if (openNative !== undefined) await loadFunctions(functionNames());
  else await loadFunctions(functions, false);
  const limits = { ...LIMITS, ...input.limits };
  let natives: NativeIncludes | undefined;
  const machine = new Machine(namespace, {
    limits,
    lookup: (...query) => (lookup === undefined ? new Map() : fromObject(lookup(...query))),
    now: new Date(),
    lint: input.lint === true,
    enableDns: input.enableDns === true,
    parse: (text) => parseText(text, input.trace),
    ...(openNative && { findNative: (name, from) => natives?.find(name, from) }),
  });
  const render: Render = { machine, natives: () => natives };
  if (openNative !== undefined) natives = new NativeIncludes(await openNative(templatesOf(render, scopes)), scopes);
  return run(render, files, input, limits);
}

/** The Go templates that run, and the native ones that they may include: there are some once these are opened. */
type Render = { machine: Machine; natives: () => NativeIncludes | undefined };

function templatesOf(render: Render, scopes: readonly ChartScope[]): GoTemplates {
  const { machine } = render;
  const { namespace } = machine;
  const scopeOf = (chart: Chart): ChartScope | undefined => scopes.find((candidate) => candidate.chart === chart);
  /** Runs a template for a native one, perhaps while another file is rendered, which goes on as if nothing had been. */
  const runFor = (scope: ChartScope, by: Caller, template: Template, data: (root: GoValue) => GoValue): string => {
    const { namespace: outer } = machine;
    machine.namespace = namespace;
    try {
      return decodeText(
        withFile(render, scope, by, () => guarded(render, template, scope, data(rootOf(scope.entries)))),
      );
    } finally {
      machine.namespace = outer;
    }
  };
  return {
    names: () => [...machine.namespace.keys()].flatMap((name) => namesOf(name, scopes)).map(decodeText),
    text: (chart, by, text) => {
      const scope = scopeOf(chart);
      const source = { name: encodeText(by.file), file: by.file, text: '{{ tpl .text .root }}' };
      const call = parseTemplate(source, isKnownFunction).templates.at(-1);
      if (scope === undefined || call === undefined) throw new Error(`no text of ${chart.metadata.name} can be run`);
      const dataOf = (root: GoValue): GoValue =>
        new Map([
          ['text', encodeText(text)],
          ['root', root],
        ]);
      return runFor(scope, by, call, dataOf);
    },
    print: (chart, by, name, data) => {
      const scope = scopeOf(chart);
      if (scope === undefined) return undefined;
      const known = encodeText(name);
      // A file goes by its name in the chart, as native ones do: `configmap.yaml`.
      const template =
        namespace.get(known) ?? namespace.get(`${scope.path}/templates/${known.replace(/^templates\//, '')}`);
      if (template === undefined) return undefined;
      // A file of Go templates is the same run however it is reached: what it includes has the same random values.
      const { name: source } = template.source;
      const isFile = namespace.get(source) === template && !isPartial(source);
      const caller = isFile ? { ...by, identity: decodeText(source) } : by;
      return runFor(scope, caller, template, (root) => (data === undefined ? root : withRoot(data, root)));
    },
  };
}

/** Renders a file, as which it is known to what is included meanwhile. */
function withFile<T>({ natives }: Render, scope: ChartScope, { file, identity }: Caller, run: () => T): T {
  const name = encodeText(file);
  const includes = natives();
  const outerFile = includes?.file;
  const outer = scope.entries.get('Template');
  scope.entries.set('Template', templateOf(name, scope));
  if (includes !== undefined) includes.file = { scope, name, identity, counts: new Map() };
  try {
    return run();
  } finally {
    if (outer !== undefined) scope.entries.set('Template', outer);
    if (includes !== undefined) includes.file = outerFile;
  }
}

/** The names by which native templates may call a template: for a file also its path in the chart and in `templates/`. */
function namesOf(name: string, scopes: readonly ChartScope[]): string[] {
  const scope = scopes.find(({ path }) => name.startsWith(`${path}/templates/`));
  if (scope === undefined) return [name];
  const inChart = name.slice(scope.path.length + 1);
  return [name, inChart, inChart.slice('templates/'.length)];
}

/** The data of a native template converted to values of Go templates. `@go` and `@go.Chart` in it become their root and its parts. */
function withRoot(data: Value, root: GoValue): GoValue {
  if (data === GO_ROOT) return root;
  if (Array.isArray(data)) return data.map((item) => withRoot(item, root));
  const part = isMap(data) ? goPartName(data) : undefined;
  if (part !== undefined) return entriesOf(root)?.get(part) ?? null;
  if (isMap(data)) return new Map([...data].map(([key, item]) => [encodeText(key), withRoot(item, root)]));
  return fromValue(data);
}

/** The files in the order in which Helm parses and runs them. Of two files with one name the later replaces the earlier. */
function filesOf(scopes: readonly ChartScope[]): File[] {
  const files = new Map<string, File>();
  for (const scope of scopes) {
    const { chart, path } = scope;
    for (const { name, data } of chart.templates) {
      if (isNativeTemplate(name) || isGuard(name)) continue;
      if (chart.metadata.type === 'library' && !isPartial(name)) continue;
      const full = `${path}/${encodeText(name)}`;
      files.set(full, { name: full, file: `${chart.location}/${name}`, data, scope });
    }
  }
  return inHelmParseOrder([...files.values()]);
}

/** The error of a parser; blocks that are nested too deeply overflow its stack. */
function asPkgError(error: unknown, file: string): PkgError {
  if (error instanceof PkgError) return error;
  if (!(error instanceof RangeError)) throw error;
  return new PkgError('PKG_TEMPLATE_LIMIT', 'the templates are nested too deeply', { at: { file }, cause: error });
}

/** A syntax error with hints. */
function withHints(error: PkgError, text: string): PkgError {
  return new PkgError(error.code, error.message, {
    ...(error.at && { at: error.at }),
    hints: syntaxHints(text, error),
    cause: error,
  });
}

/** Parses all files. @throws {PkgError} for all syntax errors together */
function parseAll(
  files: readonly File[],
  { chart, trace, parsed: parseCache }: GoInput,
): { namespace: Namespace; functions: Set<string> } {
  const namespace: Namespace = new Map();
  const functions = new Set<string>();
  const errors: PkgError[] = [];
  const templateCaches = templateCachesOf(parseCache === undefined ? files : [], chart.metadata);
  for (const { name, file, data, scope } of files) {
    let parsed: Parsed;
    const text = (): string => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
    const parse = (): Parsed => {
      const source = { name, file, text: text(), ...(trace && { trace }) };
      return templateCaches.get(scope)?.parse(source, data) ?? parseTemplate(source, isKnownFunction);
    };
    try {
      parsed = parseCache === undefined ? parse() : parseCache.get(data, name, parse);
    } catch (error) {
      errors.push(withHints(asPkgError(error, file), text()));
      continue;
    }
    for (const used of parsed.functions) functions.add(used);
    defineAll(namespace, parsed.templates);
  }
  throwTogether(errors, (count) => `${count} templates cannot be read`);
  for (const cache of new Set(templateCaches.values())) cache.save();
  return { namespace, functions };
}

/** Runs the files one after the other. */
function run(render: Render, files: readonly File[], input: RenderInput, limits: RenderLimits): GoOutput {
  const output: GoOutput = { texts: [], notes: [] };
  const notes = `${encodeText(input.chart.metadata.name)}/templates/${NOTES}`;
  let left = limits.outputLength;
  for (const { name, file, scope } of files) {
    if (isPartial(name)) continue;
    const template = render.machine.namespace.get(name);
    if (template === undefined) continue;
    const own = decodeText(name);
    const text = withFile(render, scope, { file: own, identity: own }, () =>
      guarded(render, template, scope, rootOf(scope.entries)),
    );
    // Few files are included by others, so the compiled code is dropped to free memory.
    template.code = undefined;
    left -= text.length;
    if (left < 0) {
      throw new PkgError('PKG_TEMPLATE_LIMIT', `the templates print more than ${limits.outputLength} bytes`, {
        at: { file },
      });
    }
    if (!name.endsWith(NOTES)) output.texts.push({ source: name, file, text });
    else if (input.subchartNotes === true || name === notes) {
      output.notes.push(decodeText(text));
    }
  }
  output.texts.sort(compareSources);
  return output;
}

/**
 * Runs a template and converts its errors.
 *
 * @param data the value of `.`
 */
function guarded({ machine, natives }: Render, template: Template, scope: ChartScope, data: GoValue): string {
  try {
    const text = metered(machine.meter, () => machine.execute(template, data));
    return text.includes('<no value>') ? text.replaceAll('<no value>', '') : text;
  } catch (error) {
    if (error instanceof FunctionNotLoaded) throw error;
    if (error instanceof RangeError || error instanceof LimitReached) {
      const message = error instanceof RangeError ? rangeMessage(error) : error.message;
      throw new PkgError('PKG_TEMPLATE_LIMIT', message, {
        at: { file: template.source.file },
        cause: error,
      });
    }
    if (error instanceof ExecError)
      throw explain(error, scope, [...machine.namespace.keys(), ...(natives()?.names() ?? [])]);
    throw error;
  }
}
