// How old data are, in the words of the board.

import type { Language } from "../language/language";
import { translate } from "../language/translate";
import { dateIn, formatTime } from "./dates";

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;
/** Past this a count of days says less than a count of months. */
const MONTHS_FROM_DAYS = 60;

/** `45 menit`, `2 jam`, `3 hari`, `4 bulan`; whole units, rounded down. */
export function formatAge(seconds: number, language: Language): string {
  const days = Math.floor(seconds / DAY_S);
  if (days >= MONTHS_FROM_DAYS) return translate(language, "age.months", { n: Math.floor(days / 30) });
  if (days >= 1) return translate(language, "age.days", { n: days });
  if (seconds >= HOUR_S) return translate(language, "age.hours", { n: Math.floor(seconds / HOUR_S) });
  return translate(language, "age.minutes", { n: Math.max(0, Math.floor(seconds / MINUTE_S)) });
}

/** `pukul 13.40` today, else `21 Nov`, else `Nov 2025`. */
export function formatDataTime(dataAt: number, now: number, zone: string, language: Language): string {
  const [today, day] = [dateIn(zone, now), dateIn(zone, dataAt)];
  if (today === day) return translate(language, "age.at", { time: formatTime(dataAt, "minutes", zone, language) });
  const shape = today.slice(0, 4) === day.slice(0, 4) ? "dayMonth" : "monthYear";
  return formatTime(dataAt, shape, zone, language);
}
