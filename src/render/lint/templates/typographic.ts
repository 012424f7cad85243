/**
 * Quotes and dashes of word processors where those of the keyboard are meant: YAML reads “yes” as a text that has the
 * quotes in it, and –c as a text that is no option of a program.
 */
import { printable } from '../../../errors-text.ts';
import { DocumentReader } from '../../../yaml/nodes.ts';
import type { YamlNode } from '../../../yaml/nodes.ts';
import { positionAt } from '../../../yaml/read.ts';
import { isInText } from '../../handlebars/block-texts.ts';
import { finding } from '../message.ts';
import type { LintMessage, Severity } from '../message.ts';

/**
 * Finds such marks at the beginning of plain texts of a YAML file.
 *
 * @param name the file inside the chart
 * @param file the file as messages name it
 */
export function lintTypographicYaml(text: string, name: string, file: string, severity?: Severity): LintMessage[] {
  const found: LintMessage[] = [];
  if (!MARKS.test(text)) return found;
  const visit = ({ kind, children, value, implicit, at }: YamlNode): void => {
    for (const child of children) visit(child);
    const message = kind === 'scalar' && implicit ? problemOf(value) : undefined;
    if (message !== undefined)
      found.push(finding('typographic-mark', name, message, positionAt(text, at, file), severity));
  };
  const document = new DocumentReader(text).next();
  if (document !== undefined) visit(document);
  return found;
}

/** Finds such marks at the beginning of values, and of items of lists, in the source of a native template. */
export function lintTypographicTemplate(source: string, name: string, file: string): LintMessage[] {
  if (!MARKS.test(source)) return [];
  const lines = source.split('\n');
  return lines.flatMap((line, index) => {
    if (!MARKS.test(line) || line.length > MAX_LINE || /^\s*#/.test(line) || isInText(lines, index)) return [];
    // Mustaches are checked by the parser, and quotes inside texts in quotes are meant.
    const written = line.replaceAll(/\{\{[^{}]*\}\}|"[^"]*"|'[^']*'/g, (part) => ' '.repeat(part.length));
    const values = written.matchAll(
      /(?:^\s*(?:- +)*(?:[^\s"'#{}[\]]+: +)?|[[,{]\s*(?:[\w.-]+: +)?)(?=([^\s,\]}][^,\]}]*))/g,
    );
    for (const { 0: all, 1: value = '', index: at } of values) {
      const message = problemOf(value);
      if (message === undefined) continue;
      return [
        finding('typographic-mark', name, message, {
          file,
          line: index + 1,
          column: at + all.length + 1,
        }),
      ];
    }
    return [];
  });
}

const MARKS = /[\u2010-\u2015\u2212\u2018-\u201f]/;

/** Longer lines are not looked at. */
const MAX_LINE = 1000;

function problemOf(value: string): string | undefined {
  const [quote] = /^[\u2018-\u201f]/.exec(value) ?? [];
  if (quote !== undefined) return `${quote} is part of the text here: texts are put in the straight quotes " or '`;
  const [, dash = '', option = ''] = /^([\u2010-\u2015\u2212]+)([A-Za-z0-9][\w-]*)/.exec(value) ?? [];
  if (dash === '') return undefined;
  const meant = `${dash.length > 1 || option.length > 1 ? '--' : '-'}${option}`;
  return `${printable(value.trim())} begins with ${dash}, a dash of word processors; did you mean ${printable(meant)}?`;
}
