/**
 * Reads YAML as Helm reads it, into Maps and exact numbers.
 *
 * Helm reads with go-yaml v2 and turns the result into JSON; what differs from YAML 1.2 follows from
 * that: booleans such as `yes` and `on`, also as keys, octals, `<<`, `!!binary`, unknown tags ignored.
 */
import { PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';
import { Decoder } from './decode.ts';
import { YamlError } from './yaml-error.ts';
import { DocumentReader } from './nodes.ts';
import type { YamlNode } from './nodes.ts';
import { readFast } from './fast.ts';
import { decodeBytes, readableUntil, validText } from './readable.ts';
import { isMap } from './value.ts';
import type { Value } from './value.ts';

/** How to read. */
export type YamlOptions = {
  /** A key that is written twice in a map: the last one counts, as in Helm (default), or it is an error. */
  duplicateKeys?: 'last' | 'error';
  /**
   * For data whose numbers stand where text is wanted: a float whose value does not show that it is one (`1e6`) is
   * given as the text that Helm makes of it.
   */
  floats?: 'text';
  /** A plain key that YAML 1.1 takes for a boolean, as `on`, `no` and `y`, is the text that is written. */
  keys?: 'written';
  /**
   * The last line is ended where it is not. Kubernetes' reader of YAML streams, by which Helm reads values and CRDs,
   * ends every line, so that a block text keeps its newline at the end of a file: `a: |\n  x` is "x\n".
   */
  endLastLine?: true;
};

/** Texts longer than this (in UTF-16 units) are refused: what they hold could never be stored in a cluster. */
const LONGEST_TEXT = 1 << 24;
const TOO_LARGE = 'this YAML is larger than 16 MiB';

/**
 * Reads one document. An empty text is null; more than one document is an error.
 *
 * @throws PkgError PKG_YAML_SYNTAX with the position, PKG_YAML_TOO_COMPLEX for alias bombs and the like
 */
export function parseYaml(text: string, file: string, options: YamlOptions = {}): Value {
  const documents = compose(text, file, options);
  if (documents.length > 1) {
    throw new PkgError('PKG_YAML_SYNTAX', 'there is more than one YAML document where one is expected', {
      at: positionAt(text, documents[1]?.offset ?? 0, file),
      hints: ["Remove the '---' line and what follows it"],
    });
  }
  return documents[0]?.value ?? null;
}

/** Reads every document of a stream; an empty document is null. Throws as {@link parseYaml} does. */
export function parseYamlDocuments(text: string, file: string, options: YamlOptions = {}): Value[] {
  return compose(text, file, options).map((document) => document.value);
}

/**
 * Reads the first document of a text that is given as bytes, one a character, and says what is wrong with it
 * as Helm does. Text in the result is Unicode.
 *
 * @param floats as in {@link YamlOptions}
 * @throws YamlError
 */
export function readFirstDocument(bytes: string, floats?: 'text'): Value {
  if (bytes.length > 2 * LONGEST_TEXT) throw new YamlError(TOO_LARGE, 0, undefined, true);
  const valid = validText(bytes);
  const fast = valid === undefined ? undefined : readFast(valid, false);
  if (fast !== undefined && !(floats === 'text' && holdsDoubtful(fast.value))) return fast.value;
  const { text, readError } = decodeBytes(bytes);
  if (text.length > LONGEST_TEXT) throw new YamlError(TOO_LARGE, 0, undefined, true);
  const node = new DocumentReader(text, readError).next();
  return node === undefined ? null : new Decoder(false, floats === 'text').document(node);
}

/** The line and column of an offset; both count from 1. */
export function positionAt(text: string, offset: number, file: string): Position & { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', start)) {
    line++;
    start = next + 1;
  }
  return { file, line, column: offset - start + 1 };
}

/** What may be a key that YAML 1.1 takes for a boolean. */
const BOOLEAN_KEY = /(?:^|[\s,{?])(?:y|n|yes|no|on|off)[ \t]*:/im;

type Document = { value: Value; offset: number };

function compose(given: string, file: string, options: YamlOptions): Document[] {
  const text = options.endLastLine === true && !given.endsWith('\n') ? `${given}\n` : given;
  if (text.length > LONGEST_TEXT) {
    throw new PkgError('PKG_YAML_TOO_COMPLEX', TOO_LARGE, { at: { file } });
  }
  const unique = options.duplicateKeys === 'error';
  const textFloats = options.floats === 'text';
  const written = options.keys === 'written' && BOOLEAN_KEY.test(text);
  const fast = written ? undefined : readFast(text, unique);
  if (fast !== undefined && !(textFloats && holdsDoubtful(fast.value))) return [{ value: fast.value, offset: 0 }];
  try {
    const reader = new DocumentReader(text, readableUntil(text));
    const nodes: YamlNode[] = [];
    for (let node = reader.next(); node !== undefined; node = reader.next()) nodes.push(node);
    const decoder = new Decoder(unique, textFloats, written);
    return nodes.map((node) => ({ value: decoder.document(node), offset: node.at }));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const code = error.tooComplex ? 'PKG_YAML_TOO_COMPLEX' : 'PKG_YAML_SYNTAX';
    throw new PkgError(code, error.message, { at: positionAt(given, Math.min(error.at, given.length), file) });
  }
}

/** Is there a number that does not show whether it is an integer or a float, and whose text depends on it? */
function holdsDoubtful(value: Value): boolean {
  if (typeof value === 'number') return Object.is(value, -0) || (Number.isInteger(value) && Math.abs(value) >= 1e6);
  if (Array.isArray(value)) return value.some(holdsDoubtful);
  return isMap(value) ? [...value.values()].some(holdsDoubtful) : typeof value === 'bigint';
}
