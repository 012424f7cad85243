/**
 * What can be said of a template before it runs, in all its branches: names, helpers, partials and blocks that there
 * are not, and calls that cannot work.
 */
import { PkgError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { isMap } from '../../yaml/value.ts';
import type { Value, ValueMap } from '../../yaml/value.ts';
import { isPartialFile, linesOf, pathOf } from './ast.ts';
import type {
  Block,
  Call,
  Content,
  Expression,
  Location,
  Mustache,
  Partial,
  PartialBlock,
  Path,
  Program,
  Sub,
  Template,
} from './ast.ts';
import { builtinBlocks } from './blocks.ts';
import { FORMS } from './call.ts';
import { CLOSED_FIELDS } from './context.ts';
import { positionIn } from './fault.ts';
import { habitsOf } from './habits.ts';
import { findHelper, helperNames, isHelperName, isRandom } from './helpers/index.ts';
import { absentPartial } from './run-partial.ts';
import { isScoped, ROOT_NAMES, simpleName } from './scope.ts';
import { unmeantNames, unmeantOrder, unmeantText } from './unmeant.ts';

/** What a chart's templates know. */
export type Known = {
  /** Is this a field of Chart.yaml? */
  hasChartField: (name: string) => boolean;
  chartFields: () => ReadonlySet<string>;
  /** The chart's own values. */
  values: ValueMap;
  /** Is there a partial, or a whole template, of this name for a template? */
  hasPartial: (name: string, from: string) => boolean;
  /** Does a partial print items of a list? Undefined where only running it tells. */
  printsItems: (name: string, from: string) => boolean | undefined;
  partialNames: () => readonly string[];
  /** The libraries that have a partial of this name. */
  partialOwners: (name: string) => readonly string[];
  /** What to write for a partial that others have and this chart does not see. */
  elsewhere: (name: string) => string | undefined;
};

/** Where a part of a template stands. */
type Place = {
  /** The contexts that `..` leads to, innermost first: the root, or something that only running tells. */
  contexts: readonly ('root' | 'open')[];
  locals: ReadonlySet<string>;
  isLoop: boolean;
};

/** The errors of a template. Helpers that it names must be loaded. */
export function checkTemplate(template: Template, known: Known): PkgError[] {
  const checker = new Checker(template, known);
  const isPartial = isPartialFile(template.name);
  checker.program(template.program, {
    contexts: [isPartial ? 'open' : 'root'],
    locals: new Set(),
    isLoop: isPartial,
  });
  return checker.errors;
}

class Checker {
  readonly errors: PkgError[] = [];
  readonly #template: Template;
  readonly #known: Known;
  #habits: ReadonlyMap<number, { message: string; hint: string }> | undefined;

  constructor(template: Template, known: Known) {
    this.#template = template;
    this.#known = known;
  }

  program(program: Program, place: Place): void {
    for (const statement of program.body) {
      if (this.errors.length === MOST_ERRORS) return;
      switch (statement.type) {
        case 'MustacheStatement':
          this.#mustache(statement, place);
          break;
        case 'BlockStatement':
          this.#block(statement, place);
          break;
        case 'PartialStatement':
        case 'PartialBlockStatement':
          this.#partial(statement, place);
          break;
        case 'ContentStatement':
          this.#content(statement);
          break;
        case 'DecoratorBlock':
          if (statement.params.length !== 1 || statement.params[0]?.type !== 'StringLiteral') {
            const name = statement.params[0]?.type === 'PathExpression' ? statement.params[0].original : 'name';
            const hints = [`write {{#*inline "${name}"}}`];
            this.#fault('PKG_TEMPLATE_SYNTAX', 'the name of an inline partial is a text', statement.loc, { hints });
          }
          this.program(statement.program, { contexts: ['open'], locals: new Set(), isLoop: true });
          break;
        default:
      }
    }
  }

  /** `${values.x}`, `<%= values.x %>`, `{% if values.x %}`: mustaches of other languages are texts here. */
  #content({ original, loc }: Content): void {
    if (!FOREIGN_MARKS.test(original)) return;
    const found =
      /\$(?:\{|\()\s*((?:values|release|chart)\.[\w.-]+)\s*[)}]/.exec(original) ??
      /<%[=-]?\s*((?:values|release|chart)\.[\w.-]+)\s*-?%>/.exec(original) ??
      /\{%-?\s*((?:\w+\s+)*(?:values|release|chart)\.[\w.-]+)[^%]*%\}/.exec(original);
    if (found === null) return;
    const before = original.slice(0, found.index).split('\n');
    const line = loc.start.line + before.length - 1;
    const column = (before.length === 1 ? loc.start.column : 0) + (before.at(-1)?.length ?? 0);
    const at = { start: { line, column }, end: { line, column: column + found[0].length } };
    this.#fault('PKG_TEMPLATE_SYNTAX', `${found[0]} is a text and no value`, at, {
      hints: [/\s/.test(found[1] ?? '') ? `write {{#${found[1]}}}, and close it by its name` : `write {{${found[1]}}}`],
    });
  }

  #mustache(node: Mustache, place: Place): void {
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    if (name === 'optional' || name === 'spread') {
      if (node.params.length !== 1) this.#count(node, `${name} takes one value`, `write {{${name} values.x}}`);
      for (const param of node.params) this.#expression(param, place);
      return;
    }
    if (node.path.type !== 'PathExpression' && path !== undefined) {
      this.#literal(node, path, place);
      return;
    }
    if (path?.data === true && path.original === '@partial-block') {
      const hints = ['write {{> @partial-block}}'];
      this.#fault('PKG_TEMPLATE_SYNTAX', 'the block of a partial is printed as a partial', node.loc, { hints });
      return;
    }
    this.#call(node, place);
  }

  /** `{{"text"}}` is the field of that name. */
  #literal(node: Mustache, path: Path, place: Place): void {
    if (place.contexts[0] !== 'root' || ROOT_NAMES.has(path.original) || node.params.length > 0) return;
    this.#fault(
      'PKG_TEMPLATE_NAME_MISSING',
      `{{${this.#source(node.path.loc)}}} is the field of that name, and there is none`,
      node.loc,
      {
        hints: [`write what is meant itself, without braces: ${path.original}`],
      },
    );
  }

  /** @param around the helper that the call is given to */
  #call(node: Mustache | Sub, place: Place, around?: string): void {
    const path = pathOf(node.path);
    const { params } = node;
    const isUnquoted = this.#isUnquoted(node, place);
    const infix = this.#infix(node, place);
    if (infix !== undefined) {
      this.#count(node, infix.message, infix.hint);
      return;
    }
    const name = path && simpleName(path);
    // What is put together for `tpl` may hold mustaches.
    const given = around === 'tpl' || around === 'goTpl' ? around : (name ?? path?.original ?? '');
    for (const param of isUnquoted ? params.slice(1) : params) this.#expression(param, place, given);
    for (const pair of node.hash?.pairs ?? []) this.#expression(pair.value, place, given);
    if (path === undefined) return;
    const isCall = node.type === 'SubExpression' || params.length > 0 || node.hash !== undefined;
    if (name === undefined || place.locals.has(name)) {
      const isCalled = params.length > 0 && !isScoped(path) && !path.data;
      if (!isCalled || !this.#isNotCallable(node, path, place)) this.#path(path, place);
      return;
    }
    if (!isHelper(name)) {
      // Functions of the context have no simple names, but inside {{#with files}}.
      if (!isCall || (params.length === 0 && node.hash === undefined)) this.#path(path, place);
      else if (place.contexts[0] === 'root' || !CONTEXT_FUNCTIONS.has(name)) this.#noHelper(node, name);
      return;
    }
    if (isCall) this.#arguments(node, name);
    else if (name === 'index' && place.isLoop) {
      const hints = ['write {{@index}} for the place in a loop'];
      this.#fault('PKG_TEMPLATE_NAME_MISSING', 'index is not defined', node.loc, { hints });
    }
    const unmeant = unmeantOrder(name, node, ({ loc }) => this.#source(loc));
    if (unmeant !== undefined) this.#count(node, unmeant.message, unmeant.hint);
    const [first, second] = params;
    if (VALUE_LAST.has(name) && params.length === 2 && first?.type === 'PathExpression' && isLiteral(second)) {
      const [value, given] = params.map(({ loc }) => this.#source(loc));
      this.#count(node, `${name} takes the value last`, `write (${name} ${given} ${value})`);
    }
    if ((name === 'include' || name === 'partial') && first?.type === 'StringLiteral') this.#named(first.value, node);
  }

  /** `values.a or "x"`: a helper between what it is given. */
  #infix(node: Mustache | Sub, place: Place): { message: string; hint: string } | undefined {
    const [word, other, ...more] = node.params;
    if (word?.type !== 'PathExpression' || other === undefined || more.length > 0) return undefined;
    const name = simpleName(word);
    const path = pathOf(node.path);
    if (name === undefined || !INFIX.has(name) || place.locals.has(name) || path === undefined) return undefined;
    if (isHelper(simpleName(path) ?? '')) return undefined;
    const [left, right] = [node.path, other].map(({ loc }) => this.#source(loc));
    const call = `${name} ${left} ${right}`;
    const hint = node.type === 'MustacheStatement' ? `write {{${call}}}` : `write (${call})`;
    return { message: `a helper stands before what it is given, and ${name} stands between`, hint };
  }

  /** A value that is called with arguments, or a function that there is not. */
  #isNotCallable(node: Mustache | Sub, { original, parts }: Path, place: Place): boolean {
    const [head = '', field = ''] = parts;
    const functions = FUNCTIONS.get(head);
    if (place.locals.has(head) || !ROOT_NAMES.has(head)) return false;
    if (parts.length === 2 && functions?.includes(field) === true) return false;
    const near = functions && (nearest(field, functions) ?? functions.find((one) => parts.at(-1) === one));
    const hints =
      near !== undefined
        ? [`did you mean ${head}.${near}?`]
        : functions === undefined
          ? ['a helper comes first, and what it is given follows: (helper value)']
          : [`${head} has ${functions.map((one) => `(${head}.${one} …)`).join(', ')}`];
    const isValue = functions === undefined || CLOSED_FIELDS.get(head)?.has(field) === true;
    const message = isValue ? `${original} is a value and takes no arguments` : `there is no helper ${original}`;
    this.#fault('PKG_TEMPLATE_HELPER', message, node.loc, { hints });
    return true;
  }

  #noHelper(node: Call, name: string): void {
    if (name === 'spread' || name === 'optional') {
      const hints = [
        name === 'spread'
          ? 'helpers take the list or the map itself: (join "," values.list)'
          : 'what a helper is given may be absent: write the name itself, or (default "…" values.x)',
      ];
      this.#fault('PKG_TEMPLATE_HELPER', `${name} stands in a mustache of its own`, node.loc, { hints });
      return;
    }
    const near = nearest(name, [...helperNames(), ...FORMS, ...builtinBlocks.keys()]);
    const hint = builtinBlocks.has(near ?? '') ? `{{#${near} …}}` : near;
    this.#fault('PKG_TEMPLATE_HELPER', `there is no helper ${name}`, node.loc, {
      hints: hint === undefined ? [] : [`did you mean ${hint}?`],
    });
  }

  #arguments(node: Mustache | Sub, name: string): void {
    const { length } = node.params;
    const bounds = FORM_ARGUMENTS.get(name);
    if (bounds !== undefined && !(name === 'lookup' && length === 2)) {
      const [least, most, usage] = bounds;
      if (length < least || length > most) {
        const count = least === most ? `${least}` : `${least} to ${most}`;
        this.#count(
          node,
          `${name} takes ${count} argument${count === '1' ? '' : 's'}, not ${length}`,
          `write ${usage}`,
        );
      }
      return;
    }
    if (FORMS.includes(name)) return;
    const helper = findHelper(name);
    const wrong = helper?.wrongCount?.(name, length);
    if (wrong !== undefined) this.#count(node, wrong.message, wrong.hint);
    else if (helper?.wrongCount !== undefined && node.hash !== undefined) {
      const named = node.hash.pairs.find(({ key }) => !(key === 'key' && isRandom(name)))?.key;
      if (named === undefined) return;
      this.#fault('PKG_TEMPLATE_HELPER', `${name} takes no named arguments, and here is ${named}=`, node.hash.loc);
    }
  }

  #count(node: Call, message: string, hint: string): void {
    this.#fault('PKG_TEMPLATE_HELPER', message, node.loc, { hints: [hint] });
  }

  /** `(include labels)` for `(include "labels")`. */
  #isUnquoted(node: Call, place: Place): boolean {
    const [first] = node.params;
    const form = pathOf(node.path)?.original ?? '';
    if (first?.type !== 'PathExpression' || first.data || !['include', 'partial'].includes(form)) return false;
    const isName = !isScoped(first) && !place.locals.has(first.parts[0] ?? '');
    if (!isName || !this.#known.hasPartial(first.original, this.#template.name)) return false;
    this.#count(node, `${form} takes the name of a partial as a text`, `write (${form} "${first.original}")`);
    return true;
  }

  /** @param helper what it is given to; undefined for a block or a partial */
  #expression(expression: Expression, place: Place, helper?: string): void {
    if (expression.type === 'PathExpression') this.#path(expression, place, helper !== undefined);
    else if (expression.type === 'SubExpression') this.#call(expression, place, helper);
    else if (expression.type === 'StringLiteral') {
      const unmeant = unmeantText(expression.value, (name) => this.#isValue(name), helper);
      if (unmeant !== undefined)
        this.#fault('PKG_TEMPLATE_SYNTAX', unmeant.message, expression.loc, { hints: [unmeant.hint] });
    }
  }

  /** May a value have this name at the root? What a check finds does not depend on the chart's values. */
  #isValue(name: string): boolean {
    const [root = '', ...fields] = name.split('.');
    if (root === 'values') return fields.length > 0;
    const field = fields.length === 1 ? (fields[0] ?? '') : '';
    return root === 'chart' ? this.#known.hasChartField(field) : CLOSED_FIELDS.get(root)?.has(field) === true;
  }

  #path(path: Path, place: Place, isArgument = false): void {
    if (path.data) {
      this.#data(path, place);
      return;
    }
    const [head, field] = path.parts;
    if (head === undefined) return;
    if (this.#isUnusual(path)) return;
    if (!isScoped(path)) {
      if (place.locals.has(head)) return;
      if (ROOT_NAMES.has(head)) {
        this.#field(path, head, field);
        return;
      }
    }
    const context = place.contexts[path.depth];
    if (context !== 'root') return;
    if (!ROOT_NAMES.has(head)) this.#missing(path, head, isArgument);
    else this.#field(path, head, field);
  }

  /** `labels.app.kubernetes.io/name`: points and slashes that are part of a name. */
  #isUnusual({ original, parts, loc }: Path): boolean {
    if (original.startsWith('...')) {
      const hints = [`write {{spread ${original.slice(3)}}} on a line of its own, or - {{spread …}} in a list`];
      this.#fault('PKG_TEMPLATE_SYNTAX', `${original} is no name`, loc, { hints });
      return true;
    }
    if (parts.some((part) => part.includes('/')) || !original.replace(/^(?:\.\.?\/)+/, '').includes('/')) return false;
    let at: Value = new Map([['values', this.#known.values]]);
    let count = 0;
    for (const part of parts) {
      if (!isMap(at) || !at.has(part)) break;
      at = at.get(part) ?? null;
      count++;
    }
    const known = parts.slice(0, Math.max(1, count)).join('.');
    const name = original.slice(original.indexOf(known) + known.length + 1);
    this.#fault('PKG_TEMPLATE_NAME_MISSING', `${original} is not defined`, loc, {
      hints: [`a name with points or slashes in it stands in brackets: ${known}.[${name}]`],
    });
    return true;
  }

  #data(path: Path, place: Place): void {
    const [name = '', head, field] = path.parts;
    if (name === 'go') return;
    // Whoever calls a partial may give it a block or not: in a condition it is absent, and so it is elsewhere.
    if (name === 'partial-block' && head === undefined) return;
    if (name === 'root') {
      if (head === undefined) return;
      if (ROOT_NAMES.has(head)) this.#field(path, head, field);
      else if (place.contexts.at(-1) === 'root') this.#missing(path, head);
      return;
    }
    const isKnown = ['index', 'key', 'first', 'last'].includes(name);
    if (isKnown && place.isLoop) return;
    const near = isKnown ? undefined : nearest(name, ['root', 'index', 'key', 'first', 'last']);
    const hint = isKnown
      ? '@index, @key, @first and @last are known inside {{#each}}'
      : near && `did you mean @${near}?`;
    this.#fault('PKG_TEMPLATE_NAME_MISSING', `@${name} is not defined`, path.loc, { hints: hint ? [hint] : [] });
  }

  /** A field of one of the six names, of which all but `values` are known. */
  #field(path: Path, head: string, field: string | undefined): void {
    if (field === undefined || head === 'values') return;
    const closed = CLOSED_FIELDS.get(head);
    if (closed === undefined && head !== 'chart') return;
    if (closed?.has(field) ?? this.#known.hasChartField(field)) {
      const below = path.parts.at(path.parts.indexOf(head) + 2);
      if (below === undefined || below === 'length' || !SCALAR_FIELDS.has(`${head}.${field}`)) return;
      const part = below.charAt(0).toUpperCase() + below.slice(1);
      const hints = field === 'kubeVersion' ? [`write (get (semver capabilities.kubeVersion) "${part}")`] : [];
      this.#fault('PKG_TEMPLATE_NAME_MISSING', `${head}.${field} is a text, and has no ${below}`, path.loc, { hints });
      return;
    }
    const fields = closed ?? this.#known.chartFields();
    const near = nearest(field, fields) ?? [...fields].find((one) => one.toLowerCase() === field.toLowerCase());
    this.#fault('PKG_TEMPLATE_NAME_MISSING', `${head}.${field} is not defined`, path.loc, {
      hints: [near === undefined ? `${head} has ${[...fields].join(', ')}` : `did you mean ${head}.${near}?`],
    });
  }

  #missing(path: Path, head: string, isArgument = false): void {
    const hints: string[] = [];
    const [, second] = path.parts;
    if (second === undefined && isHelper(head)) hints.push(`a helper without arguments is called as (${head})`);
    if (head === 'global') hints.push(`did you mean values.${path.parts.join('.')}?`);
    const root = ROOT_NAMES.has(head.toLowerCase()) ? head.toLowerCase() : nearest(head, ROOT_NAMES);
    if (root !== undefined) hints.push(`did you mean ${[root, ...path.parts.slice(1)].join('.')}?`);
    else if (second !== undefined && this.#known.values.has(second))
      hints.push(`did you mean ${['values', ...path.parts.slice(1)].join('.')}?`);
    if (this.#known.values.has(head)) hints.push(`did you mean values.${path.parts.join('.')}?`);
    const named = /^(\w+):(.+)$/.exec(path.original);
    if (named !== null) hints.push(`named arguments are written ${named[1]}=${named[2]}`);
    if (/^[“”„‘’`]/.test(head)) hints.push(`texts stand in straight quotes: "${head.replaceAll(/[“”„‘’`]/g, '')}"`);
    if (head.startsWith(':')) hints.push(`write {{${head.slice(1)}}}`);
    if (head.startsWith('$')) hints.push(LITERAL_BRACES);
    if (hints.length === 0) {
      hints.push(`templates know ${[...ROOT_NAMES].join(', ')}`);
      if (second === undefined && isArgument) hints.push(`a text stands in quotes: "${head}"`);
    }
    this.#fault('PKG_TEMPLATE_NAME_MISSING', `${head} is not defined`, path.loc, { hints });
  }

  #block(node: Block, place: Place): void {
    const path = pathOf(node.path);
    const name = path && simpleName(path);
    const builtin = name !== undefined && builtinBlocks.has(name) ? name : undefined;
    if (builtin !== undefined) this.#builtin(node, builtin);
    for (const param of node.params) this.#expression(param, place);
    for (const pair of node.hash?.pairs ?? []) this.#expression(pair.value, place);
    if (builtin === undefined && path !== undefined) {
      const isLocal = name !== undefined && place.locals.has(name);
      if (
        node.params.length > 0 ||
        node.hash !== undefined ||
        (name !== undefined && isHelper(name) && !isLocal && place.contexts[0] === 'root')
      ) {
        const near =
          name === undefined ? undefined : name === 'inline' ? '*inline' : nearest(name, builtinBlocks.keys());
        const known = name !== undefined && isHelper(name) ? [`write {{#if (${name} …)}}`] : [];
        const hints = near === undefined ? known : [`did you mean {{#${near} …}}?`];
        this.#fault('PKG_TEMPLATE_HELPER', `${path.original} is not a block helper`, node.loc, { hints });
      } else if (/^\{\{~?\s*else\b/.test(this.#source(node.loc))) {
        const hints = [`write {{else if ${path.original}}}`];
        this.#fault('PKG_TEMPLATE_SYNTAX', `{{else ${path.original}}} is no condition`, node.loc, { hints });
      } else this.#path(path, place);
    }
    // What stands in {{{{raw}}}} is for somebody else to read.
    if (builtin === 'raw') return;
    const { inner, outer } = placesIn(node, builtin, place);
    if (node.program) this.program(node.program, inner);
    if (node.inverse) this.program(node.inverse, outer);
  }

  #builtin(node: Block, name: string): void {
    const { length } = node.params;
    if (name === 'raw' || name === 'yaml' || name === 'json') {
      if (length > 0) this.#fault('PKG_TEMPLATE_HELPER', `#${name} takes no value`, node.loc);
      if (name === 'raw' && !this.#source(node.loc).startsWith('{{{{')) {
        const hints = ['write {{{{raw}}}} … {{{{/raw}}}} around literal braces'];
        this.#fault('PKG_TEMPLATE_SYNTAX', 'mustaches inside {{#raw}} are not literal', node.loc, { hints });
      }
      return;
    }
    const [param] = node.params;
    if (length !== 1 || param === undefined) {
      const first = param?.type === 'PathExpression' ? param.original : undefined;
      const call = first !== undefined && isHelper(first) ? this.#source(spanOf(node.params)) : undefined;
      const hint =
        call !== undefined
          ? `write {{#${name} (${call})}}`
          : length === 0
            ? this.#source(node.loc).startsWith('{{else')
              ? `write {{else ${name} values.x}}`
              : `write {{#${name} values.x}}`
            : name === 'each'
              ? 'several lists as one: {{#each (concat a b)}}'
              : `several conditions: {{#${name} (and …)}} or {{#${name} (or …)}}`;
      this.#fault('PKG_TEMPLATE_HELPER', `#${name} takes exactly one value`, node.loc, { hints: [hint] });
      return;
    }
    if (param.type === 'StringLiteral' && (name === 'if' || name === 'unless') && !this.#isValue(param.value)) {
      const hints = ['write the name of a value without quotes, or compare: (eq values.x "text")'];
      this.#fault('PKG_TEMPLATE_HELPER', `a text in quotes is the same in each run: #${name} needs a value`, node.loc, {
        hints,
      });
    }
    if (name !== 'each') return;
    const unmeant = unmeantNames(node.program?.blockParams ?? []);
    if (unmeant !== undefined) this.#count(node, unmeant.message, unmeant.hint);
    if (param.type === 'StringLiteral' || param.type === 'NumberLiteral' || param.type === 'BooleanLiteral') {
      const what =
        param.type === 'StringLiteral' ? 'a text' : param.type === 'NumberLiteral' ? 'a number' : 'a boolean';
      const hints =
        param.type === 'NumberLiteral'
          ? [`so many times: {{#each (until ${String(param.value)})}}`]
          : ['write the name of a list or a map without quotes, or {{#each (list "a" "b")}}'];
      this.#fault('PKG_TEMPLATE_HELPER', `#each goes through a list or a map, and this is ${what}`, node.loc, {
        hints,
      });
    }
    if (this.#isOneItem(node)) {
      this.#fault('PKG_TEMPLATE_SLOT', 'this loop puts all its items into one item of the list', node.loc, {
        hints: ['write the loop on lines of its own around - {{this}}, or - {{spread …}} for a list as it is'],
      });
    }
  }

  /** `- {{#each list}}{{this}}{{/each}}`. */
  #isOneItem({ loc: { start, end }, program }: Block): boolean {
    const lines = linesOf(this.#template);
    const before = (lines[start.line - 1] ?? '').slice(0, start.column);
    const after = (lines[end.line - 1] ?? '').slice(end.column);
    const body = program?.body ?? [];
    return (
      /^\s*(?:-\s+)+$/.test(before) &&
      after.trim() === '' &&
      body.some(({ type }) => type === 'MustacheStatement') &&
      body.every(
        (one) => one.type === 'MustacheStatement' || (one.type === 'ContentStatement' && one.original.trim() === ''),
      )
    );
  }

  #partial(node: Partial | PartialBlock, place: Place): void {
    for (const param of node.params) this.#expression(param, place);
    for (const pair of node.hash?.pairs ?? []) this.#expression(pair.value, place);
    if (node.params.length > 1) {
      this.#fault('PKG_TEMPLATE_HELPER', 'a partial takes one context', node.loc, {
        hints: ['give it names instead: {{> name a=values.a b=values.b}}'],
      });
    }
    if (node.alone === true && node.name.type === 'PathExpression') this.#belowKey(node.name.original, node.loc);
    if (node.name.type === 'SubExpression') this.#call(node.name, place);
    else if (node.type === 'PartialStatement' && !node.name.data) this.#named(node.name.original, node);
    if (node.type === 'PartialBlockStatement')
      this.program(node.program, { ...place, contexts: ['open'], isLoop: true });
  }

  /**
   * `data:` with a partial on the next line that is not further in: its keys stand beside `data`, which is null. Items of
   * a list may stand at the column of their key.
   */
  #belowKey(name: string, { start }: Location): void {
    const above = linesOf(this.#template)[start.line - 2] ?? '';
    const found = /^( *(?:- +)*)(?:[\w./-]+|"[^"]*"):\s*$/.exec(above);
    const column = found?.[1]?.length ?? 0;
    if (found === null || start.column > column) return;
    if (start.column === column && this.#known.printsItems(name, this.#template.name) !== false) return;
    this.#fault(
      'PKG_TEMPLATE_SLOT',
      `what this partial prints stands beside the key above, and not in it`,
      { start, end: start },
      {
        hints: ['indent the partial further than the key, or write it behind the key'],
      },
    );
  }

  /** The name of a partial that is written there. */
  #named(name: string, { loc }: { loc: Location }): void {
    if (this.#known.hasPartial(name, this.#template.name)) return;
    const { message, hint } = absentPartial(name, this.#known.partialNames(), this.#known.partialOwners(name));
    const elsewhere = this.#known.partialOwners(name).length === 0 ? this.#known.elsewhere(name) : undefined;
    this.#fault('PKG_TEMPLATE_NAME_MISSING', message, loc, { hints: [elsewhere ?? hint] });
  }

  #source({ start, end }: Location): string {
    const lines = linesOf(this.#template).slice(start.line - 1, end.line);
    if (lines.length === 1) return (lines[0] ?? '').slice(start.column, end.column);
    return lines.join(' ').trim();
  }

  #fault(
    code: PkgError['code'],
    message: string,
    loc: Location,
    { hints = [] }: { hints?: readonly string[] } = {},
  ): void {
    if (this.errors.length === MOST_ERRORS) return;
    const at = positionIn(this.#template, loc);
    const habit = this.#habitAt(loc);
    if (habit === undefined) this.errors.push(new PkgError(code, message, { at, hints }));
    else if (!this.errors.some((error) => error.message === habit.message && error.at?.line === at.line))
      this.errors.push(new PkgError('PKG_TEMPLATE_SYNTAX', habit.message, { at, hints: [habit.hint] }));
  }

  /** What is foreign in the mustache in which something is wrong. */
  #habitAt({ start, end }: Location): { message: string; hint: string } | undefined {
    this.#habits ??= new Map(habitsOf(this.#template.source, isHelper).map((habit) => [habit.offset, habit]));
    const lines = linesOf(this.#template);
    const offsetOf = (line: number, column: number): number =>
      lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column;
    const from = offsetOf(start.line, start.column);
    const to = offsetOf(end.line, end.column);
    for (const [offset, habit] of this.#habits) {
      if (offset >= from && offset < to && offset === from) return habit;
      if (offset < from && this.#template.source.indexOf('}}', offset) >= to - 2) return habit;
    }
    return undefined;
  }
}

const LITERAL_BRACES = 'braces that are meant literally are written \\{{ … }}, or between {{{{raw}}}} and {{{{/raw}}}}';

const FOREIGN_MARKS = /\$[{(]|<%|\{%/;

/** Helpers that other languages write between what they are given. */
const INFIX: ReadonlySet<string> = new Set([
  'or',
  'and',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'default',
  'has',
  'contains',
]);

const CONTEXT_FUNCTIONS: ReadonlySet<string> = new Set(['get', 'lines', 'glob', 'asConfig', 'asSecrets', 'has']);

/** How many arguments the forms take, and how they are written. */
const FORM_ARGUMENTS: ReadonlyMap<string, readonly [least: number, most: number, usage: string]> = new Map([
  ['include', [1, 2, '(include "name") or (include "name" this)']],
  ['partial', [1, 2, '(partial "name") or (partial "name" this)']],
  ['tpl', [1, 2, '(tpl values.x) or (tpl values.x this)']],
  ['goTpl', [1, 1, '(goTpl values.x)']],
  ['lookup', [4, 4, '(lookup apiVersion kind namespace name)']],
]);

/** Nobody reads more of one template. */
const MOST_ERRORS = 100;

/** Fields that hold nothing further. */
const SCALAR_FIELDS: ReadonlySet<string> = new Set([
  'capabilities.kubeVersion',
  'release.name',
  'release.namespace',
  'template.name',
  'template.basePath',
]);

/** Helpers whose first argument is for where the value, which comes last, is not there. */
const VALUE_LAST: ReadonlySet<string> = new Set(['default', 'defaultMissing', 'required']);

/** The functions of the context. */
const FUNCTIONS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['files', ['get', 'lines', 'glob', 'asConfig', 'asSecrets']],
  ['capabilities', ['has']],
]);

function isLiteral(expression: Expression | undefined): boolean {
  return expression !== undefined && expression.type !== 'PathExpression' && expression.type !== 'SubExpression';
}

function isHelper(name: string): boolean {
  return FORMS.includes(name) || isHelperName(name);
}

function spanOf(params: readonly Expression[]): Location {
  const [first] = params;
  const last = params.at(-1);
  return { start: first?.loc.start ?? { line: 1, column: 0 }, end: last?.loc.end ?? { line: 1, column: 0 } };
}

/** Where the branches of a block stand. */
function placesIn(node: Block, builtin: string | undefined, place: Place): { inner: Place; outer: Place } {
  const names = node.program?.blockParams ?? [];
  const locals = names.length === 0 ? place.locals : new Set([...place.locals, ...names]);
  const goesIn = builtin === undefined || builtin === 'each' || builtin === 'with';
  const isLoop = place.isLoop || builtin === 'each' || builtin === undefined;
  const contexts = goesIn ? (['open', ...place.contexts] as const) : place.contexts;
  return { inner: { contexts, locals, isLoop }, outer: place };
}
