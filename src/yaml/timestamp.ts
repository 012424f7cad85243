/** Dates and times as plain YAML scalars, by the rules of Go's `time.Parse`. */
const TIMESTAMP =
  /^\d{4}-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d)))| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

/** Whether go-yaml takes a text for a date or a time. Helm keeps it as a text, but prints it in quotes. */
export function isTimestamp(text: string): boolean {
  // Nearly all texts that come here are numbers, and have no dash after four digits.
  if (text.charCodeAt(4) !== 45) return false;
  const match = TIMESTAMP.exec(text);
  if (match === null) return false;
  const [month = 0, day = 0, ...rest] = match.slice(1).map((part) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(Number(text.slice(0, 4)), month)) return false;
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0, hour2 = 0, minute2 = 0, second2 = 0] = rest;
  return hour + hour2 < 24 && minute + minute2 < 60 && second + second2 < 60 && zoneHour <= 24 && zoneMinute < 60;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
