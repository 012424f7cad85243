/** Where a value came from. Nothing is worked out until somebody asks. */
import { locateKeys } from '../yaml/locate.ts';
import { isMap } from '../yaml/value.ts';
import type { Value, ValueMap } from '../yaml/value.ts';
import type { Chart } from './chart.ts';
import { applySet, applySetJson, applySetLiteral, typedValue } from './set.ts';
import type { ValueSources } from './user-values.ts';

/** Answers where a value came from: `prod.yaml:12:3`, `--set image.tag`, `web/values.yaml:4:1`. */
export type Origins = {
  /** Where the value of this name was given; undefined when nobody gave it. */
  find: (path: readonly (string | number)[]) => Promise<string | undefined>;
  /** Where the innermost map was given that a name, which may have no value, belongs into. */
  around: (path: readonly (string | number)[]) => Promise<string | undefined>;
};

/**
 * Prepares the answers for a chart and the user's flags.
 *
 * @param texts what the values files held when they were read
 */
export function createOrigins(chart: Chart, sources: ValueSources, texts: ReadonlyMap<string, string>): Origins {
  const given = async (path: readonly (string | number)[]): Promise<string | undefined> =>
    fromFlags(path, sources) ?? (await fromFiles(path, sources, texts)) ?? (await fromChart(path, chart));
  const find: Origins['find'] = async (path) => {
    const origin = await given(path);
    // What a subchart has below `global` is a copy of what its parent has there.
    const global = path.lastIndexOf('global');
    return origin === undefined && global > 0 ? given(path.slice(global)) : origin;
  };
  return {
    find,
    async around(path) {
      for (let length = path.length; length > 0; length--) {
        const origin = await find(path.slice(0, length));
        if (origin !== undefined) return origin;
      }
      return undefined;
    },
  };
}

function fromFlags(path: readonly (string | number)[], sources: ValueSources): string | undefined {
  const kinds: [string, readonly string[], (into: ValueMap, text: string) => void][] = [
    ['--set-literal', sources.setLiteral, applySetLiteral],
    ['--set-file', sources.setFile, (into, text) => applySet(into, text, '--set-file', () => '')],
    ['--set-string', sources.setString, (into, text) => applySet(into, text, '--set-string', (value) => value)],
    ['--set', sources.set, (into, text) => applySet(into, text, '--set', typedValue)],
    [
      '--set-json',
      sources.setJson,
      (into, text) => applySetJson(into, text, (over) => over.forEach((value, key) => into.set(key, value))),
    ],
  ];
  for (const [flag, texts, apply] of kinds) {
    for (const text of texts.toReversed()) {
      const values: ValueMap = new Map();
      apply(values, text);
      // Only the path is shown: the value may be a secret.
      if (has(values, path)) return `${flag} ${path.join('.')}`;
    }
  }
  return undefined;
}

async function fromFiles(
  path: readonly (string | number)[],
  sources: ValueSources,
  texts: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  for (const file of sources.valueFiles.toReversed()) {
    const found = await locateKeys(texts.get(file) ?? '', [...path]);
    if (found !== undefined) return `${file === '-' ? 'standard input' : file}:${found.line}:${found.column}`;
  }
  return undefined;
}

async function fromChart(path: readonly (string | number)[], chart: Chart): Promise<string | undefined> {
  if (chart.valuesFile !== undefined) {
    const found = await locateKeys(Buffer.from(chart.valuesFile.data).toString('utf8'), [...path]);
    if (found !== undefined) return `${chart.location}/${chart.valuesFile.name}:${found.line}:${found.column}`;
  }
  const [name, ...rest] = path;
  const alias = chart.metadata.dependencies.find((dependency) => dependency.alias === name)?.name;
  const child = chart.dependencies.find(({ metadata }) => metadata.name === name || metadata.name === alias);
  return child === undefined || rest.length === 0 ? undefined : fromChart(rest, child);
}

function has(values: ValueMap, path: readonly (string | number)[]): boolean {
  let at: Value | undefined = values;
  for (const name of path) {
    at = isMap(at) ? at.get(String(name)) : Array.isArray(at) ? at[Number(name)] : undefined;
    if (at === undefined) return false;
  }
  return true;
}
