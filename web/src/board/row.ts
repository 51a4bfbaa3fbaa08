// The second line of an attention row: since when, or what it is measured against.

import { beginning, parsePeriod } from "../format/periods";
import { dateIn } from "../format/dates";
import type { Language } from "../language/language";
import { translate } from "../language/translate";
import type { Face, Reader } from "./face";
import type { Since } from "./since";

export interface Row {
  /** Strong words: a stale red has to be noticed as such. */
  strong: string;
  since: string;
}

export function rowOf(face: Face, since: Since | null, reader: Reader): Row {
  const stale = face.standing.freshness === "stale";
  return {
    strong: stale ? translate(reader.language, "attention.stale", { word: face.word }) : "",
    since: sinceText(since, reader),
  };
}

const DAY_MS = 86_400_000;
const MONTH_DAYS = 30.4;

function sinceText(since: Since | null, { language, zone, now }: Reader): string {
  const period = since === null ? null : parsePeriod(since.period);
  if (since === null || period === null || now === null) return "";
  if (since.orBefore) return atLeast(now - period.first, language);
  const year = Number(dateIn(zone, now).slice(0, 4));
  return translate(language, "attention.since", { when: beginning(period, language, year) });
}

/** Where the beginning lies before all that was read: how long at the least. */
function atLeast(ms: number, language: Language): string {
  const months = Math.floor(ms / DAY_MS / MONTH_DAYS);
  if (months < 12) return translate(language, "attention.since.months", { n: months });
  if (months < 24) return translate(language, "attention.since.year");
  return translate(language, "attention.since.years", { n: Math.floor(months / 12) });
}
