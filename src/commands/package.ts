import { loadChart } from '../chart/load.ts';
import { packageChart, sourceDateEpoch } from '../chart/package.ts';
import { print } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { CHART_FLAGS, DESTINATION_FLAG } from './support/chart-flags.ts';
import { REMOTE_FLAGS, SIGN_FLAGS } from './support/remote-flags.ts';
import { linkOptions } from './support/link-options.ts';

class PackageCommand extends PkgCommand {
  static override description = [
    'Packs a chart folder into an archive NAME-VERSION.tgz. The same files give the same bytes.',
    'SOURCE_DATE_EPOCH in the environment, in seconds since 1970, is the time of all files in it (1980 unless set).',
  ].join('\n');
  static override examples = [{ command: 'pkg package ./web -d dist', description: 'an archive in dist' }];
  static override args = {
    CHART_PATH: Args.string({ required: true, description: 'a chart folder', multiple: true, complete: 'directory' }),
  };
  static override flags = {
    ...DESTINATION_FLAG,
    version: Flags.string({ helpValue: 'VERSION', summary: 'set the version of the chart' }),
    ...CHART_FLAGS,
    'app-version': Flags.string({ helpValue: 'VERSION', summary: 'set the appVersion of the chart' }),
    ...SIGN_FLAGS,
    'dependency-update': Flags.boolean({
      char: 'u',
      summary: 'first fetch the newest fitting dependencies into charts/, and write Chart.lock',
    }),
    ...REMOTE_FLAGS,
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(PackageCommand);
    // As in Helm an empty value, such as that of a variable that is not set, changes nothing.
    const [version, appVersion] = [flags.version, flags['app-version']];
    // Helm prints the whole path where no folder is given, and scripts read it.
    const destination = flags.destination === '.' ? process.cwd() : flags.destination || '.';
    const links = linkOptions(flags);
    const modified = sourceDateEpoch(process.env);
    // Before anything is written: an archive without its signature would stay.
    if (flags.sign) (await import('./support/sign.ts')).requireKey(flags);
    for (const folder of args.CHART_PATH) {
      if (flags['dependency-update']) {
        const { updateAll } = await import('./support/dependency-update.ts');
        await updateAll(await loadChart(folder, links), flags, links);
      }
      const path = await packageChart(folder, {
        ...links,
        destination,
        modified,
        ...(version && { version }),
        ...(appVersion && { appVersion }),
      });
      if (flags.sign) await (await import('./support/sign.ts')).signFile(path, flags);
      print(`Successfully packaged chart and saved it to: ${path}\n`);
    }
  }
}

export const command: CommandClass = PackageCommand;
