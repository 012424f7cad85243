/**
 * Bounds on the time and memory of templates. A render has a number of steps, and everything that it does costs some of
 * them. A step is at most about 100 ns and 10 bytes, so that the default of {@link MAX_STEPS} ends a render within ten
 * seconds and a gigabyte. The steps of a call follow from its arguments, not from the clock: a chart that renders on one
 * machine renders on all.
 */
import { isMap } from '../../yaml/value.ts';
import type { Value } from '../../yaml/value.ts';
import { FunctionFailure } from './failure.ts';

/** The most characters that one function may make. etcd stores less in an object. */
const MAX_TEXT_LENGTH: number = 10 * 1024 * 1024;

/** The most items that one function may make. */
const MAX_ITEMS = 1_000_000;

/** The steps of a render, unless `--template-limits` gives another number. */
export const MAX_STEPS = 100_000_000;

/** The steps of functions that take long whatever their arguments: measured on a slow core, in 100 ns. */
export const COSTS = {
  rsa4096: 8_000_000,
  rsa2048: 600_000,
  dsa: 6_000_000,
  /** Making any other key, a signature or a certificate, and reading one. */
  key: 20_000,
  bcrypt: 700_000,
  scrypt: 1_800_000,
} as const;

/** A bound was exceeded. The engine adds the position and ends the render. */
export class LimitReached extends Error {}

/** The steps that a render has taken, and those that it may take. */
export type Meter = { taken: number; readonly most: number };

/** The meter of the render that is running. Templates run without awaiting anything, so only one runs at a time. */
let current: Meter | undefined;

/** Runs something whose steps are counted by a meter. */
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
 * Counts steps of the render that is running; outside of one it does nothing.
 *
 * @throws {LimitReached} when none are left, as all functions here that charge do
 */
export function charge(steps: number): void {
  if (current === undefined) return;
  current.taken += steps;
  if (current.taken > current.most) throw outOfSteps(current);
}

/** The error for a render that has no steps left. */
export function outOfSteps({ most }: Meter): LimitReached {
  return new LimitReached(`the templates take more than ${most} steps`);
}

/** Explains a RangeError of JavaScript by what the templates did. */
export function rangeMessage(error: RangeError): string {
  return error.message.startsWith('Maximum call stack size')
    ? 'the templates are nested too deeply'
    : 'the templates make a text that is longer than any text may be';
}

/** Reading or making a shorter text or list is part of the step of the call. */
const SHORT = 128;

/** Charges for an argument: for a text by its characters. */
export function chargeRead(value: unknown): void {
  if (typeof value === 'string' && value.length > SHORT) charge(value.length >> 3);
}

/** Charges for a result: for a text by its characters, for a list by its items. */
export function chargeMade(value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > SHORT) charge(value.length >> 3);
  } else if (Array.isArray(value) && value.length > SHORT) charge(value.length);
}

/** Charges for making a map or a list of so many entries. */
export function chargeCopy(entries: number): void {
  charge(20 + 10 * entries);
}

/** Charges for parsing a text of YAML, JSON or TOML: the three characters `[],` become a list of 40 bytes. */
export function chargeReading(text: string): void {
  charge(5 * text.length);
}

/** Charges for going through a map or a list of so many entries. */
export function chargeVisit(entries: number): void {
  charge(2 + 2 * entries);
}

/** Charges for printing a map or a list of so many entries: each is a line, with its indentation. */
export function chargePrint(entries: number, depth = 0): void {
  charge(20 + (10 + 2 * depth) * entries);
}

/**
 * Charges for copying or printing a value with all that it holds. A map that it holds twice counts twice: sixty maps
 * that each hold the next one twice would be printed 2^60 times.
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

/** Charges for a text that is built character by character: V8 keeps each as a piece of 32 bytes until the text is read. */
export function chargeCharacters(text: string): void {
  if (text.length > SHORT) charge(10 * text.length);
}

/**
 * Replaces every occurrence of a text. The result is one piece of memory, unlike that of `replaceAll`, which is a tree with
 * 32 bytes for each occurrence: 900 KB of text took 27 MB for as long as a template used it.
 *
 * @param old not empty
 */
export function replaceEvery(text: string, old: string, by: string): string {
  return text.includes(old) ? text.split(old).join(by) : text;
}

/** Checks the length of a text before it is made. @throws {FunctionFailure} beyond {@link MAX_TEXT_LENGTH} */
export function checkLength(length: number): void {
  if (length > MAX_TEXT_LENGTH) {
    throw new FunctionFailure(`would make a text of ${length} characters, more than ${MAX_TEXT_LENGTH}`);
  }
}

/** Checks the length of a list before it is made. @throws {FunctionFailure} beyond {@link MAX_ITEMS} */
export function checkCount(count: number): void {
  if (count > MAX_ITEMS) {
    throw new FunctionFailure(`would make a list of ${count} items, more than ${MAX_ITEMS}`);
  }
}
