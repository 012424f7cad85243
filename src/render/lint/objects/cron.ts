/** Schedules of CronJobs, as Kubernetes reads them (github.com/robfig/cron/v3, ParseStandard). */
import { printable } from '../../../errors-text.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** The fields of a schedule: their names, bounds, and the names of their values, of which the first is `least`. */
const FIELDS: readonly { name: string; least: number; most: number; names: readonly string[] }[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of the week', least: 0, most: 6, names: DAYS },
];

const MACROS = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly|every\s.+)$/;

/** What is wrong with a schedule; undefined for a good one. */
export function cronProblem(schedule: string): string | undefined {
  const text = schedule.replace(/^(?:CRON_)?TZ=\S*\s+/, '').trim();
  if (text.startsWith('@'))
    return MACROS.test(text) ? undefined : `is "${printable(schedule, 40)}", which is not a valid schedule`;
  const parts = text.split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `is "${printable(schedule, 40)}", but a schedule has five fields: minute, hour, day of the month, month, day of the week`;
  for (const [index, part] of parts.entries()) {
    const rule = FIELDS[index];
    if (rule === undefined || part.split(',').every((one) => isRange(one, rule))) continue;
    return `is "${printable(schedule, 40)}", in which the ${rule.name} is "${printable(part, 20)}": it is from ${rule.least} to ${rule.most}`;
  }
  return undefined;
}

function isRange(text: string, rule: (typeof FIELDS)[number]): boolean {
  const [range = '', step, ...more] = text.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9][0-9]*$/.test(step))) return false;
  if (range === '*' || range === '?') return true;
  const ends = range.split('-').map((end) => numberOf(end, rule));
  const [first, last = first] = ends;
  if (ends.length > 2 || first === undefined || last === undefined) return false;
  return first >= rule.least && last <= rule.most && first <= last;
}

function numberOf(text: string, { names, least }: (typeof FIELDS)[number]): number | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text);
  const at = names.indexOf(text.toLowerCase());
  return at < 0 ? undefined : least + at;
}
