/** Hints for syntax errors of templates. */
import type { PkgError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { builtinNames } from './builtins.ts';
import { functionNames } from './functions/index.ts';
import { Lexer } from './lex.ts';
import { otherSyntax, otherWord } from './syntax-mistakes.ts';
import { decodeText } from './value.ts';

/** How many characters of a line are looked at before and behind an error: the patterns take the square of them. */
const MAX_LINE = 500;

/**
 * The hints for an error of the parser; none where nothing useful can be said.
 *
 * @param text what was parsed, as bytes
 * @param error with its position in the text
 */
export function syntaxHints(text: string, error: PkgError): string[] {
  const { message, at } = error;
  const whole = decodeText(text).split('\n')[(at?.line ?? 0) - 1];
  if (at?.line === undefined || whole === undefined) return [];
  const from = Math.max(0, (at.column ?? 1) - 1 - MAX_LINE);
  const line = whole.slice(from, from + 2 * MAX_LINE);
  const column = (at.column ?? 1) - 1 - from;
  const [before, rest] = [line.slice(0, column), line.slice(column)];
  const [, name] = /^function "([^"]+)" not defined$/.exec(message) ?? [];
  if (name !== undefined) {
    const other = otherWord(name, before, rest);
    if (other !== undefined) return [other];
    const near = nearest(name, [...builtinNames(), ...functionNames()]);
    return near === undefined ? [] : [`did you mean ${near}?`];
  }
  const [, variable] = /^undefined variable "\$(\w+)"$/.exec(message) ?? [];
  if (variable !== undefined) return variableHints(text, variable, at.line, rest);
  if (message === 'unexpected EOF' || /^unexpected <define> in command$/.test(message))
    return openBlocks(text, at.line);
  if (message === 'unexpected {{end}}') return ['every block before it has its {{end}} already'];
  if (message === 'expected end; found {{else}}') {
    return ['the block has an {{else}} already: is the {{end}} of a block in it missing?'];
  }
  const [, place] = /^unexpected "[^"]*" in (template|define|block) clause$/.exec(message) ?? [];
  if (place !== undefined) {
    const [word = ''] = /^[\w.-]+/.exec(rest) ?? [];
    return word === '' ? [] : [`the name of a template is in quotes: ${place} "${word}"`];
  }
  if (message.startsWith("bad character U+002D '-'")) {
    const dashed = /-\}\}/.test(rest) ? [] : dashedName(line, column);
    if (dashed.length > 0) return dashed;
  }
  if (!/^(?:unexpected|bad |illegal number|unrecognized|malformed|invalid syntax|unterminated)/.test(message))
    return [];
  const other = otherSyntax(message, before, rest);
  return other === undefined ? [] : [other];
}

/** Hints for a variable that is not declared where it is used: where it is declared, or one with nearly its name. */
function variableHints(text: string, name: string, line: number, rest: string): string[] {
  if (/^\$\w+\s+(?:in|of)\b/.test(rest)) return [`write range $${name} := …`];
  const lines = decodeText(text).split('\n');
  const declared = lines.flatMap((one, at) =>
    [...one.matchAll(/\$(\w+)\s*(?:,\s*\$(\w+)\s*)?:=/g)].flatMap(([, first, second]) =>
      [first, second].filter((found) => found !== undefined).map((found) => ({ name: found, line: at + 1 })),
    ),
  );
  const before = declared.findLast((one) => one.name === name && one.line <= line);
  if (before !== undefined) {
    return [
      `the $${name} of line ${before.line} ends with its block: declare it before the block, and set it in there by $${name} = …`,
    ];
  }
  const near = nearest(name, new Set(declared.filter((one) => one.line <= line).map((one) => one.name)));
  return near === undefined ? [`declare it before: {{ $${name} := … }}`] : [`did you mean $${near}?`];
}

/** A hint for a key with a dash, as in `.Values.a-b`: Go's names have no dashes, so it has to be asked for by `index`. */
function dashedName(line: string, at: number): string[] {
  const start = at - (/[\w.$-]*$/.exec(line.slice(0, at))?.[0].length ?? 0);
  const [path] = /^(?:\$\w*|)(?:\.[\w-]+)+/.exec(line.slice(start)) ?? [];
  if (path === undefined) return [];
  const [head = '', ...names] = path.split('.');
  const first = names.findIndex((name) => name.includes('-'));
  if (first === -1) return [];
  const before = names.slice(0, first);
  const map = before.length === 0 ? head || '.' : `${head}.${before.join('.')}`;
  const rest = names.slice(first).map((name) => ` "${name}"`);
  return [`get a name with "-" by index: index ${map}${rest.join('')}`];
}

type OpenBlock = { tag: string; line: number; column: number };

/** Hints for a missing `end`: the open block, and an `end` whose column fits another block than the one that it ends. */
function openBlocks(text: string, until: number): string[] {
  const lexer = new Lexer(text);
  const open: OpenBlock[] = [];
  let odd: string | undefined;
  let afterElse = false;
  for (lexer.next(); lexer.type !== 'eof' && lexer.type !== 'error'; lexer.next()) {
    if (lexer.type === 'left') afterElse = false;
    if (lexer.type !== 'keyword') continue;
    const word = lexer.value;
    const start = text.lastIndexOf('{{', lexer.start);
    const lineStart = text.lastIndexOf('\n', start) + 1;
    const line = text.slice(0, start).split('\n').length;
    if (line >= until && word === 'define') break;
    const close = text.indexOf('}}', start);
    const tag = decodeText(text.slice(start, close === -1 ? undefined : close + 2)).replaceAll(/\s+/g, ' ');
    const block = { tag, line, column: start - lineStart };
    if (word === 'end') {
      const ended = open.pop();
      const isFirst = text.slice(lineStart, start).trim() === '';
      if (ended !== undefined && isFirst && ended.line !== line && ended.column !== block.column) {
        odd ??= `the {{end}} in line ${line} ends the ${ended.tag} in line ${ended.line}, which has another indentation`;
      }
    } else if (word === 'else') afterElse = true;
    else if (/^(?:if|with|range|block|define)$/.test(word) && !afterElse) open.push(block);
  }
  const last = open.at(-1);
  if (last === undefined) return [];
  return [`${last.tag} in line ${last.line} has no {{end}}`, ...(odd === undefined ? [] : [odd])];
}
