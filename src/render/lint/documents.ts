/** Texts as Helm's lint reads them: k8s.io/apimachinery's decoder of streams, into the head of an object. */
import { printable } from '../../errors-text.ts';
import { YamlFault } from '../../yaml/fault.ts';
import { parseJson } from '../../yaml/json.ts';
import { readFirstDocument } from '../../yaml/read.ts';
import { fromPlain, isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { textOf } from '../../chart/fields.ts';

/** What is looked at of an object; what it does not say is empty. */
export type Head = { apiVersion: string; kind: string; name: string };

/** A document that holds something, with its head. */
export type ReadDocument = { value: ValueMap; head: Head };

/** What a text holds, up to the first thing that is no document of an object. */
export type ReadText = { documents: ReadDocument[]; fault?: string };

/**
 * Reads the documents of a text, given as bytes, one a character. Those that hold nothing are left out.
 *
 * @returns with the fault, in one sentence, at which Helm stops reading
 */
export function readText(bytes: string): ReadText {
  const documents: ReadDocument[] = [];
  for (const chunk of chunksOf(bytes)) {
    const read = readChunk(chunk);
    if (typeof read === 'string') return { documents, fault: read };
    if (read !== undefined) documents.push(read);
  }
  return { documents };
}

type Chunk = { text: string; line: number } | { separator: string; line: number };

/** Cuts a text at lines that begin with `---`, behind which only a comment may stand. */
function* chunksOf(bytes: string): Generator<Chunk> {
  let lines: string[] = [];
  let start = 1;
  for (const [index, line] of bytes.replaceAll('\r\n', '\n').split('\n').entries()) {
    if (!line.startsWith('---')) {
      lines.push(line);
      continue;
    }
    const rest = line.slice(3).trim();
    if (rest !== '' && !rest.startsWith('#')) return yield { separator: line, line: index + 1 };
    if (lines.length > 0) yield { text: `${lines.join('\n')}\n`, line: start };
    lines = [];
    start = index + 2;
  }
  yield { text: `${lines.join('\n')}\n`, line: start };
}

function readChunk(chunk: Chunk): ReadDocument | string | undefined {
  if ('separator' in chunk) {
    return `line ${chunk.line} is no separator of documents: ${printable(chunk.separator)}`;
  }
  const { text, line } = chunk;
  let value: Value;
  try {
    value = readFirstDocument(text);
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    const json = readJson(text);
    if (json === undefined) return faultOf(error, text, line);
    value = json;
  }
  if (value === null) return undefined;
  if (!isMap(value)) return `the document from line ${line} is no object`;
  const head = headOf(value);
  return typeof head === 'string' ? `in the document from line ${line}, ${head}` : { value, head };
}

/** JSON may hold what YAML may not, such as tabs. */
function readJson(text: string): Value | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return fromPlain(parseJson(Buffer.from(text, 'latin1').toString('utf8'), ''));
  } catch {
    return undefined;
  }
}

function faultOf(error: YamlFault, text: string, line: number): string {
  const before = Buffer.from(text, 'latin1').toString('utf8').slice(0, error.at).split('\n').length - 1;
  const shown = Buffer.from(text.split('\n')[before] ?? '', 'latin1').toString('utf8');
  return `${error.message} (line ${line + before}: ${printable(shown, 120)})`;
}

/** The head of an object, as Go's JSON decoder fills it: keys without regard to case; why not where it cannot be. */
function headOf(value: ValueMap): Head | string {
  const head: Head = { apiVersion: '', kind: '', name: '' };
  let problem: string | undefined;
  const fill = (map: ValueMap, fields: Readonly<Record<string, (item: Value) => void>>): void => {
    for (const key of [...map.keys()].sort()) fields[key.toLowerCase()]?.(map.get(key) ?? null);
  };
  const text = (name: string, set: (text: string) => void) => (item: Value) => {
    const found = textOf(item);
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
