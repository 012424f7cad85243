import { PkgError } from '../errors.ts';
import { formatPosition } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { readUserValues } from '../chart/user-values.ts';
import { DEFAULT_CAPABILITIES } from '../render/capabilities.ts';
import { lintChart } from '../render/lint.ts';
import { subchartPaths } from '../render/lint/subcharts.ts';
import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { VALUE_FLAGS, valueSources } from './support/flags.ts';
import { localNamespace } from './support/local-namespace.ts';
import { readStdin } from './support/inputs.ts';
import { KUBE_VERSION_FLAG, kubeVersionOf } from './support/kube-version.ts';

export const command: Command = defineCommand({
  description: [
    'Checks charts: their fields, values and schema, their templates, and the objects that these give.',
    'Errors fail the check; warnings fail it under --strict.',
  ],
  examples: [{ command: 'pkg lint ./web --strict', says: 'warnings fail too' }],
  args: [{ name: 'PATH', summary: 'chart folders or archives', optional: true, rest: true, complete: 'chart' }],
  flags: {
    ...VALUE_FLAGS,
    strict: { type: 'boolean', summary: 'fail on warnings too' },
    quiet: { type: 'boolean', summary: 'print only warnings and errors' },
    'with-subcharts': { type: 'boolean', summary: 'check the subcharts in charts/ too' },
    ...KUBE_VERSION_FLAG,
    'skip-schema-validation': { type: 'boolean', summary: 'do not check values against values.schema.json' },
  },
  async run({ flags, args }) {
    const userValues = await readUserValues(valueSources(flags), readStdin);
    const options = {
      userValues,
      namespace: await localNamespace(flags),
      capabilities: { ...DEFAULT_CAPABILITIES, kubeVersion: kubeVersionOf(flags['kube-version']) },
      skipSchemaValidation: flags['skip-schema-validation'],
    };
    const paths = args.length === 0 ? ['.'] : [...args];
    // As Helm lists them: after all charts that were named.
    if (flags['with-subcharts']) for (const path of [...paths]) paths.push(...(await subchartPaths(path)));
    let failed = 0;
    for (const path of paths) {
      const messages = await lintChart(path, options);
      const isBad = messages.some(({ severity }) => severity === 'error' || (flags.strict && severity === 'warning'));
      if (isBad) failed++;
      const shown = messages.filter(({ severity }) => !flags.quiet || severity !== 'info');
      if (!flags.quiet || shown.length > 0) print(`==> Linting ${printable(path)}\n`);
      for (const { severity, path: file, message, rule, at } of shown) {
        const where = at?.line === undefined ? printable(file) : printable(formatPosition(at));
        print(`[${severity.toUpperCase()}] ${where}: ${printable(message, 2000)} (${rule})\n`);
      }
      print('\n');
    }
    const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
    if (failed > 0) throw new PkgError('PKG_LINT_FAILED', summary);
    if (!flags.quiet) print(`${summary}\n`);
  },
});
