// Every path of the server that the pages use, in one place.

import type { BoardName, CaseList, Every, Indicator, Me, Region, ServiceList, ServiceOverview, Setup, Unit, Value } from "./contract";
import { request, requestList, requestPage, type Page } from "./request";

export type CaseSort = "opened" | "due" | "age";

export const readMe = () => request<Me>("GET", "/api/v1/me");
export const readRegion = () => request<Region>("GET", "/api/v1/region");
export const readBoards = () => requestList<BoardName>("/api/v1/boards");
export const readUnits = () => requestList<Unit>("/api/v1/units");
export const readIndicators = () => requestList<Indicator>("/api/v1/indicators");
export const readSetup = () => request<Setup>("GET", "/api/v1/setup");

export const signIn = (username: string, password: string) => request<unknown>("POST", "/api/v1/session", { username, password });
export const signOut = () => request<unknown>("DELETE", "/api/v1/session");
export const makeAdministrator = (person: { username: string; password: string; code?: string }) => request<unknown>("POST", "/api/v1/setup", person);
export const loadExample = () => request<unknown>("POST", "/api/v1/setup/example");

export interface SeriesQuery {
  unit: string;
  indicator: string;
  every: Every;
  /** First day, and the day after the last, as dates. */
  from: string;
  to: string;
}

export function readSeries(query: SeriesQuery): Promise<Value[]> {
  return requestList<Value>(`/api/v1/series?${new URLSearchParams({ ...query })}`);
}

/** Of which units, and when; null for all that one may see, and for now. */
export interface ServiceView {
  unit: string | null;
  as_of: string | null;
  known_at: string | null;
}

export interface CaseQuery extends ServiceView {
  /** Words of the server, several with commas. */
  state: string | null;
  /** Empty for cases without one. */
  class: string | null;
  /** The pseudonym of one case. */
  key: string | null;
  /** Opened at or after, and before. */
  opened_from: string | null;
  opened_to: string | null;
  ended_from: string | null;
  ended_to: string | null;
  /** With a target at or after, and before. */
  due_from: string | null;
  due_to: string | null;
  sort: CaseSort | null;
  cursor: string | null;
}

export function readServices(view: ServiceView): Promise<ServiceList> {
  return request<ServiceList>("GET", `/api/v1/services?${queryOf(view)}`);
}

export function readService(id: string, view: ServiceView, weeks: number): Promise<ServiceOverview> {
  return request<ServiceOverview>("GET", `/api/v1/services/${encodeURIComponent(id)}?${queryOf({ weeks: String(weeks), ...view })}`);
}

export function readCases(service: string, query: CaseQuery, limit: number): Promise<CaseList & Pick<Page<unknown>, "next">> {
  return requestPage<CaseList>(`/api/v1/cases?${queryOf({ service, limit: String(limit), ...query })}`);
}

/** What is null is left out. */
export function queryOf(words: object): URLSearchParams {
  return new URLSearchParams(Object.entries(words).filter((pair): pair is [string, string] => typeof pair[1] === "string"));
}

export function liveAddress(page: Location): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}/api/v1/live`;
}
