import { configPaths } from '../../repository/paths.ts';
import { eraseLogin } from '../../repository/registry-login.ts';
import { printable } from '../../errors-text.ts';
import { print, printError } from '../../terminal/output.ts';
import { defineCommand } from '../support/command.ts';
import type { Command } from '../support/command.ts';
import { registryName } from './login.ts';

export const command: Command = defineCommand({
  description: ['Forgets the login to an OCI registry.'],
  args: [{ name: 'HOST', summary: 'the registry, as it was named at the login' }],
  flags: {},
  async run({ flags, args }) {
    const name = registryName(args[0] ?? '');
    const paths = configPaths(process.env, { repositoryConfig: '', registryConfig: flags['registry-config'] ?? '' });
    const wasThere = await eraseLogin(name, paths, process.env);
    if (wasThere) print(`Removing login credentials for ${printable(name)}\n`);
    else printError(`note: there was no login for ${printable(name)}\n`);
  },
});
