/** Finds texts of values.yaml with mustaches that a template prints as they are, where `tpl` would run them. */
import { printable } from '../../../errors-text.ts';
import type { ValueMap } from '../../../yaml/value.ts';
import { textAt } from '../objects/fields.ts';
import { finding } from '../message.ts';
import type { LintMessage } from '../message.ts';
import type { NameUse } from '../templates/name-uses.ts';

/** Mustaches with names of pkg and Helm. Those of other programs, such as `{{ $labels.job }}` in alerts, are texts. */
const OWN_NAMES = /\{\{[^{}]{0,200}(?:\.Values|\.Release|\.Chart|\bvalues|\brelease|\bchart)\.\w[^{}]{0,200}\}\}/;

/** Findings on the values that templates print. */
export function lintValueTemplates(uses: Iterable<NameUse>, values: ValueMap): LintMessage[] {
  return [...uses].flatMap(({ template, loc, isPrinted, leads, written }) => {
    const [lead, ...others] = leads;
    if (!isPrinted || others.length > 0 || lead?.to !== 'value') return [];
    const found = OWN_NAMES.exec(textAt(values, ...lead.path))?.[0];
    if (found === undefined) return [];
    const helper = /\{\{-?\s*(?:\w+\s+)*\.[A-Z]/.test(found) ? 'goTpl' : 'tpl';
    const message = `${printable(found, 60)} in this value is printed as it is written; {{${helper} ${printable(written)}}} runs it`;
    const at = { file: template.file, line: loc.start.line, column: loc.start.column + 1 };
    return [finding('value-template', template.name, message, at)];
  });
}
