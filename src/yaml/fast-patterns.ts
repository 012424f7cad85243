/** What the reader by lines looks for: sticky patterns, each tried at the place where the reader is. */

/** Breaks but `\n`, control characters, byte order marks. */
export const UNFIT: RegExp = /[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/;

export const EMPTY_LINES: RegExp = /(?: *(?:#[^\n]*)?\n)*/y;
export const SPACES: RegExp = / */y;
/** The rest of a line that says no more. */
export const LINE_END: RegExp = / *(?:\n| #[^\n]*\n)/y;
export const ENTRY: RegExp = /-(?: +|(?=\n))/y;
export const KEY: RegExp =
  /(?:((?:[A-Za-z0-9_./$(+~^=;<]|-(?=[^ \t\n:#]))[^ \t\n:#]*(?:[: ](?=[^ \t\n:#])[^ \t\n:#]+)*)|"([^"\\\n]*)"|'([^'\n]*)'):(?: +|(?=\n))/y;
export const PLAIN_START: RegExp = /[^ \t\n#,[\]{}&*!|>'"%@`?:-]|[-?:](?=[^ \t\n])/y;
/** Words with colons in them, but none before a blank, and no `#` after one. */
export const PLAIN_LINE: RegExp =
  /(?:[^ \t\n:]|:(?=[^ \t\n]))+(?: +(?:[^ \t\n:#]|:(?=[^ \t\n]))(?:[^ \t\n:]|:(?=[^ \t\n]))*)*/y;
export const BLOCK_HEADER: RegExp = /([|>])(?:([-+])?([1-9])?|([1-9])([-+]))(?: +#[^\n]*| *)\n/y;
export const SINGLE: RegExp = /'((?:[^']|'')*)'/y;
export const DOUBLE: RegExp = /"((?:[^"\\]|\\["\\/abefnrtv0 N_LP]|\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})*)"/y;
export const FLOW_BLANKS: RegExp = /[ \n]*/y;
export const FLOW_PLAIN: RegExp =
  /(?:[^ \t\n#,[\]{}&*!|>'"%@`?:-]|-(?=[^ \t\n,[\]{}]))(?:[^ \t\n,[\]{}:#?]|:(?=[^ \t\n,[\]{}]))*(?: +(?:[^ \t\n,[\]{}:#?]|:(?=[^ \t\n,[\]{}]))+)*/y;
export const FLOW_COLON: RegExp = / *:(?=[ \n])/y;

/** A key and one word, or a text in quotes without escapes, or nothing; then the lines that say nothing. */
export const SIMPLE_ENTRY: RegExp =
  /([A-Za-z_][A-Za-z0-9_./-]{0,200}):(?: +([^ \t\n#,[\]{}&*!|>'"%@`?:-][^ \t\n:#]*|"[^"\\\n]*"|\{\}|\[\]))? *(?: #[^\n]*)?\n(?: *(?:#[^\n]*)?\n)*( *)/y;

/** A name for what follows, and what was named before; names end as plain words do. */
export const ANCHOR: RegExp = /&([A-Za-z0-9_-]+)(?: +(?=[^ \t\n#&*!])|(?=\n))/y;
export const ALIAS: RegExp = /\*([A-Za-z0-9_-]+)(?= *(?: #[^\n]*)?\n)/y;
export const MERGE: RegExp = /<<: +(?=\*)/y;

export const LONGEST_KEY: number = 1000;
export const DEEPEST: number = 200;
export const BLANK_LINES: RegExp = /(?: *\n)*/y;

const lines: (RegExp | undefined)[] = [];
const margins: (RegExp | undefined)[] = [];

/** The lines of a block scalar that is so deep. */
export function linesFrom(indent: number): RegExp {
  return (lines[indent] ??= new RegExp(`(?: {${indent}}[^\\n]*\\n| {0,${indent - 1}}\\n)*`, 'y'));
}

/** What stands before the text in these lines. */
export function marginOf(indent: number): RegExp {
  return (margins[indent] ??= new RegExp(`^ {1,${indent}}`, 'gm'));
}
