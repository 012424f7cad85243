/** JSON pointers (RFC 6901). */
import { printable } from '../../errors-text.ts';
import { SchemaError } from './schema-error.ts';

/** Escapes a key as one step of a JSON pointer. */
export function escapePointer(key: string): string {
  return key.includes('/') || key.includes('~') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** Reads one step of a JSON pointer. @throws {SchemaError} for an unknown escape */
export function unescapePointer(part: string, pointer: string): string {
  if (!part.includes('~')) return part;
  if (/~(?![01])/.test(part))
    throw new SchemaError(`it refers to ${shownPointer(pointer)}, which is not a JSON pointer`);
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** A pointer as messages show it. */
export function shownPointer(pointer: string): string {
  return printable(pointer === '' || pointer.startsWith('/') ? `#${pointer}` : pointer, 120);
}
