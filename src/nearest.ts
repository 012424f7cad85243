import editDistance from 'damerau-levenshtein';

/**
 * The candidate that a mistyped name most likely meant, or undefined when none is near.
 *
 * @param most the highest edit distance; a third of the name's length where it is not given
 */
export function nearest(name: string, candidates: Iterable<string>, most?: number): string | undefined {
  const wanted = name.slice(0, 100).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(most ?? Infinity, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const { steps } = editDistance(wanted, candidate.toLowerCase());
    // Between short names the edit distance is small even where no letter is the same: `a` and `b` have 1.
    if (steps < bestDistance && steps < Math.max(wanted.length, candidate.length)) {
      best = candidate;
      bestDistance = steps;
    }
  }
  return best;
}
