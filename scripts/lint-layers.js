/**
 * Lint rules about imports. `layers`: which folder of `src` may import which. Static, dynamic and re-exporting imports
 * count; imports of types alone run freely (but nothing imports `commands`). `cycles`: no file leads back to itself,
 * and here types and dynamic imports count too (`import/no-cycle` looks at neither).
 *
 * `release/plan*.ts` decides what is to be done and never touches a cluster, so it is a layer of its own;
 * so is `render/functions`, which both template engines use and which knows neither.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every layer, and the layers it may import. `common` is the files directly in `src` (errors); all may import it. */
const MAY_IMPORT = {
  main: ['commands', 'terminal'],
  index: ['release', 'plan', 'render', 'chart', 'cluster', 'repository', 'yaml'],
  commands: ['terminal', 'convert', 'release', 'plan', 'render', 'functions', 'chart', 'cluster', 'repository', 'yaml'],
  convert: ['render', 'chart', 'yaml'],
  release: ['plan', 'render', 'chart', 'cluster', 'yaml'],
  plan: ['render', 'chart', 'yaml'],
  repository: ['network', 'chart', 'yaml'],
  render: ['functions', 'chart', 'yaml'],
  functions: ['chart', 'yaml'],
  chart: ['yaml'],
  cluster: ['network', 'yaml'],
  network: [],
  terminal: [],
  yaml: [],
  common: [],
};

/** Pure helpers about objects, open to layers that may not import the rest of `cluster`. */
const PURE_CLUSTER = ['src/cluster/cluster.ts', 'src/cluster/managed-fields.ts', 'src/cluster/scope.ts'];
const PURE_CLUSTER_READERS = ['plan', 'render', 'chart'];

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The layer of a file of `src`, given by its path from the root. */
function layerOf(path) {
  const [, folder, file, nested] = path.split('/');
  if (path === 'src/main.ts') return 'main';
  if (path === 'src/index.ts') return 'index';
  if (file === undefined) return 'common';
  if (folder === 'release' && /^plan[^/]*\.ts$/.test(file)) return 'plan';
  if (folder === 'render' && file === 'functions' && nested !== undefined) return 'functions';
  return folder;
}

/** Why `from` may not import `to` (paths from the root), or undefined when it may. */
export function whyForbidden(from, to, typesOnly) {
  const layer = layerOf(from);
  const target = layerOf(to);
  if (layer === target || target === 'common') return undefined;
  if (typesOnly && target !== 'commands') return undefined;
  if (PURE_CLUSTER.includes(to) && PURE_CLUSTER_READERS.includes(layer)) return undefined;
  const allowed = MAY_IMPORT[layer];
  if (allowed === undefined) return `${from} lies in a folder that scripts/lint-layers.js does not know`;
  if (allowed.includes(target)) return undefined;
  return `${layer} may not import ${target} (${to}); it may import: ${allowed.join(', ') || 'only the files directly in src'}`;
}

/** The file that an import names, as a path from the root; undefined for packages. */
function targetOf(file, specifier) {
  return specifier.startsWith('.') ? join(dirname(file), specifier).split(sep).join('/') : undefined;
}

const IMPORT = /^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)/gm;
const importsByFile = new Map();

/** The files that a file imports in any way; none for one that is not there. */
function importsOf(file) {
  let targets = importsByFile.get(file);
  if (targets === undefined) {
    let text = '';
    try {
      text = readFileSync(join(projectRoot, file), 'utf8');
    } catch {
      // The compiler says that it is missing.
    }
    targets = [...text.matchAll(IMPORT)].map(([, from, lazy]) => targetOf(file, from ?? lazy)).filter(Boolean);
    importsByFile.set(file, targets);
  }
  return targets;
}

/** The shortest way from one file to another, both included; undefined where there is none. */
function wayBetween(from, to) {
  const before = new Map([[from, undefined]]);
  for (const file of before.keys()) {
    if (file === to) {
      const way = [];
      for (let at = to; at !== undefined; at = before.get(at)) way.unshift(at);
      return way;
    }
    for (const target of importsOf(file)) if (!before.has(target)) before.set(target, file);
  }
  return undefined;
}

const cycles = {
  create(context) {
    const file = relative(projectRoot, context.filename).split(sep).join('/');
    if (!file.startsWith('src/')) return {};

    function check(node) {
      const specifier = node.source?.value;
      const target = typeof specifier === 'string' ? targetOf(file, specifier) : undefined;
      const way = target === undefined ? undefined : wayBetween(target, file);
      if (way !== undefined) context.report({ node, message: `the file leads back to itself: ${way.join(' > ')}` });
    }

    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

const layers = {
  create(context) {
    const file = relative(projectRoot, context.filename).split(sep).join('/');
    if (!file.startsWith('src/')) return {};

    function check(node, typesOnly) {
      const specifier = node.source?.value;
      const target = typeof specifier === 'string' ? targetOf(file, specifier) : undefined;
      if (target === undefined) return;
      const why = whyForbidden(file, target, typesOnly);
      if (why !== undefined) context.report({ node, message: why });
    }

    return {
      ImportDeclaration: (node) => check(node, node.importKind === 'type'),
      ExportNamedDeclaration: (node) => check(node, node.exportKind === 'type'),
      ExportAllDeclaration: (node) => check(node, node.exportKind === 'type'),
      ImportExpression: (node) => check(node, false),
    };
  },
};

export default { meta: { name: 'pkg' }, rules: { cycles, layers } };
