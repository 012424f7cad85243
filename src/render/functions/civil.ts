/**
 * The Gregorian calendar for years of any size: JavaScript's dates end in the year 275760, Go's do not. The algorithms are
 * Howard Hinnant's (https://howardhinnant.github.io/date_algorithms.html).
 */

/** A date and a time of day. */
export type Civil = {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  /** 1 to 366. */
  yearDay: number;
  /** 0 is Sunday. */
  weekday: number;
  hour: number;
  minute: number;
  second: number;
};

const DAY = 86_400;
/** The days of 400 years, after which the calendar repeats. */
const ERA = 146_097;
/** The days from March 1st of the year 0 to 1970. */
const TO_1970 = 719_468;

/** The date and time in UTC so many whole seconds after the start of 1970. */
export function civilOf(seconds: number): Civil {
  const days = Math.floor(seconds / DAY);
  const ofDay = seconds - days * DAY;
  const shifted = days + TO_1970;
  const era = Math.floor(shifted / ERA);
  const ofEra = shifted - era * ERA;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  // Counted from March, the leap day is the last of its year.
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return {
    year,
    month,
    day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
    yearDay: days - daysOf(year, 1, 1) + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
  };
}

/** The days from the start of 1970 to a date. A month or day beyond its range counts on into the next year or month. */
export function daysOf(year: number, month: number, day: number): number {
  const years = year + Math.floor((month - 1) / 12);
  const inYear = (((month - 1) % 12) + 12) % 12;
  const fromMarch = inYear < 2 ? inYear + 10 : inYear - 2;
  const shifted = inYear < 2 ? years - 1 : years;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * fromMarch + 2) / 5);
  return era * ERA + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear + day - 1 - TO_1970;
}
