/**
 * Where symbolic links of a chart folder may lead. Helm follows them anywhere, which would pack and install files that
 * were never meant: a chart that somebody else wrote could take ~/.ssh/id_rsa along. But charts of one repository share
 * files by links (karpenter's CRDs), so links within the repository are followed.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** A link that leads out of its chart: its name in the chart, and the file or folder that it leads to. */
export type OutsideLink = { name: string; target: string };

/** How links of a chart folder are treated. */
export type LinkOptions = {
  /** Follow links wherever they lead. */
  allowOutsideLinks?: boolean;
  /** Is called for each link that leads out of the chart and is followed. */
  onLink?: (link: OutsideLink) => void;
};

/**
 * Decides where a link leads: into the chart; out of it, but not beyond the Git working tree that holds the chart, or,
 * where there is none, the chart's parent folder; or beyond. Git's own folder, which may hold logins, is beyond, and a
 * root folder, which holds everything, is not a boundary.
 *
 * @param chart the real path of the chart
 * @param target the real path of what the link leads to
 */
export function linkReach(chart: string, target: string): 'inside' | 'outside' | 'beyond' {
  if (isWithin(chart, target)) return 'inside';
  const bound = workingTreeOf(chart) ?? dirname(chart);
  const isBounded = dirname(bound) !== bound && isWithin(bound, target);
  return isBounded && !relative(bound, target).split(sep).includes('.git') ? 'outside' : 'beyond';
}

/** The Git working tree that a folder lies in: it has a `.git`, which is a file in worktrees and submodules. */
function workingTreeOf(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return undefined;
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
