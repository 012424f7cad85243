/** Texts in quotes. */

/** In double quotes, as JSON and YAML both read it: what is invisible is written as an escape. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** In double quotes as Go writes it (`strconv.Quote`, or `QuoteToASCII`): for people and for Go programs. */
export function quoteGo(text: string, options: { ascii?: boolean } = {}): string {
  return `"${escapeGo(text, '"', options.ascii ?? false)}"`;
}

/** One character in single quotes as Go writes it (`strconv.QuoteRune`, or `QuoteRuneToASCII`). */
export function quoteGoCharacter(character: string, options: { ascii?: boolean } = {}): string {
  return `'${escapeGo(character, "'", options.ascii ?? false)}'`;
}

/** Can Go write this text in back quotes (`strconv.CanBackquote`)? */
export function canBackquote(text: string): boolean {
  return text.isWellFormed() && !/[`\0-\x08\x0a-\x1f\x7f\ufeff]/.test(text);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

function escapeGo(text: string, quote: string, ascii: boolean): string {
  let escaped = '';
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    if (character === quote || character === '\\') escaped += `\\${character}`;
    else if (code < 0x80 ? code >= 0x20 && code < 0x7f : !ascii && isPrintable(character)) escaped += character;
    else escaped += ESCAPES.get(character) ?? escapeCode(code);
  }
  return escaped;
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols; of spaces only the plain one. */
function isPrintable(character: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}

function escapeCode(code: number): string {
  if (code < 0x80) return `\\x${hexadecimal(code, 2)}`;
  return code > 0xffff ? `\\U${hexadecimal(code, 8)}` : `\\u${hexadecimal(code, 4)}`;
}

function hexadecimal(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
