/**
 * How many steps a matcher that goes back takes to search a text for a pattern: JavaScript's goes every way through
 * the pattern that the text allows. The ways are not gone but counted, all at once, one character after the other.
 */

/** A pattern taken apart. The body of a repetition matches no empty text. */
export type PatternNode =
  | { kind: 'character'; text: string }
  | { kind: 'place'; text: string }
  | { kind: 'sequence' | 'alternatives'; parts: readonly PatternNode[] }
  | { kind: 'repeat'; part: PatternNode; least: number; most: number };

/** One step: `next` are those to which it may lead, behind the character that `matches` if it has one. */
type Step = { next: number[]; matches?: (character: string) => boolean; isStart?: boolean };

/** A pattern as steps, the first of them, and the order in which all of one place in the text are taken. */
export type StepProgram = { steps: readonly Step[]; start: number; order: readonly number[] };

/** Repetitions are written out. */
const MOST_IN_PROGRAM = 1000;
/** Counting takes time too. */
const MOST_COUNTED = 100_000;

/**
 * Takes a pattern apart into steps; undefined when these are more than a thousand.
 *
 * @param flags JavaScript's, for single characters
 */
export function stepProgram(node: PatternNode, flags: string): StepProgram | undefined {
  const steps: Step[] = [{ next: [] }];
  const characters = new Map<string, (character: string) => boolean>();
  const matcher = (text: string): ((character: string) => boolean) => {
    let matches = characters.get(text);
    if (matches === undefined) {
      const regex = new RegExp(`^${text}$`, flags);
      const known = new Map<string, boolean>();
      matches = (character) => {
        let isMatch = known.get(character);
        if (isMatch === undefined) known.set(character, (isMatch = regex.test(character)));
        return isMatch;
      };
      characters.set(text, matches);
    }
    return matches;
  };
  const add = (step: Step): number => {
    if (steps.length >= MOST_IN_PROGRAM) throw new TooLong();
    return steps.push(step) - 1;
  };
  /** Adds a node that leads to `to`. Steps are added from the end of the pattern to its start. */
  const lead = (from: PatternNode, to: number): number => {
    switch (from.kind) {
      case 'character':
        return add({ next: [to], matches: matcher(from.text) });
      case 'place':
        return add({ next: [to], isStart: from.text === '^' });
      case 'sequence':
        return from.parts.reduceRight((end, part) => lead(part, end), to);
      case 'alternatives':
        return add({ next: from.parts.map((part) => lead(part, to)) });
      default: {
        let start = to;
        if (from.most === Infinity) {
          const again = add({ next: [to] });
          steps[again]?.next.push(lead(from.part, again));
          start = again;
        } else {
          for (let left = from.most - from.least; left > 0; left--) start = add({ next: [to, lead(from.part, start)] });
        }
        for (let left = from.least; left > 0; left--) start = lead(from.part, start);
        return start;
      }
    }
  };
  try {
    const start = lead(node, 0);
    return { steps, start, order: inOrder(steps, start) };
  } catch (error) {
    if (error instanceof TooLong) return undefined;
    throw error;
  }
}

class TooLong extends Error {}

/** Steps before all others that they lead to at the same place of the text: there are no circles without a character. */
function inOrder(steps: readonly Step[], start: number): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (index: number): void => {
    if (seen.has(index)) return;
    seen.add(index);
    const { next = [], matches } = steps[index] ?? {};
    if (matches === undefined) next.forEach(visit);
    order.push(index);
  };
  visit(start);
  for (const { next, matches } of steps) if (matches !== undefined) next.forEach(visit);
  return order.reverse();
}

/** The steps that it takes to find all matches in the text; undefined when they are more than `most`, or too many to count. */
export function countSteps({ steps, start, order }: StepProgram, text: string, most: number): number | undefined {
  if (text.length * steps.length > MOST_COUNTED) return undefined;
  let ways = new Float64Array(steps.length);
  let total = 0;
  for (let at = 0; at <= text.length; at++) {
    const later = new Float64Array(steps.length);
    const character = text[at];
    // A search may begin at each place.
    ways[start] = (ways[start] ?? 0) + 1;
    for (const index of order) {
      const count = ways[index] ?? 0;
      const step = steps[index];
      if (count === 0 || step === undefined) continue;
      total += count;
      const { next, matches, isStart } = step;
      if (isStart === true && at > 0) continue;
      if (matches === undefined) for (const to of next) ways[to] = (ways[to] ?? 0) + count;
      else if (character !== undefined && matches(character))
        for (const to of next) later[to] = (later[to] ?? 0) + count;
    }
    if (total > most) return undefined;
    ways = later;
  }
  return total;
}
