/**
 * Links the chunks into which esbuild splits the program to the scripts that `bin/pkg.js` runs.
 *
 * A script is a table of functions, one for each of its chunks. The function runs when another chunk first asks for
 * its own, and gives what the chunk exports. V8 keeps nothing of what is inside a function before it runs, so a chunk
 * that a run does not need is next to nothing in the compiled code that is read back. Imports are local variables,
 * but those of modules that Node itself would have to load first: that takes milliseconds, and waits for their use.
 *
 * A CommonJS module, which esbuild makes a function of its chunk, has its own place in the table: many are required
 * only for features that pkg does not use.
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
type MakeEdit = (ids: ReadonlyMap<string, number>) => Edit;

/**
 * Links a program.
 *
 * @returns the text of each script by its name, the main one's being `main`. That one is an array of all chunks, the
 *   first one first: functions, and for chunks of other scripts the names of these, which are objects of functions.
 */
export function link({ chunks, importsOf, main, apart }: Program): Map<string, string> {
  const trees = new Map<string, Linked | CommonModule>();
  for (const chunk of chunks) {
    const linked = new Linked(chunk);
    trees.set(chunk.name, linked);
    for (const module of linked.commonModules) trees.set(module.name, module);
  }
  const get = (name: string): Linked | CommonModule => {
    const found = trees.get(name);
    if (found === undefined) throw new Error(`the program imports ${name}, which is no chunk of it`);
    return found;
  };
  const first = chunks.find(({ modules }) => modules.includes(main))?.name ?? main;
  const ids = new Map([...reachable(first, (name) => get(name).needs)].map((name, id) => [name, id]));
  const places = new Map<string, string>();
  for (const [script, modules] of Object.entries(apart)) {
    const elsewhere = reachable(main, importsOf, new Set(modules));
    for (const [name, { modules: own }] of trees) {
      // Without modules is what esbuild adds itself.
      if (own.length > 0 && !own.some((module) => elsewhere.has(module))) places.set(name, script);
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

/** A CommonJS module of a chunk: a function of the table that gives a function of the module's names. */
type CommonModule = {
  /** As esbuild calls it: the path of its file. */
  name: string;
  modules: readonly string[];
  /** Nothing: what it requires are names of its chunk, which it is given. */
  needs: ReadonlySet<string>;
  code: (ids: ReadonlyMap<string, number>) => string;
};

/** A chunk whose imports and exports are known. */
class Linked {
  readonly needs: Set<string> = new Set();
  readonly commonModules: CommonModule[] = [];
  readonly #chunk: Chunk;
  readonly #edits: MakeEdit[] = [];
  /** What stands in the place of CommonJS modules. */
  readonly #calls: MakeEdit[] = [];
  /** Local names by the names under which they are exported. */
  readonly #exports: Map<string, string> = new Map();

  /** Expressions for local names of what Node loads late. */
  readonly #late: Map<string, string> = new Map();

  constructor(chunk: Chunk) {
    this.#chunk = chunk;
    const program = parseAst(chunk.text);
    for (const statement of program.body) this.#addStatement(statement);
    const names = topNames(program.body).filter((name) => !this.#late.has(name));
    for (const statement of program.body) {
      if (statement.type === 'VariableDeclaration')
        for (const { init } of statement.declarations) this.#addCommonModule(init, new Set(names));
    }
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
    const code = this.#edited(0, this.#chunk.text.length, [...this.#calls, ...this.#edits], ids);
    const results = [...this.#exports].map(([name, local]) =>
      name === local ? name : `${JSON.stringify(name)}:${local}`,
    );
    return `function(use,later,builtin){${code.trim()}\nreturn{${results.join(',')}}}`;
  }

  get modules(): readonly string[] {
    return this.#chunk.modules;
  }

  /** A part of the text after edits. Of those within each other the outer one counts. */
  #edited(from: number, to: number, edits: readonly MakeEdit[], ids: ReadonlyMap<string, number>): string {
    const { text } = this.#chunk;
    let code = '';
    let at = from;
    for (const edit of edits.map((make) => make(ids)).sort((a, b) => a.start - b.start || b.end - a.end)) {
      if (edit.start < at || edit.end > to) continue;
      code += text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return code + text.slice(at, to);
  }

  /**
   * Takes `__commonJS({"path"(exports, module) { … }})` apart. The names of the chunk that the module uses are handed
   * over when it runs: they are functions and what other chunks export, so they do not change, and esbuild has what a
   * module requires stand before what runs it.
   */
  #addCommonModule(init: unknown, names: ReadonlySet<string>): void {
    const call = commonModule(init);
    if (call === undefined) return;
    const { name, params, body } = call;
    const used = new Set<string>();
    walk(body, (node, parent) => {
      const id = String(node['name']);
      const isUse = parent['shorthand'] === true || !isKey(node, parent);
      if (node['type'] === 'Identifier' && isUse && names.has(id)) used.add(id);
    });
    const all = [...params, ...used].join(',');
    // Within the braces.
    const start = Number(body['start']) + 1;
    const end = Number(body['end']) - 1;
    this.needs.add(name);
    this.#calls.push((ids) => ({ start, end, text: `(0,use(${ids.get(name)}).run)(${all})` }));
    this.commonModules.push({
      name,
      modules: [name],
      needs: new Set(),
      code: (ids) =>
        `function(use,later,builtin){return{run:(function(${all}){${this.#edited(start, end, this.#edits, ids)}})}}`,
    });
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
    const start = Number(node['start']);
    const end = Number(node['end']);
    if (parent['shorthand'] === true) {
      if (parent['value'] === node) this.#edits.push(() => ({ start, end, text: `${String(node['name'])}:${text}` }));
    } else if (!isKey(node, parent)) this.#edits.push(() => ({ start, end, text }));
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

/** What other statements of a chunk can use. */
function topNames(body: readonly Statement[]): string[] {
  return body.flatMap((statement) => {
    if (statement.type === 'ImportDeclaration') return statement.specifiers.map(({ local }) => local.name);
    if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration')
      return statement.id === null ? [] : [statement.id.name];
    if (statement.type !== 'VariableDeclaration') return [];
    return statement.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  });
}

/** The parts of esbuild's `__commonJS({"path"(exports, module) { … }})`; undefined for anything else. */
function commonModule(init: unknown): { name: string; params: string[]; body: Record<string, unknown> } | undefined {
  const call = init as CommonCall | null;
  if (call?.type !== 'CallExpression' || call.callee.name !== '__commonJS') return undefined;
  const [{ key, value }] = call.arguments[0].properties;
  return { name: key.value, params: value.params.map(({ name }) => name), body: value.body };
}

type CommonCall = {
  type: string;
  callee: { name?: string };
  arguments: [
    {
      properties: [{ key: { value: string }; value: { params: { name: string }[]; body: Record<string, unknown> } }];
    },
  ];
};

/** Is it the name of a property? */
function isKey(node: Record<string, unknown>, parent: Record<string, unknown>): boolean {
  return (parent['property'] === node || parent['key'] === node) && parent['computed'] !== true;
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
