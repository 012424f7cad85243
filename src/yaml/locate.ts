/**
 * Where in a YAML text a key or a value is written. The positions are those of the nodes of the exact reader, so they fit
 * what was read, merged maps and keys such as `on` included.
 */
import { YamlError } from './yaml-error.ts';
import { DocumentReader } from './nodes.ts';
import type { YamlNode } from './nodes.ts';
import { positionAt } from './read.ts';
import { resolvePlainScalar } from './scalar.ts';
import type { ValuePath } from './value.ts';

/** Line and column, both from 1. */
export type Located = { line: number; column: number };

/** The text that was read last: errors about one file ask for several of its positions. */
let last: { text: string; documents: readonly YamlNode[] } | undefined;

/**
 * The position of the key at the end of a path, or of the item where the path ends in an index. If several documents of
 * the text have the path, it is the position in the last one, whose value counts when they are merged.
 *
 * @param document the number of the document, counted from 0, where it is known
 * @returns undefined for an empty path, and where the text does not have the path
 */
export function locateKeys(text: string, path: ValuePath, document?: number): Located | undefined {
  const found = locatePlain(text, path, document);
  // The value itself may be a secret, and positions are printed.
  return found && { line: found.line, column: found.column };
}

/** As {@link locateKeys}; `plain` is the value as it is written, when that is a scalar without quotes and without a tag. */
export function locatePlain(text: string, path: ValuePath, index?: number): (Located & { plain?: string }) | undefined {
  if (path.length === 0) return undefined;
  if (last?.text !== text) last = { text, documents: readDocuments(text) };
  const documents = index === undefined ? last.documents.toReversed() : last.documents.slice(index, index + 1);
  for (const document of documents) {
    const found = entryAt(document, path);
    if (found === undefined) continue;
    const { line, column } = positionAt(text, found.at, '');
    const value = targetOf(found.value);
    const isPlain = value.kind === 'scalar' && value.implicit && value.tag === '';
    return { line, column, ...(isPlain && { plain: value.value }) };
  }
  return undefined;
}

/**
 * The offset of the value at a path of the first document, for no value that behind its key; undefined where the text does
 * not have the path, or is not YAML.
 */
export function locateValue(text: string, path: ValuePath): number | undefined {
  const [document] = readDocuments(text);
  if (document === undefined) return undefined;
  if (path.length === 0) return document.at;
  const entry = entryAt(document, path);
  if (entry === undefined) return undefined;
  const { at, value } = entry;
  const isNothing = value.kind === 'scalar' && value.implicit && value.value === '';
  // The reader has no value only where the next one begins, which may be lines below.
  return isNothing && value.at > at ? Math.min(text.indexOf(':', at) + 1 || value.at, value.at) : value.at;
}

/** The documents of a text, up to the first that is not YAML. */
function readDocuments(text: string): YamlNode[] {
  const documents: YamlNode[] = [];
  const reader = new DocumentReader(text);
  try {
    for (let node = reader.next(); node !== undefined; node = reader.next()) documents.push(node);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
  }
  return documents;
}

/** An entry of a map, or an item of a list: the offset at which it begins, and its value. */
type Entry = { at: number; value: YamlNode };

function entryAt(document: YamlNode, path: ValuePath): Entry | undefined {
  let entry: Entry | undefined = { at: document.at, value: document };
  for (const part of path) {
    entry = childOf(targetOf(entry.value), part);
    if (entry === undefined) return undefined;
  }
  return entry;
}

function targetOf(node: YamlNode): YamlNode {
  return node.kind === 'alias' ? (node.target ?? node) : node;
}

function childOf({ kind, children }: YamlNode, part: string | number): Entry | undefined {
  if (kind === 'list') {
    const item = children[Number(part)];
    return item && { at: item.at, value: item };
  }
  if (kind !== 'map') return undefined;
  const name = String(part);
  // A key that is written twice has the value that is written last, and a merged map that of the keys before it.
  for (let index = children.length - 2; index >= 0; index -= 2) {
    const [key, value] = [children[index] as YamlNode, children[index + 1] as YamlNode];
    if (isKey(key, name)) return { at: key.at, value };
    const merged = key.kind === 'scalar' && key.implicit && key.value === '<<' ? mergedEntry(value, name) : undefined;
    if (merged !== undefined) return merged;
  }
  return undefined;
}

/** The entry of the first of several merged maps that has the key. */
function mergedEntry(from: YamlNode, name: string): Entry | undefined {
  const target = targetOf(from);
  const maps = target.kind === 'list' ? target.children.map(targetOf) : [target];
  for (const map of maps) {
    const found = map.kind === 'map' ? childOf(map, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a key has a name as it is read or as it is written: `on` is read as `true`. */
function isKey(key: YamlNode, name: string): boolean {
  const scalar = targetOf(key);
  if (scalar.kind !== 'scalar') return false;
  return scalar.value === name || (scalar.implicit && String(resolvePlainScalar(scalar.value)) === name);
}
