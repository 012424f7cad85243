/**
 * Links the chunks into which esbuild splits the program to the scripts that `bin/pkg.js` runs.
 *
 * A script is a table of functions, one for each of its chunks. The function runs when another chunk first asks for
 * its own, and gives what the chunk exports. V8 keeps nothing of what is inside a function before it runs, so a chunk
 * that a run does not need is next to nothing in the compiled code that is read back. Imports are local variables,
 * but those of modules that Node itself would have to load first: that takes milliseconds, and waits for their use.
 */
import { builtinModules } from 'node:module';
import { parseAst } from 'vite';

/** One of esbuild's outputs, an ES module. */
export type Chunk = {
  /** Its file's name, by which other chunks import it. */
  name: string;
  /** The modules that are in it. */
  modules: readonly string[];
  text: string;
};

/** What a program is made of. */
export type Program = {
  chunks: readonly Chunk[];
  /** What a module imports, at once or later. */
  importsOf: (module: string) => readonly string[];
  /** The module that begins. */
  main: string;
  /** For each further script the modules through which alone its chunks are reached. */
  apart: Readonly<Record<string, readonly string[]>>;
};

/** Node's modules that it has loaded before it runs anything. */
const LOADED: ReadonlySet<string> = new Set(
  'async_hooks buffer diagnostics_channel events fs module path process timers url util util/types'.split(' '),
);

type Statement = ReturnType<typeof parseAst>['body'][number];
type ImportStatement = Extract<Statement, { type: 'ImportDeclaration' }>;
type Name = { type: string; name?: string; value?: unknown };
type Edit = { start: number; end: number; text: string };

/**
 * Links a program.
 *
 * @returns the text of each script by its name, the main one's being `main`. That one is an array of all chunks, the
 *   first one first: functions, and for chunks of other scripts the names of these, which are objects of functions.
 */
export function link({ chunks, importsOf, main, apart }: Program): Map<string, string> {
  const trees = new Map(chunks.map((chunk) => [chunk.name, new Linked(chunk)]));
  const get = (name: string): Linked => {
    const found = trees.get(name);
    if (found === undefined) throw new Error(`the program imports ${name}, which is no chunk of it`);
    return found;
  };
  const first = chunks.find(({ modules }) => modules.includes(main))?.name ?? main;
  const ids = new Map([...reachable(first, (name) => get(name).needs)].map((name, id) => [name, id]));
  const places = new Map<string, string>();
  for (const [script, modules] of Object.entries(apart)) {
    const elsewhere = reachable(main, importsOf, new Set(modules));
    for (const chunk of chunks) {
      // Without modules is what esbuild adds itself.
      if (chunk.modules.length > 0 && !chunk.modules.some((module) => elsewhere.has(module)))
        places.set(chunk.name, script);
    }
  }
  const lines = new Map<string, string[]>(['main', ...Object.keys(apart)].map((script) => [script, []]));
  for (const [name, id] of ids) {
    const code = get(name).code(ids);
    const place = places.get(name);
    lines.get('main')?.push(place === undefined ? code : JSON.stringify(place));
    if (place !== undefined) lines.get(place)?.push(`${id}:${code}`);
  }
  return new Map(
    [...lines].map(([script, parts]) => {
      const table = parts.join(',\n');
      return [script, `"use strict";(${script === 'main' ? `[${table}]` : `{${table}}`})\n`];
    }),
  );
}

/** All that can be reached from one, itself included, without passing through some others. */
function reachable(
  from: string,
  next: (name: string) => Iterable<string>,
  without: ReadonlySet<string> = new Set(),
): Set<string> {
  const found = new Set([from]);
  for (const name of found) for (const other of next(name)) if (!without.has(other)) found.add(other);
  return found;
}

/** A chunk whose imports and exports are known. */
class Linked {
  readonly needs: Set<string> = new Set();
  readonly #chunk: Chunk;
  readonly #edits: ((ids: ReadonlyMap<string, number>) => Edit)[] = [];
  /** Local names by the names under which they are exported. */
  readonly #exports: Map<string, string> = new Map();

  /** Expressions for local names of what Node loads late. */
  readonly #late: Map<string, string> = new Map();

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    const program = parseAst(chunk.text);
    for (const statement of program.body) this.#addStatement(statement);
    const exported = new Set(this.#exports.values());
    walk(program, (node, parent) => {
      if (node['type'] === 'ImportExpression') this.#addLater(node);
      if (node['type'] === 'Identifier') this.#addUse(node, parent);
      if (node['type'] === 'MetaProperty') this.#addMeta(parent);
      // What others get is what there is when the chunk has run.
      const changed = node['type'] === 'AssignmentExpression' ? node['left'] : node['argument'];
      const counts = node['type'] === 'AssignmentExpression' || node['type'] === 'UpdateExpression';
      const name = counts && isNode(changed) ? changed['name'] : undefined;
      if (typeof name === 'string' && exported.has(name)) this.#refuse(`${name} is exported and changes later`);
    });
  }

  /** The function. */
  code(ids: ReadonlyMap<string, number>): string {
    const { text } = this.#chunk;
    let code = '';
    let at = 0;
    for (const edit of this.#edits.map((make) => make(ids)).sort((a, b) => a.start - b.start)) {
      code += text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    const results = [...this.#exports].map(([name, local]) =>
      name === local ? name : `${JSON.stringify(name)}:${local}`,
    );
    return `function(use,later,builtin){${(code + text.slice(at)).trim()}\nreturn{${results.join(',')}}}`;
  }

  #addStatement(statement: Statement): void {
    const { start, end } = statement;
    if (statement.type === 'ImportDeclaration') {
      const isLate = isBuiltin(statement.source.value) && !LOADED.has(statement.source.value.replace('node:', ''));
      const source = this.#need(statement.source.value);
      if (isLate)
        for (const specifier of statement.specifiers)
          this.#late.set(specifier.local.name, usage(specifier, source(new Map())));
      this.#edits.push((ids) => ({ start, end, text: isLate ? '' : declaration(statement, source(ids)) }));
    } else if (
      statement.type === 'ExportNamedDeclaration' &&
      statement.declaration === null &&
      statement.source === null
    ) {
      for (const { local, exported } of statement.specifiers) this.#exports.set(nameOf(exported), nameOf(local));
      this.#edits.push(() => ({ start, end, text: '' }));
    } else if (/^(?:Import|Export)/.test(statement.type)) this.#refuse(`it has an unknown ${statement.type}`);
  }

  /** Takes a name of one of Node's modules from that module at the place of its use; no inner name hides it, esbuild sees to that. */
  #addUse(node: Record<string, unknown>, parent: Record<string, unknown>): void {
    const text = this.#late.get(String(node['name']));
    if (text === undefined || /^(?:Import|Export)\w*Specifier$/.test(String(parent['type']))) return;
    const isKey = (parent['property'] === node || parent['key'] === node) && parent['computed'] !== true;
    const start = Number(node['start']);
    const end = Number(node['end']);
    if (parent['shorthand'] === true) {
      if (parent['value'] === node) this.#edits.push(() => ({ start, end, text: `${String(node['name'])}:${text}` }));
    } else if (!isKey) this.#edits.push(() => ({ start, end, text }));
  }

  /** Takes the place of the program's files from `bin/pkg.js`: a script knows of no module that it would be. */
  #addMeta(parent: Record<string, unknown>): void {
    if (!isNode(parent['property']) || parent['property']['name'] !== 'filename')
      this.#refuse('it asks for more of its module than `import.meta.filename`');
    const start = Number(parent['start']);
    const end = Number(parent['end']);
    this.#edits.push(() => ({ start, end, text: 'builtin.filename' }));
  }

  #addLater(node: Record<string, unknown>): void {
    const source = isNode(node['source']) ? node['source']['value'] : undefined;
    // Packages may import what users name: of that there is nothing in a bundle.
    if (typeof source !== 'string') return;
    const now = this.#need(source);
    const start = Number(node['start']);
    const end = Number(node['end']);
    this.#edits.push((ids) => {
      const text = isBuiltin(source) ? `Promise.resolve(${now(ids)})` : now(ids).replace('use', 'later');
      return { start, end, text };
    });
  }

  /** The expression for what another module exports. */
  #need(source: string): (ids: ReadonlyMap<string, number>) => string {
    if (isBuiltin(source)) return () => `builtin(${JSON.stringify(source)})`;
    const name = source.replace(/^\.\//, '');
    this.needs.add(name);
    return (ids) => `use(${ids.get(name)})`;
  }

  #refuse(why: string): never {
    throw new Error(`cannot link ${this.#chunk.name}, where ${this.#chunk.modules.join(', ')} are: ${why}`);
  }
}

type Specifier = ImportStatement['specifiers'][number];

/** What a name of an import statement stands for. */
function usage(specifier: Specifier, source: string): string {
  // Only Node's own modules are imported whole, and these are their own default.
  return specifier.type === 'ImportSpecifier'
    ? `(${source}[${JSON.stringify(nameOf(specifier.imported))}])`
    : `(${source})`;
}

/** An import statement as declarations of variables; `var`, as esbuild writes, for these are never checked for being set. */
function declaration({ specifiers }: ImportStatement, source: string): string {
  const named: string[] = [];
  const parts: string[] = [];
  for (const specifier of specifiers) {
    const local = specifier.local.name;
    if (specifier.type === 'ImportSpecifier') named.push(`${JSON.stringify(nameOf(specifier.imported))}:${local}`);
    else parts.push(`${local}=${source}`);
  }
  if (named.length > 0) parts.push(`{${named.join(',')}}=${source}`);
  return parts.length === 0 ? `${source};` : `var ${parts.join(',')};`;
}

function nameOf(name: Name): string {
  return String(name.name ?? name.value);
}

function isBuiltin(source: string): boolean {
  return source.startsWith('node:') || builtinModules.includes(source);
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function walk(
  value: unknown,
  visit: (node: Record<string, unknown>, parent: Record<string, unknown>) => void,
  parent: Record<string, unknown> = {},
): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit, parent);
  else if (isNode(value)) {
    visit(value, parent);
    for (const child of Object.values(value)) if (typeof child === 'object') walk(child, visit, value);
  }
}
