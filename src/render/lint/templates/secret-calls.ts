/**
 * Finds values of Secrets that are encoded twice, or not at all, by the calls that give them: Kubernetes encodes what is
 * under `stringData` itself, and a random text under `data` is base64 by accident.
 */
import type { Position } from '../../../errors.ts';
import { printable } from '../../../errors-text.ts';
import { pathOf } from '../../handlebars/ast.ts';
import type { Call, Expression } from '../../handlebars/ast.ts';
import type { SingleDocument } from '../../handlebars/slot-tree.ts';
import type { Hole } from '../../handlebars/markers.ts';
import type { Entry, Node } from '../../handlebars/structure.ts';
import { simpleName } from '../../handlebars/scope.ts';
import type { SlotReader } from './branch-objects.ts';

/** A finding at a mustache. */
export type SecretProblem = { message: string; at: Position; key: string };

/** The findings on a document whose kind is Secret. */
export function encodedSecrets(document: SingleDocument, reader: SlotReader): SecretProblem[] {
  const { node, base, locate } = document;
  if (node.type !== 'map') return [];
  const found: SecretProblem[] = [];
  const callAt = (hole: Hole): Call | undefined => {
    const { node: given } = reader.slot(hole, base);
    return given.type === 'MustacheStatement' ? given : undefined;
  };
  for (const entry of node.entries) {
    if (entry.type !== 'pair' || (entry.key !== 'data' && entry.key !== 'stringData')) continue;
    const isPlain = entry.key === 'stringData';
    const report = (offset: number, value: Node | Entry, what: string): void => {
      const call = 'hole' in value ? callAt(value.hole) : undefined;
      const message = call && (isPlain ? inStringData(call) : inData(call));
      if (message !== undefined) found.push({ message: `${what} ${message}`, at: locate(offset), key: what });
    };
    if (entry.value.type === 'hole') report(entry.offset, entry.value, entry.key);
    if (entry.value.type !== 'map') continue;
    for (const one of entry.value.entries) {
      if (one.type === 'spread') report(one.offset, one, `what is added to ${entry.key}`);
      if (one.type !== 'pair') continue;
      const name = typeof one.key === 'string' ? printable(one.key) : '…';
      report(one.offset, one.value, `${entry.key}.${name}`);
    }
  }
  return found;
}

function inStringData(call: Call): string | undefined {
  const name = nameOf(call);
  if (name === 'b64enc')
    return 'is encoded twice: Kubernetes encodes stringData itself, so leave out b64enc, or write data:';
  return isFiles(call)
    ? 'is encoded twice: Kubernetes encodes stringData itself, so write data:, or (files.asConfig …)'
    : undefined;
}

function inData(call: Call): string | undefined {
  const [inner] = call.params;
  const name = nameOf(call);
  if (name === 'b64enc' && inner?.type === 'SubExpression' && nameOf(inner) === 'b64enc')
    return 'is encoded twice: leave out one b64enc';
  return givesPlainText(call)
    ? 'is a random text that is not encoded: write {{b64enc (…)}}, or put it under stringData'
    : undefined;
}

/** Random texts that may be base64 by accident. */
const PLAIN: ReadonlySet<string> = new Set(['randAlphaNum', 'randAlpha', 'randNumeric']);

/** Does a call give a random text, also as a default? */
function givesPlainText(call: Call): boolean {
  const name = nameOf(call) ?? '';
  if (PLAIN.has(name)) return true;
  const isText = (one: Expression): boolean => one.type === 'SubExpression' && givesPlainText(one);
  return ['default', 'defaultMissing', 'coalesce', 'lower', 'upper'].includes(name) && call.params.some(isText);
}

function isFiles(call: Call): boolean {
  const inner = nameOf(call) === 'spread' ? call.params[0] : call;
  if (inner === undefined || !('path' in inner)) return false;
  return pathOf(inner.path)?.original === 'files.asSecrets';
}

function nameOf(call: Call): string | undefined {
  const path = pathOf(call.path);
  return path && simpleName(path);
}
