// Every path of the server that the pages use, in one place.

import type { BoardName, Every, Indicator, Me, Region, Setup, Unit, Value } from "./contract";
import { request, requestList } from "./request";

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

export function liveAddress(page: Location): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}/api/v1/live`;
}
