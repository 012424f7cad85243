/**
 * Reads texts as Helm's lint does, with k8s.io/apimachinery's decoder of streams, and takes the head of each object.
 */
import { printable } from '../../../errors-text.ts';
import { YamlError } from '../../../yaml/yaml-error.ts';
import { parseJson } from '../../../yaml/json.ts';
import { readFirstDocument } from '../../../yaml/read.ts';
import { fromPlain, isMap } from '../../../yaml/value.ts';
import type { Value, ValueMap } from '../../../yaml/value.ts';
import { textOf } from '../../../chart/fields.ts';

/** The fields that tell which object it is; empty where they are missing. */
export type Head = { apiVersion: string; kind: string; name: string };

/** A document that is not empty, with its head. */
export type ManifestDocument = { value: ValueMap; head: Head };

/** The documents of a text, up to the first error. */
export type ManifestText = { documents: ManifestDocument[]; error?: string };

/**
 * Reads the documents of a text, given as one character for each byte. Empty ones are left out.
 *
 * A text that begins with `{` is read as JSON, one object after the other, until that fails; the rest is YAML, but
 * not behind a second object.
 *
 * @returns the documents, and the error at which Helm stops reading, in one sentence
 */
export function readText(bytes: string): ManifestText {
  const { documents, rest, error } = /^\s*\{/.test(bytes) ? readJsonStream(bytes) : { documents: [], rest: 0 };
  if (error !== undefined) return { documents, error };
  const line = bytes.slice(0, rest).split('\n').length;
  for (const chunk of chunksOf(bytes.slice(rest), line)) {
    const read = readChunk(chunk);
    if (typeof read === 'string') return { documents, error: read };
    if (read !== undefined) documents.push(read);
  }
  return { documents };
}

/** The JSON objects at the beginning of a text, and the offset behind them. */
function readJsonStream(bytes: string): ManifestText & { rest: number } {
  const documents: ManifestDocument[] = [];
  let rest = 0;
  for (;;) {
    const end = jsonEnd(bytes, rest);
    const read = readJson(bytes.slice(rest, end));
    if (read === undefined) break;
    documents.push(read);
    rest = end;
  }
  const isOver = bytes.slice(rest).trim() === '';
  if (!isOver && documents.length > 1) {
    return { documents, rest, error: `what follows the object ${documents.length} is not JSON` };
  }
  // White space up to the end of the line, or up to the next character in it, is skipped.
  return { documents, rest: rest + (/^\s*?(?:\n|(?=\S)|$)/.exec(bytes.slice(rest))?.[0].length ?? 0) };
}

/** The end of the object, list or word that begins at an offset. */
function jsonEnd(bytes: string, from: number): number {
  let depth = 0;
  const token = /\s*(?:([{[])|([}\]])|"(?:[^"\\]|\\[^])*"|[,:]|[^\s{}[\]",:]+)/y;
  token.lastIndex = from;
  for (let match = token.exec(bytes); match !== null; match = token.exec(bytes)) {
    if (match[1] !== undefined) depth++;
    if (match[2] !== undefined) depth--;
    if (depth <= 0) return token.lastIndex;
  }
  return bytes.length;
}

/** A JSON object; undefined for other text, and for one whose head is not text. */
function readJson(bytes: string): ManifestDocument | undefined {
  let value: Value;
  try {
    value = fromPlain(parseJson(Buffer.from(bytes, 'latin1').toString('utf8'), ''));
  } catch {
    return undefined;
  }
  if (!isMap(value)) return undefined;
  const head = headOf(value, (item) => (item === null || typeof item === 'string' ? (item ?? '') : undefined));
  return typeof head === 'string' ? undefined : { value, head };
}

type Chunk = { text: string; line: number } | { separator: string; line: number };

/** Cuts a text at lines that begin with `---`, behind which only a comment may stand. */
function* chunksOf(bytes: string, first: number): Generator<Chunk> {
  let lines: string[] = [];
  let start = first;
  for (const [index, line] of bytes.replaceAll('\r\n', '\n').split('\n').entries()) {
    if (!line.startsWith('---')) {
      lines.push(line);
      continue;
    }
    const rest = line.slice(3).trim();
    if (rest !== '' && !rest.startsWith('#')) return yield { separator: line, line: first + index };
    if (lines.length > 0) yield { text: `${lines.join('\n')}\n`, line: start };
    lines = [];
    start = first + index + 1;
  }
  yield { text: `${lines.join('\n')}\n`, line: start };
}

function readChunk(chunk: Chunk): ManifestDocument | string | undefined {
  if ('separator' in chunk) {
    return `line ${chunk.line} is not a separator of documents: ${printable(chunk.separator)}`;
  }
  const { text, line } = chunk;
  let value: Value;
  try {
    value = readFirstDocument(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return errorOf(error, text, line);
  }
  if (value === null) return undefined;
  if (!isMap(value)) return `the document from line ${line} is not an object`;
  const head = headOf(hasNumber(value) ? (readFirstDocument(text, 'text') as ValueMap) : value);
  return typeof head === 'string' ? `in the document from line ${line}, ${head}` : { value, head };
}

/** Is there a number in the head, as `apiVersion: 1.10`? Its value does not tell how it is written. */
function hasNumber(value: ValueMap): boolean {
  for (const [key, item] of value) {
    if (typeof item === 'number') return true;
    if (key.toLowerCase() === 'metadata' && isMap(item) && hasNumber(item)) return true;
  }
  return false;
}

function errorOf(error: YamlError, text: string, line: number): string {
  const before = Buffer.from(text, 'latin1').toString('utf8').slice(0, error.at).split('\n').length - 1;
  const shown = Buffer.from(text.split('\n')[before] ?? '', 'latin1').toString('utf8');
  return `${error.message} (line ${line + before}: ${printable(shown, 120)})`;
}

/**
 * The head of an object, as Go's JSON decoder fills it: the case of keys does not count.
 *
 * @param asText gives the text of a field; undefined where it has none
 * @returns the error, as a text, where it cannot be filled
 */
function headOf(value: ValueMap, asText: (item: Value) => string | undefined = textOf): Head | string {
  const head: Head = { apiVersion: '', kind: '', name: '' };
  let problem: string | undefined;
  const fill = (map: ValueMap, fields: Readonly<Record<string, (item: Value) => void>>): void => {
    for (const key of [...map.keys()].sort()) fields[key.toLowerCase()]?.(map.get(key) ?? null);
  };
  const text = (name: string, set: (text: string) => void) => (item: Value) => {
    const found = asText(item);
    if (found === undefined) problem ??= `${name} is not a text`;
    else if (item !== null) set(found);
  };
  fill(value, {
    apiversion: text('apiVersion', (found) => (head.apiVersion = found)),
    kind: text('kind', (found) => (head.kind = found)),
    metadata: (item) => {
      if (isMap(item)) {
        fill(item, {
          name: text('metadata.name', (found) => (head.name = found)),
          namespace: text('metadata.namespace', () => {}),
        });
      } else if (item !== null) problem ??= 'metadata is not a map';
    },
  });
  return problem ?? head;
}
