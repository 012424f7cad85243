/** What the checks of a template share: what the chart knows, which names can be used where, and the errors found. */
import { PkgError } from '../../errors.ts';
import type { ValueMap } from '../../yaml/value.ts';
import { linesOf } from './ast.ts';
import type { Call, Location, Template } from './ast.ts';
import { FORMS } from './call.ts';
import { positionIn } from './template-error.ts';
import { syntaxHintsOf } from './syntax-hints.ts';
import type { SyntaxHint } from './syntax-hints.ts';
import { isHelperName } from './helpers/index.ts';
import type { PartialRelatives } from './scope.ts';

/** What the templates of a chart can name. */
export type ChartNames = {
  /** Is this a field of Chart.yaml? */
  hasChartField: (name: string) => boolean;
  chartFields: () => ReadonlySet<string>;
  /** The chart's own values. */
  values: ValueMap;
  /** Is there a partial of this name, or a template file, that the template `from` can print? */
  hasPartial: (name: string, from: string) => boolean;
  /** Does a partial print items of a list? Undefined if that depends on the values. */
  printsItems: (name: string, from: string) => boolean | undefined;
  partialNames: () => readonly string[];
  partialRelatives: (name: string) => PartialRelatives;
  /** The hint for a partial that another chart of the tree has and this chart cannot use. */
  elsewhere: (name: string) => string | undefined;
};

/** Which names can be used at a position of a template. */
export type CheckScope = {
  /** The contexts that `..` leads to, innermost first: the root, or `open` for one that depends on the values. */
  contexts: readonly ('root' | 'open')[];
  /** The names that blocks around the position give: `item` of `as |item|`. */
  locals: ReadonlySet<string>;
  /** Are `@index`, `@key`, `@first` and `@last` set? */
  isLoop: boolean;
};

/** The errors found in one template. */
export class CheckReport {
  readonly errors: PkgError[] = [];
  readonly template: Template;
  readonly names: ChartNames;
  #syntaxHints: readonly (SyntaxHint & { offset: number })[] | undefined;

  constructor(template: Template, names: ChartNames) {
    this.template = template;
    this.names = names;
  }

  /** Are there so many errors that further ones are left out? */
  get isFull(): boolean {
    return this.errors.length === MAX_ERRORS;
  }

  /**
   * Adds an error. Where its mustache holds a spelling of another template language, as in `{{ .Values.x | quote }}`,
   * the error is that spelling instead, once a line.
   */
  add(code: PkgError['code'], message: string, loc: Location, hints: readonly string[] = []): void {
    if (this.isFull) return;
    const at = positionIn(this.template, loc);
    const syntaxHint = this.#syntaxHintAt(loc);
    if (syntaxHint === undefined) this.errors.push(new PkgError(code, message, { at, hints }));
    else if (!this.errors.some((error) => error.message === syntaxHint.message && error.at?.line === at.line))
      this.errors.push(new PkgError('PKG_TEMPLATE_SYNTAX', syntaxHint.message, { at, hints: [syntaxHint.hint] }));
  }

  /** Adds the error of a call that cannot work or is a typing error. */
  addCall(node: Call, message: string, hint: string): void {
    this.add('PKG_TEMPLATE_HELPER', message, node.loc, [hint]);
  }

  /** A part of the template as it is written; parts over several lines as one line. */
  source({ start, end }: Location): string {
    const lines = linesOf(this.template).slice(start.line - 1, end.line);
    if (lines.length === 1) return (lines[0] ?? '').slice(start.column, end.column);
    return lines.join(' ').trim();
  }

  /** The foreign spelling in the mustache that a location lies in, if there is one. */
  #syntaxHintAt({ start, end }: Location): SyntaxHint | undefined {
    this.#syntaxHints ??= syntaxHintsOf(this.template.source, isHelper);
    const lines = linesOf(this.template);
    const offsetOf = (line: number, column: number): number =>
      lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column;
    const from = offsetOf(start.line, start.column);
    const to = offsetOf(end.line, end.column);
    return this.#syntaxHints.find(({ offset }) => {
      if (offset === from) return offset < to;
      return offset < from && this.template.source.indexOf('}}', offset) >= to - 2;
    });
  }
}

/** The most errors of one template that are reported. */
const MAX_ERRORS = 100;

/** Is this the name of a helper, or of a form such as `include` that the interpreter itself runs? */
export function isHelper(name: string): boolean {
  return FORMS.includes(name) || isHelperName(name);
}
