// Words of cases: states, steps, moments.

import { dateIn, formatTime } from "../format/dates";
import { NO_VALUE } from "../format/numbers";
import { indonesian, type Key } from "../language/id";
import type { Language } from "../language/language";
import { translate } from "../language/translate";
import type { SignName } from "../look/signs";
import { DROPPED, OUT } from "./links";

/** A word of the server that has no name here yet stands as it is. */
function word(group: string, name: string, language: Language): string {
  const key = `${group}.${name}`;
  return key in indonesian ? translate(language, key as Key) : name;
}

export function stepWords(step: string | null, language: Language): string {
  return step === null ? NO_VALUE : word("step", step, language);
}

export function stateWords(state: string, language: Language): string {
  return word("state", state, language);
}

/** Of the states of an address: one word of the server, or several with commas. */
export function titleOf(state: string | null, language: Language): string {
  const name = state === OUT ? "out" : state === DROPPED ? "dropped" : (state ?? "all");
  const key = `cases.title.${name}`;
  return key in indonesian ? translate(language, key as Key) : translate(language, "cases.title.all");
}

/** Only what needs somebody has a sign. */
export function stateSign(state: string): SignName | null {
  return state === "overdue" ? "late" : state === "incomplete" ? "no_data" : null;
}

/** `24 Nov 14.05`, with the year when it is another one than that of `now`. */
export function momentWords(instant: string | null, zone: string, language: Language, now: number): string {
  if (instant === null) return NO_VALUE;
  const at = Date.parse(instant);
  const shape = dateIn(zone, at).slice(0, 4) === dateIn(zone, now).slice(0, 4) ? "dayMonth" : "date";
  return `${formatTime(at, shape, zone, language)} ${formatTime(at, "minutes", zone, language)}`;
}

/** A moment of an address, which may be a date: `24 Nov 2026`, or with its time. */
export function addressMoment(text: string, zone: string, language: Language): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return formatTime(Date.parse(text), "date", "UTC", language);
  const at = Date.parse(text);
  if (Number.isNaN(at)) return text;
  return `${formatTime(at, "date", zone, language)} ${formatTime(at, "minutes", zone, language)}`;
}
