/** Prints the lines of a template as native template text (Handlebars). */
import { printScalar } from '../yaml/print.ts';
import { resolvePlainScalar } from '../yaml/scalar.ts';
import { call, isCall, keyOf, literal, printArgument, printExpression, pathsOf, withoutElse } from './expression.ts';
import type { Expression, Path } from './expression.ts';
import { asked } from './guards.ts';
import { inline, literalText, orEmpty, tag, textOf } from './layout-text.ts';
import { indentOf, isBlank } from './lines.ts';
import type { Line, Node, Part, Tags } from './lines.ts';
import type { DefaultAt } from './pieces.ts';

/** Called for a value that is spread among the keys of a map or the items of a list, or that is a whole document. */
export type NoteSort = (path: Path, sort: 'map' | 'list' | 'object') => void;

/**
 * Prints the lines of a file, or of a partial that gives structure.
 *
 * @throws {Unprintable}
 */
export function printLines(nodes: readonly Node[], defaultAt: DefaultAt, note: NoteSort): string {
  const printer = new Printer([...flat(nodes)], defaultAt, note);
  return printer.nodes(nodes, '').join('');
}

function* flat(nodes: readonly Node[]): Generator<Line> {
  for (const node of nodes) {
    if (node.type === 'line') yield node;
    else for (const branch of node.branches) yield* flat(branch.nodes);
  }
}

class Printer {
  readonly #all: readonly Line[];
  readonly #defaultAt: DefaultAt;
  readonly #note: NoteSort;
  /**
   * The tests of the branches that the current line stands in, as {@link keyOf} writes them: these values are not
   * empty.
   */
  readonly #guards: string[] = [];
  /** Where the lines of the text begin in which the current line stands. */
  #margin: number | undefined;
  readonly #isAllText: boolean;

  constructor(all: readonly Line[], defaultAt: DefaultAt, note: NoteSort) {
    this.#all = all;
    this.#defaultAt = defaultAt;
    this.#note = note;
    this.#isAllText = all.every(({ isText }) => isText);
  }

  nodes(nodes: readonly Node[], indent: string): string[] {
    const lines: string[] = [];
    for (const node of nodes) {
      if (node.type === 'tags') this.#tags(node, indent, lines);
      else if (node.isText) lines.push(`${textOf(this.#inText(node.parts), this.#defaultAt)}\n`);
      else {
        this.#margin = undefined;
        this.#line(node, lines);
      }
    }
    return lines;
  }

  /** A line of a text whose further lines, which a value may have, are indented as the first. */
  #inText(parts: readonly Part[]): readonly Part[] {
    if (isBlank(parts)) return parts;
    const column = indentOf(parts);
    const margin = (this.#margin ??= this.#isAllText ? 0 : column);
    const [blank, block, ...more] = parts;
    if (typeof blank !== 'string' || typeof block !== 'object' || block.type !== 'block') return parts;
    if (more.length > 0 || column <= margin || blank.trim() !== '') return parts;
    const value = call('indent', literal(column - margin), block.content.text);
    return [' '.repeat(margin), { type: 'value', value, level: block.level }];
  }

  #tags(node: Tags, outer: string, lines: string[]): void {
    const [first] = flat([node]);
    // Chains stand at the left margin. In a text, blanks before a tag would be printed.
    const isChain = node.branches.filter(({ opens }) => opens !== undefined).length > 1;
    const indent = isChain || node.isText ? '' : first === undefined ? outer : ' '.repeat(indentOf(first.parts));
    for (const [at, { opens, nodes: inner }] of node.branches.entries()) {
      const guards = opens?.block === 'if' ? asked(opens.value) : [];
      this.#guards.push(...guards);
      lines.push(`${indent}${tag(opens, at, node.level, '', '')}\n`, ...this.nodes(inner, indent));
      this.#guards.length -= guards.length;
    }
    lines.push(`${indent}{{/${node.branches[0]?.opens?.block ?? 'if'}}}\n`);
  }

  /** Does Go print nothing for it with the chart's own values? */
  #mayBeEmpty(value: Expression): boolean {
    if (isCall(value, 'default')) {
      const [otherwise, given] = value.args;
      if (otherwise?.type === 'literal')
        return otherwise.value === '' && given !== undefined && this.#mayBeEmpty(given);
      return otherwise !== undefined && this.#mayBeEmpty(otherwise);
    }
    if (value.type !== 'path' || value.trail === undefined) return false;
    const byDefault = this.#defaultAt(value.trail);
    return byDefault === undefined || byDefault === 'empty';
  }

  #isGuarded(value: Expression): boolean {
    return this.#guards.includes(keyOf(value));
  }

  #line(line: Line, lines: string[]): void {
    const { parts } = line;
    const [only, ...more] = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
    if (typeof only === 'object' && only.type === 'block' && more.length === 0) {
      this.#block(line, only, lines);
      return;
    }
    const [head, block] = parts;
    if (parts.length === 2 && typeof head === 'string' && /^ *(?:- +)+$/.test(head)) {
      if (typeof block === 'object' && block.type === 'block' && this.#hasKeysBelow(line, head.length)) {
        lines.push(`${head.trimEnd()}\n`);
        this.#block({ ...line, parts: [' '.repeat(head.length), block] }, block, lines, 'map');
        return;
      }
    }
    const shown = this.#yaml(parts);
    if (shown !== '') lines.push(`${shown}\n`);
  }

  /** Do keys at this column follow, so that a structure behind a dash is a part of its item? */
  #hasKeysBelow(line: Line, column: number): boolean {
    const others = this.#all.slice(this.#all.indexOf(line) + 1).filter((other) => !isExclusive(other, line));
    const next = others.find((other) => other.isText || !isComment(other));
    return next !== undefined && !next.isText && indentOf(next.parts) === column && dashes(next) === 0;
  }

  /**
   * A line on which only a partial or a structure stands: `{{> p}}`, `{{spread x}}`, `- {{spread x}}` or `{{x}}`.
   *
   * @param within where it stands, if that is known
   */
  #block(line: Line, { content, level }: Extract<Part, { type: 'block' }>, lines: string[], within?: 'map'): void {
    const column = indentOf(line.parts);
    const indent = ' '.repeat(column);
    const { structure } = content;
    if ('partial' in structure) {
      const { partial, context } = structure;
      // `include "render" (dict "value" . "context" $)` in a loop over extra objects.
      for (const { path } of context === undefined || column > 0 ? [] : pathsOf(context)) {
        if (path.trail?.at(-1) === '*') this.#note(path, 'object');
      }
      const isPath = /^[A-Za-z_][\w-]*(?:[./][A-Za-z_][\w-]*)*$/.test(partial);
      const name = isPath ? partial : printArgument(literal(partial), level);
      const given = context === undefined ? '' : ` ${printArgument(context, level)}`;
      lines.push(`${indent}{{> ${name}${given}}}\n`);
      return;
    }
    const { value } = structure;
    const place = within ?? this.#place(line, column, value);
    if (place !== 'alone' && value.type === 'path') this.#note(value, place === 'map' ? 'map' : 'list');
    if (place === 'alone' && column === 0) for (const { path } of pathsOf(value)) this.#note(path, 'object');
    if (place === 'map') lines.push(`${indent}{{spread ${printArgument(value, level)}}}\n`);
    else if (place === 'list') lines.push(`${indent}- {{spread ${printArgument(value, level)}}}\n`);
    else {
      const before = lines.at(-1)?.slice(0, -1);
      // Where values.yaml has nothing, Go prints null below a key.
      const isKey = before?.endsWith(':') === true;
      const isMissing = isKey && value.type === 'path' && this.#mayBeEmpty(value) && !this.#isGuarded(value);
      const shown = isMissing ? `{{optional ${printArgument(value, level)}}}` : `{{${printExpression(value, level)}}}`;
      if (before !== undefined && /(?::|^ *-|- -)$/.test(before)) lines[lines.length - 1] = `${before} ${shown}\n`;
      else lines.push(`${indent}${place === 'below' ? '  ' : ''}${shown}\n`);
    }
  }

  /**
   * Where a structure stands: among keys (`map`), among items (`list`), as the whole value of the key above it
   * (`below`), or as the whole document (`alone`). The indentation of the lines around it shows which.
   */
  #place(line: Line, column: number, value: Expression): 'map' | 'list' | 'alone' | 'below' {
    const at = this.#all.indexOf(line);
    const before = this.#all[at - 1];
    // YAML lets a list stand at the column of its key.
    const isBelow =
      before !== undefined && !before.isText && indentOf(before.parts) + dashes(before) === column && endsKey(before);
    const siblings: Line[] = [];
    for (let index = at - 1; index >= 0 && !isBelow; index--) {
      const other = this.#all[index];
      if (other !== undefined && isExclusive(other, line)) continue;
      if (other === undefined || isSeparator(other)) break;
      if (!other.isText && indentOf(other.parts) + dashes(other) < column) break;
      siblings.push(other);
      // `- name: x` begins the item that the value belongs to.
      if (!other.isText && indentOf(other.parts) < column) break;
    }
    for (let index = at + 1; index < this.#all.length; index++) {
      const other = this.#all[index];
      if (other !== undefined && isExclusive(other, line)) continue;
      if (other === undefined || isSeparator(other) || (!other.isText && indentOf(other.parts) < column)) break;
      if (isBelow && indentOf(other.parts) === column && dashes(other) === 0 && !isAlone(other)) break;
      siblings.push(other);
    }
    let blocks = 0;
    for (const other of siblings) {
      if (other.isText || isComment(other)) continue;
      const indent = indentOf(other.parts);
      if (isAlone(other)) {
        if (indent === column) blocks++;
        continue;
      }
      if (indent === column) return dashes(other) > 0 ? 'list' : 'map';
      if (indent + dashes(other) === column) return 'map';
    }
    if (blocks === 0) return isBelow ? 'below' : 'alone';
    const inner = isCall(value, 'goTpl') ? value.args[0] : value;
    const known = inner?.type === 'path' ? this.#defaultAt(inner.trail) : undefined;
    return known === 'list' ? 'list' : 'map';
  }

  /** A line of YAML. A comment with values in it is left out, since comments are not part of objects. */
  #yaml(parts: readonly Part[]): string {
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'string') return literalText(plainLine(only), false);
    if (typeof only === 'string' && only.trimStart().startsWith('#')) return '';
    let shown = '';
    for (const [at, part] of parts.entries()) {
      if (typeof part === 'string') shown += literalText(part, at < parts.length - 1);
      else shown += this.#part(part, shown, isWholeStart(shown), isWholeEnd(parts.slice(at + 1)));
    }
    return shown;
  }

  /** @param before what stands before it on the line */
  #part(part: Exclude<Part, string>, before: string, starts: boolean, ends: boolean): string {
    if (part.type === 'inline') {
      return inline(part, (inner) =>
        inner
          .map((one, at) => {
            if (typeof one === 'string') return literalText(one, true);
            const isFirst = isBlank(inner.slice(0, at));
            return this.#part(one, before, starts && isFirst, ends && isBlank(inner.slice(at + 1)));
          })
          .join(''),
      );
    }
    const value = part.type === 'value' ? part.value : part.content.text;
    const { level } = part;
    if (quoteAt(before) === '' && starts && ends) {
      const [inner] = value.type === 'call' && value.args.length === 1 ? value.args : [];
      if (inner !== undefined && (isCall(value, 'quote') || isCall(value, 'squote'))) {
        const of = withoutElse(inner);
        // Go prints nothing between quotes that are not there: null.
        if (of !== inner && !this.#isGuarded(of))
          return `{{${printExpression(call('defaultMissing', literal(null), of), level)}}}`;
        return `"{{${printExpression(withoutElse(inner), level)}}}"`;
      }
      if (inner !== undefined && (isCall(value, 'toYaml') || isCall(value, 'toJson'))) {
        return `{{${printExpression(withoutElse(inner), level)}}}`;
      }
      // A key of a map is a text in native templates: `tcp: {"8080": …}`.
      if (isPort(value, before) && !this.#all.some(isPolicy))
        return `{{${printExpression(call('int', value), level)}}}`;
      // Where Go prints nothing, `key:` has no value, which is null: `optional` leaves the key out.
      const isEmpty = this.#mayBeEmpty(value) && !this.#isGuarded(value);
      if (isEmpty && /:\s+$/.test(before)) return `{{optional ${printArgument(value, level)}}}`;
      const shown = isEmpty && /-\s+$/.test(before) ? call('default', literal(null), value) : value;
      return `{{${printExpression(shown, level)}}}`;
    }
    return `{{${printExpression(this.#isGuarded(value) ? value : orEmpty(value, this.#defaultAt), level)}}}`;
  }
}

/** Is it the kind whose ports may have names too? */
function isPolicy({ parts: [first] }: Line): boolean {
  return typeof first === 'string' && /^kind: *NetworkPolicy$/.test(first.trimEnd());
}

/** Is it the key of a loop over a map, in a field of Kubernetes that is a number? */
function isPort(value: Expression, before: string): boolean {
  if (value.type !== 'path' || value.names.length > 0 || !/^key\d*$/.test(value.base)) return false;
  return /(?:^|\s)(?:port|containerPort|hostPort|nodePort): +$/.test(before);
}

function isAlone({ parts }: Line): boolean {
  const [only, ...more] = parts.filter((part) => typeof part !== 'string' || part.trim() !== '');
  return typeof only === 'object' && only.type === 'block' && more.length === 0;
}

/** Does another document begin here? */
function isSeparator({ parts: [first] }: Line): boolean {
  return typeof first === 'string' && /^---(?:\s|$)/.test(first);
}

function isComment({ parts }: Line): boolean {
  const [first] = parts;
  return typeof first === 'string' && first.trimStart().startsWith('#');
}

function endsKey({ parts }: Line): boolean {
  const last = parts.at(-1);
  return typeof last === 'string' && last.endsWith(':');
}

/** The width of the dashes at the beginning of a line: 2 for `- a`, 4 for `- - a`. */
function dashes({ parts }: Line): number {
  const [first] = parts;
  return typeof first === 'string' ? (/^ *((?:- +)+)/.exec(first)?.[1]?.length ?? (/^ *-$/.test(first) ? 2 : 0)) : 0;
}

/** Can only one of the two lines be printed, since they stand in different branches of one test? */
function isExclusive(a: Line, b: Line): boolean {
  return a.within.some(({ control, branch, test }) =>
    b.within.some(
      (other) =>
        (other.control === control && other.branch !== branch) ||
        (test !== '' && (other.test === `(not ${test})` || test === `(not ${other.test})`)),
    ),
  );
}

/** The quote that is open at the end of a text; empty for none. */
function quoteAt(text: string): string {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (text.startsWith('{{', at) && !text.startsWith('\\', at - 1)) {
      const end = text.indexOf('}}', at);
      at = end < 0 ? text.length : end + 1;
    } else if (quote !== '') {
      if (quote === '"' && character === '\\') at++;
      else if (character === quote) quote = '';
    } else if ((character === '"' || character === "'") && /(?:^|[\s:[{,(-])$/.test(text.slice(0, at)))
      quote = character;
  }
  return quote;
}

/** Would a value behind this text be a whole scalar of YAML, as behind `key: ` or `- `? */
function isWholeStart(text: string): boolean {
  return /(?:^\s*|:\s+|(?:^|\s)-\s+|[[{,]\s*)$/.test(text);
}

function isWholeEnd(rest: readonly Part[]): boolean {
  const text = rest.map((part) => (typeof part === 'string' ? part : 'x')).join('');
  return /^\s*(?:$|#|[,\]}]|:\s|:$)/.test(text);
}

/** `yes`, `on` and `0644` are errors in native templates; they become what Kubernetes reads: `true` and `420`. */
function plainLine(line: string): string {
  const match = /^(\s*(?:- +)*(?:[^\s"'#:{}[\],&*!|>%@`][^\s"'#:]*: +)?)([A-Za-z]+|[-+]?0[0-9_]+)(\s*(?:#.*)?)$/.exec(
    line,
  );
  const [, before = '', text = '', after = ''] = match ?? [];
  if (match === null || before.trim() === '' || /^(?:true|false|null)$/i.test(text)) return line;
  const value = resolvePlainScalar(text);
  if (typeof value !== 'boolean' && typeof value !== 'number') {
    return /^(?:y|n)$/i.test(text) ? `${before}"${text}"${after}` : line;
  }
  return before + printScalar(value) + after;
}
