/** The values that the user gives: `-f` files and the `--set` family, merged in Helm's order. */
import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { nearest } from '../nearest.ts';
import { FileReadError, readUserFile } from '../read-file.ts';
import { decodeFile } from '../utf8.ts';
import { requireUtf8 } from '../yaml/encoding.ts';
import { parseYamlDocuments } from '../yaml/read.ts';
import type { YamlOptions } from '../yaml/read.ts';
import { isMap } from '../yaml/value.ts';
import type { ValueMap } from '../yaml/value.ts';
import { applySet, applySetJson, applySetLiteral, typedValue } from './set.ts';
import { mergeValues } from './values.ts';

/** The flags that values come from, each in the order it was given. `-` as a file is standard input. */
export type ValueSources = {
  valueFiles: readonly string[];
  setJson: readonly string[];
  set: readonly string[];
  setString: readonly string[];
  setFile: readonly string[];
  setLiteral: readonly string[];
};

/** No flags with values. */
export const NO_SOURCES: ValueSources = {
  valueFiles: [],
  setJson: [],
  set: [],
  setString: [],
  setFile: [],
  setLiteral: [],
};

/** The user's values, and the texts of the values files by the names that were given: a pipe can be read once only. */
export type UserValues = { values: ValueMap; texts: ReadonlyMap<string, string> };

type ReadingOptions = { writtenKeys?: boolean; known?: ReadonlyMap<string, string> };

/**
 * Reads and merges the user's values.
 *
 * @param stdin gives the text of standard input, as `decodeFile` returns it
 * @param options.writtenKeys for a chart that {@link keepsWrittenKeys}
 * @param options.known texts of values files that were read before
 * @throws {PkgError} `PKG_FILE_UNREADABLE`, `PKG_VALUES_INVALID`, `PKG_YAML_SYNTAX`, `PKG_SET_SYNTAX`
 */
export async function readUserValues(
  sources: ValueSources,
  stdin?: () => Promise<string>,
  { writtenKeys = false, known }: ReadingOptions = {},
): Promise<UserValues> {
  let values: ValueMap = new Map();
  const texts = new Map<string, string>(known);
  for (const file of sources.valueFiles) {
    const text =
      texts.get(file) ?? (file === '-' && stdin !== undefined ? await stdin() : readText(file, 'values file'));
    texts.set(file, text);
    for (const document of valueDocuments(text, file === '-' ? 'standard input' : file, writtenKeys)) {
      values = mergeValues(values, document);
    }
  }
  for (const text of sources.setJson) applySetJson(values, text, (over) => (values = mergeValues(values, over)));
  for (const text of sources.set) applySet(values, text, '--set', typedValue);
  for (const text of sources.setString) applySet(values, text, '--set-string', (value) => value);
  if (sources.setFile.length > 0) {
    const read = await fileReader(sources.setFile, texts, stdin);
    for (const text of sources.setFile) applySet(values, text, '--set-file', read);
  }
  for (const text of sources.setLiteral) applySetLiteral(values, text);
  return { values, texts };
}

/**
 * Reads every document of a values file; each must be a map.
 *
 * @param writtenKeys for a chart that {@link keepsWrittenKeys}
 * @throws {PkgError} `PKG_VALUES_INVALID` for a document that is not a map; `PKG_YAML_SYNTAX`, `PKG_YAML_TOO_COMPLEX`
 */
export function valueDocuments(text: string, file: string, writtenKeys = false): ValueMap[] {
  requireUtf8(text, file);
  const options: YamlOptions = { stream: true, ...(writtenKeys && { keys: 'written' }) };
  return parseYamlDocuments(text.startsWith('\ufeff') ? text.slice(1) : text, file, options).flatMap((document) => {
    if (document === null) return [];
    if (isMap(document)) return [document];
    throw new PkgError('PKG_VALUES_INVALID', 'the values in this file are not a map', {
      at: { file, line: 1 },
      hints: ['write values as lines of KEY: VALUE'],
    });
  });
}

/** The key of {@link UserValues.texts} for the text that `--set-file a=-` read from standard input. */
const FROM_INPUT = '--set-file -';

/**
 * Reads the files that `--set-file` names. They are read first, since the parser of the flags cannot wait for them. As in
 * Helm, standard input is read once, by a values file or by the first flag that names it, and is empty for all others.
 *
 * @returns a function that gives the text of a file
 */
async function fileReader(
  flags: readonly string[],
  known: Map<string, string>,
  stdin: (() => Promise<string>) | undefined,
): Promise<(path: string) => string> {
  const texts = new Map<string, string>();
  const collect = (path: string): string => {
    texts.set(path, '');
    return '';
  };
  for (const text of flags) applySet(new Map(), text, '--set-file', collect);
  for (const path of texts.keys()) {
    if (path.trim() !== '-') texts.set(path, readText(path, 'file of --set-file'));
    else if (!known.has('-') && !known.has(FROM_INPUT) && stdin !== undefined) known.set(FROM_INPUT, await stdin());
  }
  let input = known.get(FROM_INPUT) ?? '';
  return (path) => {
    if (path.trim() !== '-') return texts.get(path) ?? '';
    const text = input;
    input = '';
    return text;
  };
}

/** A file's text. Bytes that are not UTF-8 are not lost: `--set-file` may bring a key store for `b64enc`. */
function readText(file: string, what: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(file)) {
    throw new PkgError('PKG_FILE_UNREADABLE', `the ${what} ${printable(file)} is a URL, and only files can be read`, {
      hints: ['download it first, or pipe it: curl URL | pkg … -f -'],
    });
  }
  try {
    return decodeFile(readUserFile(file));
  } catch (error) {
    if (!(error instanceof FileReadError)) throw error;
    const near = error.code === 'ENOENT' ? nearest(basename(file), filesBeside(file)) : undefined;
    throw new PkgError('PKG_FILE_UNREADABLE', `the ${what} ${printable(file)} ${error.reason}`, {
      hints: near === undefined ? [] : [`did you mean ${printable(near)}?`],
      cause: error,
    });
  }
}

function filesBeside(file: string): string[] {
  try {
    return readdirSync(dirname(file)).filter((name) => name !== basename(file));
  } catch {
    return [];
  }
}
