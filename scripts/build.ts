/**
 * `npm run build`: bundles `src` and the packages it uses into `dist`.
 *
 * - `dist/main.cjs` is the program, which `bin/pkg.js` runs as a script, and `dist/apart/*.cjs` are parts of it that
 *   many runs do not need. `scripts/link.ts` makes them of the chunks that esbuild makes.
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
import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild';
import { link } from './link.ts';

const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Packages that `@oclif/core` imports for features that pkg does not use (TypeScript sources of plugins, templates,
 * spinners, browsers, colours), and the contents that replace them.
 */
const UNUSED: Readonly<Record<string, string>> = {
  'ansi-escapes': '',
  // On a terminal, oclif reads the frames of a spinner when it is loaded.
  'cli-spinners': "const spinner = { frames: [' '] }; export default { dots2: spinner, line: spinner }",
  debug: 'export default () => () => {}',
  lilconfig: '',
  'supports-color': 'export const stdout = false, stderr = false',
  typescript: '',
  'wsl-utils': '',
};

const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup(setup) {
    const names = new RegExp(`^(${Object.keys(UNUSED).join('|')})$`);
    setup.onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'unused' }));
    setup.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: UNUSED[path] || 'export default {}',
      loader: 'js',
    }));
  },
};

function commandModule(id: string): string {
  return `src/commands/${id}.ts`;
}

function oclifModule(name: string): string {
  return `node_modules/@oclif/core/lib/${name}.js`;
}

/**
 * The scripts beside the main one, for parts that many commands do not need. A script gets what is reached through its
 * modules only (see `link.ts`). There are few of them, because each is one more file to read.
 */
const APART: Readonly<Record<string, readonly string[]>> = {
  // The groups below are left out of this one, although it reaches some of them.
  releases: [
    ...['install', 'upgrade', 'rollback', 'uninstall', 'list', 'status', 'history', 'outdated'].map(commandModule),
    ...['diff/upgrade', 'diff/rollback', 'diff/uninstall'].map(commandModule),
    ...['get/all', 'get/hooks', 'get/manifest', 'get/metadata', 'get/notes', 'get/stored', 'get/values'].map(
      commandModule,
    ),
    'src/commands/support/operate.ts',
    'src/release/operations/preview.ts',
  ],
  bcrypt: ['src/render/functions/bcrypt.ts'],
  cluster: ['src/cluster/kubernetes.ts'],
  oidc: ['src/cluster/kube/oidc.ts'],
  // undici
  http: ['src/network/pool.ts'],
  remotes: [
    ...[
      'bundle/create',
      'bundle/push',
      'package',
      'publish',
      'pull',
      'push',
      'repo/add',
      'repo/index',
      'repo/list',
      'repo/remove',
      'repo/update',
      'search/hub',
      'search/repo',
      'serve',
      'verify',
    ].map(commandModule),
    ...['cache/list', 'cache/path', 'cache/prune'].map(commandModule),
    ...['dependency/build', 'dependency/list', 'dependency/tree', 'dependency/update'].map(commandModule),
    ...['registry/login', 'registry/logout'].map(commandModule),
    // Completion of the names of charts.
    'src/commands/completion/charts.ts',
    'src/commands/support/bundle-chart.ts',
    'src/commands/support/dependency-update.ts',
    'src/commands/support/fetch-chart.ts',
    'src/commands/support/newer-charts.ts',
    'src/commands/support/resolve-images.ts',
    'src/commands/support/sign.ts',
    'src/commands/support/verify.ts',
    'src/commands/support/verify-bundle.ts',
    'src/commands/support/verify-cosign.ts',
    'src/repository/schemas.ts',
    'src/repository/signatures/judge-local.ts',
    'src/repository/signatures/trust-policy.ts',
    'src/repository/signatures/find-signatures.ts',
  ],
  diff: ['src/terminal/text-diff.ts'],
  // What `lint` and `convert` share with native charts; what is theirs alone is in the groups below.
  native: [
    'src/render/handlebars/render.ts',
    'src/render/handlebars/parse.ts',
    'src/render/lint.ts',
    'src/commands/convert.ts',
  ],
  // What a chart does not need whose native templates are cached: Handlebars' parser, and the checks.
  parsing: ['src/render/handlebars/parse.ts', 'src/render/handlebars/check.ts'],
  lint: ['src/commands/lint.ts', 'src/render/lint.ts'],
  // openpgp
  pgp: ['src/repository/provenance.ts'],
  patterns: ['src/chart/re2.ts'],
  // Sigstore's packages
  cosign: [
    'src/repository/signatures/attach-signature.ts',
    'src/repository/signatures/cosign-key.ts',
    'src/repository/signatures/judge-chart.ts',
  ],
  positions: ['src/yaml/document.ts'],
  // What oclif's parser and classes require for help, for packages that add commands, and for errors.
  oclif: [
    'src/commands/support/plugins.ts',
    'src/commands/support/help.ts',
    ...['config/plugin', 'config/plugin-loader', 'config/ts-path', 'errors/index', 'help/index', 'help/util'].map(
      oclifModule,
    ),
    ...['module-loader', 'parser/errors', 'parser/help', 'performance', 'settings', 'util/determine-priority'].map(
      oclifModule,
    ),
    ...['util/fs', 'util/ids', 'util/os', 'ux/index', 'ux/theme'].map(oclifModule),
    'node_modules/ejs/lib/cjs/ejs.js',
  ],
  seldom: [
    'src/commands/completion.ts',
    'src/commands/completion/complete.ts',
    'src/commands/convert.ts',
    'src/commands/create.ts',
    'src/commands/docs.ts',
    'src/commands/images.ts',
    'src/render/gotemplate/large-stack.ts',
    'src/render/gotemplate/functions/toml-functions.ts',
    'src/render/gotemplate/large-stack-thread.ts',
  ],
};

/** A module of oclif whose calls of `require` are moved from the top to where the results are used. */
function requiringLate(text: string): string {
  // As in UNUSED: detection of Windows Subsystem for Linux is replaced by nothing.
  let contents = text
    .replaceAll("await import('wsl-utils')", '({})')
    // Packages that add commands are loaded from files, for which a script has neither `require` nor `import()`.
    .replaceAll('import((0, node_url_1.pathToFileURL)(filePath).href)', 'require(filePath)')
    .replaceAll(/\brequire(\(filePath\)|\.resolve\()/g, "require('node:module').createRequire(process.argv[1])$1");
  const requires =
    /^(?:const|var) (\w+_\d+|Errors|Parser|Flags|Args) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm;
  for (const [line, name = '', required] of [...contents.matchAll(requires)]) {
    const uses = new RegExp(`\\b${name}\\b`, 'g');
    contents = contents.replace(line, '').replace(uses, `(${name}())`) + `\nfunction ${name}() { return ${required}; }`;
  }
  return contents;
}

/** Makes modules of oclif and undici require others only when they use them: most are for features that pkg does not use. */
const requireLate: Plugin = {
  name: 'require-late',
  setup(setup) {
    // oclif's commands listen for errors of `process.stdout`, for which Node creates a stream: 3 ms of 27 (2026-11-29).
    // pkg writes without streams.
    setup.onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const listening = "process.stdout.on('error', (err) => {";
      if (!text.includes(listening)) throw new Error(`${path} does not listen to standard output any more`);
      return { contents: requiringLate(text.replace(listening, '(() => undefined)((err) => {')), loader: 'js' };
    });
    setup.onLoad({ filter: /[\\/]@oclif[\\/]core[\\/]lib[\\/].*\.js$/ }, ({ path }) => ({
      contents: requiringLate(readFileSync(path, 'utf8')),
      loader: 'js',
    }));
    // undici's HTTP/2, which pkg does not use, loads `node:http2` at once (10 ms, Node 26, 2026-11-28).
    setup.onLoad({ filter: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const required = "const connectH2 = require('./client-h2.js')";
      if (!text.includes(required)) throw new Error(`${path} requires its HTTP/2 in another way now`);
      const contents = text.replace(required, "const connectH2 = (...all) => require('./client-h2.js')(...all)");
      return { contents, loader: 'js' };
    });
  },
};

const OPENPGP = join(root, 'node_modules/openpgp/dist/node/openpgp.min.cjs');

/**
 * OpenPGP.js creates a `require` for modules of Node from `__filename`, which a script does not have: any name will do. For
 * keys on brainpool curves and secp256k1 it would require a package that it does not contain; it has the code for these
 * curves too, and takes that if they are not in Node's crypto.
 */
const adaptOpenPgp: Plugin = {
  name: 'adapt-openpgp',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]openpgp\.min\.cjs$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace(/\bthis\.node&&\w+\.getNodeCrypto\(\)/, 'false');
      if (contents === text) throw new Error(`${path} chooses the code for curves in another way now`);
      return { contents: `const __filename = '/openpgp.cjs';${contents}`, loader: 'js' };
    });
  },
};

/**
 * Makes `require` of a module of Node give a proxy that loads the module when a property is read. CommonJS packages
 * require many modules that they do not use, and some of these take longer to load than the package itself. Imports of
 * ES modules are left to the linker.
 */
const loadBuiltinsLate: Plugin = {
  name: 'load-builtins-late',
  setup(setup) {
    // CommonJS packages name these modules without `node:`.
    const names = new RegExp(`^(?:node:.*|${builtinModules.join('|')})$`);
    setup.onResolve({ filter: names }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'builtin' } : { path, external: true },
    );
    setup.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => {
      // Some modules are functions (`assert`) or classes (`events`), with everything else as their properties.
      const isFunction = typeof process.getBuiltinModule(path) === 'function';
      return {
        contents: `
        const module_ = () => process.getBuiltinModule('${path}');
        module.exports = new Proxy(${isFunction ? 'function () {}' : '{}'}, {
          // Compiled modules read this property as soon as they have required one, which must not load it.
          get: (_, key) => (key === '__esModule' ? undefined : module_()[key]),
          has: (_, key) => key in module_(),
          ownKeys: () => Reflect.ownKeys(module_()),
          getOwnPropertyDescriptor: (_, key) => ({ ...Reflect.getOwnPropertyDescriptor(module_(), key), configurable: true }),
          ${isFunction ? 'apply: (_, self, args) => Reflect.apply(module_(), self, args), construct: (_, args, target) => Reflect.construct(module_(), args, target),' : ''}
        });`,
        loader: 'js',
      };
    });
  },
};

/** Leaves only the version of each package.json: nothing else is read, and the rest would be 6 KB of the program. */
const onlyVersions: Plugin = {
  name: 'only-versions',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
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

/** The size of the buffer into which the launcher reads each file. */
const MAX_BYTES = 1 << 22;

/**
 * Links the chunks of the program and writes its scripts. The main one begins with a hash of all of them, by which
 * `bin/pkg.js` caches the compiled code.
 */
function writeScripts(folder: string, { metafile, outputFiles }: BuildResult<{ metafile: true; write: false }>): void {
  const chunks = outputFiles.map(({ path, text }) => ({
    name: basename(path),
    modules: Object.keys(metafile.outputs[relative(root, path).replaceAll('\\', '/')]?.inputs ?? {}),
    text,
  }));
  const importsOf = (module: string): string[] =>
    (metafile.inputs[module]?.imports ?? []).filter(({ external }) => external !== true).map(({ path }) => path);
  for (const module of Object.values(APART).flat()) {
    if (metafile.inputs[module] === undefined) throw new Error(`${module} is to be apart, and no part of the program`);
  }
  const linked = link({ chunks, importsOf, main: 'src/main.ts', apart: APART });
  const scripts = new Map([...linked].map(([name, text]) => [name, asciiOnly(text)]));
  const digest = createHash('sha256');
  for (const text of scripts.values()) digest.update(text);
  mkdirSync(join(folder, 'apart'), { recursive: true });
  for (const [name, text] of scripts) {
    if (text.length >= MAX_BYTES) throw new Error(`${name} is larger than what the launcher reads`);
    if (name !== 'main') writeFileSync(join(folder, 'apart', `${name}.cjs`), text);
    else writeFileSync(join(folder, 'main.cjs'), `/*${digest.digest('hex').slice(0, 16)}*/${text}`);
  }
}

/**
 * Escapes what esbuild leaves: characters in patterns. The launcher reads the scripts as Latin-1, so that a pattern with
 * such a character would never match.
 */
function asciiOnly(text: string): string {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
    // White space and dead branches are removed. Names are not shortened, so that stack traces stay readable.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    // undici then leaves out its second, experimental parser of HTTP (165 KB), as in Node's own build.
    define: { esbuildDetection: 'true' },
    // Its ES module uses `import.meta.url`, which the scripts of the program do not have.
    alias: { openpgp: OPENPGP },
  } satisfies BuildOptions;
  const built = await Promise.all([
    build({
      ...options,
      format: 'esm',
      splitting: true,
      entryPoints: ['src/main.ts', ...Object.values(APART).flat()].filter((module) => module.startsWith('src/')),
      entryNames: '[name]-[hash]',
      outdir: fresh,
      write: false,
      plugins: [leaveOutUnused, requireLate, adaptOpenPgp, loadBuiltinsLate, onlyVersions],
    }),
    build({
      ...options,
      format: 'esm',
      splitting: true,
      entryPoints: ['src/index.ts'],
      outdir: fresh,
      chunkNames: 'library/[name]-[hash]',
      plugins: [leaveOutUnused, adaptOpenPgp, onlyVersions],
      // CommonJS packages in the bundle call `require` for Node's own modules.
      banner: {
        js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
      },
    }),
  ]);
  writeScripts(fresh, built[0]);
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
