/**
 * Finds `~` that joins lines of a structure: on both sides of the tag of a block that stands alone on its line, and at the
 * end of a loop, whose turns it joins. Partials are left alone, which are mostly texts that are put together so.
 */
import { isPartialFile, linesOf, pathOf } from '../../handlebars/ast.ts';
import type { Block, Program, Template } from '../../handlebars/ast.ts';
import type { Strips } from '../../handlebars/whitespace.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/** A line with one tag, which has a `~` on its left, on its right, or on both sides. */
const ALONE = /^\s*\{\{~?(?:#|\/)[^{}]*\}\}\s*$/;

/** @param path the template's path in its chart */
export function lintTildes(template: Template, path: string): LintMessage[] {
  if (isPartialFile(template.name)) return [];
  const messages: LintMessage[] = [];
  const lines = linesOf(template);
  const report = (line: number, column: number, message: string): void => {
    messages.push(finding('tilde-joins', path, message, { file: template.file, line, column }));
  };
  const visit = (program: Program | undefined): void => {
    for (const statement of program?.body ?? []) {
      if (statement.type === 'PartialBlockStatement') visit(statement.program);
      if (statement.type !== 'BlockStatement') continue;
      const { openStrip, closeStrip, loc, program: body, inverse } = statement as Block & Strips;
      const first = lines[loc.start.line - 1] ?? '';
      const last = lines[loc.end.line - 1] ?? '';
      const name = pathOf(statement.path)?.original ?? '';
      const isAlone = ALONE.test(first) && loc.end.line > loc.start.line;
      if (isAlone && openStrip?.open === true && openStrip.close === true)
        report(
          loc.start.line,
          loc.start.column + 1,
          `the ~ on both sides of {{#${name}}} join the line before it with the one behind it: take them out`,
        );
      if (isAlone && ALONE.test(last) && closeStrip?.open === true && (closeStrip.close === true || name === 'each')) {
        const what =
          closeStrip.close === true ? 'the line before it with the one behind it' : 'what the turns of the loop print';
        report(loc.end.line, last.search(/\S/) + 1, `the ~ of {{/${name}}} joins ${what}: take it out`);
      }
      visit(body);
      visit(inverse);
    }
  };
  visit(template.program);
  return messages;
}
