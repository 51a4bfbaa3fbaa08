// Lengths of time that a service takes, in one unit for all that stand beside each other.

import type { Language } from "../language/language";
import { translate } from "../language/translate";
import { fullNumber, NO_VALUE, plainNumber } from "./numbers";

export type SpanUnit = "minutes" | "hours" | "days";

const HOURS: Record<SpanUnit, number> = { minutes: 1 / 60, hours: 1, days: 24 };
/** Up to here a smaller unit says it better: 90 minutes, 36 hours. */
const MINUTES_TO_H = 2;
const HOURS_TO_H = 48;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The unit in which the longest of them is read best. */
export function spanUnit(...hours: (number | null)[]): SpanUnit {
  const longest = Math.max(0, ...hours.filter((one) => one !== null));
  return longest <= MINUTES_TO_H ? "minutes" : longest <= HOURS_TO_H ? "hours" : "days";
}

export function inUnit(hours: number, unit: SpanUnit): number {
  return hours / HOURS[unit];
}

/** The number alone, for a pair whose unit is said once. */
export function spanNumber(hours: number | null, unit: SpanUnit, language: Language): string {
  if (hours === null) return NO_VALUE;
  const amount = inUnit(hours, unit);
  return plainNumber(amount, unit !== "minutes" && amount < 9.95 ? 1 : 0, language);
}

/** For a column, whose numbers stand below each other with the same decimals. */
export function spanCell(hours: number | null, unit: SpanUnit, language: Language): string {
  return hours === null ? NO_VALUE : fullNumber(inUnit(hours, unit), unit === "minutes" ? 0 : 1, language);
}

/** How much more or less, for a column: `+0,1`, `−1,2`; what rounds to nothing has no sign. */
export function spanChange(hours: number | null, unit: SpanUnit, language: Language): string {
  if (hours === null) return NO_VALUE;
  const [size, none] = [spanCell(Math.abs(hours), unit, language), spanCell(0, unit, language)];
  return size === none ? none : `${hours < 0 ? "−" : "+"}${size}`;
}

/** `45 menit`, `4,2 hari`. */
export function formatSpan(hours: number | null, language: Language): string {
  if (hours === null) return NO_VALUE;
  const unit = spanUnit(hours);
  return translate(language, `span.${unit}`, { n: spanNumber(hours, unit, language) });
}

/** What is left until a target: `55 m`, `1 j 55 m`, `3 hari`; past it, how much it is over. */
export function formatLeft(ms: number, language: Language): string {
  if (ms < 0) return translate(language, "left.past", { left: formatLeft(-ms, language) });
  if (ms >= 2 * DAY_MS) return translate(language, "span.days", { n: fullNumber(Math.floor(ms / DAY_MS), 0, language) });
  const [h, m] = [Math.floor(ms / HOUR_MS), Math.floor((ms % HOUR_MS) / MINUTE_MS)];
  return h === 0 ? translate(language, "left.minutes", { m }) : translate(language, "left.hours", { h, m });
}
