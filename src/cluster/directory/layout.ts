/**
 * The path of an object's file in a directory target.
 *
 *     <namespace>/<kind>.<group>/<name>.yaml    in a namespace
 *     _cluster/<kind>.<group>/<name>.yaml       outside of namespaces
 *     _secret/<namespace>/secret/<name>.yaml    Secrets, and with them the release records
 *
 * Names are encoded for all common file systems: upper case and unusual characters are percent-encoded, so that two
 * names never collide on a file system that ignores case. Objects are identified by the content of their files; the
 * path only has to be the same every time.
 */
import { createHash } from 'node:crypto';
import { groupOf, isSecretKind } from '../cluster.ts';
import type { ObjectRef } from '../cluster.ts';

/** The folder of Secrets, records and pkg's own files. */
export const SECRET_FOLDER = '_secret';
/** The folder of objects outside of namespaces. */
export const CLUSTER_FOLDER = '_cluster';

/** File systems commonly allow 255 bytes for a name; `.yaml` takes five of them. */
const MAX_NAME = 250;
const HASHED_PREFIX = 180;

/** Names that Windows reserves for devices, with any file extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?=\.|$)/;

/** Encodes a name as one path segment; different names give different segments. */
export function encodeName(name: string): string {
  // A lone surrogate has no UTF-8 form, and is written as its code unit: `%ud800`.
  let text = name.replace(/[^a-z0-9.-]/gu, percentEncode);
  if (text.startsWith('.') || DEVICE.test(text)) text = percentEncode(text.charAt(0)) + text.slice(1);
  if (text.endsWith('.')) text = `${text.slice(0, -1)}%2e`;
  if (text.length > MAX_NAME) {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 40);
    return `${text.slice(0, HASHED_PREFIX)}~${hash}`;
  }
  return text === '' ? '%' : text;
}

function percentEncode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return `%u${code.toString(16)}`;
  return Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** The folder of a kind: `deployment.apps`, `configmap`. */
export function kindFolder(apiVersion: string, kind: string): string {
  // Kinds of one group never differ in case alone. A dot inside a kind would look like the start of the group.
  const plain = kind.toLowerCase().replaceAll('.', '_');
  const group = groupOf(apiVersion);
  return encodeName(group === '' ? plain : `${plain}.${group}`);
}

/** The folders, from the target's root, that hold this object's file. */
export function folderOf(ref: ObjectRef): string[] {
  const place = ref.namespace === '' ? CLUSTER_FOLDER : encodeName(ref.namespace);
  const folders = [place, kindFolder(ref.apiVersion, ref.kind)];
  return isSecretKind(ref.apiVersion, ref.kind) ? [SECRET_FOLDER, ...folders] : folders;
}

/** The name of this object's file. */
export function fileOf(ref: ObjectRef): string {
  return `${encodeName(ref.name)}.yaml`;
}
