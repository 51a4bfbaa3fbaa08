// Weeks of a service in words, and the one figure that a chart adds to them.

import type { ServiceOverview, ServiceWeek } from "../api/contract";
import { formatTime } from "../format/dates";
import { parsePeriod, rowPeriod } from "../format/periods";
import type { Language } from "../language/language";
import { translate } from "../language/translate";

/** `Mg 47, 16 Nov – 22 Nov`; the running one says so. */
export function weekName(week: ServiceWeek, running: boolean, language: Language): string {
  const period = parsePeriod(week.period);
  const text = period ? rowPeriod(period, language) : week.period;
  return running ? `${text}, ${translate(language, "week.running")}` : text;
}

/** First days of the first and the last week, under a chart. */
export function edgesOf(weeks: readonly ServiceWeek[], language: Language): [string, string] {
  const day = (week: ServiceWeek | undefined) => (week ? formatTime(Date.parse(week.starts), "dayMonth", "UTC", language) : "");
  return [day(weeks[0]), day(weeks.at(-1))];
}

/** From the week of the first case on: before it nothing was counted, which is not zero. */
export function countedWeeks(overview: Pick<ServiceOverview, "opened" | "weeks">): ServiceWeek[] {
  const { opened, weeks } = overview;
  const within = weeks.reduce((sum, week) => sum + week.opened, 0);
  if (opened > within) return weeks;
  const first = weeks.findIndex((week) => week.opened > 0);
  return first < 0 ? [] : weeks.slice(first);
}

/** Of the points that are drawn: the line they lie around. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
