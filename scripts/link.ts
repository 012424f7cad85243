/**
 * Links the chunks into which esbuild splits the program: writes them into the scripts that `bin/pkg.js` runs.
 *
 * A script is a table of functions, one for each of its chunks. The function of a chunk runs when another chunk imports
 * it for the first time, and returns its exports. V8 compiles a function only when it runs, so a chunk that a command
 * does not import adds next to nothing to the cached code. Imports become local variables. The exceptions are modules
 * of Node that are not loaded yet (loading one takes milliseconds): each use of such an import loads the module itself.
 *
 * esbuild turns a CommonJS module into a function inside a chunk. Each such function gets its own entry in the table,
 * because many are required only for features that pkg does not use. Figures: docs/decisions/launcher.md.
 */
import { builtinModules } from 'node:module';
import { parseAst } from 'vite';

/** A file that esbuild wrote, an ES module. */
export type Chunk = {
  /** The name of its file, by which other chunks import it. */
  name: string;
  /** The paths of the source files in it. */
  modules: readonly string[];
  text: string;
};

/** The chunks of a program, and how they are distributed over scripts. */
export type Program = {
  chunks: readonly Chunk[];
  /** The modules that a module imports, statically or dynamically. */
  importsOf: (module: string) => readonly string[];
  /** The module that runs first. */
  main: string;
  /** For each script beside the main one: modules. It gets all chunks that are reached through these modules only. */
  apart: Readonly<Record<string, readonly string[]>>;
};

/** The modules that Node has loaded before it runs a program. */
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
 * @returns the text of each script by its name. `main` is an array with an entry for every chunk, the first one to run
 *   first: its function, or the name of the script that has it. The other scripts are objects of functions by number.
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
    if (found === undefined) throw new Error(`the program imports ${name}, which is not a chunk of it`);
    return found;
  };
  const first = chunks.find(({ modules }) => modules.includes(main))?.name ?? main;
  const ids = new Map([...reachable(first, (name) => get(name).needs)].map((name, id) => [name, id]));
  const places = new Map<string, string>();
  for (const [script, modules] of Object.entries(apart)) {
    const elsewhere = reachable(main, importsOf, new Set(modules));
    for (const [name, { modules: own }] of trees) {
      // esbuild adds chunks of its own, without source files. They stay in the main script.
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

/** All nodes of a graph that can be reached from one, itself included, without passing through those of `without`. */
function reachable(
  from: string,
  next: (name: string) => Iterable<string>,
  without: ReadonlySet<string> = new Set(),
): Set<string> {
  const found = new Set([from]);
  for (const name of found) for (const other of next(name)) if (!without.has(other)) found.add(other);
  return found;
}

/** A CommonJS module of a chunk. Its entry in the table returns a function of the names that the module uses. */
type CommonModule = {
  /** The path of its file, as esbuild writes it. */
  name: string;
  modules: readonly string[];
  /** Always empty: a module gets what it requires from its chunk, as arguments. */
  needs: ReadonlySet<string>;
  code: (ids: ReadonlyMap<string, number>) => string;
};

/** A parsed chunk: its imports and exports, and the edits that make a function of it. */
class Linked {
  readonly needs: Set<string> = new Set();
  readonly commonModules: CommonModule[] = [];
  readonly #chunk: Chunk;
  readonly #edits: MakeEdit[] = [];
  /** The edits that replace CommonJS modules by calls of their entries. */
  readonly #calls: MakeEdit[] = [];
  /** Local names by the names under which they are exported. */
  readonly #exports: Map<string, string> = new Map();

  /** The expressions that replace the names imported from modules that Node has not loaded yet. */
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
      // Importers copy an export once, when the chunk has run, so it must not be assigned later.
      const changed = node['type'] === 'AssignmentExpression' ? node['left'] : node['argument'];
      const counts = node['type'] === 'AssignmentExpression' || node['type'] === 'UpdateExpression';
      const name = counts && isNode(changed) ? changed['name'] : undefined;
      if (typeof name === 'string' && exported.has(name)) this.#refuse(`${name} is exported and changes later`);
    });
  }

  /** The function of the chunk in the table. */
  code(ids: ReadonlyMap<string, number>): string {
    const code = this.#edited(0, this.#chunk.text.length, [...this.#calls, ...this.#edits], ids);
    const results = [...this.#exports].map(([name, local]) =>
      name === local ? name : `${JSON.stringify(name)}:${local}`,
    );
    return `function($use,$later,$builtin){${code.trim()}\nreturn{${results.join(',')}}}`;
  }

  get modules(): readonly string[] {
    return this.#chunk.modules;
  }

  /** A part of the text with edits applied. Of nested edits only the outer one is applied. */
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
   * Moves the body of `__commonJS({"path"(exports, module) { … }})` to an entry of its own. The names of the chunk that
   * the body uses become arguments of it. Copying them is safe: they are functions and imports, which are never
   * assigned again, and esbuild declares what a module requires before the code that runs the module.
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
    // The text between the braces.
    const start = Number(body['start']) + 1;
    const end = Number(body['end']) - 1;
    this.needs.add(name);
    this.#calls.push((ids) => ({ start, end, text: `(0,$use(${ids.get(name)}).run)(${all})` }));
    this.commonModules.push({
      name,
      modules: [name],
      needs: new Set(),
      code: (ids) =>
        `function($use,$later,$builtin){return{run:(function(${all}){${this.#edited(start, end, this.#edits, ids)}})}}`,
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

  /**
   * Replaces the use of a name that is imported from a module of Node which is not loaded yet. esbuild gives inner
   * variables other names, so every identifier with this name means the import.
   */
  #addUse(node: Record<string, unknown>, parent: Record<string, unknown>): void {
    const text = this.#late.get(String(node['name']));
    if (text === undefined || /^(?:Import|Export)\w*Specifier$/.test(String(parent['type']))) return;
    const start = Number(node['start']);
    const end = Number(node['end']);
    if (parent['shorthand'] === true) {
      if (parent['value'] === node) this.#edits.push(() => ({ start, end, text: `${String(node['name'])}:${text}` }));
    } else if (!isKey(node, parent)) this.#edits.push(() => ({ start, end, text }));
  }

  /** Replaces `import.meta.filename`, which a script does not have, by the path that `bin/pkg.js` provides. */
  #addMeta(parent: Record<string, unknown>): void {
    if (!isNode(parent['property']) || parent['property']['name'] !== 'filename')
      this.#refuse('it uses another property of `import.meta` than `filename`');
    const start = Number(parent['start']);
    const end = Number(parent['end']);
    this.#edits.push(() => ({ start, end, text: '$builtin.filename' }));
  }

  #addLater(node: Record<string, unknown>): void {
    const source = isNode(node['source']) ? node['source']['value'] : undefined;
    // A computed name is the path of a file of the user, which is not part of the bundle.
    if (typeof source !== 'string') return;
    const now = this.#need(source);
    const start = Number(node['start']);
    const end = Number(node['end']);
    this.#edits.push((ids) => {
      const text = isBuiltin(source) ? `Promise.resolve(${now(ids)})` : now(ids).replace('$use', '$later');
      return { start, end, text };
    });
  }

  /** The expression for the exports of another chunk or of a module of Node. */
  #need(source: string): (ids: ReadonlyMap<string, number>) => string {
    if (isBuiltin(source)) return () => `$builtin(${JSON.stringify(source)})`;
    const name = source.replace(/^\.\//, '');
    this.needs.add(name);
    return (ids) => `$use(${ids.get(name)})`;
  }

  #refuse(why: string): never {
    throw new Error(`cannot link ${this.#chunk.name}, where ${this.#chunk.modules.join(', ')} are: ${why}`);
  }
}

type Specifier = ImportStatement['specifiers'][number];

/** The expression for a name of an import statement. */
function usage(specifier: Specifier, source: string): string {
  // Only modules of Node are imported whole or by their default, which is the same object.
  return specifier.type === 'ImportSpecifier'
    ? `(${source}[${JSON.stringify(nameOf(specifier.imported))}])`
    : `(${source})`;
}

/**
 * An import statement as declarations of variables. With `var`, as in the code of esbuild, V8 does not check at each
 * use whether the variable has been initialized.
 */
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

/** The names that are declared at the top level of a chunk. */
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

/** Is this identifier the name of a property, and not a variable? */
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
