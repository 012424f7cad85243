/** Sprig's sequences of integers. */
import { charge } from '../../functions/limits.ts';
import { int } from '../int.ts';
import { TypedList } from '../value.ts';
import { fn, variadic } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { FunctionHost } from '../template.ts';

/** The characters of a number in a list, at most. */
const DIGITS = 8;

/** The numbers from a start up or down to, but without, a stop; none where the step leads away from it. */
function range(host: FunctionHost, start: number, stop: number, step: number): number[] {
  const isDown = stop < start;
  if (isDown ? step >= 0 : step <= 0) return [];
  const count = Math.ceil((stop - start) / step);
  host.charge(count * DIGITS);
  // An integer of Go is an object of 40 bytes, and is in two lists.
  charge(count * 6);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

/** A `[]int`. */
function list(numbers: readonly number[]): TypedList {
  return new TypedList('int', () => numbers.map(int));
}

/** The numbers that the program `seq` prints, in one line: `seq END`, `seq START END`, `seq START STEP END`. */
function seq(host: FunctionHost, params: readonly number[]): string {
  const [first, second, third] = params;
  if (first === undefined || params.length > 3) return '';
  const [start, end] = second === undefined ? [1, first] : [first, third ?? second];
  const direction = end < start ? -1 : 1;
  const step = third === undefined ? direction : (second as number);
  return range(host, start, end + direction, step).join(' ');
}

export const functions: FunctionGroup = {
  seq: variadic([], 'int', (host, ...params) => seq(host, params)),
  until: fn(['int'], (host, count) => list(range(host, 0, count, count < 0 ? -1 : 1))),
  untilStep: fn(['int', 'int', 'int'], (host, start, stop, step) => list(range(host, start, stop, step))),
};
