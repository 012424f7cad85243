/** The patterns of the reader by lines (`fast.ts`). They are sticky: each is tried at the position of the reader. */

/** A character that only the exact reader handles: a line break other than LF, a control character, a byte order mark. */
export const UNFIT: RegExp = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/;

/** Empty lines and lines of comments. */
export const EMPTY_LINES: RegExp = /(?: *(?:#[^\n]*)?\n)*/y;
/** Blanks. */
export const SPACES: RegExp = / */y;
/** Blanks, a comment, and the end of the line. */
export const LINE_END: RegExp = / *(?:\n| #[^\n]*\n)/y;
/** The dash of a list's entry, with the blanks after it. */
export const ENTRY: RegExp = /-(?: +|(?=\n))/y;
/** A key (1: plain, 2: in double quotes, 3: in single quotes), its colon, and the blanks after it. */
export const KEY: RegExp =
  /(?:((?:[A-Za-z0-9_./$(+~^=;<]|-(?=[^ \t\n:#]))[^ \t\n:#]*(?:[: ](?=[^ \t\n:#])[^ \t\n:#]+)*)|"([^"\\\n]*)"|'([^'\n]*)'):(?: +|(?=\n))/y;
/** The first character of a plain scalar. */
export const PLAIN_START: RegExp = /[^ \t\n#,[\]{}&*!|>'"%@`?:-]|[-?:](?=[^ \t\n])/y;
/** A line of a plain scalar: a colon in it is not followed by a blank, and a `#` not preceded by one. */
export const PLAIN_LINE: RegExp =
  /(?:[^ \t\n:]|:(?=[^ \t\n]))+(?: +(?:[^ \t\n:#]|:(?=[^ \t\n]))(?:[^ \t\n:]|:(?=[^ \t\n]))*)*/y;
/** The header of a block scalar: its style, and chomping and indentation in either order. */
export const BLOCK_HEADER: RegExp = /([|>])(?:([-+])?([1-9])?|([1-9])([-+]))(?: +#[^\n]*| *)\n/y;
/** A scalar in single quotes. */
export const SINGLE: RegExp = /'((?:[^']|'')*)'/y;
/** A scalar in double quotes with escapes that the reader knows. */
export const DOUBLE: RegExp = /"((?:[^"\\]|\\["\\/abefnrtv0 N_LP]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})*)"/y;
/** Blanks and line breaks within a flow collection. */
export const FLOW_BLANKS: RegExp = /[ \n]*/y;
/** A plain scalar within a flow collection, on one line. */
export const FLOW_PLAIN: RegExp =
  /(?:[^ \t\n#,[\]{}&*!|>'"%@`?:-]|-(?=[^ \t\n,[\]{}]))(?:[^ \t\n,[\]{}:#?]|:(?=[^ \t\n,[\]{}]))*(?: +(?:[^ \t\n,[\]{}:#?]|:(?=[^ \t\n,[\]{}]))+)*/y;
/** The colon behind a key of a flow map. */
export const FLOW_COLON: RegExp = / *:(?=[ \n])/y;

/**
 * Most entries of maps, by one match: a key (1); a word, a text in quotes without escapes, an empty collection, or nothing
 * (2); the end of the line, and empty lines and comments; the indentation of the next line (3).
 */
export const SIMPLE_ENTRY: RegExp =
  /([A-Za-z_][A-Za-z0-9_./-]{0,200}):(?: +([^ \t\n#,[\]{}&*!|>'"%@`?:-][^ \t\n:#]*|"[^"\\\n]*"|\{\}|\[\]))? *(?: #[^\n]*)?\n(?: *(?:#[^\n]*)?\n)*( *)/y;

/** An anchor. go-yaml allows more characters behind its name; such a text is left to the exact reader. */
export const ANCHOR: RegExp = /&([A-Za-z0-9_-]+)(?: +(?=[^ \t\n#&*!])|(?=\n))/y;
/** An alias, which is the rest of its line. */
export const ALIAS: RegExp = /\*([A-Za-z0-9_-]+)(?= *(?: #[^\n]*)?\n)/y;
/** The key that merges the map of an alias. */
export const MERGE: RegExp = /<<: +(?=\*)/y;

/** Longer keys are left to the exact reader, which has YAML's bound. */
export const MAX_KEY_LENGTH: number = 1000;
/** Deeper collections are left to the exact reader. */
export const MAX_DEPTH: number = 200;
/** Lines of blanks. */
export const BLANK_LINES: RegExp = /(?: *\n)*/y;

const lines: (RegExp | undefined)[] = [];
const margins: (RegExp | undefined)[] = [];

/** The lines of a block scalar that is indented by so many columns. */
export function linesFrom(indent: number): RegExp {
  return (lines[indent] ??= new RegExp(`(?: {${indent}}[^\\n]*\\n| {0,${indent - 1}}\\n)*`, 'y'));
}

/** The indentation of each of these lines. */
export function marginOf(indent: number): RegExp {
  return (margins[indent] ??= new RegExp(`^ {1,${indent}}`, 'gm'));
}
