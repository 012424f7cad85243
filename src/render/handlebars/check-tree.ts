/** Checks the native templates of a chart tree before they run. */
import { CHART_FIELDS } from '../../chart/metadata.ts';
import { withDetails } from '../../errors.ts';
import type { PkgError } from '../../errors.ts';
import type { GoTemplates } from '../render.ts';
import type { checkTemplate } from './check.ts';
import type { ChartNames } from './check-report.ts';
import { printsItems } from './gaps.ts';
import type { ChartTemplates, PartialIndex } from './partials.ts';
import type { ParsedTemplate } from './template-cache.ts';
import type { TemplateTree } from './tree.ts';

/**
 * Checks all templates in all their branches.
 *
 * @param goTemplates the Go templates that native templates of the chart may include
 */
export async function checkTree(
  { charts, partials, inlines }: TemplateTree,
  goTemplates: GoTemplates | undefined,
): Promise<PkgError[]> {
  const goNames = new Set(goTemplates?.names());
  const namesFor = (own: ChartTemplates, index: PartialIndex): ChartNames => {
    const fields = chartFieldsOf(own);
    return {
      hasChartField: (name) => fields.has(name),
      chartFields: () => fields,
      values: own.chart.values,
      hasPartial: (name, from) => index.find(name, from) !== undefined || inlines.has(name) || goNames.has(name),
      partialNames: () => [...index.names(), ...inlines, ...goNames],
      partialRelatives: (name) => index.relatives(name),
      printsItems: (name, from) => {
        const body = index.find(name, from);
        return body && printsItems(body.program, (inner) => index.find(inner, from)?.program);
      },
      elsewhere: (name) => elsewhere(name, own, [...charts.values()]),
    };
  };
  const unchecked = [...charts.values()].flatMap((own) => {
    const index = partials.get(own.chart);
    if (index === undefined) return [];
    const names = namesFor(own, index);
    const open = [...own.files, ...own.templates].filter((template) => !isSound(template, names));
    return open.map((template) => ({ template, names }));
  });
  if (unchecked.length === 0) return [];
  const { checkTemplate: check } = await import('./check.ts');
  const errors = unchecked.flatMap(({ template, names }) => checkAndNote(template, names, check));
  return errors.length === 0 ? errors : withAdvice(errors);
}

/** Did a check find no error in the template when the chart had the names that it has now? */
function isSound({ answers, name: from }: ParsedTemplate, names: ChartNames): boolean {
  return (
    answers !== undefined &&
    answers.chartFields.every((name) => names.hasChartField(name)) &&
    [...answers.partials].every(([name, answer]) => names.hasPartial(name, from) === answer)
  );
}

/** Checks a template; where there is no error, notes in it what the check asked, so that later runs can spare it. */
function checkAndNote(template: ParsedTemplate, names: ChartNames, check: typeof checkTemplate): PkgError[] {
  const partials = new Map<string, boolean>();
  const chartFields = new Set<string>();
  // What a partial prints depends on its text, which the noted answers do not hold: check such a template in each run.
  let asksForText = false;
  const errors = check(template, {
    ...names,
    hasChartField: (name) => {
      chartFields.add(name);
      return names.hasChartField(name);
    },
    printsItems: (name, from) => {
      asksForText = true;
      return names.printsItems(name, from);
    },
    hasPartial: (name, from) => {
      const answer = names.hasPartial(name, from);
      partials.set(name, answer);
      return answer;
    },
  });
  if (errors.length === 0 && !asksForText) template.answers = { partials, chartFields: [...chartFields] };
  return errors;
}

/** The hint for a partial of a library that is not a dependency of the chart. */
function elsewhere(name: string, own: ChartTemplates, all: readonly ChartTemplates[]): string | undefined {
  const [library = '', inner = ''] = name.split('/', 2);
  const owner = all.find(
    ({ chart, partials }) =>
      chart.metadata.type === 'library' &&
      (partials.has(name) || (chart.metadata.name === library && partials.has(inner))),
  );
  if (owner === undefined) return undefined;
  const { name: wanted } = owner.chart.metadata;
  const user = own.chart.metadata.name;
  return `a chart sees its own libraries alone: name ${wanted} in the dependencies of ${user}, and put it into the charts/ of ${user}`;
}

/** Adds to errors of calls an example of the helper that is meant. */
async function withAdvice(errors: readonly PkgError[]): Promise<PkgError[]> {
  const [{ EXAMPLES }, { helperOfAlias }] = await Promise.all([
    import('./helpers/examples.ts'),
    import('./helpers/aliases.ts'),
  ]);
  return errors.map((error) => {
    const unknown = /^there is no helper (\w+)$/.exec(error.message)?.[1];
    const alias = unknown === undefined ? undefined : helperOfAlias(unknown);
    const name = alias ?? /^[Ww]rite (?:it as )?\((\w+)/.exec(error.hints[0] ?? '')?.[1] ?? '';
    const example = error.code === 'PKG_TEMPLATE_HELPER' && Object.hasOwn(EXAMPLES, name) ? EXAMPLES[name] : undefined;
    if (example === undefined) return error;
    return withDetails(error, { hints: [...error.hints, `as in ${example}`] });
  });
}

/** The fields of this Chart.yaml, and all that a Chart.yaml may have. */
export function chartFieldsOf({ chart }: ChartTemplates): ReadonlySet<string> {
  return new Set([...chart.metadata.all.keys(), ...CHART_FIELDS]);
}
