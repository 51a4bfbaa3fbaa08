// Weeks of a service in words.

import type { ServiceWeek } from "../api/contract";
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
