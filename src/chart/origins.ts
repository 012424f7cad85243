/** Finds where a value was given, for error messages. Files are searched only when an error needs it. */
import { pathText } from './path-text.ts';
import { locatePlain } from '../yaml/locate.ts';
import { resolvePlainScalar } from '../yaml/scalar.ts';
import { valueAt } from '../yaml/value.ts';
import type { Value, ValueMap, ValuePath } from '../yaml/value.ts';
import type { Chart } from './chart.ts';
import { applySet, applySetJson, applySetLiteral, typedValue } from './set.ts';
import type { ValueSources } from './user-values.ts';

/** Where values were given: `prod.yaml:12:3`, `--set image.tag`, `web/values.yaml:4:1`. */
export type Origins = {
  /** Where the value at a path was given; undefined where it was not given. */
  find: (path: ValuePath) => Promise<string | undefined>;
  /** A value that is written without quotes in a values file, and where; undefined for any other. */
  plain: (path: ValuePath) => Promise<{ origin: string; text: string } | undefined>;
  /** The numbers and booleans that values files hold without quotes and in another spelling: of 1.10, 0644 and yes. */
  respelt: () => ReadonlySet<Value>;
  /** The integers beyond 2^53 in `--set` flags. Helm keeps these exact, and reads those of files as floats. */
  wideIntegers: () => ReadonlySet<bigint>;
  /** Where the innermost existing map on a path was given. The path itself need not have a value. */
  around: (path: ValuePath) => Promise<string | undefined>;
};

/**
 * Makes the functions for a chart and the user's flags.
 *
 * @param texts the texts of the values files when they were read
 */
export function createOrigins(chart: Chart, sources: ValueSources, texts: ReadonlyMap<string, string>): Origins {
  const given = (path: ValuePath): Given | undefined => {
    const flag = fromFlags(path, sources);
    if (flag !== undefined) return { origin: flag };
    return fromFiles(path, sources, texts) ?? fromChart(path, chart);
  };
  const locate = (path: ValuePath): Given | undefined => {
    const found = given(path);
    // The `global` block of a subchart is a copy of its parent's, so it is looked up there.
    const global = path.lastIndexOf('global');
    return found === undefined && global > 0 ? given(path.slice(global)) : found;
  };
  const find: Origins['find'] = async (path) => locate(path)?.origin;
  return {
    find,
    async plain(path) {
      const found = locate(path);
      return found?.plain === undefined ? undefined : { origin: found.origin, text: found.plain };
    },
    respelt: () => new Set([...texts.values(), ...valuesTexts(chart)].flatMap((text) => respeltIn(text))),
    wideIntegers: () =>
      new Set(sources.set.flatMap((text) => (text.match(/[-+]?[0-9]{16,19}/g) ?? []).map((digits) => BigInt(digits)))),
    async around(path) {
      for (let length = path.length; length > 0; length--) {
        const origin = await find(path.slice(0, length));
        if (origin !== undefined) return origin;
      }
      return undefined;
    },
  };
}

/** Where a value was given, and its text there if it is written without quotes. */
type Given = { origin: string; plain?: string };

/** Matches a number other than the shortest decimal integer, and a boolean other than `true` and `false`. */
const UNUSUAL_SCALAR =
  /(?:^|[\s:,[{-])([-+]?(?:0[0-9a-fA-FxXoO_]+|[0-9_]*\.[0-9_]*|[0-9._]+[eE][-+]?[0-9]+|[0-9]+_[0-9_]*)|\+[0-9]+|-0|[yYnN]|[yY]es|YES|[nN]o|NO|[oO]n|ON|[oO]ff|OFF|True|TRUE|False|FALSE)[ \t]*(?=[\r\n,\]}#]|$)/gm;

/**
 * Lines of comments hold no values, but in most files all unusual scalars. Each match makes a native render look up the
 * positions of values: 5 ms of 114 for cert-manager.
 */
const COMMENT_LINE = /^[ \t]*#.*$/gm;

function respeltIn(text: string): Value[] {
  return Array.from(text.replaceAll(COMMENT_LINE, '').matchAll(UNUSUAL_SCALAR), ([, written = '']) => ({
    written,
    value: resolvePlainScalar(written),
  })).flatMap(({ written, value }) => (typeof value === 'string' || String(value) === written ? [] : [value]));
}

function valuesTexts(chart: Chart): string[] {
  const own = chart.valuesFile === undefined ? [] : [Buffer.from(chart.valuesFile.data).toString('utf8')];
  return [...own, ...chart.dependencies.flatMap((child) => valuesTexts(child))];
}

function fromFlags(path: ValuePath, sources: ValueSources): string | undefined {
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
      if (valueAt(values, path) !== undefined) return `${flag} ${pathText(path)}`;
    }
  }
  return undefined;
}

function fromFiles(path: ValuePath, sources: ValueSources, texts: ReadonlyMap<string, string>): Given | undefined {
  for (const file of sources.valueFiles.toReversed()) {
    const found = locatePlain(texts.get(file) ?? '', [...path]);
    if (found !== undefined) return givenAt(file === '-' ? 'standard input' : file, found);
  }
  return undefined;
}

function givenAt(file: string, { line, column, plain }: { line: number; column: number; plain?: string }): Given {
  return { origin: `${file}:${line}:${column}`, ...(plain !== undefined && { plain }) };
}

function fromChart(path: ValuePath, chart: Chart): Given | undefined {
  if (chart.valuesFile !== undefined) {
    const found = locatePlain(Buffer.from(chart.valuesFile.data).toString('utf8'), [...path]);
    if (found !== undefined) return givenAt(`${chart.location}/${chart.valuesFile.name}`, found);
  }
  const [name, ...rest] = path;
  const alias = chart.metadata.dependencies.find((dependency) => dependency.alias === name)?.name;
  const child = chart.dependencies.find(({ metadata }) => metadata.name === name || metadata.name === alias);
  return child === undefined || rest.length === 0 ? undefined : fromChart(rest, child);
}
