// Which cases a list holds, in words.

import type { CaseQuery } from "../api/endpoints";
import type { Language } from "../language/language";
import { translate } from "../language/translate";
import { addressMoment } from "./words";

/** `masuk 16 Nov 2026 sampai sebelum 23 Nov 2026`; empty without a window. */
export function windowWords(query: Pick<CaseQuery, "from" | "to">, zone: string, language: Language): string {
  const { from, to } = query;
  if (from === null && to === null) return "";
  if (from === null) return translate(language, "cases.to", { when: addressMoment(to ?? "", zone, language) });
  const begins = addressMoment(from, zone, language);
  if (to === null) return translate(language, "cases.from", { when: begins });
  const ends = addressMoment(to, zone, language);
  // A window of one moment is one case.
  return begins === ends ? translate(language, "cases.opened", { when: begins }) : translate(language, "cases.between", { from: begins, to: ends });
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
