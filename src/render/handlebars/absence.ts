/** Names that lead nowhere: where that is an error, and which names its hints suggest. */
import { booleanKeyHint } from '../../chart/boolean-keys.ts';
import type { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import { isWhole, pathOf } from './ast.ts';
import type { Location, Mustache, Path } from './ast.ts';
import { CLOSED_FIELDS } from './context.ts';
import type { Evaluator, Frame } from './evaluation.ts';
import { ABSENT } from './helpers/types.ts';
import type { Output } from './output.ts';
import { chartPathOf } from './partials.ts';
import { absentFrom, explainAbsence, isScoped, lookupPath, Namespace, ROOT_NAMES, valuePathOf } from './scope.ts';
import type { Scope } from './scope.ts';
import { LITERAL_BRACES, straightQuotes } from './template-error.ts';

/**
 * Conditions, loops and arguments may name values that are absent. Throws for a path that leads nowhere only where it
 * must be a misspelling: for a name at the root, and for a field of `release`, `chart` and the others whose fields are
 * known. Inside partials, names that some call of a partial passes may be absent too.
 *
 * @throws {ValueError} `PKG_TEMPLATE_NAME_MISSING`
 */
export function checkAbsence(evaluator: Evaluator, path: Path, scope: Scope, frame: Frame): void {
  if (path.data && path.parts[0] !== 'root') return;
  const { container, name } = absentFrom(path, scope);
  if (container === scope.root) {
    if (mayBeMissing(evaluator, name, path, frame)) return;
    const near = nearest(name, ROOT_NAMES);
    const quoted = straightQuotes(name);
    const hints =
      quoted !== undefined
        ? [quoted]
        : /^\W+$/.test(name)
          ? [`put a text in quotes: "${name}"`]
          : near === undefined
            ? []
            : [`did you mean ${[near, ...path.parts.slice(1)].join('.')}?`];
    const inValues = scope.root.get('values');
    if (inValues instanceof Map && inValues.has(name)) hints.unshift(`did you mean values.${path.parts.join('.')}?`);
    if (frame.calls !== undefined && /\w/.test(name))
      hints.push(`if it is a parameter of this partial that no call gives, write this.${name}`);
    else if (hints.length === 0) hints.push(`templates know ${[...ROOT_NAMES].join(', ')}`);
    throw evaluator.error('PKG_TEMPLATE_NAME_MISSING', `${name} is not defined`, path.loc, frame, { hints });
  }
  for (const [root, fields] of [...CLOSED_FIELDS, ['chart', evaluator.host.chartFields] as const]) {
    if (container !== scope.root.get(root) || fields.has(name)) continue;
    const near = nearest(name, fields);
    throw evaluator.error('PKG_TEMPLATE_NAME_MISSING', `${root}.${name} is not defined`, path.loc, frame, {
      hints: [near === undefined ? `${root} has ${[...fields].join(', ')}` : `did you mean ${root}.${near}?`],
    });
  }
}

/** May a name at the root be absent because it is a parameter of the partial that runs? */
function mayBeMissing({ host }: Evaluator, name: string, path: Path, { calls, template }: Frame): boolean {
  if (calls === undefined || template.text !== undefined) return false;
  if (isScoped(path) || host.parameters.has(name)) return true;
  // A library chart cannot know all parameters that the charts using it pass to its partials.
  return chartPathOf(template.name) !== host.chartPath && nearest(name, ROOT_NAMES) === undefined;
}

/** The error for a mustache whose value is absent. */
export function absentValue(
  evaluator: Evaluator,
  node: Mustache,
  scope: Scope,
  frame: Frame,
  output: Output,
): PkgError {
  const path = pathOf(node.path);
  if (path === undefined || node.params.length > 0) {
    const what = path === undefined ? 'this expression' : path.original;
    const [file] = node.params;
    const isFile = /^files\.(?:get|lines)$/.test(what) && file?.type === 'StringLiteral';
    const message = isFile ? `there is no file ${file.value} in the chart` : `${what} gives no value here`;
    const more = isFile ? fileHints(file.value, scope) : what === 'get' ? keyHints(evaluator, node, scope, frame) : [];
    return evaluator.error('PKG_TEMPLATE_NAME_MISSING', message, node.loc, frame, {
      hints: [...more, 'give it a default: {{default "x" (…)}}'],
    });
  }
  const isPart = output.slots !== undefined && !isWhole(node, frame);
  return missingName(evaluator, path, scope, frame, { loc: node.loc, isPart });
}

/** The hint for `get` with a key that its map does not have. */
function keyHints(evaluator: Evaluator, { params }: Mustache, scope: Scope, frame: Frame): string[] {
  const [map, key] = params.map((param) => evaluator.expression(param, scope, frame));
  if (!isMap(map) || typeof key !== 'string' || map.size === 0) return [];
  const near = nearest(key, map.keys());
  if (near !== undefined) return [`did you mean ${printable(near)}?`];
  const keys = [...map.keys()].slice(0, MAX_KEYS).map((one) => printable(one));
  return [`the keys of the map are ${keys.join(', ')}${map.size > MAX_KEYS ? ', …' : ''}`];
}

/** The most keys that a hint lists. */
const MAX_KEYS = 10;

/** The hints for a file that is not there. */
function fileHints(name: string, { root }: Scope): string[] {
  const files = root.get('files');
  const glob = files instanceof Namespace ? files.get('glob') : undefined;
  const all = typeof glob === 'function' ? glob(['**'], () => ABSENT as never) : undefined;
  const near = isMap(all) ? nearest(name.replace(/^(?:\.?\/)+/, ''), all.keys()) : undefined;
  return [
    ...(near === undefined ? [] : [`did you mean ${printable(near)}?`]),
    'templates, charts and what .helmignore names are not files',
  ];
}

/**
 * The error for a path that leads nowhere, with the nearest names beside it.
 *
 * @param at where the error is, without it the path; `isPart`: the mustache is part of a text, where `{{optional …}}`
 *   does not help
 */
export function missingName(
  evaluator: Evaluator,
  path: Path,
  scope: Scope,
  frame: Frame,
  { loc, isPart = false }: { loc: Location; isPart?: boolean } = path,
): PkgError {
  const { known, missing, beside } = explainAbsence(path, scope);
  const candidates = known === '' && !path.data ? [...beside, ...scope.root.keys()] : beside;
  const near = nearest(missing, candidates);
  const full = known === '' ? missing : `${known}.${missing}`;
  const hints = near === undefined ? [] : [`did you mean ${known === '' ? near : `${known}.${near}`}?`];
  // A field such as `icon` is spelt right where this Chart.yaml just has none.
  if (known === 'chart' && evaluator.host.chartFields.has(missing))
    hints.splice(0, 1, `write ${missing} into the Chart.yaml of this chart`);
  const global =
    known === '' && !scope.root.has(missing)
      ? lookupPath({ ...path, parts: ['values', ...path.parts], original: 'values' }, scope)
      : ABSENT;
  if (global !== ABSENT) hints.unshift(`did you mean values.${path.parts.join('.')}?`);
  const [head = ''] = path.parts;
  if (path.depth > 0 && ROOT_NAMES.has(head)) {
    hints.unshift(`${head} means the same at every depth: write ${path.parts.join('.')}`);
  }
  if (known === 'values' && evaluator.host.chartPath.endsWith(`/charts/${missing}`))
    hints.unshift(
      `a subchart has its own values directly below values: ${['values', ...path.parts.slice(2)].join('.')}`,
    );
  if (path.depth > 0 && isLocal(head, scope))
    hints.unshift(`${head} means the same inside its block: write ${path.parts.join('.')}`);
  if (known === 'values' && isMap(scope.context) && scope.context !== scope.root && scope.context.has(missing)) {
    hints.unshift(`did you mean this.${missing}?`);
  }
  if (known === '' && isLoopName(missing, scope)) {
    hints.unshift(
      ['value', 'item', 'self', 'it'].includes(missing)
        ? 'the item of a loop is {{this}}'
        : `did you mean @${missing}?`,
    );
  }
  // Another call of a partial passes it by this name, so that what the context is has nothing to do with it.
  const isParameter =
    known === '' && path.depth === 0 && frame.calls !== undefined && evaluator.host.parameters.has(missing);
  const given = isParameter ? `add ${missing}=… to the call of this partial` : undefined;
  const elsewhere = (known === '' ? outerHint(path, missing, scope) : undefined) ?? given;
  if (elsewhere !== undefined) hints.unshift(elsewhere);
  const bracketed = unusualName(path, known, missing, beside);
  if (bracketed !== undefined) hints.unshift(bracketed);
  if (missing.startsWith('$')) hints.unshift(LITERAL_BRACES);
  const wrongKey = booleanKeyHint(missing, new Set(beside));
  if (wrongKey !== undefined) hints.unshift(wrongKey);
  const holder = holderHint(evaluator, known, path, scope);
  const optional = isPart ? '' : ` or {{optional ${path.original}}}`;
  hints.push(holder ?? `if it may be missing, write {{default "…" ${path.original}}}${optional}`);
  const message = `${path.data ? `@${full.replace(/^@/, '')}` : full} is not defined`;
  const valuePath = isParameter ? undefined : valuePathOf(path, scope);
  const error = evaluator.error('PKG_TEMPLATE_NAME_MISSING', message, loc, frame, { hints, valuePath });
  error.isMissing = valuePath !== undefined && holder === undefined;
  return error;
}

/** The hint for a name that a context further out has. */
function outerHint(path: Path, name: string, scope: Scope): string | undefined {
  let at = path.data ? undefined : scope.parent;
  for (let depth = 1; at !== undefined; depth++, at = at.parent)
    if (isMap(at.context) && at.context !== at.root && at.context.has(name))
      return `inside {{#each}} and {{#with}} a name is a field of the item: write ${'../'.repeat(path.depth + depth)}${path.parts.join('.')}`;
  return undefined;
}

/** The hint for a name of a list or of a text, behind which a helper may be written, and for the length of a map. */
function holderHint({ host }: Evaluator, known: string, path: Path, scope: Scope): string | undefined {
  const { container, name } = absentFrom(path, scope);
  if (known === '' || path.data || container === ABSENT || container === null) return undefined;
  if (Array.isArray(container)) {
    if (/^\d+$/.test(name)) return undefined;
    return `${known} is a list: {{#each ${known}}} goes through its items, and ${known}.[0] is the first`;
  }
  if (isMap(container) && name === 'length') return `${known} is a map: (len ${known}) counts its keys`;
  if (typeof container === 'object' || typeof container === 'function') return undefined;
  const what = typeof container === 'string' ? 'a text' : typeof container === 'boolean' ? 'a boolean' : 'a number';
  const helper = host.findHelper(name) === undefined ? '' : `; a helper comes first: {{${name} ${known}}}`;
  return `${known} is ${what}, and has no names${helper}`;
}

/** Is this a name of `as |name|` of a block around? */
function isLocal(name: string, scope: Scope): boolean {
  for (let { locals } = scope; locals !== undefined; locals = locals.outer)
    if (locals.names.includes(name)) return true;
  return false;
}

/** Is this `key`, `index` or `value` inside a loop, where `@key`, `@index` or `this` is meant? */
function isLoopName(name: string, { data }: Scope): boolean {
  return data.index !== undefined && ['key', 'index', 'first', 'last', 'value', 'item', 'self', 'it'].includes(name);
}

/** The hint for `labels.app.kubernetes.io/name`, where points and slashes are part of a key. */
function unusualName(path: Path, known: string, missing: string, beside: readonly string[]): string | undefined {
  const at = path.original.indexOf(missing, known.length);
  const rest = path.original.slice(at);
  const key =
    beside.find((one) => one === rest) ?? beside.find((one) => /[./]/.test(one) && rest.startsWith(`${one}.`));
  if (key === undefined && !/^[\w-]+(?:\.[\w-]+)+\/[\w.-]+$/.test(rest)) return undefined;
  const written = key ?? rest;
  return `put a name with points or slashes in brackets: ${[known, `[${written}]`].filter((part) => part !== '').join('.')}${rest.slice(written.length)}`;
}
