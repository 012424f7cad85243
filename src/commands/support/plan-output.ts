/** Prints plans, as text and as data. */
import type { FlagInput } from '@oclif/core/interfaces';
import type { KubeObject } from '../../cluster/cluster.ts';
import { groupOf, withoutMetadata } from '../../cluster/cluster.ts';
import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import type { FieldChange, Plan, Step } from '../../release/plan.ts';
import { painter, wantsColor } from '../../terminal/color.ts';
import type { Paint } from '../../terminal/color.ts';
import { renderDiff } from '../../terminal/diff.ts';
import { print } from '../../terminal/output.ts';
import { printYaml } from '../../yaml/print.ts';
import { fromPlain, setOwn } from '../../yaml/value.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import * as Flags from './flag-types.ts';
import type { FlagValues } from './flag-types.ts';
import { maskChange, maskPair } from '../../release/plan-mask.ts';
import { OUTPUT_FLAG } from './output-flags.ts';
import { printData } from './print-result.ts';

/** Flags of the diff commands. */
export const DIFF_FLAGS: FlagInput<{ 'exit-code': boolean; 'show-secrets': boolean; output: string }> = {
  'exit-code': Flags.boolean({ summary: 'exit with status 2 if there are changes' }),
  'show-secrets': Flags.boolean({ summary: 'show the values of Secrets' }),
  ...OUTPUT_FLAG,
};

/** How a plan is shown. */
export type PlanView = { color: string | undefined; showSecrets?: boolean };

/** Prints a plan. @throws {PkgError} `PKG_PLAN_HAS_CHANGES`, with exit status 2, for changes with `--exit-code` */
export async function finishDiff(
  plan: Plan,
  flags: FlagValues<typeof DIFF_FLAGS> & { color: string | undefined },
): Promise<void> {
  const showSecrets = flags['show-secrets'];
  if (flags.output === 'table') await printPlan(plan, { color: flags.color, showSecrets });
  else await printData(flags.output, planData(plan, showSecrets));
  if (flags['exit-code'] && plan.steps.some(isChange)) {
    throw new PkgError('PKG_PLAN_HAS_CHANGES', 'there are changes', { exitCode: 2 });
  }
}

/** Prints what each step changes, and a line that sums it up. */
export async function printPlan(plan: Plan, view: PlanView): Promise<void> {
  const paint = painter(wantsColor(view.color, 1));
  const blocks: string[] = [];
  for (const step of plan.steps) {
    if (step.action !== 'unchanged') blocks.push(await stepBlock(step, plan, paint, view.showSecrets === true));
  }
  const notes = plan.notes.map((note) => `note: ${printable(note, 1000)}\n`).join('');
  print([...blocks, `${notes}${paint('bold', `${summaryLine(plan)}\n`)}`].join('\n'));
}

/**
 * The summary of a plan: `2 to create, 1 to update, 0 to delete, 14 unchanged`, with `1 to keep` where that is not 0.
 */
function summaryLine(plan: Plan): string {
  const counts = countSteps(plan);
  const kept = counts.keep === 0 ? [] : [`${counts.keep} to keep`];
  return [
    `${counts.create} to create`,
    `${counts.update} to update`,
    `${counts.delete} to delete`,
    ...kept,
    `${counts.unchanged} unchanged`,
  ].join(', ');
}

function countSteps(plan: Plan): Record<Step['action'], number> {
  const counts = { create: 0, update: 0, delete: 0, keep: 0, unchanged: 0 };
  for (const { action } of plan.steps) counts[action]++;
  return counts;
}

function isChange({ action }: Step): boolean {
  return action === 'create' || action === 'update' || action === 'delete';
}

const SIGNS = { create: ['+', 'green'], update: ['~', 'yellow'], delete: ['-', 'red'], keep: ['=', 'cyan'] } as const;

async function stepBlock(step: Step, plan: Plan, paint: Paint, showSecrets: boolean): Promise<string> {
  const { action, ref, reason } = step;
  const [sign, style] = SIGNS[action === 'unchanged' ? 'keep' : action];
  const group = groupOf(ref.apiVersion);
  const place = ref.namespace === '' ? '' : ` in namespace ${printable(ref.namespace)}`;
  const title = `${sign} ${action} ${printable(ref.kind)}${group === '' ? '' : `.${printable(group)}`} "${printable(ref.name)}"${place}`;
  const heading = `${paint(style, paint('bold', title))}${reason === '' ? '' : paint('dim', ` (${printable(reason)})`)}\n`;
  if (action === 'keep') return heading;
  const [before, after] = maskPair(step, showSecrets);
  const diff = await renderDiff(
    {
      before: objectText(before, after),
      after: objectText(after, after),
      beforeName: before === undefined ? 'nothing' : 'live',
      afterName: after === undefined ? 'nothing' : `revision ${plan.revision}`,
    },
    paint,
  );
  return heading + diff;
}

/** An object as YAML, with keys in the order of `model`, so that a line diff shows only real differences. */
function objectText(object: KubeObject | undefined, model: KubeObject | undefined): string {
  if (object === undefined) return '';
  const { status: _status, ...shown } = withoutMetadata(object);
  return printYaml(fromPlain(orderLike(shown, model)));
}

function orderLike(value: Json, model: Json | undefined): Json {
  if (Array.isArray(value)) {
    return value.map((item, index) => orderLike(item, Array.isArray(model) ? model[index] : undefined));
  }
  if (typeof value !== 'object' || value === null) return value;
  const like: JsonObject = typeof model === 'object' && model !== null && !Array.isArray(model) ? model : {};
  const ordered: JsonObject = {};
  const keys = [...Object.keys(like).filter((key) => Object.hasOwn(value, key)), ...Object.keys(value).toSorted()];
  for (const key of new Set(keys))
    setOwn(ordered, key, orderLike(value[key] ?? null, Object.hasOwn(like, key) ? like[key] : undefined));
  return ordered;
}

function planData(plan: Plan, showSecrets: boolean): JsonObject {
  return {
    operation: plan.operation,
    release: plan.release,
    namespace: plan.namespace,
    revision: plan.revision,
    summary: countSteps(plan),
    notes: plan.notes,
    steps: plan.steps.map(({ action, ref, reason, changes }) => ({
      action,
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      namespace: ref.namespace,
      name: ref.name,
      reason,
      changes: changes.map((change) => changeData(showSecrets ? change : maskChange(ref.kind, change))),
    })),
  };
}

function changeData({ path, before, after }: FieldChange): JsonObject {
  return { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
