/** Finds names that a call gives to a partial and that the partial does not use: mostly misspelt ones. */
import { printable } from '../../../errors-text.ts';
import { nearest } from '../../../nearest.ts';
import { pathOf, walk } from '../../handlebars/ast.ts';
import type { Expression, Path, Program, Statement, Template } from '../../handlebars/ast.ts';
import { builtinBlocks } from '../../handlebars/blocks.ts';
import { isHelper } from '../../handlebars/check-report.ts';
import type { PartialIndex } from '../../handlebars/partials.ts';
import { ROOT_NAMES, simpleName } from '../../handlebars/scope.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/**
 * Findings on the calls of a template: `{{> labels componnet="db"}}` where the partial `labels`, and those that it
 * includes, never name `componnet`. A partial that passes its whole context on may use any name.
 *
 * @param path the template's path in its chart
 */
export function lintPartialArguments(template: Template, partials: PartialIndex, path: string): LintMessage[] {
  const messages: LintMessage[] = [];
  walk(template.program, (node) => {
    const call = calledPartial(node);
    if (call === undefined || (call.pairs.length === 0 && call.context === undefined) || call.name === undefined)
      return;
    const used = new Set<string>();
    if (node.type === 'PartialBlockStatement' && !addUsed(node.program, template, partials, used, new Set())) return;
    const body = partials.find(call.name, template.name);
    if (body === undefined || !addUsed(body.program, body.template, partials, used, new Set([body.program]))) return;
    const isOfContext = (name: string): boolean => !ROOT_NAMES.has(name) && !isHelper(name) && !builtinBlocks.has(name);
    if (call.context !== undefined && ![...used].some(isOfContext)) {
      const message = `the partial ${printable(call.name)} uses nothing of the context ${printable(call.context.original)} that it is given`;
      messages.push(finding('argument-unused', path, message, positionIn(template, call.context.loc)));
    }
    for (const { key, loc } of call.pairs) {
      if (used.has(key)) continue;
      const near = nearest(key, used);
      const hint = near === undefined ? '' : `; did you mean ${printable(near)}?`;
      const message = `the partial ${printable(call.name)} does not use the name ${printable(key)}${hint}`;
      messages.push(finding('argument-unused', path, message, positionIn(template, loc)));
    }
  });
  return messages;
}

type Called = {
  name: string | undefined;
  /** The path that is given as the context. */
  context: Path | undefined;
  pairs: readonly { key: string; loc: Statement['loc'] }[];
};

/** The partial that a statement or an expression calls, with `undefined` for a name that is computed. */
function calledPartial(node: Statement | Expression): Called | undefined {
  if (node.type === 'PartialStatement' || node.type === 'PartialBlockStatement') {
    const name = node.name.type === 'SubExpression' ? undefined : pathOf(node.name);
    // What the block of a call uses is looked at where it is written.
    if (name?.original === '@partial-block') return undefined;
    return {
      name: name?.data === true ? undefined : name?.original,
      context: node.type === 'PartialStatement' ? contextOf(node.params[0]) : undefined,
      pairs: node.hash?.pairs ?? [],
    };
  }
  if (node.type !== 'MustacheStatement' && node.type !== 'SubExpression') return undefined;
  const path = pathOf(node.path);
  const helper = path && simpleName(path);
  if (helper !== 'include' && helper !== 'partial') return undefined;
  const [name, context] = node.params;
  return {
    name: name?.type === 'StringLiteral' ? name.value : undefined,
    context: contextOf(context),
    pairs: node.hash?.pairs ?? [],
  };
}

/** A context that is named; `this` is that of the caller. */
function contextOf(param: Expression | undefined): Path | undefined {
  return param?.type === 'PathExpression' && param.parts.length > 0 && !param.data ? param : undefined;
}

/** Adds the names that a program uses. False where it may use any: it passes its context on, or runs a text. */
function addUsed(
  program: Program,
  template: Template,
  partials: PartialIndex,
  used: Set<string>,
  seen: Set<Program>,
): boolean {
  let isKnown = true;
  /** Inside `{{#each}}` and `{{#with}}` another context is `this`. */
  const visit = (node: Program | Statement | Expression, isInside: boolean): void => {
    if (!isKnown) return;
    if (node.type === 'Program') {
      for (const statement of node.body) visit(statement, isInside);
      return;
    }
    if (node.type === 'PathExpression') {
      if (node.data) isKnown &&= node.parts[0] !== 'root' || node.parts.length > 1;
      else if (node.parts.length === 0) isKnown &&= isInside && node.depth === 0;
      else used.add(node.parts[0] ?? '');
      return;
    }
    const called = calledPartial(node);
    if (called !== undefined) {
      const body = called.name === undefined ? undefined : partials.find(called.name, template.name);
      if (body === undefined) isKnown = false;
      else if (!seen.has(body.program)) {
        seen.add(body.program);
        isKnown &&= addUsed(body.program, body.template, partials, used, seen);
      }
    }
    if ('path' in node) {
      const path = pathOf(node.path);
      const name = path && simpleName(path);
      if (name === 'tpl' || name === 'goTpl') isKnown = false;
      visit(node.path, isInside);
    }
    if ('params' in node) for (const param of node.params) visit(param, isInside);
    if ('hash' in node) for (const { value } of node.hash?.pairs ?? []) visit(value, isInside);
    if (node.type === 'BlockStatement') {
      const name = pathOf(node.path)?.original ?? '';
      const opens = !['if', 'unless', 'yaml', 'json', 'raw'].includes(name);
      if (node.program) visit(node.program, isInside || opens);
      if (node.inverse) visit(node.inverse, isInside);
    } else if ('program' in node && node.program !== undefined) visit(node.program, isInside);
  };
  visit(program, false);
  return isKnown;
}
