/**
 * A lint rule: which folder of `src` may import which. Static, dynamic and re-exporting imports count;
 * imports of types alone run freely (but nothing imports `commands`).
 *
 * `release/plan*.ts` decides what is to be done and never touches a cluster, so it is a room of its own;
 * so is `render/functions`, which both template engines use and which knows neither.
 */
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every room, and the rooms it may import. `common` is the files directly in `src` (errors); all may import it. */
const MAY_IMPORT = {
  main: ['commands', 'terminal'],
  index: ['release', 'plan', 'render', 'chart', 'cluster', 'repository', 'yaml'],
  commands: ['terminal', 'release', 'plan', 'render', 'functions', 'chart', 'cluster', 'repository', 'yaml'],
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

/** Pure helpers about objects, open to rooms that may not import the rest of `cluster`. */
const PURE_CLUSTER = ['src/cluster/cluster.ts', 'src/cluster/managed-fields.ts', 'src/cluster/scope.ts'];
const PURE_CLUSTER_READERS = ['plan', 'render', 'chart'];

const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** The room of a file of `src`, given by its path from the root. */
function roomOf(path) {
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
  const room = roomOf(from);
  const target = roomOf(to);
  if (room === target || target === 'common') return undefined;
  if (typesOnly && target !== 'commands') return undefined;
  if (PURE_CLUSTER.includes(to) && PURE_CLUSTER_READERS.includes(room)) return undefined;
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return `${from} lies in a folder that scripts/lint-rooms.js does not know`;
  if (allowed.includes(target)) return undefined;
  return `${room} may not import ${target} (${to}); it may import: ${allowed.join(', ') || 'only the files directly in src'}`;
}

const rooms = {
  create(context) {
    const file = relative(projectRoot, context.filename).split(sep).join('/');
    if (!file.startsWith('src/')) return {};

    function check(node, typesOnly) {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const target = join(dirname(file), specifier).split(sep).join('/');
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

export default { meta: { name: 'pkg' }, rules: { rooms } };
