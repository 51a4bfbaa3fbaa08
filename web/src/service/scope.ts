// Which cases a list holds, in words.

import type { CaseQuery } from "../api/endpoints";
import type { Language } from "../language/language";
import { translate } from "../language/translate";
import { addressMoment } from "./words";

type Group = "opened" | "ended" | "due";
const GROUPS: readonly Group[] = ["opened", "ended", "due"];

/** What of an address narrows a list down beside its state, in the order in which it is said. */
export function scopeWords(query: CaseQuery, zone: string, language: Language): string[] {
  const words = GROUPS.map((group) => windowWords(group, query[`${group}_from`], query[`${group}_to`], zone, language));
  if (query.class !== null) words.unshift(query.class === "" ? translate(language, "class.none") : translate(language, "cases.class", { name: query.class }));
  if (query.key !== null) words.unshift(translate(language, "cases.one", { key: query.key }));
  return words.filter((part) => part !== "");
}

/** `masuk 16 Nov 2026 sampai sebelum 23 Nov 2026`; empty without a window. */
export function windowWords(group: Group, from: string | null, to: string | null, zone: string, language: Language): string {
  const verb = translate(language, `cases.${group}`);
  const moment = (text: string) => addressMoment(text, zone, language);
  if (from !== null && to !== null) return translate(language, "cases.between", { verb, from: moment(from), to: moment(to) });
  if (from !== null) return translate(language, "cases.from", { verb, when: moment(from) });
  return to === null ? "" : translate(language, "cases.to", { verb, when: moment(to) });
}

/** The same list without what narrows it down. */
export function widened(query: CaseQuery): CaseQuery {
  return { ...query, class: null, key: null, opened_from: null, opened_to: null, ended_from: null, ended_to: null, due_from: null, due_to: null, cursor: null };
}

/** The first and the last place on a page that begins at `cursor`. */
export function placesOf(cursor: string | null, count: number): { from: number; to: number } {
  const skipped = Number(cursor ?? 0);
  return { from: skipped + 1, to: skipped + count };
}

/** Where the page before it begins; null on the first one, whose address has no cursor. */
export function cursorBefore(cursor: string | null, limit: number): string | null {
  const before = Number(cursor ?? 0) - limit;
  return before > 0 ? String(before) : null;
}

/** The cursor of a path of the server. */
export function cursorOf(next: string | null): string | null {
  return next === null ? null : new URL(next, location.origin).searchParams.get("cursor");
}
