/**
 * Text from charts, records and clusters, made safe to show on a terminal.
 *
 * Characters that control a terminal (escape sequences, carriage returns) and characters that make a text look like
 * another one (bidirectional overrides, invisible characters) are replaced by visible escapes such as `\u001b`.
 */

/**
 * C0, DEL and C1 controls; line and paragraph separators; bidirectional and other format characters (category Cf, but
 * for the joiners that emoji and scripts need); halves of surrogate pairs.
 */
const UNSAFE = (): RegExp => /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/** The same, but lines and tabs are left alone. */
const UNSAFE_IN_LINES = (): RegExp => /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200c\u200d])\p{Cf}/gu;

/**
 * Plain ASCII, as nearly all texts are. It is tested first because {@link UNSAFE} loads Unicode tables, which takes 1 ms;
 * for the same reason the expressions above are made by functions, and not when this module loads.
 */
const HARMLESS = /^[ -~]*$/;
const HARMLESS_LINES = /^[ -~\n\t]*$/;

/** One line of safe text: unsafe characters as escapes, cut (with `…`) after `max` characters. */
export function printable(text: string, max = 200): string {
  // A character takes at most two code units, so this prefix is enough: a huge text costs nothing.
  const start = text.slice(0, 2 * (max + 1));
  if (start.length <= max && HARMLESS.test(start)) return start;
  const characters = Array.from(start);
  const cut = characters.length > max;
  const kept = cut ? withoutCutEscape(characters.slice(0, max).join('')) : start;
  return kept.replace(UNSAFE(), escapeCharacter) + (cut ? '…' : '');
}

/**
 * A text of at most `max` characters: of a longer one its beginning and its end, with `…` between them. Messages of API
 * servers hold the whole value that is wrong, and say what is wrong with it behind it: `…}: field is immutable`.
 */
export function shortened(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.floor(max / 3);
  // The cut may leave one half of a surrogate pair, which toWellFormed replaces.
  return `${text.slice(0, max - end - 1)}…${text.slice(text.length - end)}`.toWellFormed();
}

/** As {@link printable}, but a long text is cut in the middle. */
export function printableEnds(text: string, max: number): string {
  return printable(shortened(text, max), max);
}

/** Removes half an escape from the end of a text that was cut: of `a\u001b` the cut may leave `a\u00`. */
function withoutCutEscape(text: string): string {
  return text.replace(/(?<!\\)((?:\\\\)*)\\(?:x[0-9a-f]?|u[0-9a-f]{0,3}|u\{[0-9a-f]*)?$/i, '$1');
}

/** Many lines of safe text: line ends and tabs stay, a CRLF becomes a line end; cut (with `…`) after `max` characters. */
export function printableLines(text: string, max: number = Infinity): string {
  const whole = text.replaceAll('\r\n', '\n');
  const characters = whole.length > max ? Array.from(whole.slice(0, 2 * (max + 1))) : [];
  const lines = characters.length > max ? `${characters.slice(0, max).join('')}…` : whole;
  return HARMLESS_LINES.test(lines) ? lines : lines.replace(UNSAFE_IN_LINES(), escapeCharacter);
}

/** Replaces unsafe characters of a JSON text by JSON's own escapes, so that it still has the same meaning. */
export function printableJson(text: string): string {
  if (HARMLESS_LINES.test(text)) return text;
  return text.replace(UNSAFE_IN_LINES(), (character) =>
    Array.from({ length: character.length }, (_, at) => unitEscape(character.charCodeAt(at))).join(''),
  );
}

function unitEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return unitEscape(code);
}
