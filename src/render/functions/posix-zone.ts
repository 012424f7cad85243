/** Rules of time zones as POSIX writes them (`CET-1CEST,M3.5.0,M10.5.0/3`), for times after the last change in the database. */
import { civilOf, daysOf } from './civil.ts';

/** The clock of a zone around an instant: it holds from `start` on and before `end`, in seconds since 1970. */
export type ZoneSpan = { name: string; offset: number; isDst: boolean; start: number; end: number };

const DAY = 86_400;
const NAME = /^(?:<([^>]*)>|([^0-9,<+-]{3,}))/;
const OFFSET = /^([+-]?)(\d{1,3})(?::(\d{1,2}))?(?::(\d{1,2}))?/;
const DATE = /^(?:J(\d+)|M(\d+)\.(\d)\.(\d)|(\d+))(?:\/([+-]?\d{1,3}(?::\d{1,2}){0,2}))?/;

/**
 * The clock that a rule gives for an instant after the last change of a zone; undefined for a malformed rule. As `tzset` of
 * Go's package time.
 *
 * @param lastChange,seconds in seconds since 1970
 */
export function tailAt(rule: string, lastChange: number, seconds: number): ZoneSpan | undefined {
  let rest = rule;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const found = pattern.exec(rest);
    if (found === null) return undefined;
    rest = rest.slice(found[0].length);
    return found;
  };
  const standardName = take(NAME);
  const standardOffset = take(OFFSET);
  if (standardName === undefined || standardOffset === undefined) return undefined;
  const standard = { name: standardName[1] ?? standardName[2] ?? '', offset: -secondsOf(standardOffset), isDst: false };
  if (rest === '' || rest.startsWith(',')) return { ...standard, start: lastChange, end: Infinity };
  const summerName = take(NAME);
  if (summerName === undefined) return undefined;
  const summerOffset = rest === '' || rest.startsWith(',') ? undefined : take(OFFSET);
  const summer = {
    name: summerName[1] ?? summerName[2] ?? '',
    offset: summerOffset === undefined ? standard.offset + 3600 : -secondsOf(summerOffset),
    isDst: true,
  };
  if (rest === '') rest = ',M3.2.0,M11.1.0';
  if (take(/^[,;]/) === undefined) return undefined;
  const begin = take(DATE);
  if (begin === undefined || take(/^,/) === undefined) return undefined;
  const end = take(DATE);
  if (end === undefined || rest !== '') return undefined;

  const { year } = civilOf(seconds);
  const yearStart = daysOf(year, 1, 1) * DAY;
  const inYear = seconds - yearStart;
  const summerStart = { at: changeAt(year, begin) - standard.offset, clock: summer };
  const summerEnd = { at: changeAt(year, end) - summer.offset, clock: standard };
  const [first, second] = summerEnd.at < summerStart.at ? [summerEnd, summerStart] : [summerStart, summerEnd];
  if (inYear < first.at) return { ...second.clock, start: yearStart, end: first.at + yearStart };
  if (inYear < second.at) return { ...first.clock, start: first.at + yearStart, end: second.at + yearStart };
  return { ...second.clock, start: second.at + yearStart, end: yearStart + 365 * DAY };
}

function secondsOf([, sign, hours, minutes = '0', seconds = '0']: RegExpExecArray): number {
  const all = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -all : all;
}

/** Seconds from the start of a year to the date of a rule, by the clock that holds until then. */
function changeAt(year: number, [, julian, month, week, weekday, day, time]: RegExpExecArray): number {
  const found = time === undefined ? undefined : OFFSET.exec(time);
  const ofDay = found === undefined || found === null ? 7200 : secondsOf(found);
  const yearStart = daysOf(year, 1, 1);
  const isLeap = daysOf(year + 1, 1, 1) - yearStart === 366;
  if (julian !== undefined) return (Number(julian) - 1 + (isLeap && Number(julian) >= 60 ? 1 : 0)) * DAY + ofDay;
  if (month === undefined) return Number(day) * DAY + ofDay;
  const monthStart = daysOf(year, Number(month), 1);
  const monthEnd = daysOf(Number(month) === 12 ? year + 1 : year, (Number(month) % 12) + 1, 1);
  // 1970 began on a Thursday.
  const firstWeekday = (((monthStart + 4) % 7) + 7) % 7;
  let date = monthStart + ((Number(weekday) - firstWeekday + 7) % 7);
  for (let index = 1; index < Number(week) && date + 7 < monthEnd; index++) date += 7;
  return (date - yearStart) * DAY + ofDay;
}
