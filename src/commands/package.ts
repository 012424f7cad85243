import { packageChart, sourceDateEpoch } from '../chart/package.ts';
import { print } from '../terminal/output.ts';
import { defineCommand } from './support/command.ts';
import type { Command } from './support/command.ts';
import { CHART_FLAGS, SIGN_FLAGS } from './support/flags.ts';
import { linkOptions } from './support/load.ts';

export const command: Command = defineCommand({
  description: [
    'Packs a chart folder into an archive NAME-VERSION.tgz. The same files give the same bytes.',
    'SOURCE_DATE_EPOCH in the environment, in seconds since 1970, is the time of all files in it (1980 unless set).',
  ],
  examples: [{ command: 'pkg package ./web -d dist', says: 'an archive in dist' }],
  args: [{ name: 'CHART_PATH', summary: 'a chart folder', rest: true, complete: 'directory' }],
  flags: {
    destination: {
      type: 'string',
      char: 'd',
      value: 'FOLDER',
      default: '.',
      complete: 'directory',
      summary: 'where the archive goes',
    },
    version: { type: 'string', value: 'VERSION', summary: 'write this version into the chart' },
    ...CHART_FLAGS,
    'app-version': { type: 'string', value: 'VERSION', summary: 'write this appVersion into the chart' },
    ...SIGN_FLAGS,
  },
  async run({ flags, args }) {
    const { destination, version, 'app-version': appVersion } = flags;
    const links = linkOptions(flags);
    const modified = sourceDateEpoch(process.env);
    for (const folder of args) {
      const path = await packageChart(folder, {
        ...links,
        destination,
        modified,
        ...(version !== undefined && { version }),
        ...(appVersion !== undefined && { appVersion }),
      });
      if (flags.sign) await (await import('./support/sign.ts')).signFile(path, flags);
      print(`Successfully packaged chart and saved it to: ${path}\n`);
    }
  },
});
