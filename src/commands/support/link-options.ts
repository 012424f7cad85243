/** Options for reading chart folders. */
import type { LinkOptions, OutsideLink } from '../../chart/links.ts';
import { printable } from '../../errors-text.ts';
import { printError } from '../../terminal/output.ts';
import type { FlagValues } from './flag-types.ts';
import type { CHART_FLAGS } from './chart-flags.ts';

/** The most links that are noted; a folder of links may hold thousands. */
const MAX_NOTES = 20;

/** The options for reading chart folders. Each link that leads out of one is noted once on standard error. */
export function linkOptions(flags: Partial<FlagValues<typeof CHART_FLAGS>>): LinkOptions {
  const seen = new Set<string>();
  const onLink = ({ name, target }: OutsideLink): void => {
    const note = `${printable(name)} is a link out of the chart, to ${printable(target)}`;
    if (seen.has(note) || seen.size > MAX_NOTES) return;
    seen.add(note);
    printError(seen.size > MAX_NOTES ? 'note: there are more links out of the chart\n' : `note: ${note}\n`);
  };
  return { allowOutsideLinks: flags['allow-outside-links'] ?? false, onLink };
}
