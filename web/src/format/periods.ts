// The contract's six ways to write a period, and their names on a screen.

import type { Every } from "../api/contract";
import type { Language } from "../language/language";
import { translate } from "../language/translate";
import { formatTime } from "./dates";

const DAY_MS = 86_400_000;
const ROMAN = ["I", "II", "III", "IV"];

export interface Period {
  every: Every;
  /** First day, and the first day after, as ms of that date's midnight in UTC. */
  first: number;
  next: number;
  /** Week, quarter or semester within its year; 0 where there is none. */
  ordinal: number;
  year: number;
}

export function parsePeriod(text: string): Period | null {
  const found = /^(\d{4})(?:-(?:W(\d{2})|Q([1-4])|S([12])|(\d{2})(?:-(\d{2}))?))?$/.exec(text);
  if (!found) return null;
  const [, yearText, week, quarter, semester, month, day] = found;
  const year = Number(yearText);
  if (week) return weekOf(year, Number(week));
  if (quarter) return months("quarter", year, (Number(quarter) - 1) * 3, 3, Number(quarter));
  if (semester) return months("semester", year, (Number(semester) - 1) * 6, 6, Number(semester));
  if (month && day) {
    const first = Date.UTC(year, Number(month) - 1, Number(day));
    return { every: "day", first, next: first + DAY_MS, ordinal: 0, year };
  }
  if (month) return months("month", year, Number(month) - 1, 1, 0);
  return months("year", year, 0, 12, 0);
}

function months(every: Every, year: number, from: number, count: number, ordinal: number): Period {
  return { every, first: Date.UTC(year, from, 1), next: Date.UTC(year, from + count, 1), ordinal, year };
}

/** ISO weeks: Monday first, week 1 holds 4 January. */
function weekOf(year: number, week: number): Period {
  const fourth = Date.UTC(year, 0, 4);
  const weekday = (new Date(fourth).getUTCDay() + 6) % 7;
  const first = fourth + ((week - 1) * 7 - weekday) * DAY_MS;
  return { every: "week", first, next: first + 7 * DAY_MS, ordinal: week, year };
}

/** Whether a date written as `2026-11-24` lies in the period. */
export function holds(period: Period, date: string): boolean {
  const at = Date.parse(date);
  return at >= period.first && at < period.next;
}

/** For a corner of a tile: `24 Nov`, `Mg 47`, `Okt`, `TW III`, `Sem I`, `2025`. */
export function shortPeriod(period: Period, language: Language): string {
  switch (period.every) {
    case "day":
      return formatTime(period.first, "dayMonth", "UTC", language);
    case "week":
      return translate(language, "period.week.short", { n: period.ordinal });
    case "month":
      return formatTime(period.first, "month", "UTC", language);
    case "quarter":
      return translate(language, "period.quarter.short", { n: ROMAN[period.ordinal - 1] ?? "" });
    case "semester":
      return translate(language, "period.semester.short", { n: ROMAN[period.ordinal - 1] ?? "" });
    case "year":
      return String(period.year);
  }
}

/** For tables and descriptions: `Minggu ke-47 (16–22 Nov 2026)`, `Oktober 2026`, `Triwulan III 2026`. */
export function longPeriod(period: Period, language: Language): string {
  const year = String(period.year);
  switch (period.every) {
    case "day":
      return formatTime(period.first, "date", "UTC", language);
    case "week": {
      const last = formatTime(period.next - DAY_MS, "date", "UTC", language);
      const first = formatTime(period.first, "dayMonth", "UTC", language);
      return translate(language, "period.week.long", { n: period.ordinal, first, last });
    }
    case "month":
      return formatTime(period.first, "longMonth", "UTC", language);
    case "quarter":
      return translate(language, "period.quarter.long", { n: ROMAN[period.ordinal - 1] ?? "", year });
    case "semester":
      return translate(language, "period.semester.long", { n: ROMAN[period.ordinal - 1] ?? "", year });
    case "year":
      return year;
  }
}

/** For a row of a table: as long as needed beside its neighbours, `Mg 47, 16 Nov – 22 Nov`. */
export function rowPeriod(period: Period, language: Language): string {
  if (period.every !== "week") return longPeriod(period, language);
  const [first, last] = [period.first, period.next - DAY_MS].map((at) => formatTime(at, "dayMonth", "UTC", language));
  return `${shortPeriod(period, language)}, ${first} – ${last}`;
}

/** Where a run of periods began: a day for days and weeks, else the period itself. */
export function beginning(period: Period, language: Language, thisYear: number): string {
  if (period.every === "day" || period.every === "week") {
    const other = new Date(period.first).getUTCFullYear() !== thisYear;
    return formatTime(period.first, other ? "date" : "dayMonth", "UTC", language);
  }
  const short = shortPeriod(period, language);
  return period.every === "year" || period.year === thisYear ? short : `${short} ${period.year}`;
}
