/** Times as records hold them, RFC 3339, and as Helm prints them: in the zone that they were written in. */
import { UTC, formatDate } from '../../render/functions/date-layout.ts';
import type { Instant, Zone } from '../../render/functions/date-layout.ts';
import { parseDate } from '../../render/functions/date-parse.ts';

/** A time of a record. */
export type RecordTime = { instant: Instant; zone: Zone };

/** Go's `time.ANSIC`: `Mon Feb  2 03:04:05 2026`. */
export const ANSIC = 'Mon Jan _2 15:04:05 2006';
/** Go's `time.RFC3339`: `2026-02-02T03:04:05+02:00`. */
export const RFC3339 = '2006-01-02T15:04:05Z07:00';
/** Go's `Time.String()`: `2026-02-02 03:04:05.5 +0200 +0200`. */
export const GO_STRING = '2006-01-02 15:04:05.999999999 -0700 MST';

/** Reads a time; undefined for one that is absent, Go's zero, or not a time. */
export function parseRecordTime(text: string | undefined): RecordTime | undefined {
  if (text === undefined || text.startsWith('0001-01-01T00:00:00')) return undefined;
  const parsed = parseDate(RFC3339, text);
  if (parsed === undefined) return undefined;
  const { clock, offset = 0, zone } = parsed;
  return { instant: clock - BigInt(offset) * 1_000_000_000n, zone: zone === 'UTC' ? UTC : { offset, name: '' } };
}

/**
 * A time in one of Go's layouts.
 *
 * @see https://pkg.go.dev/time#Layout
 */
export function formatRecordTime({ instant, zone }: RecordTime, layout: string): string {
  return formatDate(layout, instant, zone);
}
