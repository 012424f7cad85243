/** PEM (RFC 7468), read as `pem.Decode` of Go does. */

/** A block: its type, such as `CERTIFICATE`, and its contents. */
export type PemBlock = { type: string; der: Buffer };

const BEGIN = '-----BEGIN ';
const END = '\n-----END ';

/** Decodes the first complete block of a text; undefined where there is none. */
export function decodePem(text: string): PemBlock | undefined {
  for (let from = 0; ;) {
    // The end of an empty block follows directly on the line break of its BEGIN line.
    const end = text.indexOf(END, from);
    if (end < 0) return undefined;
    const begin = text.slice(from, end + 1).lastIndexOf(BEGIN) + from;
    from = end + END.length;
    if (begin < 0 || (begin > 0 && text[begin - 1] !== '\n')) continue;
    const block = text.slice(begin, end + 1);
    const [, type, body = ''] = /^-----BEGIN ([^\n]*?)-----[ \t]*\r?\n([^]*)$/.exec(block) ?? [];
    if (type === undefined || !isEndOf(type, text.slice(end + END.length))) continue;
    const encoded = body.replace(/^(?:[^\n:]*:[^\n]*\n)*/, '').replace(/[ \t\r\n]+/g, '');
    if (encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) continue;
    return { type, der: Buffer.from(encoded, 'base64') };
  }
}

function isEndOf(type: string, rest: string): boolean {
  const [line = ''] = rest.split('\n', 1);
  let end = line.endsWith('\r') ? line.length - 1 : line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  return line.slice(0, end) === `${type}-----`;
}

/** Encodes bytes as a block. */
export function encodePem(type: string, der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${type}-----\n${lines}-----END ${type}-----\n`;
}
