// The second line of an attention row: since when, or what it is measured against.

import { beginning, parsePeriod } from "../format/periods";
import { dateIn } from "../format/dates";
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

function sinceText(since: Since | null, reader: Reader): string {
  const period = since === null ? null : parsePeriod(since.period);
  if (since === null || period === null || reader.now === null) return "";
  const year = Number(dateIn(reader.zone, reader.now).slice(0, 4));
  const when = beginning(period, reader.language, year);
  return translate(reader.language, since.orBefore ? "attention.since.before" : "attention.since", { when });
}
