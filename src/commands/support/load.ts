import type { LinkOptions, OutsideLink } from '../../chart/links.ts';
import { printable } from '../../errors-text.ts';
import { printError } from '../../terminal/output.ts';
import type { FlagValues } from './flag-types.ts';
import type { CHART_FLAGS } from './chart-flags.ts';

/** A folder that is shared by links may hold very many. */
const MOST_NOTES = 20;

/** How a command reads chart folders: links that lead out of one are noted on standard error, each once. */
export function linkOptions(flags: Partial<FlagValues<typeof CHART_FLAGS>>): LinkOptions {
  const seen = new Set<string>();
  const onLink = ({ name, target }: OutsideLink): void => {
    const note = `${printable(name)} is a link out of the chart, to ${printable(target)}`;
    if (seen.has(note) || seen.size > MOST_NOTES) return;
    seen.add(note);
    printError(seen.size > MOST_NOTES ? 'note: there are more links out of the chart\n' : `note: ${note}\n`);
  };
  return { allowOutsideLinks: flags['allow-outside-links'] ?? false, onLink };
}
