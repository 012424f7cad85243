import { configPaths } from '../../repository/paths.ts';
import { eraseLogin } from '../../repository/registry-login.ts';
import { printable } from '../../errors-text.ts';
import { print, printError } from '../../terminal/output.ts';
import { Args, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { tellingSlow } from '../support/slow.ts';
import { registryName } from './login.ts';

class RegistryLogoutCommand extends PkgCommand {
  static override description = 'Removes the stored login to an OCI registry.';
  static override args = {
    HOST: Args.string({ required: true, description: 'the registry, as it was named at the login' }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RegistryLogoutCommand);
    // Helm takes an address too, and removes nothing then.
    const name = registryName(args.HOST.replace(/^oci:\/\//, ''));
    const paths = configPaths(process.env, { repositoryConfig: '', registryConfig: flags['registry-config'] ?? '' });
    const wasThere = await tellingSlow((tell) => eraseLogin(name, paths, process.env, tell));
    if (wasThere) print(`Removing login credentials for ${printable(name)}\n`);
    else printError(`note: there was no login for ${printable(name)}\n`);
  }
}

export const command: CommandClass = RegistryLogoutCommand;
