/** The linker of the build: chunks become scripts. All other tests run the linked program. */
import { Script } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { link } from '../../scripts/link.ts';
import type { Chunk } from '../../scripts/link.ts';

type Use = (id: number) => Record<string, unknown>;
type Later = (id: number) => Promise<Record<string, unknown>>;
type Builtin = (name: string) => unknown;
type Table = Record<number, string | ((use: Use, later: Later, builtin: Builtin) => Record<string, unknown>)>;

const chunk = (name: string, text: string): Chunk => ({ name: `${name}.js`, modules: [`src/${name}.ts`], text });

/** Links chunks whose modules import each other as the chunks do, and runs the first. */
function start(
  chunks: readonly Chunk[],
  apart: Record<string, string[]> = {},
  importsOf = (module: string): string[] => {
    const { text = '' } = chunks.find(({ modules }) => modules.includes(module)) ?? {};
    return [...text.matchAll(/"\.\/(\w+)\.js"/g)].map(([, name]) => `src/${name}.ts`);
  },
) {
  const scripts = link({ chunks, importsOf, main: chunks[0]?.modules[0] ?? '', apart });
  const read: string[] = [];
  const loaded: string[] = [];
  const run = (name: string): Table => {
    read.push(name);
    return new Script(scripts.get(name) ?? '').runInThisContext() as Table;
  };
  const table = run('main');
  const exported: Record<string, unknown>[] = [];
  const use: Use = (id) => {
    const found = table[id];
    if (typeof found === 'string') Object.assign(table, run(found));
    const make = table[id];
    if (typeof make !== 'function') throw new Error(`no chunk ${id}`);
    return (exported[id] ??= make(use, later, builtin));
  };
  const later: Later = async (id) => use(id);
  const builtin: Builtin = (name) => (loaded.push(name), process.getBuiltinModule(name));
  return { main: use(0), read, loaded, scripts };
}

describe('chunks', () => {
  test('export their values, under every kind of name', () => {
    const { main } = start([
      chunk(
        'main',
        'import{a as one,"x-y"as two}from"./other.js";import"./other.js";var z=[one(),two];export{z as all,z};',
      ),
      chunk('other', 'var n=0;function a(){return++n}var b="$&$`";export{a,b as"x-y"};'),
    ]);
    expect(main).toEqual({ all: [1, '$&$`'], z: [1, '$&$`'] });
  });

  test('may have names of their own that are those of the linker', async () => {
    const { main } = start([
      chunk(
        'main',
        'import{basename}from"node:path";import{a}from"./other.js";var use=1,later=2,builtin;' +
          'var get=async builtin=>[builtin,basename("b/c"),(await import("node:path")).sep,(await import("./other.js")).a];' +
          'var own=()=>builtin??=a;export{use,later,own,get};',
      ),
      chunk('other', 'var a=3;export{a};'),
    ]);
    expect(main).toMatchObject({ use: 1, later: 2 });
    expect((main['own'] as () => unknown)()).toBe(3);
    expect(await (main['get'] as (own: number) => Promise<unknown>)(4)).toEqual([4, 'c', '/', 3]);
  });

  test('are run once, when they are needed', async () => {
    const { main } = start([
      chunk(
        'main',
        'import{log}from"./log.js";var get=()=>Promise.all([import("./late.js"),import("./late.js")]);export{get,log};',
      ),
      chunk('late', 'import{log}from"./log.js";log.push("late");var v={};export{v};'),
      chunk('log', 'var log=[];export{log};'),
    ]);
    expect(main['log']).toEqual([]);
    const [first, second] = await (main['get'] as () => Promise<unknown[]>)();
    expect(first).toBe(second);
    expect(main['log']).toEqual(['late']);
  });

  test("require Node's modules", async () => {
    const { main } = start([
      chunk(
        'main',
        'import{join as j}from"node:path";import*as all from"path";var os=import("node:os");export{j,all,os};',
      ),
    ]);
    const path = process.getBuiltinModule('node:path');
    expect(main).toMatchObject({ j: path.join, all: path });
    expect(await main['os']).toBe(process.getBuiltinModule('node:os'));
  });

  test('require modules that Node has not loaded yet only where they are used', () => {
    const { main, loaded } = start([
      chunk(
        'main',
        'import z,{gzipSync,constants as c}from"node:zlib";import{Agent}from"http";' +
          'var o={gzipSync:1,c(){return this.gzipSync}},' +
          'f=()=>[gzipSync,{gzipSync},c.Z_OK,new Agent instanceof Agent,o.gzipSync,o.c(),z.gzipSync,`${typeof gzipSync}`];export{f};',
      ),
    ]);
    expect(loaded).toEqual([]);
    const { gzipSync } = process.getBuiltinModule('node:zlib');
    expect((main['f'] as () => unknown[])()).toEqual([gzipSync, { gzipSync }, 0, true, 1, 1, gzipSync, 'function']);
    expect(new Set(loaded)).toEqual(new Set(['node:zlib', 'http']));
  });

  test('that are never imported are left out', () => {
    const { scripts } = start([chunk('main', 'export{};'), chunk('unused', 'var secret=1;export{secret};')]);
    expect(scripts.get('main')).not.toContain('secret');
  });
});

describe('a script apart', () => {
  const chunks = [
    chunk('main', 'import{s}from"./shared.js";var get=()=>import("./late.js");export{get,s};'),
    chunk('late', 'import{s}from"./shared.js";import{own}from"./own.js";var both=[s,own];export{both};'),
    chunk('own', 'var own={};export{own};'),
    chunk('shared', 'var s={};export{s};'),
  ];

  test('is loaded when the first of its chunks is needed, and shares the modules of others', async () => {
    const { main, read, scripts } = start(chunks, { side: ['src/late.ts'] });
    expect(read).toEqual(['main']);
    const { both } = (await (main['get'] as () => Promise<unknown>)()) as { both: unknown[] };
    expect(read).toEqual(['main', 'side']);
    expect(both[0]).toBe(main['s']);
    expect(scripts.get('side')).toContain('own');
    expect(scripts.get('main')).not.toContain('own');
    expect(scripts.get('side')).not.toContain('s={}');
  });
});

describe('CommonJS modules', () => {
  // As esbuild writes them; `a` and `b` require each other.
  const helper =
    'var __commonJS=(cb,mod)=>()=>(mod||cb[Object.keys(cb)[0]]((mod={exports:{}}).exports,mod),mod.exports);';
  const main: Chunk = {
    name: 'main.js',
    modules: ['src/main.ts', 'pkg/a.js', 'pkg/b.js', 'pkg/late.js'],
    text:
      'import{__commonJS,log}from"./helper.js";import{gzipSync}from"node:zlib";' +
      'var require_a=__commonJS({"pkg/a.js"(exports,module){log.push("a");exports.early=1;module.exports.b=require_b();}}),' +
      'require_b=__commonJS({"pkg/b.js"(exports){log.push("b");exports.seen=Object.keys(require_a());exports.self=this===void 0}}),' +
      'require_late=__commonJS({"pkg/late.js"(exports){exports.zip=()=>gzipSync;exports.log={log}}});' +
      'var a=require_a(),late=()=>require_late();export{a,late,log,require_a};',
  };
  const chunks = [main, chunk('helper', `${helper}var log=[];export{__commonJS,log};`)];

  test('run once, when they are required, and may require each other', () => {
    const { main: made, loaded } = start(chunks);
    expect(made['log']).toEqual(['a', 'b']);
    expect(made['a']).toMatchObject({ early: 1, b: { seen: ['early'] } });
    expect((made['require_a'] as () => unknown)()).toBe(made['a']);
    const late = (made['late'] as () => { zip: () => unknown; log: unknown })();
    expect(late.log).toEqual({ log: made['log'] });
    expect(loaded).toEqual([]);
    expect(late.zip()).toBe(process.getBuiltinModule('node:zlib').gzipSync);
  });

  test('can be in another script than the chunk that requires them', () => {
    const imports: Record<string, string[]> = {
      'src/main.ts': ['src/helper.ts', 'pkg/a.js', 'pkg/late.js'],
      'pkg/a.js': ['pkg/b.js'],
    };
    const { main: made, read, scripts } = start(chunks, { side: ['pkg/late.js'] }, (module) => imports[module] ?? []);
    expect(read).toEqual(['main']);
    expect(scripts.get('main')).not.toContain('gzipSync');
    expect((made['late'] as () => unknown)()).toMatchObject({ log: { log: made['log'] } });
    expect(read).toEqual(['main', 'side']);
  });
});

describe('errors of the linker', () => {
  test('an export that changes after it was imported', () => {
    const text = 'var n=0;function more(){n++}export{n,more};';
    expect(() => start([chunk('main', text)])).toThrow('n is exported and changes later');
    expect(() => start([chunk('main', text.replace('n++', 'n=2'))])).toThrow('n is exported and changes later');
  });

  test('an import of something that is not a chunk', () => {
    expect(() => start([chunk('main', 'import{a}from"left-pad";export{a};')])).toThrow('left-pad');
  });
});
