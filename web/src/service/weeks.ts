// Weeks of a service in words, and the one figure that a chart adds to them.

import type { ServiceWeek } from "../api/contract";
import { formatTime } from "../format/dates";
import { longPeriod, parsePeriod, rowPeriod } from "../format/periods";
import type { Language } from "../language/language";
import { translate } from "../language/translate";

/** `Minggu ke-47 (16 Nov – 22 Nov 2026)`; the running one says so. */
export function weekName(week: ServiceWeek, running: boolean, language: Language): string {
  return named(week, running, language, longPeriod);
}

/** For a row of a table: `Mg 47, 16 Nov – 22 Nov`. */
export function weekRow(week: ServiceWeek, running: boolean, language: Language): string {
  return named(week, running, language, rowPeriod);
}

/** First days of the first and the last week, under a chart. */
export function edgesOf(weeks: readonly ServiceWeek[], language: Language): [string, string] {
  const day = (week: ServiceWeek | undefined) => (week ? formatTime(Date.parse(week.starts), "dayMonth", "UTC", language) : "");
  return [day(weeks[0]), day(weeks.at(-1))];
}

/** Of the points that are drawn: the line they lie around. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function named(week: ServiceWeek, running: boolean, language: Language, name: typeof longPeriod): string {
  const period = parsePeriod(week.period);
  const text = period ? name(period, language) : week.period;
  return running ? `${text}, ${translate(language, "week.running")}` : text;
}
