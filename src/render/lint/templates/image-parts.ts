/** Finds the parts of an image's name that are joined without the sign between them: `{{repository}}{{tag}}`. */
import type { Chart } from '../../../chart/chart.ts';
import { printable } from '../../../errors-text.ts';
import { pathOf } from '../../handlebars/ast.ts';
import type { Expression, Mustache, Path, Program, Template } from '../../handlebars/ast.ts';
import { simpleName } from '../../handlebars/scope.ts';
import { positionIn } from '../../handlebars/template-error.ts';
import { field } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';

/** The last names of paths, by the part of an image's name that they stand for. */
const PARTS: readonly (readonly [Part, RegExp])[] = [
  ['registry', /registry$/i],
  ['repository', /^(?:image|imageName|imageRepository|repository|repo)$/],
  ['tag', /^(?:tag|imageTag|appVersion|version)$/],
  ['digest', /^(?:digest|imageDigest|sha256)$/],
];
type Part = 'registry' | 'repository' | 'tag' | 'digest';

/** What is written between two parts, and what wrongly stands there instead. */
const JOINED: readonly { first: Part; second: Part; sign: string; wrong: readonly string[] }[] = [
  { first: 'registry', second: 'repository', sign: '/', wrong: [''] },
  { first: 'repository', second: 'tag', sign: ':', wrong: ['', '@'] },
  { first: 'repository', second: 'digest', sign: '@', wrong: ['', ':'] },
];

/** Helpers that give their last argument, or another text instead of it. */
const SAME: ReadonlySet<string> = new Set(['default', 'defaultMissing', 'required', 'toString', 'trim', 'lower']);

/**
 * Findings on a template that is not NOTES.
 *
 * @param path the template's path in its chart
 */
export function lintImageParts(template: Template, chart: Chart, path: string): LintMessage[] {
  const pieces = piecesOf(template.program);
  return pieces.flatMap((piece, index) => {
    const next = pieces[index + 1];
    const [between, second] = typeof next === 'string' ? [next, pieces[index + 2]] : ['', next];
    if (typeof piece === 'string' || second === undefined || typeof second === 'string') return [];
    const [one, other] = [partOf(piece), partOf(second)];
    const joint = JOINED.find(({ first, second: last }) => first === one?.part && last === other?.part);
    if (one === undefined || other === undefined || joint?.wrong.includes(between) !== true) return [];
    // The sign may be part of the value.
    if (/[:@/]$/.test(textOf(one.path, chart)) || /^[:@/]/.test(textOf(other.path, chart))) return [];
    const [left, right] = [one, other].map((part) => printable(part.path.original));
    const message = `the ${one.part} ${left} and the ${other.part} ${right} are joined ${between === '' ? 'without a sign' : `by ${between}`}: write ${joint.sign} between them`;
    return [finding('image-parts', path, message, positionIn(template, second.loc))];
  });
}

/** The mustaches of a program and the texts between them, with those of the first branch of each block. */
function piecesOf(program: Program): (Mustache | string)[] {
  return program.body.flatMap((statement): (Mustache | string)[] => {
    switch (statement.type) {
      case 'ContentStatement':
        return statement.value === '' ? [] : [statement.value];
      case 'MustacheStatement':
        return [statement];
      case 'CommentStatement':
        return [];
      case 'BlockStatement':
        return statement.program === undefined ? ['…'] : piecesOf(statement.program);
      case 'DecoratorBlock':
        return ['…', ...piecesOf(statement.program), '…'];
      default:
        return ['…'];
    }
  });
}

function partOf({ path, params }: Mustache): { part: Part; path: Path } | undefined {
  const named = params.length === 0 ? pathOf(path) : valueOf({ path, params });
  const part = PARTS.find(([, pattern]) => pattern.test(named?.parts.at(-1) ?? ''))?.[0];
  return named === undefined || part === undefined ? undefined : { part, path: named };
}

function valueOf({ path, params }: { path: Expression; params: readonly Expression[] }): Path | undefined {
  const helper = pathOf(path);
  const last = params.at(-1);
  return helper !== undefined && SAME.has(simpleName(helper) ?? '') && last?.type === 'PathExpression'
    ? last
    : undefined;
}

/** The default value of a path; empty where it is not known. */
function textOf({ parts }: Path, { values }: Chart): string {
  const value = parts[0] === 'values' ? field(values, ...parts.slice(1)) : undefined;
  return typeof value === 'string' ? value : '';
}
