import { PkgError } from '../errors.ts';
import { printable } from '../errors-text.ts';
import { serveFolder } from '../repository/serve/server.ts';
import { print, printError } from '../terminal/output.ts';
import { Args, Flags, PkgCommand } from './support/command.ts';
import type { CommandClass } from './support/command.ts';
import { untilAsked } from '../ending.ts';
import { readNamedFile, requireFolder } from './support/paths.ts';

class ServeCommand extends PkgCommand {
  static override description = [
    'Serves the chart archives of a folder as a chart repository, for development and closed networks. The index is',
    'updated when the folder changes. Runs until it is interrupted.',
    'With --token-file, charts can be uploaded and removed by the ChartMuseum API, which `pkg push` uses.',
  ].join('\n');
  static override examples = [
    { command: 'pkg serve ./charts', description: 'then: pkg repo add local http://127.0.0.1:8879' },
    {
      command: 'pkg serve ./charts --listen 0.0.0.0:8443 --tls-cert tls.crt --tls-key tls.key --token-file token',
      description: 'on all addresses, with TLS and uploads',
    },
  ];
  static override args = {
    FOLDER: Args.string({ required: true, description: 'a folder with chart archives', complete: 'directory' }),
  };
  static override flags = {
    listen: Flags.string({
      helpValue: 'ADDRESS:PORT',
      default: '127.0.0.1:8879',
      summary: 'address to listen on; port 0 chooses a free one',
    }),
    username: Flags.string({
      helpValue: 'NAME',
      default: '',
      summary: 'require this user name and a password for reading',
    }),
    'password-file': Flags.string({
      helpValue: 'FILE',
      complete: 'file',
      default: '',
      summary: 'file with the password for --username',
    }),
    'token-file': Flags.string({
      helpValue: 'FILE',
      complete: 'file',
      default: '',
      summary: 'accept uploads with the token in this file (default: no uploads)',
    }),
    'allow-overwrite': Flags.boolean({ summary: 'accept uploads with ?force, which overwrite a version' }),
    'tls-cert': Flags.string({ helpValue: 'FILE', complete: 'file', default: '', summary: 'certificate for HTTPS' }),
    'tls-key': Flags.string({
      helpValue: 'FILE',
      complete: 'file',
      default: '',
      summary: 'private key of the certificate',
    }),
  };

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(ServeCommand);
    const folder = args.FOLDER;
    requireFolder(folder);
    const { username, 'password-file': passwordFile, 'token-file': tokenFile } = flags;
    const { 'tls-cert': cert, 'tls-key': key } = flags;
    bothOrNone('username', username, 'password-file', passwordFile);
    bothOrNone('tls-cert', cert, 'tls-key', key);
    const repository = await serveFolder({
      folder,
      ...listenAddress(flags.listen),
      login: username === '' ? undefined : { username, password: readSecret(passwordFile) },
      token: tokenFile === '' ? undefined : readSecret(tokenFile),
      tls:
        cert === ''
          ? undefined
          : {
              cert: readNamedFile(cert, 'the file'),
              key: readNamedFile(key, 'the file'),
            },
      allowOverwrite: flags['allow-overwrite'],
      tell: (what) => printError(`${what}\n`),
    });
    try {
      await untilAsked(() => print(`Serving ${printable(folder)} at ${repository.url}\n`));
    } finally {
      await repository.close();
    }
  }
}

export const command: CommandClass = ServeCommand;

/** @throws {PkgError} `PKG_USAGE` */
function bothOrNone(a: string, valueOfA: string, b: string, valueOfB: string): void {
  if ((valueOfA === '') === (valueOfB === '')) return;
  throw new PkgError('PKG_USAGE', `--${a} and --${b} must be given together`);
}

/** `ADDRESS:PORT`; an IPv6 address stands in brackets. @throws {PkgError} `PKG_USAGE` */
function listenAddress(text: string): { host: string; port: number } {
  const [, v6, name, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = v6 ?? name;
  if (host !== undefined && Number(port) < 65_536) return { host, port: Number(port) };
  throw new PkgError('PKG_USAGE', `--listen cannot be '${printable(text, 100)}'`, {
    hints: ['give ADDRESS:PORT: 127.0.0.1:8879, 0.0.0.0:80, [::1]:8879'],
  });
}

/** A password or a token: the file without the line break at its end, which editors write. */
function readSecret(file: string): string {
  const secret = readNamedFile(file, 'the file').replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new PkgError('PKG_USAGE', `${printable(file)} is empty, and must contain a secret`);
}
