/**
 * Removes the values of Secrets from messages of an API server, which quote them in many forms: `got
 * &value.valueUnstructured{Value:5}`, `cannot unmarshal number 12345 into Go value`, and in any form that a policy or a
 * webhook chooses.
 */
import { goJson } from '../../yaml/json.ts';
import { getOwn, isJsonObject, setOwn } from '../../yaml/value.ts';
import type { Json } from '../../yaml/value.ts';

const MASK = '***';
/** A run of this many characters that a message shares with a value is taken for a piece of the value. */
const PIECE = 6;
/** Only this much of a value is searched for, and only this much of a message is kept. */
const MAX_LENGTH = 1 << 16;
const MAX_MESSAGE_LENGTH = 10_000;
/** Values up to this length are not searched for as lists of bytes, which would match other numbers. */
const MAX_LIST_LENGTH = 4096;
/** The annotation where client-side apply stores a copy of the whole object. */
const COPY = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The answer to a request, without the values of the Secrets that it is about.
 *
 * @param path of the request: only that of a Secret, or of all Secrets of a namespace, is about them
 * @param secrets the objects that were sent, and those that live
 */
export function maskAnswer(path: string, answer: Json, secrets: readonly (Json | undefined)[]): Json {
  if (!/^\/api\/v1\/namespaces\/[^/]+\/secrets(?:\/|$)/.test(path)) return answer;
  const values = secrets.flatMap((secret) => (secret === undefined ? [] : valuesOf(secret)));
  const ways = [...new Set(values.flatMap((value) => waysToSay(value)))].sort((a, b) => b.length - a.length);
  return maskAll(answer, ways);
}

function maskAll(answer: Json, ways: readonly string[]): Json {
  if (typeof answer === 'string') return maskText(answer, ways);
  if (Array.isArray(answer)) return answer.map((item) => maskAll(item, ways));
  if (!isJsonObject(answer)) return answer;
  const masked: Json = {};
  // Programs read these: no server puts a value there.
  for (const [key, item] of Object.entries(answer)) {
    setOwn(masked, key, FIXED.has(key) ? item : maskAll(item, ways));
  }
  return masked;
}

const FIXED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'reason', 'status', 'name', 'group', 'uid']);

/** What the libraries of the API server quote of a value, or of a text inside it that is to be JSON. */
const QUOTED: readonly [RegExp, string][] = [
  [/(expected [\w ]+, got )[^]*?(?=$|\n|, \.[A-Za-z])/g, `$1${MASK}`],
  [/(cannot unmarshal (?:number|string|bool)) \S+(?= into )/g, '$1'],
  [/invalid character '[^]{1,10}?'(?= )/g, 'invalid character'],
];

/** Messages about missing rights. A name in them is not a secret, even if it is also a value (`admin`). */
const FORBIDDEN = /^[\w.-]+(?: "[^"]*")? is forbidden: User "[^"]*" cannot \w+ resource "[^"]*" in API group "[^"]*"/;

function maskText(text: string, ways: readonly string[]): string {
  const known = FORBIDDEN.exec(text)?.[0] ?? '';
  return known + maskRest(text.slice(known.length), ways);
}

function maskRest(text: string, ways: readonly string[]): string {
  let masked = text.slice(0, MAX_MESSAGE_LENGTH);
  for (const [quoted, rest] of QUOTED) masked = masked.replace(quoted, rest);
  const hidden = new Uint8Array(masked.length);
  const pieces = new Map<string, number[]>();
  for (let at = 0; at + PIECE <= masked.length; at++) {
    const piece = masked.slice(at, at + PIECE);
    const known = pieces.get(piece);
    if (known === undefined) pieces.set(piece, [at]);
    else known.push(at);
  }
  for (const way of ways) {
    if (way.length < PIECE) hideWords(masked, way, hidden);
    for (let at = 0; at + PIECE <= way.length; at++) {
      const piece = way.slice(at, at + PIECE);
      for (const found of pieces.get(piece) ?? []) hidden.fill(1, found, found + PIECE);
      pieces.delete(piece);
    }
  }
  let shown = '';
  for (let at = 0; at < masked.length; at++) {
    if (hidden[at] === 0) shown += masked[at];
    else if (at === 0 || hidden[at - 1] === 0) shown += MASK;
  }
  return shown;
}

/** Hides a short value where it is a whole word, because it may occur inside of any word by chance. */
function hideWords(text: string, word: string, hidden: Uint8Array): void {
  const isWordlike = (character: string | undefined): boolean => character !== undefined && /\w/.test(character);
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const begins = !isWordlike(word[0]) || !isWordlike(text[at - 1]);
    const ends = !isWordlike(word.at(-1)) || !isWordlike(text[end]);
    if (begins && ends) hidden.fill(1, at, end);
  }
}

/** The values under `data` and `stringData`, also those that are not texts although they should be. */
function valuesOf(secret: Json): string[] {
  if (!isJsonObject(secret)) return [];
  const found = ['data', 'stringData'].flatMap((field) => {
    const value = getOwn(secret, field) ?? null;
    // The names of entries are not secrets, and messages are of no use without them.
    return isJsonObject(value) ? Object.values(value).flatMap((item) => scalarsOf(item)) : scalarsOf(value);
  });
  const metadata = getOwn(secret, 'metadata');
  const annotations = isJsonObject(metadata) ? getOwn(metadata, 'annotations') : undefined;
  const copy = isJsonObject(annotations) ? getOwn(annotations, COPY) : undefined;
  if (typeof copy !== 'string') return found;
  try {
    return [...found, ...valuesOf(JSON.parse(copy) as Json)];
  } catch {
    return [...found, copy];
  }
}

function scalarsOf(value: Json): string[] {
  if (value === null || value === '' || typeof value === 'boolean') return [];
  if (Array.isArray(value)) return value.flatMap((item) => scalarsOf(item));
  if (isJsonObject(value)) return Object.entries(value).flatMap(([key, item]) => [key, ...scalarsOf(item)]);
  if (typeof value !== 'number') return [String(value)];
  // Go prints large numbers and fractions with an exponent of two digits.
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return [String(value), `${mantissa}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`];
}

/** The forms in which a message may hold a value: plain, decoded, encoded, quoted as in JSON and Go, as bytes. */
function waysToSay(value: string): string[] {
  const plain = value.slice(0, MAX_LENGTH);
  const decoded = /^[A-Za-z0-9+/\s]+(?:==?\s*)?$/.test(plain) ? Buffer.from(plain, 'base64') : Buffer.alloc(0);
  const texts = [plain, decoded.toString('utf8')].filter((text) => text !== '');
  return texts.flatMap((text) => {
    const bytes = text === plain ? Buffer.from(text) : decoded;
    const quoted = [inQuotes(JSON.stringify(text)), inQuotes(goJson(text)), goQuoted(bytes)];
    return [
      text,
      ...quoted,
      // A message about JSON inside JSON.
      ...quoted.map((once) => inQuotes(JSON.stringify(once))),
      bytes.toString('base64'),
      ...(bytes.length > MAX_LIST_LENGTH ? [] : listed(bytes)),
    ];
  });
}

/** As `%x` and `%v` write bytes. */
function listed(bytes: Buffer): string[] {
  return [
    bytes.toString('hex'),
    [...bytes].join(' '),
    [...bytes].join(','),
    [...bytes].join(', '),
    [...bytes].map((byte) => `0x${byte.toString(16)}`).join(', '),
  ];
}

function inQuotes(text: string): string {
  return text.slice(1, -1);
}

/** As Go's `%q` writes it, without the quotes. */
function goQuoted(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) {
    return bytes.toString('latin1').replaceAll(/[^ -~]/g, (byte) => escaped(byte.charCodeAt(0), 'x', 2));
  }
  return text.replaceAll(/["\\]|[^ -~]/gu, (character) => {
    const short = SHORT[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) return escaped(code, 'x', 2);
    // What can be printed stays.
    if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character;
    return code > 0xffff ? escaped(code, 'U', 8) : escaped(code, 'u', 4);
  });
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

function escaped(code: number, letter: string, digits: number): string {
  return `\\${letter}${code.toString(16).padStart(digits, '0')}`;
}
