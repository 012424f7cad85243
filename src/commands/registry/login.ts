import { PkgError } from '../../errors.ts';
import { printable } from '../../errors-text.ts';
import { saveLogin } from '../../repository/registry-login.ts';
import { withoutLogin } from '../../repository/urls.ts';
import { print, printError } from '../../terminal/output.ts';
import { ask } from '../../terminal/prompt.ts';
import { Args, Flags, PkgCommand } from '../support/command.ts';
import type { CommandClass } from '../support/command.ts';
import { REMOTE_FLAGS } from '../support/remote-flags.ts';
import { accessOf, withRemotes } from '../support/remotes.ts';

class RegistryLoginCommand extends PkgCommand {
  static override description = [
    "Checks a login to an OCI registry and stores it where Helm does: in the credential helper that Helm's file of logins",
    'names, or else in that file.',
  ].join('\n');
  static override examples = [
    { command: 'pkg registry login registry.example.com -u ci --password-stdin < token', description: 'in a pipeline' },
    { command: 'pkg registry login registry.example.com/team', description: 'log in to a part of the registry' },
  ];
  static override args = {
    HOST: Args.string({ required: true, description: 'the registry: HOST[:PORT], or a part of it: HOST[:PORT]/PATH' }),
  };
  static override flags = {
    username: Flags.string({ char: 'u', helpValue: 'NAME', summary: 'user name' }),
    password: Flags.string({ char: 'p', helpValue: 'PASSWORD', summary: 'password or token' }),
    'password-stdin': REMOTE_FLAGS['password-stdin'],
    'ca-file': REMOTE_FLAGS['ca-file'],
    'cert-file': REMOTE_FLAGS['cert-file'],
    'key-file': REMOTE_FLAGS['key-file'],
    insecure: Flags.boolean({
      aliases: ['insecure-skip-tls-verify'],
      summary: 'do not verify the certificate of the registry',
    }),
    'plain-http': REMOTE_FLAGS['plain-http'],
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(RegistryLoginCommand);
    const name = registryName(args.HOST);
    if (flags.password !== undefined) {
      printError('warning: a password on the command line can be seen by others; use --password-stdin\n');
    }
    const settings = { ...flags, 'insecure-skip-tls-verify': flags.insecure };
    const access = await accessOf(settings);
    const username = access.username || (access.password === '' ? await ask('Username: ') : '');
    const password = access.password || (await ask(username === '' ? 'Token: ' : 'Password: ', { hidden: true }));
    if (password === '')
      throw new PkgError('PKG_USAGE', 'a password is required', { hints: ['give --password-stdin'] });
    const [host = ''] = name.split('/');
    const anonymous = { ...settings, username: undefined, password: undefined, 'password-stdin': false };
    await withRemotes({ flags: anonymous }, async (remotes) => {
      const login = { username, password, identityToken: '', registryToken: '' };
      await remotes.session().check(host, login);
      await saveLogin(name, login, remotes.paths, process.env, remotes.tell);
    });
    print('Login Succeeded\n');
  }
}

export const command: CommandClass = RegistryLoginCommand;

/** `HOST[:PORT][/PATH]`. @throws {PkgError} `PKG_USAGE` */
export function registryName(text: string): string {
  const name = text.replace(/\/+$/, '');
  const [host = '', ...path] = name.split('/');
  const isHost = host !== '' && URL.parse(`https://${host}`)?.host === host.replace(/:443$/, '').toLowerCase();
  if (isHost && path.every((part) => /^[a-z0-9][a-z0-9._-]*$/.test(part))) return name;
  throw new PkgError('PKG_USAGE', `'${printable(withoutLogin(text), 100)}' is not the name of a registry`, {
    hints: ['give HOST or HOST:PORT, without oci:// or https://'],
  });
}
