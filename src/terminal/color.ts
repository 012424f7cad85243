/** Colours: on terminals only, unless `--color` or `NO_COLOR` says otherwise. */
import { fstatSync } from 'node:fs';
import { isNullDevice } from '../read-file.ts';

/** The styles of {@link Paint}, named by meaning. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours a text, or returns it unchanged where colours are off. */
export type Paint = (style: Style, text: string) => string;

/** Is this file descriptor a terminal? Node's module `tty` takes time to load, so it is loaded only for character devices. */
export function isTerminal(fd: 1 | 2): boolean {
  try {
    const stats = fstatSync(fd);
    if (!stats.isCharacterDevice()) return false;
    return !isNullDevice(stats) && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}

/** Does this wish and this environment mean colours on that stream? `NO_COLOR` gives way to `--color` only. */
export function wantsColor(flag: string | undefined, fd: 1 | 2): boolean {
  const { env } = process;
  const mode = flag ?? (env['NO_COLOR'] ? 'never' : (env['HELM_COLOR'] ?? 'auto'));
  return mode === 'always' || (mode !== 'never' && isTerminal(fd) && env['TERM'] !== 'dumb');
}

/** A {@link Paint} that colours, or one that does nothing. */
export function painter(color: boolean): Paint {
  if (!color) return (_style, text) => text;
  // Loaded only here: it takes 4 ms.
  const { styleText } = process.getBuiltinModule('node:util');
  return (style, text) => styleText(style, text, { validateStream: false });
}
