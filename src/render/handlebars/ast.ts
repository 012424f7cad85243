/**
 * The syntax tree of a template, as Handlebars' own parser gives it (handlebars/types, `hbs.AST`), written as a
 * discriminated union. Lines count from 1, columns from 0.
 */
export type Location = { start: { line: number; column: number }; end: { line: number; column: number } };

/** The body of a template or of a block. */
export type Program = { type: 'Program'; body: Statement[]; blockParams?: string[]; loc: Location };

/** `{{x}}`, or `{{{x}}}` where it is not escaped. */
export type Mustache = {
  type: 'MustacheStatement';
  path: Expression;
  params: readonly Expression[];
  hash?: Hash | undefined;
  escaped: boolean;
  loc: Location;
};

/** `{{#x}} … {{else}} … {{/x}}`; `inverse` is the part behind `else`. */
export type Block = {
  type: 'BlockStatement';
  path: Expression;
  params: readonly Expression[];
  hash?: Hash | undefined;
  program?: Program | undefined;
  inverse?: Program | undefined;
  loc: Location;
};

/** `{{#*inline "x"}} … {{/inline}}` */
export type DecoratorBlock = {
  type: 'DecoratorBlock';
  path: Expression;
  params: readonly Expression[];
  program: Program;
  loc: Location;
};

/** `{{> x}}` */
export type Partial = {
  type: 'PartialStatement';
  name: Path | Sub;
  params: readonly Expression[];
  hash?: Hash | undefined;
  program?: undefined;
  loc: Location;
} & PartialPlace;

/** `{{#> x}} … {{/x}}` */
export type PartialBlock = {
  type: 'PartialBlockStatement';
  name: Path | Sub;
  params: readonly Expression[];
  hash?: Hash | undefined;
  program: Program;
  loc: Location;
} & PartialPlace;

/** How a partial stands in its template: see `whitespace.ts`. */
type PartialPlace = {
  /** The white space before it, if nothing else stands on its line. */
  indent: string;
  /** Nothing but tags stands on its line. */
  alone?: boolean | undefined;
  /** The line break behind it was cut off. */
  endsLine?: boolean | undefined;
};

/** Text between tags. */
export type Content = {
  type: 'ContentStatement';
  /** The text that is printed: `original` without the white space that `~` and lines of tags take away. */
  value: string;
  original: string;
  /** How many characters were cut off in front. */
  cut?: number | undefined;
  loc: Location;
};

/** `{{* x}}`, which pkg refuses. */
export type Decorator = { type: 'Decorator'; path: Expression; loc: Location };

/** `{{! x}}` or `{{!-- x --}}` */
export type Comment = { type: 'CommentStatement'; value: string; loc: Location };

/** What a program consists of. */
export type Statement = Mustache | Block | DecoratorBlock | Decorator | Partial | PartialBlock | Content | Comment;

/** `a.b`; with `data` `@a`. `depth` counts `../`. */
export type Path = {
  type: 'PathExpression';
  data: boolean;
  depth: number;
  parts: readonly string[];
  original: string;
  loc: Location;
};

/** `(x …)` */
export type Sub = {
  type: 'SubExpression';
  path: Expression;
  params: readonly Expression[];
  hash?: Hash | undefined;
  loc: Location;
};

/** A literal. */
export type Literal =
  | { type: 'StringLiteral'; value: string; original: string; loc: Location }
  | { type: 'NumberLiteral'; value: number; original: number; loc: Location }
  | { type: 'BooleanLiteral'; value: boolean; original: boolean; loc: Location }
  | { type: 'UndefinedLiteral'; loc: Location }
  | { type: 'NullLiteral'; loc: Location };

/** What may stand as an argument. */
export type Expression = Path | Sub | Literal;

/** The named arguments of a call: `a=1 b=2`. */
export type Hash = { type: 'Hash'; pairs: { key: string; value: Expression; loc: Location }[]; loc: Location };

/** A node with a name and arguments. */
export type Call = Mustache | Block | Sub;

/** A template: its place in the chart, its text and its tree. */
export type Template = {
  /** `CHART/templates/FILE`, as in `# Source:` lines. */
  name: string;
  /** The file as messages name it. */
  file: string;
  source: string;
  program: Program;
  /** Set for a text that `tpl` runs; `path` is the path of the text in the chart's values, if it comes from there. */
  text?: { path: () => readonly string[] | undefined };
};

const lines = new WeakMap<Template, readonly string[]>();

/** The lines of a template, split once. */
export function linesOf(template: Template): readonly string[] {
  let known = lines.get(template);
  if (known === undefined) {
    known = template.source.split('\n');
    lines.set(template, known);
  }
  return known;
}

/** Is a mustache a whole value: behind a key or a dash, or an entry of `[ ]` or `{ }`, with nothing beside it? */
export function isWhole({ loc: { start, end } }: Mustache, { template }: { template: Template }): boolean {
  const lines = linesOf(template);
  const before = lines[start.line - 1]?.slice(0, start.column) ?? '';
  const after = lines[end.line - 1]?.slice(end.column) ?? '';
  return /(?:^|[:\-?,] +|[[{] *)$/.test(before.trim() === '' ? '' : before) && /^\s*(?:$|[,\]}:]|#)/.test(after);
}

/** Calls `visit` for every node of a tree, parents first. */
export function walk(node: Program | Statement | Expression, visit: (node: Statement | Expression) => void): void {
  if (node.type !== 'Program') visit(node);
  switch (node.type) {
    case 'Program':
      for (const statement of node.body) walk(statement, visit);
      return;
    case 'MustacheStatement':
    case 'SubExpression':
    case 'BlockStatement':
      walk(node.path, visit);
      for (const param of node.params) walk(param, visit);
      for (const pair of node.hash?.pairs ?? []) walk(pair.value, visit);
      if (node.type === 'BlockStatement') {
        if (node.program) walk(node.program, visit);
        if (node.inverse) walk(node.inverse, visit);
      }
      return;
    case 'PartialStatement':
    case 'PartialBlockStatement':
      walk(node.name, visit);
      for (const param of node.params) walk(param, visit);
      for (const pair of node.hash?.pairs ?? []) walk(pair.value, visit);
      if (node.type === 'PartialBlockStatement') walk(node.program, visit);
      return;
    case 'DecoratorBlock':
      for (const param of node.params) walk(param, visit);
      walk(node.program, visit);
      return;
    default:
  }
}

/** A path, also for `{{"literal"}}`, which Handlebars reads as the name of a field; undefined for a call. */
export function pathOf(expression: Expression): Path | undefined {
  if (expression.type === 'PathExpression') return expression;
  if (expression.type === 'SubExpression') return undefined;
  const name =
    'value' in expression ? String(expression.value) : expression.type === 'NullLiteral' ? 'null' : 'undefined';
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc: expression.loc };
}

/** Is this a text, number, boolean, `null` or `undefined` written in the template? */
export function isLiteral({ type }: Expression): boolean {
  return type !== 'PathExpression' && type !== 'SubExpression';
}

/**
 * Is this the name of a file of partials (its last part begins with `_`), or of a text that such a file gives to `tpl`?
 */
export function isPartialFile(name: string): boolean {
  return name.slice(name.lastIndexOf('/') + 1).startsWith('_');
}
