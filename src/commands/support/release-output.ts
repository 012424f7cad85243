/** Prints releases in Helm's formats. */
import type { RecordedHook, Release } from '../../release/release.ts';
import { printable, printableLines } from '../../errors-text.ts';
import { printDocument } from '../../terminal/output.ts';
import type { Json, JsonObject } from '../../yaml/value.ts';
import { recordOf } from '../../release/codec.ts';
import { chartField } from '../../release/recorded-chart.ts';
import type { OperationResult } from '../../release/operations.ts';
import { printData } from './print-result.ts';
import type { OutputFormat } from './print-result.ts';
import { ANSIC, formatRecordTime, parseRecordTime } from './record-time.ts';
import { HIDDEN_SECRET, hideSecrets } from '../../release/hide-secrets.ts';

/** `web-1.2.3`, or what Helm says when the record has no chart. */
export function chartLabel(release: Release): string {
  const name = chartField(release, 'name');
  return name === '' ? 'MISSING' : `${name}-${chartField(release, 'version')}`;
}

/** The parts that {@link printRelease} shows. */
export type ReleaseView = {
  hideNotes?: boolean;
  showMetadata?: boolean;
  showSecrets?: boolean;
  /** Its live objects: as text for the table format, as data for the others. */
  resources?: { text: string; data: JsonObject };
};

/** The text of `status`, `install` and `upgrade`. */
export function releaseBlock(release: Release, view: ReleaseView = {}): string {
  const { info } = release;
  const line = (name: string, text: string): string => `${name}: ${printable(text, 4096)}\n`;
  const deployed = parseRecordTime(info.last_deployed);
  let text = line('NAME', release.name);
  if (deployed !== undefined) text += line('LAST DEPLOYED', formatRecordTime(deployed, ANSIC));
  text +=
    line('NAMESPACE', release.namespace) + line('STATUS', info.status) + line('REVISION', String(release.version));
  if (view.showMetadata) {
    text += line('CHART', chartField(release, 'name')) + line('VERSION', chartField(release, 'version'));
    text += line('APP_VERSION', chartField(release, 'appVersion'));
  }
  text += line('DESCRIPTION', info.description) + (view.resources?.text ?? '') + testSuite(release);
  if (isDryRun(release)) {
    const shown = hidden(release, view.showSecrets === true);
    text += `HOOKS:\n${hooksText(shown)}MANIFEST:\n${shown.manifest}\n`;
  }
  if (!view.hideNotes && info.notes) text += `NOTES:\n${printableLines(info.notes).trim()}\n`;
  return text;
}

function testSuite(release: Release): string {
  const tests = (release.hooks ?? []).filter(({ events }) => events?.includes('test'));
  if (tests.length === 0) return 'TEST SUITE: None\n';
  const time = (text: Json | undefined): string => {
    const parsed = typeof text === 'string' ? parseRecordTime(text) : undefined;
    return parsed === undefined ? '' : formatRecordTime(parsed, ANSIC);
  };
  return tests
    .filter(({ last_run: run }) => typeof run?.['started_at'] === 'string' && run['started_at'] !== '')
    .map(({ name, last_run: run }) => {
      const phase = printable(String(run['phase'] ?? ''));
      return `TEST SUITE:     ${printable(name)}\nLast Started:   ${time(run['started_at'])}\nLast Completed: ${time(run['completed_at'])}\nPhase:          ${phase}\n`;
    })
    .join('');
}

/** All hooks as a stream of YAML documents. */
export function hooksText(release: Release): string {
  const text = (hook: RecordedHook): string => `---\n# Source: ${printable(hook.path, 1000)}\n${hook.manifest}\n`;
  return (release.hooks ?? []).map(text).join('');
}

/** Prints a release: the block, or the whole record as data. */
export async function printRelease(
  format: OutputFormat,
  release: Release,
  view: ReleaseView & { withChart: boolean },
): Promise<void> {
  if (format === 'table') printDocument(releaseBlock(release, view));
  else await printData(format, releaseData(release, view));
}

/** The record as Helm prints it: in an operation's result the chart is there, in `status` it is not. */
function releaseData(release: Release, view: ReleaseView & { withChart: boolean }): JsonObject {
  const { chart, ...data } = recordOf(hidden(release, view.showSecrets === true));
  const live = view.resources?.data ?? {};
  if (Object.keys(live).length > 0) data['info'] = { ...(data['info'] as JsonObject), resources: live };
  return view.withChart && chart !== undefined ? recordOf(hidden(release, view.showSecrets === true)) : data;
}

/** The release of a dry run, with its Secrets hidden unless `showSecrets` is set; other releases unchanged. */
function hidden(release: Release, showSecrets: boolean): Release {
  if (showSecrets || !isDryRun(release)) return release;
  const hooks = release.hooks.map((hook) => (hook.kind === 'Secret' ? { ...hook, manifest: HIDDEN_SECRET } : hook));
  return { ...release, manifest: hideSecrets(release.manifest), hooks };
}

function isDryRun(release: Release): boolean {
  return release.info.description.toLowerCase() === 'dry run complete';
}

/** Prints the result of an install or upgrade. */
export async function printOutcome(
  { release }: OperationResult,
  flags: { output: string; 'hide-notes': boolean; 'show-secrets': boolean },
): Promise<void> {
  const view = { hideNotes: flags['hide-notes'], showSecrets: flags['show-secrets'], withChart: true };
  await printRelease(flags.output, release, view);
}
