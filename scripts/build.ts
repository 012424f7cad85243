/**
 * `npm run build`: bundles `src` and the packages it uses into `dist`.
 *
 * - `dist/main.js` is what `bin/pkg.js` starts, `dist/index.js` the library. Each dynamic import becomes a
 *   chunk of its own, so that a command loads only what it runs.
 * - `dist/*.d.ts` are the library's types.
 * - `dist/THIRD-PARTY-NOTICES.txt` holds the licences of every package that is in the bundle.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';

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

/** Licences for every package of the bundle, one after the other, in order of their names. */
function thirdPartyNotices(metafile: Metafile): string {
  const folders = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
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

const output = join(root, 'dist');
const workshop = join(root, 'node_modules/.cache', `build-${process.pid}`);
const fresh = join(workshop, 'new');
mkdirSync(workshop, { recursive: true });
try {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts', 'src/index.ts'],
    outdir: fresh,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Names stay readable in stack traces; what can go without harm goes: whitespace and dead branches.
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [leaveOutUnused],
    // CommonJS packages in the bundle call `require` for Node's own modules.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
  });
  writeFileSync(join(fresh, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(metafile));
  if (process.argv.includes('--metafile')) writeFileSync(join(fresh, 'meta.json'), JSON.stringify(metafile));
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
