/**
 * Time zones for Go templates, as Go's package time reads them: from the database of the machine (TZif files, RFC 9636).
 * Where a machine has none, Go knows UTC alone, and so do Go templates. Native templates take the database of Node:
 * `intl-zones.ts`, and docs/decisions/go-library.md.
 */
import { join } from 'node:path';
import { readRegularFile } from '../../read-file.ts';
import { tailAt } from './posix-zone.ts';
import type { ZoneSpan } from './posix-zone.ts';

/** One of the offsets that a zone uses, in seconds east of UTC, and its short name: `CET`, `CEST`. */
type Clock = { name: string; offset: number; isDst: boolean };

/** A `*time.Location`. */
export class Location {
  /** The name by which it was asked for; `Local` for the zone of the machine. */
  readonly name: string;
  readonly #clocks: readonly Clock[];
  /** The instants, in seconds since 1970, from which another clock holds, and the index of that clock. */
  readonly #changes: readonly { when: number; clock: number }[];
  /** The rule, as POSIX writes it, for times after the last change; empty for none. */
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

  /** The clock that holds at an instant, given in seconds since 1970, and from when to when it holds. */
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

  /**
   * The offset of the clock with a short name: the one that holds when it shows `clock` (seconds since 1970, as if in
   * UTC), else the first of that name. Undefined for an unknown name. As `lookupName` of Go.
   */
  offsetOf(name: string, clock: number): number | undefined {
    const named = this.#clocks.filter((one) => one.name === name);
    for (const { offset } of named) {
      const span = this.at(clock - offset);
      if (span.name === name) return span.offset;
    }
    return named[0]?.offset;
  }

  /** The index of the clock that holds before the first change: `lookupFirstZone` of Go. */
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

/** A zone that always has this offset, in seconds east of UTC. */
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

/** The zone with a name in the database; undefined for an unknown name. Each zone is read once. */
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

/**
 * The zone of this machine: that of the variable `TZ`, else of `/etc/localtime`, else one that is like UTC. As in Go it
 * is never {@link utc} itself: `%#v` prints `time.Local`.
 */
export function localZone(): Location {
  local ??= readLocal() ?? new Location('UTC');
  return local;
}

function readLocal(): Location | undefined {
  const variable = process.env['TZ'];
  if (variable === undefined) return readZone('localtime', ['/etc'], 'Local');
  const name = variable.replace(/^:/, '');
  if (name.startsWith('/')) return readZone(name, [''], name === '/etc/localtime' ? 'Local' : name);
  return name === '' || name === 'UTC' ? undefined : readZone(name, FOLDERS);
}

/** Go reads no larger files. */
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

/** Parses a TZif file; undefined for anything else. */
function parseZone(name: string, file: Buffer): Location | undefined {
  if (file.toString('latin1', 0, 4) !== 'TZif') return undefined;
  const version = file[4] ?? 0;
  // From version 2 on the data with 32-bit times is followed by the same data with 64-bit times.
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

/** The counts in a header: UT/local indicators, standard/wall indicators, leap seconds, changes, clocks, name bytes. */
function countsAt(file: Buffer, start: number): number[] {
  return Array.from({ length: 6 }, (_, index) => file.readUInt32BE(start + 20 + index * 4));
}

function sizeOf(file: Buffer, start: number, wide: number): number {
  const [universal = 0, standard = 0, leaps = 0, changes = 0, clocks = 0, letters = 0] = countsAt(file, start);
  return changes * (wide + 1) + clocks * 6 + letters + leaps * (wide + 4) + standard + universal;
}
