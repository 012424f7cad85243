/**
 * `npm run build`: bundles `src` and the packages it uses into `dist`.
 *
 * - `dist/main.cjs` is the program, which `bin/pkg.js` runs as a script. Modules that are imported dynamically
 *   stand in it unevaluated until they are needed: code that does not run costs next to nothing, while every
 *   file more costs half a millisecond in Node's module loader.
 * - `dist/apart/*.cjs` are large packages that few runs need.
 * - `dist/index.js` is the library, for Node's own loader, with chunks of its own in `dist/library`.
 * - `dist/*.d.ts` are the library's types.
 * - `dist/THIRD-PARTY-NOTICES.txt` holds the licences of every package that is in the bundle.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** What `@oclif/core` imports for features that pkg does not use: plugins and their sources, templates, spinners, browsers. */
const UNUSED: readonly string[] = [
  'cli-spinners',
  'tinyglobby',
  'ejs',
  'lilconfig',
  'wsl-utils',
  'minimatch',
  'typescript',
];

const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup(setup) {
    setup.onResolve({ filter: new RegExp(`^(${UNUSED.join('|')})$`) }, ({ path }) => ({ path, namespace: 'unused' }));
    setup.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      // On a terminal oclif takes a spinner's frames as soon as it is loaded.
      contents:
        path === 'cli-spinners'
          ? "const spinner = { frames: [' '] }; export default { dots2: spinner, line: spinner }"
          : 'export default {}',
      loader: 'js',
    }));
  },
};

/** Large packages in files of their own: modules that only re-export, always imported dynamically. */
const APART: readonly string[] = [
  'src/chart/re2.ts',
  'src/commands/support/oclif.ts',
  'src/terminal/text-diff.ts',
  'src/yaml/document.ts',
];

const leaveApart: Plugin = {
  name: 'leave-apart',
  setup(setup) {
    setup.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, kind }) => {
      const module = relative(root, join(resolveDir, path)).replaceAll('\\', '/');
      if (!APART.includes(module) || kind === 'entry-point') return undefined;
      if (kind !== 'dynamic-import') return { errors: [{ text: `${module} is imported with import() only` }] };
      return { path: `apart/${basename(module, '.ts')}.cjs`, external: true };
    });
  },
};

/** Node's own modules are loaded with the module that wants them; an import statement would stand at the top of the bundle. */
const loadBuiltinsLate: Plugin = {
  name: 'load-builtins-late',
  setup(setup) {
    // CommonJS packages name them without `node:`.
    const names = new RegExp(`^(?:node:.*|${builtinModules.join('|')})$`);
    setup.onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'builtin' }));
    setup.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
      loader: 'js',
    }));
  },
};

/** Licences for every package of the bundle, one after the other, in order of their names. */
function thirdPartyNotices(outputs: readonly Metafile['outputs'][string][]): string {
  const folders = new Set<string>();
  for (const output of outputs) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
      if (found !== null && bytesInOutput > 0) folders.add(found[0]);
    }
  }
  const notices = [...folders].sort().map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const texts = files.sort().map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
    if (texts.length === 0) texts.push(`By ${author?.name ?? author}; the package holds no licence text.`);
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  return `pkg contains these packages.\n\n${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Begins the main file with a name for all scripts of the build: `bin/pkg.js` keeps compiled code by it. */
function nameByContents(main: string, apart: string): void {
  const files = [main, ...readdirSync(apart).map((name) => join(apart, name))];
  const digest = createHash('sha256');
  for (const file of files) digest.update(readFileSync(file));
  writeFileSync(main, `/*${digest.digest('hex').slice(0, 16)}*/${readFileSync(main, 'utf8')}`);
}

const output = join(root, 'dist');
const workshop = join(root, 'node_modules/.cache', `build-${process.pid}`);
const fresh = join(workshop, 'new');
mkdirSync(workshop, { recursive: true });
try {
  const options = {
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // Names stay readable in stack traces; what can go without harm goes: whitespace and dead branches.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  } satisfies BuildOptions;
  const script = {
    ...options,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // What is apart is loaded by the `require` that bin/pkg.js gives.
    supported: { 'dynamic-import': false },
    banner: { js: '(function(require,module,exports){' },
    footer: { js: '})' },
    plugins: [leaveOutUnused, leaveApart, loadBuiltinsLate],
  } satisfies BuildOptions;
  const built = await Promise.all([
    build({ ...script, entryPoints: ['src/main.ts'], outdir: fresh }),
    build({ ...script, entryPoints: [...APART], outdir: join(fresh, 'apart'), entryNames: '[name]' }),
    build({
      ...options,
      format: 'esm',
      splitting: true,
      entryPoints: ['src/index.ts'],
      outdir: fresh,
      chunkNames: 'library/[name]-[hash]',
      plugins: [leaveOutUnused],
      // CommonJS packages in the bundle call `require` for Node's own modules.
      banner: {
        js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
      },
    }),
  ]);
  nameByContents(join(fresh, 'main.cjs'), join(fresh, 'apart'));
  const outputs = built.flatMap(({ metafile }) => Object.values(metafile.outputs));
  writeFileSync(join(fresh, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(outputs));
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', fresh],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  // A reader of the old build (a test, a running pkg) never sees half of the new one.
  if (existsSync(output)) renameSync(output, join(workshop, 'old'));
  renameSync(fresh, output);
} catch (error) {
  // esbuild and tsc have printed what is wrong with the sources.
  const printed = error instanceof Error && ('errors' in error || 'status' in error);
  if (!printed) throw error;
  process.exitCode = 1;
} finally {
  rmSync(workshop, { recursive: true, force: true });
}
