/** The types of Go's package time (`time.Time`, `time.Duration`, …), with the methods that templates may call. */
import { civilOf, daysOf } from '../functions/civil.ts';
import { DAYS, formatDate, MONTHS, secondsOf } from '../functions/date-layout.ts';
import type { Instant } from '../functions/date-layout.ts';
import { formatDuration } from '../functions/durations.ts';
import { quoteGo } from '../functions/quote.ts';
import { fn, GoError } from './functions/signature.ts';
import { GoInt, goInt, int, int64 } from './int.ts';
import { ByteList, GoObject } from './value.ts';
import type { GoFunction, GoValue, Methods } from './value.ts';
import { localZone, utc } from '../functions/system-zones.ts';
import type { ZoneSpan } from '../functions/posix-zone.ts';
import type { Location } from '../functions/system-zones.ts';

const SECOND = 1_000_000_000n;
/** Seconds to 1970 from the year 1, which is the zero of Go's times, and from 1885, at which the field `wall` begins. */
const FROM_YEAR_1 = 62_135_596_800n;
const FROM_1885 = 2_682_374_400n;

/** The layout of `String()`. */
const STRING_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';

/** A `time.Time`. */
export class GoTime extends GoObject {
  readonly instant: Instant;
  readonly location: Location;
  /** The monotonic clock, in nanoseconds since the program began: a time from `now` has one. */
  readonly monotonic: bigint | undefined;

  constructor(instant: Instant, location: Location, monotonic?: bigint) {
    super('time.Time', {
      fields: fieldsOf(instant, location, monotonic),
      text: () => this.toString(),
      goString: () => this.#goString(),
      json: () => this.format('2006-01-02T15:04:05.999999999Z07:00'),
      methods: methodsOf(() => this),
    });
    this.instant = instant;
    this.location = location;
    this.monotonic = monotonic;
  }

  /** The clock of its zone at this time. */
  get span(): ZoneSpan {
    return this.location.at(secondsOf(this.instant).seconds);
  }

  /** The time in a layout of Go. */
  format(layout: string): string {
    return formatDate(layout, this.instant, this.span);
  }

  /** The same instant in another zone. */
  in(location: Location): GoTime {
    return new GoTime(this.instant, location);
  }

  /** The time after a duration. */
  add(duration: bigint): GoTime {
    const monotonic = this.monotonic === undefined ? undefined : this.monotonic + duration;
    return new GoTime(this.instant + duration, this.location, monotonic);
  }

  /** The duration since another time; at most as long as a duration can be. */
  since(other: GoTime): bigint {
    if (this.monotonic !== undefined && other.monotonic !== undefined) return this.monotonic - other.monotonic;
    return fitted(this.instant - other.instant);
  }

  #goString(): string {
    const { seconds, nanoseconds } = secondsOf(this.instant);
    const { year, month, day, hour, minute, second } = civilOf(seconds + this.span.offset);
    const clock = [day, hour, minute, second, nanoseconds].join(', ');
    return `time.Date(${year}, time.${MONTHS[month - 1]}, ${clock}, ${goStringOfZone(this.location)})`;
  }

  override toString(): string {
    const text = this.format(STRING_LAYOUT);
    if (this.monotonic === undefined) return text;
    const length = this.monotonic < 0n ? -this.monotonic : this.monotonic;
    const fraction = String(length % SECOND).padStart(9, '0');
    return `${text} m=${this.monotonic < 0n ? '-' : '+'}${length / SECOND}.${fraction}`;
  }
}

/** The zero of `time.Time`: the start of the year 1. */
export function zeroTime(): GoTime {
  return new GoTime(-FROM_YEAR_1 * SECOND, utc);
}

/** The time so many seconds after 1970, in the zone of this machine. */
export function unixTime(seconds: number | bigint): GoTime {
  // Go adds in int64 seconds since the year 1, which wraps around.
  const since1 = BigInt.asIntN(64, BigInt(seconds) + FROM_YEAR_1);
  return new GoTime((since1 - FROM_YEAR_1) * SECOND, localZone());
}

/**
 * The time at which clocks in a zone show a time, which is given as if in UTC. Around a change of the offset it is, as
 * in Go, with the offset before or after it.
 */
export function timeOnClock(clock: Instant, location: Location): GoTime {
  const { seconds } = secondsOf(clock);
  const { offset, start, end } = location.at(seconds);
  if (offset === 0) return new GoTime(clock, location);
  const guess = seconds - offset;
  const real = guess < start || guess >= end ? location.at(guess).offset : offset;
  return new GoTime(clock - BigInt(real) * SECOND, location);
}

const MAX_DURATION = 2n ** 63n - 1n;

function fitted(duration: bigint): bigint {
  if (duration > MAX_DURATION) return MAX_DURATION;
  return duration < -MAX_DURATION - 1n ? -MAX_DURATION - 1n : duration;
}

function fieldsOf(instant: Instant, location: Location, monotonic: bigint | undefined): Record<string, GoValue> {
  const { seconds, nanoseconds } = secondsOf(instant);
  const loc = location === utc ? null : locationObject(location);
  if (monotonic === undefined) {
    return { wall: goInt('uint64', nanoseconds), ext: goInt('int64', BigInt(seconds) + FROM_YEAR_1), loc };
  }
  const wall = (1n << 63n) | ((BigInt(seconds) + FROM_1885) << 30n) | BigInt(nanoseconds);
  return { wall: goInt('uint64', wall), ext: goInt('int64', monotonic), loc };
}

function goStringOfZone(location: Location): string {
  if (location === utc) return 'time.UTC';
  return location === localZone() ? 'time.Local' : `time.Location(${quoteGo(location.name)})`;
}

const locations: WeakMap<Location, LocationObject> = new WeakMap();

class LocationObject extends GoObject {
  readonly location: Location;

  constructor(location: Location) {
    const name = (): string => location.name;
    super('*time.Location', { pointer: true, text: name, methods: { String: fn([], name) } });
    this.location = location;
  }
}

/** The `*time.Location` of a zone; one object for each, since Go compares pointers. */
function locationObject(location: Location): LocationObject {
  let object = locations.get(location);
  if (object === undefined) {
    object = new LocationObject(location);
    locations.set(location, object);
  }
  return object;
}

/** An integer whose type has a name. */
class NamedInt extends GoInt {
  readonly methods: Methods;
  readonly #type: string;
  readonly #text: () => string;

  constructor(type: string, kind: GoInt['kind'], value: number | bigint, text: () => string, methods: Methods = {}) {
    super(kind, goInt(kind, value).value);
    this.#type = type;
    this.#text = text;
    this.methods = { String: fn([], text), ...methods };
  }

  override get type(): string {
    return this.#type;
  }

  override get text(): () => string {
    return this.#text;
  }
}

/** A `time.Duration` of so many nanoseconds. */
export function goDuration(length: bigint): GoInt {
  const rounded = (round: (length: bigint, unit: bigint) => bigint): GoFunction =>
    fn(['time.Duration'], (_host, { value }) => goDuration(round(length, BigInt(value))));
  // Texts of Go templates are bytes.
  const text = (): string => formatDuration(length).replace('µ', '\xc2\xb5');
  return new NamedInt('time.Duration', 'int64', length, text, {
    Nanoseconds: fn([], () => int64(length)),
    Microseconds: fn([], () => int64(length / 1000n)),
    Milliseconds: fn([], () => int64(length / 1_000_000n)),
    Seconds: fn([], () => lengthIn(length, SECOND)),
    Minutes: fn([], () => lengthIn(length, 60n * SECOND)),
    Hours: fn([], () => lengthIn(length, 3600n * SECOND)),
    Abs: fn([], () => goDuration(fitted(length < 0n ? -length : length))),
    Truncate: rounded(truncateDuration),
    Round: rounded(roundDuration),
  });
}

/** A duration as a number of units with a fraction, as `Seconds()`, `Minutes()` and `Hours()` compute it. */
export function lengthIn(length: bigint, unit: bigint): number {
  return Number(length / unit) + Number(length % unit) / Number(unit);
}

/** A duration rounded toward zero to a multiple of a unit; unchanged for a unit that is not positive. */
export function truncateDuration(length: bigint, unit: bigint): bigint {
  return unit > 0n ? length - (length % unit) : length;
}

/** A duration rounded to the nearest multiple of a unit, halves away from zero; unchanged for a unit that is not positive. */
export function roundDuration(length: bigint, unit: bigint): bigint {
  if (unit <= 0n) return length;
  const rest = length < 0n ? -(length % unit) : length % unit;
  const away = rest + rest < unit ? -rest : unit - rest;
  return fitted(length < 0n ? length - away : length + away);
}

/** A method that templates cannot call, since it has several results. */
function twoResults(name: string, count: number): GoFunction {
  return fn([], () => {
    throw new GoError(`function ${name} has ${count} return values; should be 1 or 2`);
  });
}

/** The methods of a time. @param self gives the time, which is not complete yet when its methods are made */
function methodsOf(self: () => GoTime): Methods {
  return { ...textMethods(self), ...clockMethods(self), ...arithmeticMethods(self) };
}

function textMethods(self: () => GoTime): Methods {
  const json = (): string => self().format('2006-01-02T15:04:05.999999999Z07:00');
  return {
    String: fn([], () => String(self())),
    Format: fn(['string'], (_host, layout) => self().format(layout)),
    AppendFormat: fn(['bytes', 'string'], (_host, bytes, layout) => new ByteList(bytes + self().format(layout))),
    MarshalJSON: fn([], () => new ByteList(`"${json()}"`)),
    MarshalText: fn([], () => new ByteList(json())),
  };
}

/** The methods that read date, time and zone. */
function clockMethods(self: () => GoTime): Methods {
  const number = (read: (time: GoTime) => number): GoFunction => fn([], () => int(read(self())));
  const clock = (read: (clock: ReturnType<typeof civilOf>) => number): GoFunction =>
    number((time) => read(civilOf(secondsOf(time.instant).seconds + time.span.offset)));
  const since1970 = (unit: bigint): GoFunction =>
    fn([], () => {
      const { instant } = self();
      return int64(BigInt.asIntN(64, (instant - (((instant % unit) + unit) % unit)) / unit));
    });
  return {
    Year: clock(({ year }) => year),
    Month: fn([], () => monthOf(self())),
    Day: clock(({ day }) => day),
    YearDay: clock(({ yearDay }) => yearDay),
    Weekday: fn([], () => weekdayOf(self())),
    Hour: clock(({ hour }) => hour),
    Minute: clock(({ minute }) => minute),
    Second: clock(({ second }) => second),
    Nanosecond: number(({ instant }) => secondsOf(instant).nanoseconds),
    Unix: since1970(SECOND),
    UnixMilli: since1970(1_000_000n),
    UnixMicro: since1970(1000n),
    UnixNano: since1970(1n),
    IsZero: fn([], () => self().instant === -FROM_YEAR_1 * SECOND),
    IsDST: fn([], () => self().span.isDst),
    Location: fn([], () => locationObject(self().location)),
    Date: twoResults('Date', 3),
    Clock: twoResults('Clock', 3),
    ISOWeek: twoResults('ISOWeek', 2),
    Zone: twoResults('Zone', 2),
    ZoneBounds: twoResults('ZoneBounds', 2),
  };
}

/** The methods that compare times, and that make other times of this one. */
function arithmeticMethods(self: () => GoTime): Methods {
  const compared = (test: (order: number) => GoValue): GoFunction =>
    fn(['time.Time'], (_host, other) => {
      const difference = self().since(other as GoTime);
      return test(difference < 0n ? -1 : difference > 0n ? 1 : 0);
    });
  const rounded = (round: (rest: bigint, unit: bigint) => bigint): GoFunction =>
    fn(['time.Duration'], (_host, { value }) => {
      const { instant, location } = self();
      const unit = BigInt(value);
      if (unit <= 0n) return new GoTime(instant, location);
      const rest = (instant + FROM_YEAR_1 * SECOND) % unit;
      return new GoTime(instant + round((rest + unit) % unit, unit), location);
    });
  return {
    After: compared((order) => order > 0),
    Before: compared((order) => order < 0),
    Equal: compared((order) => order === 0),
    Compare: compared((order) => int(order)),
    Add: fn(['time.Duration'], (_host, { value }) => self().add(BigInt(value))),
    Sub: fn(['time.Time'], (_host, other) => goDuration(self().since(other as GoTime))),
    AddDate: fn(['int', 'int', 'int'], (_host, years, months, days) => {
      const time = self();
      const { seconds, nanoseconds } = secondsOf(time.instant);
      const local = civilOf(seconds + time.span.offset);
      const day = daysOf(local.year + years, local.month + months, local.day + days);
      const shown = BigInt(day) * 86_400n + BigInt(local.hour * 3600 + local.minute * 60 + local.second);
      return timeOnClock(shown * SECOND + BigInt(nanoseconds), time.location);
    }),
    Truncate: rounded((rest) => -rest),
    Round: rounded((rest, unit) => (rest + rest < unit ? -rest : unit - rest)),
    UTC: fn([], () => self().in(utc)),
    Local: fn([], () => self().in(localZone())),
    In: fn(['*time.Location'], (_host, location) => {
      if (!(location instanceof LocationObject)) throw new GoError('time: missing Location in call to Time.In');
      return self().in(location.location);
    }),
  };
}

function monthOf(time: GoTime): GoInt {
  const { month } = civilOf(secondsOf(time.instant).seconds + time.span.offset);
  return new NamedInt('time.Month', 'int', month, () => MONTHS[month - 1] ?? '');
}

function weekdayOf(time: GoTime): GoInt {
  const { weekday } = civilOf(secondsOf(time.instant).seconds + time.span.offset);
  return new NamedInt('time.Weekday', 'int', weekday, () => DAYS[weekday] ?? '');
}
