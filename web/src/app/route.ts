// Addresses of the pages, read and written in one place.

import type { CaseState } from "../api/contract";
import { queryOf, type CaseQuery, type CaseSort, type ServiceView } from "../api/endpoints";

export type Route =
  | { page: "board"; board: string | null; tile: string | null; every: string | null }
  | { page: "wall"; board: string | null; number: number; theme: "light" | "dark" }
  | { page: "services"; view: ServiceView }
  | { page: "service"; service: string; view: ServiceView }
  | { page: "cases"; service: string; query: CaseQuery }
  | { page: "login"; back: string }
  | { page: "setup" };

export type ServicesRoute = Extract<Route, { page: "services" | "service" | "cases" }>;

export function isOfServices(route: Route): route is ServicesRoute {
  return route.page === "services" || route.page === "service" || route.page === "cases";
}

export function parseRoute(pathname: string, search: string): Route {
  const query = new URLSearchParams(search);
  const [first = "", second = "", third = ""] = pathname.split("/").filter((part) => part !== "").map(decodeURIComponent);
  if (first === "tv") {
    const number = Number.parseInt(query.get("page") ?? "1", 10);
    const theme = query.get("theme") === "light" ? "light" : "dark";
    return { page: "wall", board: second || null, number: number >= 1 ? number : 1, theme };
  }
  if (first === "layanan") return servicesRoute(second, third, query);
  if (first === "login") return { page: "login", back: ownPath(query.get("back")) };
  if (first === "setup") return { page: "setup" };
  const board = first === "board" && second !== "" ? second : null;
  return { page: "board", board, tile: query.get("tile"), every: query.get("every") };
}

export function boardPath(board: string | null, tile: string | null, every: string | null): string {
  const query = new URLSearchParams();
  if (tile !== null) query.set("tile", tile);
  if (every !== null) query.set("every", every);
  const path = board === null ? "/" : `/board/${segment(board)}`;
  return query.size === 0 ? path : `${path}?${query}`;
}

export function wallPath(board: string, number: number, theme: "light" | "dark"): string {
  const query = new URLSearchParams();
  if (number > 1) query.set("page", String(number));
  if (theme === "light") query.set("theme", theme);
  const path = `/tv/${segment(board)}`;
  return query.size === 0 ? path : `${path}?${query}`;
}

const STATES: readonly string[] = ["open", "overdue", "closed", "valid_closed", "rejected", "withdrawn", "incomplete"] satisfies (CaseState | "valid_closed")[];
const SORTS: readonly string[] = ["opened", "due", "age"] satisfies CaseSort[];

function servicesRoute(service: string, part: string, query: URLSearchParams): Route {
  const view: ServiceView = { unit: query.get("unit"), as_of: query.get("as_of"), known_at: query.get("known_at") };
  if (service === "") return { page: "services", view };
  if (part !== "berkas") return { page: "service", service, view };
  return { page: "cases", service, query: { ...caseWords(query), ...view, cursor: query.get("cursor") } };
}

/** What is no state and no order is left out: all cases are more than was meant, never others. */
function caseWords(query: URLSearchParams): Omit<CaseQuery, keyof ServiceView | "cursor"> {
  const [state, sort] = [query.get("state"), query.get("sort")];
  return {
    state: state?.split(",").every((word) => STATES.includes(word)) ? state : null,
    class: query.get("class"),
    key: query.get("key"),
    opened_from: query.get("opened_from"),
    opened_to: query.get("opened_to"),
    ended_from: query.get("ended_from"),
    ended_to: query.get("ended_to"),
    due_from: query.get("due_from"),
    due_to: query.get("due_to"),
    sort: sort !== null && SORTS.includes(sort) ? (sort as CaseSort) : null,
  };
}

export function servicesPath(view: ServiceView): string {
  return withQuery("/layanan", view);
}

export function servicePath(service: string, view: ServiceView): string {
  return withQuery(`/layanan/${segment(service)}`, view);
}

export function casesPath(service: string, query: CaseQuery): string {
  return withQuery(`/layanan/${segment(service)}/berkas`, query);
}

/** An id as a part of a path. A point would make the last part look like the name of a file, which the server does not answer with a page. */
function segment(id: string): string {
  return encodeURIComponent(id).replaceAll(".", "%2E");
}

function withQuery(path: string, words: object): string {
  const query = queryOf(words);
  return query.size === 0 ? path : `${path}?${query}`;
}

export function loginPath(back: string): string {
  return back === "/" ? "/login" : `/login?${new URLSearchParams({ back })}`;
}

/** Only a path of this server: a sign-in must not lead elsewhere. */
function ownPath(text: string | null): string {
  return text !== null && /^\/(?![/\\])/.test(text) && !text.startsWith("/login") ? text : "/";
}
