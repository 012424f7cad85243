/**
 * Reads YAML as Helm does, into Maps and exact numbers.
 *
 * Helm reads with go-yaml 2 and converts the result to JSON. So `yes` and `on` are booleans, also as keys, `017` is 15,
 * `<<` merges maps, `!!binary` is decoded, and unknown tags are ignored.
 */
import { PkgError } from '../errors.ts';
import type { Position } from '../errors.ts';
import { Decoder } from './decode.ts';
import { YamlError } from './yaml-error.ts';
import { DocumentReader } from './nodes.ts';
import { yamlHints } from './syntax-hints.ts';
import type { YamlNode } from './nodes.ts';
import { readFast } from './fast.ts';
import { decodeBytes, readableUntil, validText } from './readable.ts';
import { partsOfStream } from './stream.ts';
import { isMap } from './value.ts';
import type { Value } from './value.ts';

/** How to read. */
export type YamlOptions = {
  /** What a key that is written twice in a map does: the last value counts, as in Helm (default), or it is an error. */
  duplicateKeys?: 'last' | 'error';
  /** Floats become text, as Helm converts them for fields of type string: `1e6` becomes `1e+06`. */
  floats?: 'text';
  /** A plain key that YAML 1.1 takes for a boolean (`on`, `no`, `y`) is the text that is written. */
  keys?: 'written';
  /**
   * As Kubernetes' reader of streams, by which Helm reads values and CRDs, takes documents apart: at lines that begin
   * with `---`, before anything is read as YAML. What follows the end of the first document of a part is not read. Each
   * line is ended, so that a block text keeps its newline at the end of a file: `a: |\n  x` is "x\n".
   */
  stream?: true;
};

/** Longer texts (in UTF-16 units) are refused. etcd stores 1.5 MB of an object. */
const MAX_TEXT_LENGTH = 1 << 24;
const TOO_LARGE = 'this YAML is larger than 16 MiB';

/**
 * Reads a text of one document; an empty text is null.
 *
 * @param file for the position in errors
 * @throws {PkgError} `PKG_YAML_SYNTAX` with the position for a text that is not YAML, and for more than one document;
 *   `PKG_YAML_TOO_COMPLEX` for a text that is too large, nested too deeply, or unfolds to too much by its aliases
 */
export function parseYaml(text: string, file: string, options: YamlOptions = {}): Value {
  const documents = compose(text, file, options);
  if (documents.length > 1) {
    throw new PkgError('PKG_YAML_SYNTAX', 'there is more than one YAML document where one is expected', {
      at: positionAt(text, documents[1]?.offset ?? 0, file),
      hints: ["remove the '---' line and what follows it"],
    });
  }
  return documents[0]?.value ?? null;
}

/** Reads all documents of a text; an empty document is null. Throws as {@link parseYaml}, but for several documents. */
export function parseYamlDocuments(text: string, file: string, options: YamlOptions = {}): Value[] {
  return compose(text, file, options).map((document) => document.value);
}

/**
 * Reads the first document of a text in UTF-8 with one byte a character. Texts of the result are Unicode.
 *
 * @param floats as in {@link YamlOptions}
 * @throws {YamlError} with Helm's words
 */
export function readFirstDocument(bytes: string, floats?: 'text'): Value {
  if (bytes.length > 2 * MAX_TEXT_LENGTH) throw new YamlError(TOO_LARGE, 0, undefined, { tooComplex: true });
  const valid = validText(bytes);
  const fast = valid === undefined ? undefined : readFast(valid, false);
  if (fast !== undefined && !(floats === 'text' && hasAmbiguousNumber(fast.value))) return fast.value;
  const { text, readError } = decodeBytes(bytes);
  if (text.length > MAX_TEXT_LENGTH) throw new YamlError(TOO_LARGE, 0, undefined, { tooComplex: true });
  const node = new DocumentReader(text, readError).next();
  return node === undefined ? null : new Decoder(false, floats === 'text').document(node);
}

/** The line and column of an offset, both from 1; the column counts UTF-16 units. */
export function positionAt(text: string, offset: number, file: string): Position & { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', start)) {
    line++;
    start = next + 1;
  }
  return { file, line, column: offset - start + 1 };
}

/** Matches a text that may have a key that YAML 1.1 takes for a boolean. */
const BOOLEAN_KEY = /(?:^|[\s,{?])(?:y|n|yes|no|on|off)[ \t]*:/im;

/** A document, and the offset at which it begins. */
type Document = { value: Value; offset: number };

/** Reads all documents: by lines where that is certain to give the same, else exactly. */
function compose(given: string, file: string, options: YamlOptions): Document[] {
  const text = options.stream === true && !given.endsWith('\n') ? `${given}\n` : given;
  if (text.length > MAX_TEXT_LENGTH) {
    throw new PkgError('PKG_YAML_TOO_COMPLEX', TOO_LARGE, { at: { file } });
  }
  const unique = options.duplicateKeys === 'error';
  const textFloats = options.floats === 'text';
  const written = options.keys === 'written' && BOOLEAN_KEY.test(text);
  const fast = written ? undefined : readFast(text, unique);
  if (fast !== undefined && !(textFloats && hasAmbiguousNumber(fast.value))) return [{ value: fast.value, offset: 0 }];
  const decoder = new Decoder(unique, textFloats, written);
  let from = 0;
  try {
    if (options.stream !== true) return documentNodes(text).map((node) => readNode(decoder, node));
    const documents: Document[] = [];
    for (const part of partsOfStream(text)) {
      from = part.from;
      const node = new DocumentReader(part.text, readableUntil(part.text)).next();
      if (node !== undefined) documents.push(readNode(decoder, node, from));
    }
    return documents;
  } catch (error) {
    throw located(error, given, from, file);
  }
}

/** An error of YAML with its position. @param from the offset of the part of the text that was read */
function located(error: unknown, text: string, from: number, file: string): unknown {
  if (!(error instanceof YamlError)) return error;
  const code = error.tooComplex ? 'PKG_YAML_TOO_COMPLEX' : 'PKG_YAML_SYNTAX';
  const at = positionAt(text, Math.min(from + error.at, text.length), file);
  const hints = error.tooComplex ? [] : yamlHints(text, error.message, at.line, at.column);
  return new PkgError(code, error.message, { at, hints });
}

/**
 * Reads a part of a document whose aliases may refer to anchors in parts before it.
 *
 * @param anchors of the parts before; gets those of this one
 * @param others the number of nodes in other parts, for the bound on what aliases unfold to
 * @returns also how many values came from aliases, and the characters of these
 * @throws {PkgError} as {@link parseYaml} does
 */
export function parsePart(
  text: string,
  file: string,
  anchors: Map<string, YamlNode>,
  others: number,
): { value: Value; aliased: Decoder['aliased'] } {
  try {
    const node = new DocumentReader(text, readableUntil(text)).next(anchors);
    const decoder = new Decoder(true);
    return { value: node === undefined ? null : decoder.document(node, undefined, others), aliased: decoder.aliased };
  } catch (error) {
    throw located(error, text, 0, file);
  }
}

function documentNodes(text: string): YamlNode[] {
  const reader = new DocumentReader(text, readableUntil(text));
  const nodes: YamlNode[] = [];
  for (let node = reader.next(); node !== undefined; node = reader.next()) nodes.push(node);
  return nodes;
}

function readNode(decoder: Decoder, node: YamlNode, from = 0): Document {
  return { value: decoder.document(node), offset: from + node.at };
}

/**
 * Whether a value has a number of which it is not known whether it was written as an integer or as a float, and whose text
 * depends on that: 1000000 is `1000000` or `1e+06`.
 */
function hasAmbiguousNumber(value: Value): boolean {
  if (typeof value === 'number') return Object.is(value, -0) || (Number.isInteger(value) && Math.abs(value) >= 1e6);
  if (Array.isArray(value)) return value.some(hasAmbiguousNumber);
  return isMap(value) ? [...value.values()].some(hasAmbiguousNumber) : typeof value === 'bigint';
}
