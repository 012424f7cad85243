/** What a bench prints, and whether it went as it should. */

let missed = false;

/** Prints one line, and remembers a target that is missed. */
export function report(name: string, measured: string, value: number, limit: number, unit: string): void {
  if (value > limit) missed = true;
  const verdict = value > limit ? 'MISSED' : 'ok';
  console.log(`${name.padEnd(44)} ${measured.padEnd(34)} ${value.toFixed(2)} ${unit} (at most ${limit}) ${verdict}`);
}

/** Has any target been missed? */
export function wasMissed(): boolean {
  return missed;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
