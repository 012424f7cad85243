/** The real gpg with a home of its own, as the second implementation for keys and signatures. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home of gpg. */
export type GnuPG = {
  home: string;
  /** Runs it; `input` goes to its standard input, `passphrase` unlocks keys. Returns its output. */
  run: (args: readonly string[], options?: { input?: string | Buffer; passphrase?: string }) => Buffer;
  /** The fingerprint of the primary key of an address. */
  fingerprint: (address: string) => string;
  close: () => void;
};

/** Is gpg installed? Otherwise tests that need it are skipped, which is an error with `CI=true`. */
export function hasGnuPG(): boolean {
  if (spawnSync('gpg', ['--version']).status === 0) return true;
  if (process.env['CI'] === 'true') throw new Error('gpg is missing: install the package gnupg');
  console.log('Tests with gpg are skipped: it is not installed');
  return false;
}

/** Makes a home. Its path is short, since gpg makes a socket in it, and paths of sockets are limited. */
export function startGnuPG(): GnuPG {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const env = { PATH: process.env['PATH'], GNUPGHOME: home, LC_ALL: 'C' };
  const run: GnuPG['run'] = (args, { input = '', passphrase = '' } = {}) => {
    const always = ['--batch', '--yes', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', passphrase];
    const { status, stdout, stderr } = spawnSync('gpg', [...always, ...args], { env, input, maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(`gpg ${args.join(' ')}\n${stderr.toString()}`);
    return stdout;
  };
  return {
    home,
    run,
    fingerprint: (address) => {
      const listed = run(['--with-colons', '--list-keys', `<${address}>`]).toString();
      return /^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? '';
    },
    close: () => {
      spawnSync('gpgconf', ['--kill', 'all'], { env });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
