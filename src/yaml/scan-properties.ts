/** Anchors, tags and directives: what a YAML text says about nodes and documents. Errors have go-yaml's words. */
import { BLANKS, isBlankOrEnd } from './text-reader.ts';
import type { TextReader } from './text-reader.ts';

const WORD = /[0-9A-Za-z_-]*/y;
const URI = /(?:[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]])*/y;

/** Reads the name of an anchor or an alias, after `&` or `*`. @throws {YamlError} */
export function scanAnchorName(reader: TextReader): string {
  const name = reader.run(WORD);
  const code = reader.code();
  if (name === '' || !(isBlankOrEnd(code) || '?:,]}%@`'.includes(String.fromCharCode(code)))) {
    reader.fail('did not find expected alphabetic or numeric character');
  }
  return name;
}

/** A tag: its handle (`!`, `!!`, `!name!`, or empty for `!<…>` and for `!` alone), and what follows it. */
type Tag = { handle: string; suffix: string };

/** Reads a tag. @throws {YamlError} */
export function scanTag(reader: TextReader): Tag {
  let tag: Tag;
  if (reader.code(1) === 60) {
    reader.at += 2;
    tag = { handle: '', suffix: uri(reader, '') };
    if (reader.code() !== 62) reader.fail("did not find the expected '>'");
    reader.at++;
  } else {
    const handle = tagHandle(reader, false);
    if (handle.length > 1 && handle.endsWith('!')) {
      tag = { handle, suffix: uri(reader, '') };
    } else {
      const suffix = uri(reader, handle);
      tag = suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
    }
  }
  if (!isBlankOrEnd(reader.code())) reader.fail('did not find expected whitespace or line break');
  return tag;
}

/** A directive: `%YAML 1.1` or `%TAG !e! tag:example.com:`. */
type Directive = { version: string } | Tag;

/** Reads the line of a directive, after `%`. @throws {YamlError} */
export function scanDirective(reader: TextReader): Directive {
  const name = reader.run(WORD);
  if (name === '') reader.fail('could not find expected directive name');
  if (!isBlankOrEnd(reader.code())) reader.fail('found unexpected non-alphabetical character');
  let directive: Directive;
  if (name === 'YAML') {
    reader.run(BLANKS);
    const major = versionNumber(reader);
    if (reader.code() !== 46) reader.fail("did not find expected digit or '.' character");
    reader.at++;
    directive = { version: `${major}.${versionNumber(reader)}` };
  } else if (name === 'TAG') {
    reader.run(BLANKS);
    const handle = tagHandle(reader, true);
    if (reader.run(BLANKS) === '') reader.fail('did not find expected whitespace');
    directive = { handle, suffix: uri(reader, '') };
    if (!isBlankOrEnd(reader.code())) reader.fail('did not find expected whitespace or line break');
  } else {
    reader.fail('found unknown directive name');
  }
  reader.restOfLine();
  return directive;
}

function tagHandle(reader: TextReader, directive: boolean): string {
  if (reader.code() !== 33) reader.fail("did not find expected '!'");
  reader.at++;
  const handle = `!${reader.run(WORD)}`;
  if (reader.code() === 33) {
    reader.at++;
    return `${handle}!`;
  }
  if (directive && handle !== '!') reader.fail("did not find expected '!'");
  return handle;
}

function uri(reader: TextReader, head: string): string {
  let uri = head.slice(1);
  const start = reader.at;
  for (;;) {
    uri += reader.run(URI);
    if (reader.code() !== 37) break;
    uri += uriEscape(reader);
  }
  if (head === '' && reader.at === start) reader.fail('did not find expected tag URI');
  return uri;
}

function uriEscape(reader: TextReader): string {
  const octets: number[] = [];
  let width = 1;
  do {
    const hex = reader.text.slice(reader.at + 1, reader.at + 3);
    if (reader.code() !== 37 || !/^[0-9a-fA-F]{2}$/.test(hex)) reader.fail('did not find URI escaped octet');
    const octet = Number.parseInt(hex, 16);
    if (octets.length === 0) {
      width = octet < 0x80 ? 1 : octet < 0xc0 ? 0 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : octet < 0xf8 ? 4 : 0;
      if (width === 0) reader.fail('found an incorrect leading UTF-8 octet');
    } else if ((octet & 0xc0) !== 0x80) {
      reader.fail('found an incorrect trailing UTF-8 octet');
    }
    octets.push(octet);
    reader.at += 3;
  } while (octets.length < width);
  return Buffer.from(octets).toString('utf8');
}

function versionNumber(reader: TextReader): number {
  const digits = reader.run(/[0-9]*/y);
  if (digits.length > 2) reader.fail('found extremely long version number');
  if (digits === '') reader.fail('did not find expected version number');
  return Number(digits);
}
