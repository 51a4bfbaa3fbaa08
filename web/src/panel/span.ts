// How far back a series is read: about as many points as a chart this wide can show.

import type { Every } from "../api/contract";
import { dateIn } from "../format/dates";

const DAY_MS = 86_400_000;
/** Days back for each length of period. */
const DAYS: Record<Every, number> = { day: 60, week: 366, month: 731, quarter: 1_096, semester: 1_827, year: 3_653 };

/** `from` and the exclusive `to`, as dates of the region. */
export function seriesSpan(every: Every, now: number, zone: string): { from: string; to: string } {
  const today = Date.parse(dateIn(zone, now));
  return { from: asDate(today - DAYS[every] * DAY_MS), to: asDate(today + DAY_MS) };
}

function asDate(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
