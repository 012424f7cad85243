/**
 * Bounds on what templates may take. A render has a number of steps; whatever it does costs some of them, and a step
 * stands for at most about 100 ns and 10 bytes, so that the default of {@link MOST_STEPS} ends a render within ten
 * seconds and a gigabyte. What a call costs follows from its arguments alone: a chart that renders on one machine
 * renders on all.
 */
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { FunctionFailure } from './failure.ts';

/** Characters that one function may make. Nothing larger could be stored in a cluster. */
export const LONGEST_TEXT: number = 10 * 1024 * 1024;

/** Items that one function may make. */
export const MOST_ITEMS = 1_000_000;

/** Steps of a render, unless `--template-limits` says another number. */
export const MOST_STEPS = 100_000_000;

/** What calls cost that take long whatever they are given, in steps: measured on a slow core, in 100 ns. */
export const COSTS = {
  rsa4096: 8_000_000,
  rsa2048: 600_000,
  dsa: 6_000_000,
  /** Other keys, a signature, a certificate. */
  key: 20_000,
  bcrypt: 700_000,
  scrypt: 1_800_000,
} as const;

/** A bound was met. The engine that made the call adds where, and ends the render. */
export class LimitReached extends Error {}

/** The steps of one render. */
export type Meter = { taken: number; readonly most: number };

/**
 * The meter of the render that is under way. Templates run from beginning to end without waiting for anything, so there
 * is one at a time, and functions need not be handed it.
 */
let current: Meter | undefined;

/** Runs something that is paid for with the steps of this meter. */
export function metered<T>(meter: Meter, run: () => T): T {
  const outer = current;
  current = meter;
  try {
    return run();
  } finally {
    current = outer;
  }
}

/**
 * Takes steps of the render that is under way; outside of one it does nothing.
 *
 * @throws {LimitReached} when there are none left
 */
export function charge(steps: number): void {
  if (current === undefined) return;
  current.taken += steps;
  if (current.taken > current.most) throw outOfSteps(current);
}

/** The error of a render that has no steps left. */
export function outOfSteps({ most }: Meter): LimitReached {
  return new LimitReached(`the templates take more than ${most} steps`);
}

/** What is shorter than this is paid for with the step that calls a function. */
const SHORT = 128;

/** Charges a call for reading an argument: a text by its characters. */
export function chargeRead(value: unknown): void {
  if (typeof value === 'string' && value.length > SHORT) charge(value.length >> 3);
}

/** Charges a call for what it gives: a text by its characters, a list by its items. */
export function chargeMade(value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > SHORT) charge(value.length >> 3);
  } else if (Array.isArray(value) && value.length > SHORT) charge(value.length);
}

/** Charges for making a map or a list of so many entries out of others: copies and what is read from a text. */
export function chargeCopy(entries: number): void {
  charge(20 + 10 * entries);
}

/** Charges for reading a text of YAML, JSON or TOML: three characters of `[],` become a list of 40 bytes. */
export function chargeReading(text: string): void {
  charge(5 * text.length);
}

/** Charges for looking through a map or a list of so many entries, without keeping anything of it. */
export function chargeVisit(entries: number): void {
  charge(2 + 2 * entries);
}

/** Charges for printing a map or a list of so many entries: for each a line, which begins with its indentation. */
export function chargePrint(entries: number, depth = 0): void {
  charge(20 + (10 + 2 * depth) * entries);
}

/**
 * Charges for a walk through the whole of a value that copies or prints it. What is in it twice counts twice: sixty maps
 * that each hold the next one twice print as 2^60.
 */
export function chargeWalk(value: Value, depth = 0): void {
  if (typeof value === 'string') return chargeRead(value);
  if (Array.isArray(value)) {
    chargePrint(value.length, depth);
    for (const item of value) chargeWalk(item, depth + 1);
  } else if (isMap(value)) {
    chargePrint(value.size, depth);
    for (const [key, item] of value) {
      chargeRead(key);
      chargeWalk(item, depth + 1);
    }
  }
}

/** Charges for a text that is made anew character by character: each waits in a piece of 32 bytes until the end. */
export function chargeCharacters(text: string): void {
  if (text.length > SHORT) charge(10 * text.length);
}

/**
 * Replaces every place of a text, as one piece: `replaceAll` leaves a tree that has 32 bytes for each place, so that
 * 900 KB of text took 27 MB for as long as a template kept it.
 *
 * @param old not empty
 */
export function replaceEvery(text: string, old: string, by: string): string {
  return text.includes(old) ? text.split(old).join(by) : text;
}

/** Fails when a function is about to make a text of more than {@link LONGEST_TEXT}; asked before it is made. */
export function checkLength(length: number): void {
  if (length > LONGEST_TEXT) {
    throw new FunctionFailure(`would make a text of ${length} characters, more than ${LONGEST_TEXT}`);
  }
}

/** Fails when a function is about to make a list of more than {@link MOST_ITEMS}; asked before it is made. */
export function checkCount(count: number): void {
  if (count > MOST_ITEMS) {
    throw new FunctionFailure(`would make a list of ${count} items, more than ${MOST_ITEMS}`);
  }
}
