/** Encodes layouts of documents as integers for the cache. */
import { BYTES, TEXT } from '../field-types.ts';
import type { FieldType } from '../field-types.ts';
import type { NameTable } from '../template-cache.ts';
import { memberOf } from '../text-fields.ts';
import type { ValuePath } from '../../yaml/value.ts';
import type { Layout, ValuePiece } from './layout.ts';
import type { Node } from './structure.ts';
import { NodeReader, NodeWriter } from './structure-codec.ts';

/** The type of a value. `LARGER`: it has types within it, and is found by the path of the field. */
const [NONE, OF_TEXT, OF_BYTES, LARGER] = [0, 1, 2, 3];

/** What an object says it is. */
export type ObjectHead = { apiVersion: string; kind: string };

/** Encodes the layout of an object of a kind that Kubernetes defines; names are added to the table. */
export function encodeLayout({ apiVersion, kind }: ObjectHead, layout: Layout, names: NameTable): Int32Array {
  const writer = new NodeWriter(names);
  writer.name(apiVersion);
  writer.name(kind);
  writer.number(layout.head.length);
  for (const [key, node] of layout.head) {
    writer.name(key);
    writer.node(node);
  }
  writer.number(layout.pieces.length);
  for (const piece of layout.pieces) {
    writer.number(typeof piece === 'string' ? 0 : 1);
    if (typeof piece === 'string') writer.name(piece);
    else writePiece(writer, piece);
  }
  return writer.finish();
}

function writePiece(writer: NodeWriter, { node, indent, before, isItem, type, path }: ValuePiece): void {
  writer.node(node);
  writer.name(indent);
  writer.name(before);
  writer.number(isItem ? 1 : 0);
  writer.number(codeOf(type));
  writer.name(path);
}

function codeOf(type: FieldType | undefined): number {
  if (type === undefined) return NONE;
  return type.holds === 'text' ? OF_TEXT : type.holds === 'bytes' ? OF_BYTES : LARGER;
}

/** What the object of an encoded layout says it is. */
export function decodeHead(numbers: Int32Array, names: NameTable): ObjectHead {
  const reader = new NodeReader(numbers, names);
  return { apiVersion: reader.name(), kind: reader.name() };
}

/**
 * Decodes a layout.
 *
 * @param type of the object that {@link decodeHead} gives
 */
export function decodeLayout(numbers: Int32Array, names: NameTable, type: FieldType): Layout {
  const reader = new NodeReader(numbers, names);
  reader.name();
  reader.name();
  const head: [string, Node][] = [];
  for (let count = reader.number(); count > 0; count--) head.push([reader.name(), reader.node()]);
  const pieces: (string | ValuePiece)[] = [];
  for (let count = reader.number(); count > 0; count--) {
    pieces.push(reader.number() === 0 ? reader.name() : readPiece(reader, type));
  }
  return { pieces, head };
}

function readPiece(reader: NodeReader, root: FieldType): ValuePiece {
  const node = reader.node();
  const indent = reader.name();
  const before = reader.name();
  const isItem = reader.number() === 1;
  const code = reader.number();
  const path = reader.name();
  const type = code === LARGER ? typeAt(root, path) : code === OF_TEXT ? TEXT : code === OF_BYTES ? BYTES : undefined;
  return { node, indent, before, isItem, type, path };
}

function typeAt(root: FieldType, path: string): FieldType | undefined {
  let type: FieldType | undefined = root;
  for (const name of JSON.parse(path) as ValuePath) {
    if (type === undefined) break;
    type = typeof name === 'string' ? memberOf(type, name) : type.holds === 'list' ? type.of : undefined;
  }
  return type;
}
