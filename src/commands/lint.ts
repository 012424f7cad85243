import { formatPosition, PkgError } from '../errors.ts';
import { printable, printableLines } from '../errors-text.ts';
import { readUserValues } from '../chart/user-values.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { lintChart } from '../render/lint.ts';
import type { LintMessage, LintOptions } from '../render/lint.ts';
import { subchartPaths } from '../render/lint/chart/subcharts.ts';
import { configPaths } from '../repository/paths.ts';
import { readRepositories } from '../repository/repositories.ts';
import { withoutSecrets } from '../repository/urls.ts';
import type { JsonObject } from '../yaml/value.ts';
import { CHART_SUMMARY } from './support/arg-types.ts';
import { checkPath, looseArchive } from './support/chart-source.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { KUBE_VERSION_FLAG, RENDER_FLAGS } from './support/chart-flags.ts';
import { OUTPUT_FLAG } from './support/output-flags.ts';
import { limitsOf, valueSources } from './support/operation-input.ts';
import { localNamespace } from './support/local-namespace.ts';
import { schemaInput } from './support/inputs.ts';
import { readStdin } from './support/stdin.ts';
import { linkOptions } from './support/link-options.ts';
import { PLAN_FLAGS } from './support/release-flags.ts';
import { printResult } from './support/print-result.ts';
import type { RemoteFlags } from './support/remotes.ts';
import { kubeVersionOf } from './support/kube-version.ts';

class LintCommand extends PkgCommand {
  static override description = [
    'Checks charts: their fields, values, schema and templates, and the rendered objects.',
    'Errors fail the check; with --strict warnings do too.',
  ].join('\n');
  static override examples = [{ command: 'pkg lint ./web --strict', description: 'treat warnings as errors' }];
  static override args = {
    CHART: Args.string({ description: CHART_SUMMARY, multiple: true, complete: 'local-chart' }),
  };
  static override flags = {
    ...RENDER_FLAGS,
    strict: Flags.boolean({ summary: 'treat warnings as errors' }),
    quiet: Flags.boolean({ summary: 'print only warnings and errors' }),
    'with-subcharts': Flags.boolean({ summary: 'check the subcharts in charts/ too' }),
    ...KUBE_VERSION_FLAG,
    'skip-schema-validation': PLAN_FLAGS['skip-schema-validation'],
    ...OUTPUT_FLAG,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(LintCommand);
    const sources = valueSources(flags);
    const { values, texts } = await readUserValues(sources, readStdin);
    const options = {
      ...linkOptions(flags),
      ...schemaInput(flags),
      userValues: values,
      sources,
      texts,
      namespace: await localNamespace(flags),
      capabilities: { ...DEFAULT_CAPABILITIES, kubeVersion: kubeVersionOf(flags['kube-version']) },
      ...(flags['kube-version'] && { askedKubeVersion: kubeVersionOf(flags['kube-version']) }),
      repositories: () => {
        const files = { repositoryConfig: flags['repository-config'] ?? '', registryConfig: '' };
        return readRepositories(configPaths(process.env, files).repositories).map(({ name }) => name);
      },
      skipSchemaValidation: flags['skip-schema-validation'],
      limits: limitsOf(flags),
    };
    const paths = args.CHART ?? ['.'];
    // As in Helm, subcharts are listed after all charts that were named.
    if (flags['with-subcharts']) for (const path of [...paths]) paths.push(...(await subchartPaths(path)));
    const charts: LintedChart[] = [];
    for (const path of paths) charts.push(judged(path, await messagesOf(path, options, flags), flags.strict));
    const failed = charts.filter((chart) => chart.failed).length;
    const shown = charts.map((chart) => ({ ...chart, messages: chart.messages.filter(isShown(flags.quiet)) }));
    const summary = `${charts.length} chart(s) linted, ${failed} chart(s) failed`;
    const isQuiet = flags.quiet && shown.every(({ messages }) => messages.length === 0);
    await printResult(
      flags.output,
      () => shown.map(chartJson),
      () =>
        shown.map((chart) => (flags.quiet && chart.messages.length === 0 ? '' : chartText(chart))).join('') +
        (failed > 0 || isQuiet ? '' : `${summary}\n`),
    );
    if (failed > 0) throw new PkgError('PKG_LINT_FAILED', summary);
  }
}

export const command: CommandClass = LintCommand;

type LintedChart = { path: string; failed: boolean; messages: LintMessage[] };

/**
 * The messages about a chart. A chart that cannot be read is itself a message, so that the others are still checked.
 */
async function messagesOf(path: string, options: LintOptions, flags: RemoteFlags): Promise<LintMessage[]> {
  try {
    const loose = await looseArchive(path, flags);
    if (loose !== undefined) return await lintChart(loose.location, { ...options, archive: loose.archive });
    await checkPath(path, flags);
    return await lintChart(path, options);
  } catch (error) {
    if (!(error instanceof PkgError)) throw error;
    const message = [error.message, ...error.hints].join('; ');
    return [
      { severity: 'error', rule: 'chart-invalid', path: '.', message, at: error.at ?? { file: withoutSecrets(path) } },
    ];
  }
}

function judged(path: string, messages: LintMessage[], strict: boolean): LintedChart {
  const failed = messages.some(({ severity }) => severity === 'error' || (strict && severity === 'warning'));
  return { path: withoutSecrets(path), failed, messages };
}

function isShown(quiet: boolean): (message: LintMessage) => boolean {
  return ({ severity }) => !quiet || severity !== 'info';
}

function chartText({ path, messages }: LintedChart): string {
  const lines = messages.map(({ severity, path: file, message, rule, at }) => {
    const where = at?.line === undefined ? printable(file) : printable(formatPosition(at));
    return `[${severity.toUpperCase()}] ${where}: ${printableLines(message.trim(), 10_000)} (${rule})\n`;
  });
  return `==> Linting ${printable(path)}\n${lines.join('')}\n`;
}

function chartJson({ path, failed, messages }: LintedChart): JsonObject {
  return {
    path,
    failed,
    messages: messages.map(({ severity, rule, path: file, message, at }) => ({
      severity,
      rule,
      path: file,
      message,
      ...(at?.line === undefined ? {} : { line: at.line }),
      ...(at?.column === undefined ? {} : { column: at.column }),
    })),
  };
}
