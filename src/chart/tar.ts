/**
 * Tar archives: what Go's `archive/tar` reads and writes for charts, and nothing more.
 *
 * Formats: POSIX ustar and pax (IEEE Std 1003.1, "pax Interchange Format"), GNU long names, V7. Reading is strict:
 * where two readers could take an archive for different files, it is refused.
 */
import { PkgError } from '../errors.ts';

const BLOCK = 512;

/** An entry: its name as written, its type flag (`0` a file, `5` a folder, …) and its bytes. */
export type TarEntry = { name: string; type: string; data: Uint8Array };

/** An entry, and the range of its bytes in the archive. */
export type TarSpan = { name: string; type: string; at: number; size: number };

/** An archive that is read piece by piece: `read` gives fewer bytes only at its end. */
export type TarSource = { size: number; read: (at: number, length: number) => Buffer };

/**
 * The entries of an archive, in order; data is a view into `bytes`.
 *
 * @param location for messages
 * @throws {PkgError} `PKG_CHART_INVALID` for a damaged archive
 */
export function* readTar(bytes: Uint8Array, location: string): Generator<TarEntry> {
  const tar = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const source = { size: tar.length, read: (at: number, length: number) => tar.subarray(at, at + length) };
  const damaged: Damaged = (reason) =>
    new PkgError('PKG_CHART_INVALID', `this chart archive is damaged: ${reason}`, {
      at: { file: location },
      hints: ['fetch it again, or package the chart again'],
    });
  for (const { name, type, at, size } of scanTar(source, damaged)) {
    yield { name, type, data: tar.subarray(at, at + size) };
  }
}

/** Makes the error for an archive that is damaged. */
type Damaged = (reason: string) => PkgError;

/** Finds the entries of an archive, in order, and reads only their headers. @throws what `damaged` makes */
export function* scanTar(source: TarSource, damaged: Damaged): Generator<TarSpan> {
  let offset = 0;
  let longName: string | undefined;
  let extended: Extended = {};
  while (offset < source.size) {
    const header = source.read(offset, BLOCK);
    if (header.length < BLOCK) throw damaged('it ends in the middle of a header');
    if (header.every(isZero)) {
      // Two such blocks are the end. What follows a single one is read by some programs and not by others.
      if (source.read(offset + BLOCK, BLOCK).every(isZero)) return;
      throw damaged('a header in it is empty');
    }
    if (!hasValidChecksum(header)) throw damaged('a checksum does not match');
    const type = String.fromCharCode(header[156] || 0x30);
    const isMeta = META.has(type);
    const size = (isMeta ? undefined : extended.size) ?? readNumber(header.subarray(124, 136));
    const at = offset + BLOCK;
    if (size === undefined || at + size > source.size) throw damaged('it ends in the middle of a file');
    offset = at + Math.ceil(size / BLOCK) * BLOCK;
    if (isMeta) {
      if (size > MAX_META_SIZE) throw damaged('a name in it is too long');
      const data = source.read(at, size);
      if (type === 'x') extended = readExtended(data, damaged);
      else if (type === 'L') longName = readText(data);
      continue;
    }
    const name = longName ?? extended.path ?? readName(header);
    if (name.length > MAX_NAME_LENGTH) throw damaged('a name in it is too long');
    // Old programs write a folder as a file whose name ends in a slash.
    const isFolder = type === '5' || (type === '0' && name.endsWith('/'));
    if (isFolder && size > 0) throw damaged('a folder in it has content');
    yield { name, type: isFolder ? '5' : type, at, size };
    longName = undefined;
    extended = {};
  }
}

function isZero(byte: number): boolean {
  return byte === 0;
}

/** Entries that describe another: pax headers, of the next entry and of all, and GNU's long names and links. */
const META: ReadonlySet<string> = new Set(['x', 'g', 'L', 'K']);
const MAX_META_SIZE = 1 << 20;
/** The longest name: PATH_MAX of Linux. */
const MAX_NAME_LENGTH = 4096;

/** The sum of all bytes, those of the checksum itself as blanks; old programs summed signed bytes. */
function hasValidChecksum(header: Buffer): boolean {
  let unsigned = 0;
  let signed = 0;
  for (let index = 0; index < BLOCK; index++) {
    const counted = index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
    unsigned += counted;
    signed += counted > 127 ? counted - 256 : counted;
  }
  const written = readNumber(header.subarray(148, 156));
  return written === unsigned || written === signed;
}

/** An octal number, or GNU's base 256 where the first bit is set; undefined for anything else. */
function readNumber(field: Buffer): number | undefined {
  const first = field[0] ?? 0;
  if ((first & 0x80) === 0) {
    const text = readText(field).trim();
    return text === '' ? 0 : /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
  }
  if ((first & 0x40) !== 0) return undefined;
  let number = first & 0x3f;
  for (const byte of field.subarray(1)) number = number * 256 + byte;
  return Number.isSafeInteger(number) ? number : undefined;
}

function readName(header: Buffer): string {
  const name = readText(header.subarray(0, 100));
  // Only ustar has a prefix; GNU's own format, whose magic ends in blanks, uses these bytes for other things.
  if (header.toString('latin1', 257, 263) !== 'ustar\0') return name;
  const isStar = header.toString('latin1', 508, 512) === 'tar\0';
  const prefix = readText(header.subarray(345, isStar ? 476 : 500));
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Text up to the first NUL. */
function readText(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

type Extended = { path?: string; size?: number };

/** The records of a pax header, `LENGTH KEY=VALUE\n` each. */
function readExtended(data: Buffer, damaged: Damaged): Extended {
  const found: Extended = {};
  for (let at = 0; at < data.length;) {
    const blank = data.indexOf(0x20, at);
    const length = data.toString('latin1', at, blank);
    const end = at + Number(length);
    if (blank === -1 || !/^[1-9][0-9]{0,9}$/.test(length) || end <= blank + 1 || data[end - 1] !== 0x0a) {
      throw damaged('an extended header is malformed');
    }
    const record = data.toString('utf8', blank + 1, end - 1);
    const equals = record.indexOf('=');
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (equals === -1 || key.startsWith('GNU.sparse.')) throw damaged('an extended header is not supported');
    if (key === 'path' && value !== '') found.path = value;
    if (key === 'size' && value !== '') {
      if (!/^[0-9]{1,15}$/.test(value)) throw damaged('an extended header is malformed');
      found.size = Number(value);
    }
    at = end;
  }
  return found;
}

/**
 * An archive of plain files, readable by all and writable by their owner, as Go writes it: ustar, with a pax header
 * before an entry whose name does not fit.
 *
 * @param modified the time of all files: a fixed one gives the same bytes for the same files
 */
export function writeTar(files: readonly { name: string; data: Uint8Array }[], modified: Date): Buffer {
  const blocks: Uint8Array[] = [];
  for (const { name, data } of files) {
    blocks.push(...tarHeader(name, data.length, modified), data, tarPadding(data.length));
  }
  blocks.push(TAR_END);
  return Buffer.concat(blocks);
}

/** The bytes after the last entry. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** The largest number that fits the eleven octal digits of a header field. */
const MAX_OCTAL = 0o77777777777;

/** The header before the bytes of a file, with a pax header for a name or size that does not fit into it. */
export function tarHeader(name: string, size: number, modified: Date): Uint8Array[] {
  const split = splitName(name);
  const isLarge = size > MAX_OCTAL;
  const records = (split === undefined ? paxRecord('path', name) : '') + (isLarge ? paxRecord('size', `${size}`) : '');
  const [prefix, rest] = split ?? ['', fieldOf(name)];
  const header = writeHeader(rest, prefix, isLarge ? 0 : size, modified);
  if (records === '') return [header];
  const bytes = Buffer.from(records);
  return [writePaxHeader(name, bytes.length), bytes, tarPadding(bytes.length), header];
}

/** The zeros after the bytes of a file, up to the next block. */
export function tarPadding(length: number): Uint8Array {
  return new Uint8Array((BLOCK - (length % BLOCK)) % BLOCK);
}

function writeHeader(name: string, prefix: string, size: number, modified: Date): Buffer {
  const header = startHeader(name, '0', 0o644, size, Math.floor(modified.getTime() / 1000));
  writeOctal(header, 0, 329, 7);
  writeOctal(header, 0, 337, 7);
  header.write(prefix, 345, 'latin1');
  return withChecksum(header);
}

/** The header before a pax record. Its name is for readers that do not know pax, and its time is 1970, as Go has it. */
function writePaxHeader(name: string, size: number): Buffer {
  const slash = name.lastIndexOf('/') + 1;
  return withChecksum(
    startHeader(fieldOf(`${name.slice(0, slash)}PaxHeaders.0/${name.slice(slash)}`), 'x', 0, size, 0),
  );
}

function startHeader(name: string, type: string, mode: number, size: number, seconds: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 'latin1');
  writeOctal(header, mode, 100, 7);
  writeOctal(header, 0, 108, 7);
  writeOctal(header, 0, 116, 7);
  writeOctal(header, size, 124, 11);
  writeOctal(header, seconds, 136, 11);
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  return header;
}

function writeOctal(header: Buffer, value: number, at: number, length: number): void {
  header.write(value.toString(8).padStart(length, '0'), at, 'latin1');
}

function withChecksum(header: Buffer): Buffer {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  writeOctal(header, sum, 148, 6);
  header[154] = 0;
  return header;
}

/** The part of a name that the header holds if the whole does not fit: 100 characters of ASCII, no slash at the end. */
function fieldOf(name: string): string {
  return name
    .replace(/[^\x01-\x7f]/g, '')
    .slice(0, 100)
    .replace(/\/+$/, '');
}

/**
 * The prefix and the name of a ustar header, cut where Go does (`splitUSTARPath`), or undefined where they cannot hold
 * this one.
 */
function splitName(name: string): [string, string] | undefined {
  if (!/^[\x20-\x7e]+$/.test(name)) return undefined;
  if (name.length <= 100) return ['', name];
  const slash = name.lastIndexOf('/', 155);
  const rest = name.slice(slash + 1);
  return slash > 0 && slash <= 155 && rest.length <= 100 && rest !== '' ? [name.slice(0, slash), rest] : undefined;
}

/** The length of a pax record counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + 1;
  while (bytes + String(length).length !== length) length++;
  return `${length}${rest}`;
}
