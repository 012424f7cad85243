/**
 * Dates are texts as Kubernetes writes them, RFC 3339 in UTC (`2026-11-23T11:20:00Z`); helpers also take seconds since
 * 1970. Layouts are Go's (`2006-01-02 15:04:05`). No helper knows the zone of the machine: the same chart gives the
 * same text everywhere.
 */
import type { Value } from '../../../yaml/value.ts';
import { formatDate, secondsOf, UTC } from '../../functions/date-layout.ts';
import type { Instant } from '../../functions/date-layout.ts';
import { parseDate } from '../../functions/date-parse.ts';
import type { ParsedDate } from '../../functions/date-parse.ts';
import {
  coarseDuration,
  formatDuration,
  MAX_DURATION,
  parseDuration,
  wholeSeconds,
} from '../../functions/durations.ts';
import { FunctionFailure, shown } from '../../functions/failure.ts';
import { zoneAt } from '../../functions/intl-zones.ts';
import { describe } from './describe.ts';
import { helper, integer, text, value } from './parameters.ts';
import type { Helper, HelperContext } from './types.ts';

export const dates: Record<string, Helper> = {
  now: helper([], (_none, context) => dateText(BigInt(Math.floor(context.now().getTime() / 1000)) * SECOND)),
  date: helper([text('layout'), value('date')], ([layout, date]) =>
    formatDate(checkLayout(layout), readDate(date), UTC),
  ),
  dateInZone: helper([text('layout'), value('date'), text('zone')], ([layout, date, zone]) =>
    formatInZone(checkLayout(layout), date, zone),
  ),
  htmlDate: helper([value('date')], ([date]) => formatDate(HTML_LAYOUT, readDate(date), UTC)),
  htmlDateInZone: helper([value('date'), text('zone')], ([date, zone]) => formatInZone(HTML_LAYOUT, date, zone)),
  dateModify: helper([text('duration'), value('date')], ([duration, date]) =>
    dateText(checkDate(readDate(date) + readDuration(duration))),
  ),
  ago: helper([value('date')], ([date], context) => formatDuration(wholeSeconds(since(date, context)))),
  duration: helper([integer('seconds')], ([seconds]) => formatDuration(checkDuration(seconds * SECOND))),
  durationRound: helper([text('duration')], ([duration]) => coarseDuration(readDuration(duration))),
  unixEpoch: helper([value('date')], ([date]) => secondsOf(readDate(date)).seconds),
  toDate: helper([text('layout'), text('text')], ([layout, text]) => {
    const parsed = parseDate(checkLayout(layout), text);
    // Other short names are ambiguous: `IST` is three zones.
    if (parsed === undefined || (parsed.offset === undefined && !/^(?:UTC|GMT)?$/.test(parsed.zone ?? ''))) {
      throw new FunctionFailure(`cannot read ${shown(text)} as ${shown(layout)}`);
    }
    return dateText(checkDate(parsed.clock - offsetOf(parsed)));
  }),
};

const SECOND = 1_000_000_000n;
const HTML_LAYOUT = '2006-01-02';

/** RFC 3339, or the day alone. */
const LAYOUTS: readonly string[] = ['2006-01-02T15:04:05Z07:00', HTML_LAYOUT];

/** Fails for layouts of other languages, as `YYYY-MM-DD` or `%Y-%m-%d`, which Go would print literally. */
function checkLayout(layout: string): string {
  const other = /Y{2,4}|y{4}|D{2}|H{2}|%[A-Za-z]/.exec(layout)?.[0];
  if (other === undefined) return layout;
  throw new FunctionFailure(`does not know ${other}: a layout is the date 2006-01-02 15:04:05 as it is to look`, [
    'write 2006-01-02 for the day, and 15:04:05 for the time',
  ]);
}

/** As in Go, a `Z` or `UTC` takes precedence over an offset beside it. */
function offsetOf({ offset, zone }: ParsedDate): bigint {
  return zone === 'UTC' ? 0n : BigInt(offset ?? 0) * SECOND;
}

function readDate(date: Value): Instant {
  if (typeof date === 'number' || typeof date === 'bigint') {
    return checkDate(typeof date === 'bigint' ? date * SECOND : secondsToInstant(date));
  }
  if (typeof date === 'string') {
    for (const layout of LAYOUTS) {
      const parsed = parseDate(layout, date);
      if (parsed !== undefined) return parsed.clock - offsetOf(parsed);
    }
  }
  throw new FunctionFailure(
    `takes a date such as "2026-11-23T11:20:00Z", or seconds since 1970, not ${describe(date)}`,
    typeof date === 'string' ? ['Read another layout with toDate'] : [],
  );
}

/** Seconds of any fraction; those that are not dates are given as one far off. */
function secondsToInstant(seconds: number): Instant {
  if (!(Math.abs(seconds) < 1e12)) return SECOND * BigInt(1e12);
  return BigInt(Math.floor(seconds)) * SECOND + BigInt(Math.round((seconds - Math.floor(seconds)) * 1e9));
}

/** Fails for years that do not have four digits. */
function checkDate(instant: Instant): Instant {
  const { seconds } = secondsOf(instant);
  if (seconds >= -62_167_219_200 && seconds <= 253_402_300_799) return instant;
  throw new FunctionFailure('knows dates from the year 0 to the year 9999');
}

function dateText(instant: Instant): string {
  return formatDate('2006-01-02T15:04:05.999999999Z07:00', instant, UTC);
}

function formatInZone(layout: string, date: Value, zone: string): string {
  const instant = readDate(date);
  const found = zoneAt(zone, instant);
  if (found === undefined) {
    throw new FunctionFailure(`does not know the zone ${shown(zone)}`, [
      'Name it as in the IANA database, such as Europe/Berlin',
    ]);
  }
  return formatDate(layout, instant, found);
}

function readDuration(text: string): bigint {
  const duration = parseDuration(text);
  if (duration === undefined) throw new FunctionFailure(`takes a duration such as "-1h30m", not ${shown(text)}`);
  return duration;
}

function checkDuration(duration: bigint): bigint {
  if (duration <= MAX_DURATION && duration >= -MAX_DURATION) return duration;
  throw new FunctionFailure(`takes up to 9223372036 seconds, not ${duration / SECOND}`);
}

function since(date: Value, context: HelperContext): bigint {
  return checkDuration(BigInt(context.now().getTime()) * 1_000_000n - readDate(date));
}
