/** Rules on mustaches that look like Go templates and mean something else in native ones. */
import { printable } from '../../../errors-text.ts';
import { linesOf, pathOf, walk } from '../../handlebars/ast.ts';
import type { Call, Expression, Mustache, Template } from '../../handlebars/ast.ts';
import { isWhole } from '../../handlebars/ast.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/**
 * Findings on whole values that `toYaml`, `nindent` or `quote` make a text, and on partials whose text is parsed again by
 * `fromYaml`.
 *
 * @param inGo the names of Go definitions, which `partial` does not take
 */
export function lintWholeValues(template: Template, name: string, inGo: ReadonlySet<string>): LintMessage[] {
  const messages: LintMessage[] = [];
  walk(template.program, (node) => {
    if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return;
    const { line, column } = node.loc.start;
    const at = { file: template.file, line, column: column + 1 };
    const parsed = parsedPartial(node);
    const instead = parsed && documentOf(parsed.name, node, inGo);
    if (parsed !== undefined && instead !== undefined) {
      const message = `${parsed.helper} of a partial's text lets a value change its structure; write ${instead} for its document`;
      messages.push(finding('parsed-partial', name, printable(message, 300), at));
    }
    if (node.type !== 'MustacheStatement' || !isWhole(node, { template }) || isInBlockScalar(node, template)) return;
    const text = textOfData(node);
    if (text !== undefined) {
      const inner = printable(partialCall(text.value) ?? sourceOf(text.value, template), 100);
      const message =
        text.kind === 'quote'
          ? `quotes become part of this text; write {{${inner}}}, which stays a text without them`
          : `this is one text, not the map or list in it; write {{${inner}}}, or put the text behind | if it is meant`;
      messages.push(finding(text.kind === 'quote' ? 'quoted-text' : 'data-text', name, message, at));
    }
  });
  return messages;
}

/** Finds `fromYaml (include "name")`, also with other calls between the two. */
function parsedPartial(node: Call): { helper: string; name: string | undefined } | undefined {
  const helper = nameOf(node);
  if (helper === undefined || !/^from(?:Yaml|Json)(?:Array)?$/.test(helper)) return undefined;
  let inner: Expression | undefined = node.params[0];
  while (inner?.type === 'SubExpression') {
    if (nameOf(inner) === 'include') {
      const [name] = inner.params;
      return { helper, name: name?.type === 'StringLiteral' ? name.value : undefined };
    }
    inner = inner.params.at(-1);
  }
  return undefined;
}

/** What gives the document of a partial in place of a call; undefined for a Go definition in the argument of a helper. */
function documentOf(name: string | undefined, call: Call, inGo: ReadonlySet<string>): string | undefined {
  if (name === undefined) return '(partial …)';
  if (!inGo.has(name)) return `(partial "${name}")`;
  return call.type === 'MustacheStatement' ? `{{> ${name}}}` : undefined;
}

/** The value that `toYaml`, `indent` and `nindent`, or `quote` make a text. */
function textOfData(node: Mustache): { kind: 'data' | 'quote'; value: Expression } | undefined {
  let call: Call = node;
  let kind: 'data' | 'quote' | undefined;
  for (;;) {
    const helper = nameOf(call);
    const value = call.params.at(-1);
    if (value === undefined || helper === undefined) return undefined;
    if (helper === 'toYaml' || helper === 'nindent') kind = 'data';
    else if ((helper === 'quote' || helper === 'squote') && kind === undefined && call.params.length === 1)
      return { kind: 'quote', value };
    else if (helper !== 'indent') return undefined;
    if (value.type !== 'SubExpression' || !['toYaml', 'indent', 'nindent'].includes(nameOf(value) ?? ''))
      return kind && { kind, value };
    call = value;
  }
}

/** For `include "name"` the native spelling of its document, `> name`. */
function partialCall(value: Expression): string | undefined {
  if (value.type !== 'SubExpression' || nameOf(value) !== 'include' || value.params.length !== 1) return undefined;
  const [name] = value.params;
  return name?.type === 'StringLiteral' ? `> ${name.value}` : undefined;
}

function nameOf(node: Call): string | undefined {
  const path = pathOf(node.path);
  return path && simpleName(path);
}

function sourceOf({ loc: { start, end } }: Expression, template: Template): string {
  const line = linesOf(template)[start.line - 1] ?? '';
  const text = start.line === end.line ? line.slice(start.column, end.column) : '…';
  return text.replace(/^\(([^]*)\)$/, '$1');
}

/** Is a mustache part of a text behind `|` or `>`? */
function isInBlockScalar({ loc: { start } }: Mustache, template: Template): boolean {
  let inTexts = textLines.get(template);
  if (inTexts === undefined) textLines.set(template, (inTexts = linesOfTexts(linesOf(template))));
  return inTexts.has(start.line);
}

const textLines = new WeakMap<Template, ReadonlySet<number>>();

/** The numbers, from 1, of the lines that are part of texts behind `|` or `>`. */
function linesOfTexts(lines: readonly string[]): Set<number> {
  const found = new Set<number>();
  // The column of the key or dash of the text that is open.
  let column: number | undefined;
  for (const [index, line] of lines.entries()) {
    // Tags of blocks may stand further left than the text that they are in.
    if (line.trim() === '' || /^\s*\{\{(?:[#/~^!]|else\b)/.test(line)) continue;
    const indent = /^ */.exec(line)?.[0].length ?? 0;
    if (column !== undefined && indent > column) {
      found.add(index + 1);
      continue;
    }
    const [, start = '', rest = ''] = /^((?: |- )*)(.*)$/.exec(line) ?? [];
    const isHeader = /(?:^|[:\s])[|>][-+0-9]*\s*(?:#.*)?$/.test(rest);
    column = !isHeader ? undefined : /^[|>]/.test(rest) ? start.lastIndexOf('-') : start.length;
  }
  return found;
}
