/**
 * Time zones as Go reads them: from the system's database (TZif, RFC 9636). Where a machine has none, Go
 * knows UTC alone, and so do templates.
 */
import { join } from 'node:path';
import { readRegularFile } from '../../read-file.ts';
import { tailAt } from './zone-rule.ts';
import type { ZoneSpan } from './zone-rule.ts';

/** One of a zone's clocks: its name, and how many seconds it is east of UTC. */
type Clock = { name: string; offset: number; isDst: boolean };

/** A `*time.Location`. */
export class Location {
  /** As it was asked for; `Local` for the machine's own. */
  readonly name: string;
  readonly #clocks: readonly Clock[];
  /** When each change comes, and to which clock. */
  readonly #changes: readonly { when: number; clock: number }[];
  /** The rule for times behind the last change. */
  readonly #tail: string;

  constructor(
    name: string,
    clocks: readonly Clock[] = [],
    changes: readonly { when: number; clock: number }[] = [],
    tail = '',
  ) {
    this.name = name;
    this.#clocks = clocks;
    this.#changes = changes;
    this.#tail = tail;
  }

  /** What holds at an instant. */
  at(seconds: number): ZoneSpan {
    const changes = this.#changes;
    const first = changes[0];
    if (first === undefined || seconds < first.when) {
      const clock = this.#clocks[this.#firstClock()] ?? UTC_CLOCK;
      return { ...clock, start: -Infinity, end: first?.when ?? Infinity };
    }
    let low = 0;
    let high = changes.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (seconds < (changes[middle]?.when ?? Infinity)) high = middle;
      else low = middle;
    }
    const { when, clock } = changes[low] as { when: number; clock: number };
    if (low === changes.length - 1 && this.#tail !== '') {
      const span = tailAt(this.#tail, when, seconds);
      if (span !== undefined) return span;
    }
    return { ...(this.#clocks[clock] ?? UTC_CLOCK), start: when, end: changes[high]?.when ?? Infinity };
  }

  /** The offset of a clock by its name: of the one that shows this time under that name, else of any. */
  offsetOf(name: string, clock: number): number | undefined {
    const named = this.#clocks.filter((one) => one.name === name);
    for (const { offset } of named) {
      const span = this.at(clock - offset);
      if (span.name === name) return span.offset;
    }
    return named[0]?.offset;
  }

  /** The clock before the first change. */
  #firstClock(): number {
    const clocks = this.#clocks;
    const changes = this.#changes;
    if (!changes.some(({ clock }) => clock === 0)) return 0;
    const first = changes[0]?.clock ?? 0;
    if (clocks[first]?.isDst === true) {
      for (let index = first - 1; index >= 0; index--) if (clocks[index]?.isDst === false) return index;
    }
    return Math.max(
      0,
      clocks.findIndex(({ isDst }) => !isDst),
    );
  }
}

const UTC_CLOCK: Clock = { name: 'UTC', offset: 0, isDst: false };

/** UTC. */
export const utc: Location = new Location('UTC');

/** A zone of one clock. */
export function fixedZone(name: string, offset: number): Location {
  return new Location(name, [{ name, offset, isDst: false }]);
}

const FOLDERS: readonly string[] = [
  '/usr/share/zoneinfo',
  '/usr/share/lib/zoneinfo',
  '/usr/lib/locale/TZ',
  '/etc/zoneinfo',
];

const zones: Map<string, Location | undefined> = new Map();

/** A zone by its name in the database; undefined when there is none. */
export function findZone(name: string): Location | undefined {
  if (name === '' || name === 'UTC') return utc;
  if (name === 'Local') return localZone();
  if (/(?:^|\/)\.\.(?:\/|$)|^[/\\]/.test(name)) return undefined;
  if (!zones.has(name)) {
    const more = process.env['ZONEINFO'];
    zones.set(name, readZone(name, more === undefined || more === '' ? FOLDERS : [more, ...FOLDERS]));
  }
  return zones.get(name);
}

let local: Location | undefined;

/** The zone of this machine: `TZ`, else `/etc/localtime`. */
export function localZone(): Location {
  local ??= readLocal() ?? utc;
  return local;
}

function readLocal(): Location | undefined {
  const variable = process.env['TZ'];
  if (variable === undefined) return readZone('localtime', ['/etc'], 'Local');
  const name = variable.replace(/^:/, '');
  if (name.startsWith('/')) return readZone(name, [''], name === '/etc/localtime' ? 'Local' : name);
  return name === '' || name === 'UTC' ? undefined : readZone(name, FOLDERS);
}

/** Go's bound on such files. */
const MAX_ZONE = 10 << 20;

function readZone(name: string, folders: readonly string[], shown = name): Location | undefined {
  for (const folder of folders) {
    try {
      const zone = parseZone(shown, readRegularFile(folder === '' ? name : join(folder, name), MAX_ZONE));
      if (zone !== undefined) return zone;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
  return undefined;
}

/** Reads a file of the database; undefined when it is none. */
function parseZone(name: string, file: Buffer): Location | undefined {
  if (file.toString('latin1', 0, 4) !== 'TZif') return undefined;
  const version = file[4] ?? 0;
  // Behind the numbers of 32 bits stand all of them again with 64.
  const start = version === 0 ? 0 : HEADER + sizeOf(file, 0, 4);
  const wide = version === 0 ? 4 : 8;
  const [, , , changes = 0, clocks = 0, letters = 0] = countsAt(file, start);
  const times = start + HEADER;
  const indexes = times + changes * wide;
  const infos = indexes + changes;
  const names = infos + clocks * 6;
  if (clocks === 0 || file.length < start + HEADER + sizeOf(file, start, wide)) return undefined;
  const nameAt = (at: number): string => {
    const text = file.toString('latin1', names + at, names + letters);
    return text.split('\0', 1)[0] ?? '';
  };
  const all = Array.from({ length: clocks }, (_, index): Clock => {
    const at = infos + index * 6;
    return { offset: file.readInt32BE(at), isDst: file[at + 4] !== 0, name: nameAt(file[at + 5] ?? 0) };
  });
  const when = (index: number): number =>
    wide === 8 ? Number(file.readBigInt64BE(times + index * 8)) : file.readInt32BE(times + index * 4);
  const tail = version === 0 ? '' : file.toString('latin1', start + HEADER + sizeOf(file, start, wide));
  return new Location(
    name,
    all,
    changes === 0
      ? [{ when: -Infinity, clock: 0 }]
      : Array.from({ length: changes }, (_, index) => ({ when: when(index), clock: file[indexes + index] ?? 0 })),
    /^\n(.+)\n$/.exec(tail)?.[1] ?? '',
  );
}

const HEADER = 44;

/** The six counts of a header: of UTC marks, standard marks, leap seconds, changes, clocks, letters of names. */
function countsAt(file: Buffer, start: number): number[] {
  return Array.from({ length: 6 }, (_, index) => file.readUInt32BE(start + 20 + index * 4));
}

function sizeOf(file: Buffer, start: number, wide: number): number {
  const [universal = 0, standard = 0, leaps = 0, changes = 0, clocks = 0, letters = 0] = countsAt(file, start);
  return changes * (wide + 1) + clocks * 6 + letters + leaps * (wide + 4) + standard + universal;
}
