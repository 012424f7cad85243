/**
 * Finds the wrong line of a text that is not YAML. js-yaml reports the line at which it has to stop, which mostly is
 * the one behind the wrong line: where the key inside `{{#if x}}` is indented too far, it reports the key behind
 * `{{/if}}`. This looks at the indentation of the lines before, too.
 */

/** The wrong line, given by the offset of its first character that is not blank. */
export type Misplaced = {
  offset: number;
  message: string;
  hint: string;
  /** The line that it contradicts, and the message where that one is wrong, since a block or a partial printed it. */
  other?: { offset: number; message: string };
};

/** A line that is neither blank nor a comment. */
type Line = { start: number; indent: number; text: string };

/** An open map or list: its indentation, and the line that began it. */
type Level = { indent: number; isList: boolean; line: Line };

/**
 * Looks for the line that is wrong.
 *
 * @param text the rendered text with the markers of slots
 * @param offset where js-yaml stopped
 * @returns undefined where the message of js-yaml is the best
 */
export function findMisplaced(text: string, offset: number): Misplaced | undefined {
  const lines = linesUntil(text, offset);
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const before = lines.slice(0, -1);
  return (
    typographic(lines) ??
    openQuote(lines) ??
    openBracket(lines, text) ??
    separator(lines) ??
    leftText(lines) ??
    tightDash(before) ??
    missingColon(before, last, text, offset) ??
    unfit(before, last) ??
    twoOnLine(last, offset)
  );
}

/** Longer lines are not looked at: the patterns take the square of their length. */
const MAX_LINE = 1000;

/** The lines up to the one with the offset, without those of texts behind `|` and `>`. */
function linesUntil(text: string, offset: number): Line[] {
  const lines: Line[] = [];
  let start = 0;
  /** Lines that are indented further than this belong to a text behind `|` or `>`. */
  let block = Infinity;
  for (const line of text.split('\n')) {
    if (start > offset) break;
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    const rest = line.slice(indent).trimEnd();
    if (rest !== '' && indent <= block && rest.length <= MAX_LINE) {
      block = /(?:^|[\s:])[|>][-+0-9]*(?:\s+#.*)?$/.test(rest) ? indent : Infinity;
      if (!rest.startsWith('#')) lines.push({ start: start + indent, indent, text: rest });
    }
    start += line.length + 1;
  }
  return lines;
}

/** Finds a dash or a blank that word processors put in place of those of the keyboard, where it is part of the structure. */
function typographic(lines: readonly Line[]): Misplaced | undefined {
  for (const { start, text } of lines.slice(-3).toReversed()) {
    const [dashes] = /^[-\u2010-\u2015\u2212]*[\u2010-\u2015\u2212](?=\s|$)/.exec(text) ?? [];
    if (dashes !== undefined) {
      const hint = dashes === text ? 'write ---, with the hyphens of the keyboard' : 'write - and a blank';
      return { offset: start, message: `this line begins with ${dashes}, a dash of word processors`, hint };
    }
    const [before] = /^(?=\xa0)|^[^\s"'#]*[:-](?=\xa0)/.exec(text) ?? [];
    if (before === undefined) continue;
    const message = 'there is a no-break space here, which is no blank to YAML';
    return { offset: start + before.length, message, hint: 'write a plain blank' };
  }
  return undefined;
}

/** Finds `a: "text` without a closing quote: js-yaml takes the next quote, lines further down, for it. */
function openQuote(lines: readonly Line[]): Misplaced | undefined {
  for (const line of lines) {
    const at = openQuoteIn(line.text);
    if (at === undefined) continue;
    return {
      offset: line.start + at,
      message: 'the quote that opens here is not closed on its line',
      hint: 'close it, or write a text of several lines behind |',
    };
  }
  return undefined;
}

/**
 * Where a quote opens that a line does not close: at the beginning of its value, and of each text in `[ ]` and `{ }`.
 */
function openQuoteIn(text: string): number | undefined {
  const isFlow = /^(?:- +)*(?:[^\s"'#[{][^"'#]*?: +)?[[{]/.test(text);
  const begins = isFlow ? /[[{,:]\s*(?=["'])/g : /^(?:- +)*(?:[^\s"'#][^"'#]*?: +)?(?=["'])/g;
  for (let found = begins.exec(text); found !== null; found = begins.exec(text)) {
    const at = found.index + found[0].length;
    const closed = text[at] === '"' ? /"(?:[^"\\]|\\.)*"/y : /'(?:[^']|'')*'/y;
    closed.lastIndex = at;
    if (!closed.test(text)) return at;
    begins.lastIndex = closed.lastIndex;
  }
  return undefined;
}

/** Finds `a: {b: c` and `a: [b` that no further line closes: js-yaml stops at a line behind it. */
function openBracket(lines: readonly Line[], text: string): Misplaced | undefined {
  for (const { start, indent, text: written } of lines.slice(-MAX_LINES)) {
    const begin = /^(?:- +)*(?:[^\s"'#[{][^"'#]*?: +)?(?=[[{])/.exec(written)?.[0].length;
    const open = begin === undefined ? undefined : openBracketIn(text, start + begin, indent);
    if (open === undefined) continue;
    const sign = text[open] ?? '';
    const other = sign === '{' ? '}' : ']';
    return {
      offset: open,
      message: `the ${sign} that opens here is not closed`,
      hint: `write ${other} at the end of the ${sign === '{' ? 'map' : 'list'}`,
    };
  }
  return undefined;
}

/**
 * Where a map or a list in brackets opens that is not closed before a line that is indented no further than the one of
 * the offset.
 */
function openBracketIn(text: string, offset: number, indent: number): number | undefined {
  const open: number[] = [];
  const signs = /[[\]{}]|(?<=[\s[{,:])(?:"(?:[^"\\]|\\[^])*"|'(?:[^']|'')*')|\n( *)(?=[^\s\]}])|\s#[^\n]*/g;
  signs.lastIndex = offset;
  for (let found = signs.exec(text); found !== null && found.index - offset <= MAX_FLOW; found = signs.exec(text)) {
    const [sign, margin] = found;
    if (margin !== undefined && margin.length <= indent) break;
    if (sign === '[' || sign === '{') open.push(found.index);
    else if (sign === ']' || sign === '}') {
      open.pop();
      if (open.length === 0) return undefined;
    }
  }
  return open.at(-1);
}

/** Longer maps and lists in brackets are not looked at, nor those that begin more lines before. */
const [MAX_FLOW, MAX_LINES] = [5000, 100];

/** Finds `----` and `--`, which are meant to separate documents. */
function separator(lines: readonly Line[]): Misplaced | undefined {
  const line = lines.findLast(({ indent, text }) => indent === 0 && /^(?:--|-{4,}|---[^\s-].*|={3,})$/.test(text));
  if (line === undefined) return undefined;
  const message = 'this line separates no documents';
  return { offset: line.start, message, hint: 'write --- alone on its line' };
}

/** Finds a line of a text behind `|` that is indented no further than its key, and so is not part of the text. */
function leftText(lines: readonly Line[]): Misplaced | undefined {
  const line = lines.find(({ indent, text }, index) => {
    const header = lines[index - 1];
    return (
      header !== undefined &&
      /(?:^|[\s:])[|>][-+0-9]*(?:\s+#.*)?$/.test(header.text) &&
      indent >= header.indent &&
      !isKey(text) &&
      !isItem(text) &&
      !/^["'[{\]}]|^---/.test(text)
    );
  });
  if (line === undefined) return undefined;
  return {
    offset: line.start,
    message: 'this line is neither a key with its value nor an item of a list',
    hint: 'indent the lines of a text after | or > further than its key',
  };
}

/** Finds `-name: x`, which js-yaml takes for a key. */
function tightDash(lines: readonly Line[]): Misplaced | undefined {
  const line = lines.at(-1);
  if (line === undefined || !/^-[A-Za-z_][\w.-]*:(?:\s|$)/.test(line.text)) return undefined;
  return {
    offset: line.start,
    message: 'this line is neither a key with its value nor an item of a list',
    hint: DASH,
  };
}

const DASH = 'a blank follows the dash of an item: - {{x}}';

/** Finds a line that is neither a key nor an item, before one that is read as its continuation. */
function missingColon(before: readonly Line[], last: Line, text: string, offset: number): Misplaced | undefined {
  const lines = [...before, last].slice(-3);
  const index = lines.findIndex(({ indent, text: written }, at) => {
    if (at === 0 || isKey(written) || isItem(written)) return false;
    // A line that is indented further may be the text of the key above it, unless it looks like an item.
    return (
      (lines[at - 1]?.indent ?? -1) >= indent || /^-[^\s-]|^[\w.-]+:(?!\/\/)\S|^(?:---$|\/\/|\/\*|<!--)/.test(written)
    );
  });
  const line = lines[index];
  if (line === undefined || /^["'[{\]}&*!?%@`]|^---./.test(line.text) || line.start > offset) return undefined;
  if (line.text === '---')
    return { offset: line.start, message: 'this line separates no documents', hint: 'write --- at the first column' };
  if (/^(?:\/\/|\/\*|<!--|--\s)/.test(line.text))
    return {
      offset: line.start,
      message: 'this line is not a comment',
      hint: 'a comment of YAML begins with #, and one that is not printed is {{! … }}',
    };
  const dash = /^-[^\s-]/.test(line.text);
  const ends = text.indexOf('\n', line.start);
  const colon = /^[^\s:]+:\S/.test(text.slice(line.start, ends < 0 ? undefined : ends));
  return {
    offset: line.start,
    message: 'this line is neither a key with its value nor an item of a list',
    hint: dash
      ? DASH
      : colon
        ? 'a blank follows the colon of a key: key: {{x}}'
        : 'a key ends with a colon, an item begins with a dash and a blank, and {{spread x}} adds the keys of a map',
  };
}

function isKey(text: string): boolean {
  return /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'[{][^]*?)\s*:(?:\s|$)/.test(text);
}

function isItem(text: string): boolean {
  return /^-(?:\s|$)/.test(text);
}

/** Does the line end with a key or a dash, so that its value may follow on further lines? */
function opens(text: string): boolean {
  return /(?:^|[\s"'\uE001\w]):(?:\s+[&!]\S+)*(?:\s+#.*)?$/.test(text) || /^(?:-\s*)+$/.test(text);
}

/** Finds a line whose indentation fits to none of the lines before. */
function unfit(before: readonly Line[], last: Line): Misplaced | undefined {
  const levels: Level[] = [];
  for (const line of before) enter(levels, line);
  const previous = before.at(-1);
  if (previous === undefined) return undefined;
  let popped: Level | undefined;
  while ((levels.at(-1)?.indent ?? -1) > last.indent) popped = levels.pop();
  const top = levels.at(-1);
  if (popped !== undefined && (top === undefined || top.indent < last.indent)) {
    return {
      offset: last.start,
      message: `this line is indented by ${last.indent}, and the line before it by ${popped.indent}`,
      hint: 'keys of a map, and items of a list, begin at the same column',
      other: {
        offset: popped.line.start,
        message: `this line is indented by ${popped.indent}, and what follows it by ${last.indent}`,
      },
    };
  }
  if (top !== undefined && top.indent === last.indent && top.isList !== isItem(last.text) && !opens(previous.text)) {
    const [item, key] = ['there is an item among the keys of a map', 'there is a key among the items of a list'];
    const message = top.isList ? key : item;
    const hint = top.isList
      ? 'an item begins with a dash: - key: value; keys beside the list are indented as its own key'
      : 'put the items of a list below a key of their own: key: and then - item';
    return { offset: last.start, message, hint, other: { offset: top.line.start, message: top.isList ? item : key } };
  }
  if (popped === undefined && last.indent > previous.indent && top !== undefined && !opens(previous.text)) {
    const inItem = isItem(previous.text) ? previous.indent + 2 : previous.indent;
    if (last.indent === inItem) return behindItem(previous, last);
    const hint = 'a key that holds others has no value of its own: key: and the others further in below it';
    return {
      offset: last.start,
      message: `this line is indented by ${last.indent}, below one that is indented by ${inItem} and has its value already`,
      hint,
      other: { offset: previous.start, message: 'this line has its value already, and what follows it is further in' },
    };
  }
  return undefined;
}

/** Finds a key below an item that is a value, as in `- {{> container}}` with `ports:` below it. */
function behindItem(previous: Line, last: Line): Misplaced | undefined {
  if (isKey(previous.text.replace(/^(?:-\s+)+/, '')) || !isKey(last.text)) return undefined;
  return {
    offset: last.start,
    message: 'this key stands below an item that is a value already',
    hint: 'to add keys to a map, leave the dash alone on its line, and write {{> name}} or {{spread x}} and the keys below it, two columns further in',
    other: { offset: previous.start, message: 'this item is a value already, and keys follow it' },
  };
}

/** Opens and closes levels as the line requires. */
function enter(levels: Level[], line: Line): void {
  let { indent, text } = line;
  for (;;) {
    while ((levels.at(-1)?.indent ?? -1) > indent) levels.pop();
    const isList = isItem(text);
    const top = levels.at(-1);
    // Items may stand at the column of the key that holds them.
    if (top === undefined || top.indent < indent || (isList && !top.isList)) levels.push({ indent, isList, line });
    else if (top.isList && !isList) levels.pop();
    const dash = /^-\s+/.exec(text);
    if (dash === null) return;
    indent += dash[0].length;
    text = text.slice(dash[0].length);
    if (!isKey(text) && !isItem(text)) return;
  }
}

/** Finds `a: b: c`, and several keys that a loop printed on one line. */
function twoOnLine(line: Line, offset: number): Misplaced | undefined {
  const before = line.text.slice(0, offset - line.start);
  // In { } and [ ] keys follow each other on a line.
  if (/[[{]/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ''))) return undefined;
  if (/: +-(?: |$)/.test(before) || /: +- /.test(line.text))
    return {
      offset,
      message: 'an item of a list is on the line of its key',
      hint: 'put the key on a line of its own, and each - item on a line below it',
    };
  if (offset <= line.start || !/[^"'[{]*: +[^"'\s[{&*!][^"'#]*:(?: |$)|: *(?:"[^"]*"|'[^']*') *\S/.test(line.text))
    return undefined;
  return {
    offset,
    message: 'a second key, or more than one value, is on this line',
    hint: 'put each key on a line of its own, and quotes around a text with ": " in it',
  };
}
