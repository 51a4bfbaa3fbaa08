// The cases behind a figure, as a question that the server answers with exactly these cases.

import type { CaseState, OpenCase, ServiceWeek } from "../api/contract";
import type { CaseQuery, ServiceView } from "../api/endpoints";
import { casesPath } from "../app/route";
import { startOf } from "../format/dates";

const DAY_MS = 86_400_000;

/** What a page of a service is asked with, and the moment that its figures are true for. */
export interface Asked {
  service: string;
  view: ServiceView;
  asOf: string;
}

export const PLAIN: CaseQuery = {
  state: null,
  class: null,
  key: null,
  opened_from: null,
  opened_to: null,
  ended_from: null,
  ended_to: null,
  due_from: null,
  due_to: null,
  sort: null,
  unit: null,
  as_of: null,
  known_at: null,
  cursor: null,
};

/** Ended in some way, as the server takes the words. */
export const OUT = "closed,rejected,withdrawn";
export const DROPPED = "rejected,withdrawn";
/** Those that have a duration. */
export const MEASURED = "valid_closed";
export type Ended = "closed" | typeof OUT | typeof DROPPED | typeof MEASURED;

/** All cases of a state, as they stand when one looks. */
export function byState(asked: Asked, state: CaseState): string {
  return casesPath(asked.service, { ...PLAIN, state, ...asked.view });
}

/** All that were opened so far. */
export function openedSoFar(asked: Asked): string {
  return at(asked, { opened_to: after(asked) });
}

/** Opened within some days: after the moment so long ago, which the server counts out. */
export function openedWithin(asked: Asked, days: number): string {
  return at(asked, { opened_from: ago(asked, days) });
}

/** Ended within some days. Durations stand with the longest first. */
export function endedWithin(asked: Asked, days: number, how: Ended): string {
  return at(asked, { state: how, ended_from: ago(asked, days), ...sorted(how) });
}

/** Open for `from` to `to` whole days. */
export function byAge(asked: Asked, band: { from_days: number; to_days: number | null }, state: "open" | "overdue"): string {
  const from = band.to_days === null ? null : ago(asked, band.to_days + 1);
  return at(asked, { state, opened_from: from, opened_to: ago(asked, band.from_days), sort: "age" });
}

/** A figure of a class; null is that of the cases without one. */
export function ofClass(asked: Asked, name: string | null, which: "opened" | "open" | "overdue" | "measured", days: number): string {
  const question = { class: name ?? "" };
  if (which === "opened") return at(asked, { ...question, opened_from: ago(asked, days) });
  if (which === "measured") return at(asked, { ...question, state: MEASURED, ended_from: ago(asked, days), sort: "age" });
  return at(asked, { ...question, state: which });
}

/** Open with a target ahead, within some days or at any time. */
export function dueAhead(asked: Asked, days: number | null): string {
  const to = days === null ? null : instant(Date.parse(asked.asOf) + days * DAY_MS + 1);
  return at(asked, { state: "open", due_from: asked.asOf, due_to: to, sort: "due" });
}

export function oneCase(asked: Asked, one: Pick<OpenCase, "key">): string {
  return at(asked, { key: one.key });
}

export function openedInWeek(asked: Asked, week: ServiceWeek): string {
  return at(asked, { opened_from: week.starts, opened_to: weekAfter(week) });
}

export function endedInWeek(asked: Asked, week: ServiceWeek, how: Ended): string {
  return at(asked, { state: how, ended_from: week.starts, ended_to: weekAfter(week), ...sorted(how) });
}

/** Open at the end of a week, which is the moment itself while the week runs. */
export function openAtEnd(asked: Asked, week: ServiceWeek, zone: string): string {
  const last = Math.min(startOf(weekAfter(week), zone) - 1, Date.parse(asked.asOf));
  return at({ ...asked, asOf: instant(last) }, { state: "open" });
}

/** The date on which the week after it begins. */
function weekAfter(week: ServiceWeek): string {
  return new Date(Date.parse(week.starts) + 7 * DAY_MS).toISOString().slice(0, 10);
}

function sorted(how: Ended): Pick<CaseQuery, "sort"> {
  return { sort: how === MEASURED ? "age" : null };
}

/** The first moment within so many days; for 0 days the one after the moment itself. */
function ago(asked: Asked, days: number): string {
  return instant(Date.parse(asked.asOf) - days * DAY_MS + 1);
}

function after(asked: Asked): string {
  return ago(asked, 0);
}

function at(asked: Asked, query: Partial<CaseQuery>): string {
  return casesPath(asked.service, { ...PLAIN, ...asked.view, ...query, as_of: asked.asOf });
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
