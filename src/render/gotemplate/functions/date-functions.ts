/** Sprig's functions on dates and durations. */
import { formatDate } from '../../functions/date-layout.ts';
import { parseDate } from '../../functions/date-parse.ts';
import { coarseDuration, formatDuration, parseDuration, wholeSeconds } from '../../functions/durations.ts';
import { wholeNumber } from '../constants.ts';
import { GoInt } from '../int.ts';
import { GoTime, timeOnClock, unixTime, zeroTime } from '../time.ts';
import { quoteGo } from '../../functions/quote.ts';
import { decodeText } from '../value.ts';
import type { GoValue } from '../value.ts';
import { findZone, fixedZone, localZone, utc } from '../../functions/system-zones.ts';
import { fn, GoError } from './signature.ts';
import type { FunctionGroup } from './signature.ts';
import type { FunctionHost } from '../template.ts';

const SECOND = 1_000_000_000n;
const HTML_LAYOUT = '2006-01-02';

const dateInZone = fn(['string', 'any', 'string'], (host, layout, date, zone) => format(host, layout, date, zone));

/** As in Sprig, an invalid duration does not change the date. */
const dateModify = fn(['string', 'time.Time'], (_host, duration, date) => {
  const length = parseDuration(decodeText(duration));
  return length === undefined ? date : (date as GoTime).add(length);
});

const mustDateModify = fn(['string', 'time.Time'], (_host, duration, date) => {
  const length = parseDuration(decodeText(duration));
  if (length === undefined) throw new GoError(`time: invalid duration ${quoteGo(duration)}`);
  return (date as GoTime).add(length);
});

export const functions: FunctionGroup = {
  now: fn([], (host) => now(host)),
  date: fn(['string', 'any'], (host, layout, date) => format(host, layout, date, 'Local')),
  dateInZone,
  date_in_zone: dateInZone,
  htmlDate: fn(['any'], (host, date) => format(host, HTML_LAYOUT, date, 'Local')),
  htmlDateInZone: fn(['any', 'string'], (host, date, zone) => format(host, HTML_LAYOUT, date, zone)),
  dateModify,
  date_modify: dateModify,
  mustDateModify,
  must_date_modify: mustDateModify,
  ago: fn(['any'], (host, date) => formatDuration(wholeSeconds(now(host).since(timeOf(host, date, ['int', 'int64']))))),
  duration: fn(['any'], (_host, seconds) => formatDuration(BigInt.asIntN(64, secondsOf(seconds) * SECOND))),
  durationRound: fn(['any'], (host, duration) => coarseDuration(lengthOf(host, duration))),
  toDate: fn(['string', 'string'], (_host, layout, text) => readDate(layout, text) ?? zeroTime()),
  mustToDate: fn(['string', 'string'], (_host, layout, text) => {
    const time = readDate(layout, text);
    if (time === undefined) throw new GoError(`parsing time ${quoteGo(text)} as ${quoteGo(layout)}: it does not fit`);
    return time;
  }),
  unixEpoch: fn(['time.Time'], (_host, date) => {
    const { instant } = date as GoTime;
    return String((instant - (((instant % SECOND) + SECOND) % SECOND)) / SECOND);
  }),
};

function now(host: FunctionHost): GoTime {
  const monotonic = BigInt(Math.round(performance.now() * 1e6));
  return new GoTime(BigInt(host.now().getTime()) * 1_000_000n, localZone(), monotonic);
}

/** A time, or one of these types of integers as seconds since 1970; any other value is the current time. */
function timeOf(host: FunctionHost, date: GoValue, types: readonly string[]): GoTime {
  if (date instanceof GoTime) return date;
  return date instanceof GoInt && types.includes(date.type) ? unixTime(date.value) : now(host);
}

/** A date in a layout and a zone. As in Sprig, an unknown zone is UTC. */
function format(host: FunctionHost, layout: string, date: GoValue, zone: string): string {
  const { instant } = timeOf(host, date, ['int', 'int32', 'int64']);
  return formatDate(layout, instant, new GoTime(instant, findZone(zone) ?? utc).span);
}

const MAX_INT64 = 2n ** 63n - 1n;

/** The seconds of a text of digits or of an int64, at most the largest int64; as in Sprig, any other value is 0. */
function secondsOf(seconds: GoValue): bigint {
  if (seconds instanceof GoInt && seconds.type === 'int64') return BigInt(seconds.value);
  if (typeof seconds !== 'string' || !/^[+-]?[0-9]+$/.test(seconds)) return 0n;
  const number = (seconds.startsWith('-') ? -1n : 1n) * wholeNumber(seconds.replace(/^[+-]/, ''));
  if (number > MAX_INT64) return MAX_INT64;
  return number < -MAX_INT64 - 1n ? -MAX_INT64 - 1n : number;
}

/** The nanoseconds of a text, of an int64, or since a time; as in Sprig, any other value is 0. */
function lengthOf(host: FunctionHost, duration: GoValue): bigint {
  if (typeof duration === 'string') return parseDuration(decodeText(duration)) ?? 0n;
  if (duration instanceof GoInt && duration.type === 'int64') return BigInt(duration.value);
  return duration instanceof GoTime ? now(host).since(duration) : 0n;
}

/**
 * The time that a text says by a layout, as `time.ParseInLocation` with the zone of this machine; undefined where it
 * does not fit.
 */
export function readDate(layout: string, text: string): GoTime | undefined {
  const parsed = parseDate(layout, text);
  if (parsed === undefined) return undefined;
  const { clock, offset, zone } = parsed;
  if (zone === 'UTC') return new GoTime(clock, utc);
  const local = localZone();
  if (offset !== undefined) {
    const time = new GoTime(clock - BigInt(offset) * SECOND, local);
    const { span } = time;
    if (span.offset === offset && (zone === undefined || zone === span.name)) return time;
    return time.in(fixedZone(zone ?? '', offset));
  }
  if (zone === undefined) return timeOnClock(clock, local);
  const seconds = Number((clock - (((clock % SECOND) + SECOND) % SECOND)) / SECOND);
  const known = local.offsetOf(zone, seconds);
  if (known !== undefined) return new GoTime(clock - BigInt(known) * SECOND, local);
  // The zone is unknown here. As in Go, the time has its name, and offset 0 unless the name is `GMT+3` or the like.
  return new GoTime(clock, fixedZone(zone, Number(/^GMT([+-]\d+)$/.exec(zone)?.[1] ?? 0) * 3600));
}
