// The cases behind a figure, as a question that the server answers with exactly these cases.

import type { CaseState, OpenCase, ServiceOverview, ServiceWeek } from "../api/contract";
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

const PLAIN: CaseQuery = { state: null, from: null, to: null, unit: null, as_of: null, known_at: null, cursor: null };

/** All cases of a state, as they stand when one looks. */
export function byState(asked: Asked, state: CaseState): string {
  return casesPath(asked.service, { ...PLAIN, state, ...asked.view });
}

/** Opened within seven days: after the moment a week ago, which the server counts out. */
export function openedInSevenDays(asked: Asked): string {
  const { asOf } = asked;
  return at(asked, { from: instant(Date.parse(asOf) - 7 * DAY_MS + 1) });
}

/** Open for `from` to `to` whole days. */
export function byAge(asked: Asked, band: { from_days: number; to_days: number | null }, state: "open" | "overdue"): string {
  const now = Date.parse(asked.asOf);
  const from = band.to_days === null ? null : instant(now - (band.to_days + 1) * DAY_MS + 1);
  return at(asked, { state, from, to: instant(now - band.from_days * DAY_MS + 1) });
}

/** One open case: the one that was opened at this instant. */
export function oneCase(asked: Asked, one: OpenCase): string | null {
  if (one.opened_at === null) return null;
  return at(asked, { state: "open", unit: one.unit, from: one.opened_at, to: instant(Date.parse(one.opened_at) + 1) });
}

export function openedInWeek(asked: Asked, week: ServiceWeek): string {
  return at(asked, { from: week.starts, to: weekAfter(week) });
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

export function askedOf(overview: ServiceOverview, view: ServiceView): Asked {
  return { service: overview.service.id, view, asOf: overview.as_of };
}

function at(asked: Asked, query: Partial<CaseQuery>): string {
  return casesPath(asked.service, { ...PLAIN, ...asked.view, ...query, as_of: asked.asOf });
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
