// Dates and times of the region, never of the device: every formatter is given the zone.

import type { Language } from "../language/language";
import { LOCALES } from "./numbers";

const SHAPES = {
  /** Selasa, 24 Nov 2026 */
  longDay: { weekday: "long", day: "numeric", month: "short", year: "numeric" },
  /** Sel, 24 Nov 2026 */
  shortDay: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  /** 24 Nov 2026 */
  date: { day: "numeric", month: "short", year: "numeric" },
  /** 24 Nov */
  dayMonth: { day: "numeric", month: "short" },
  /** Nov 2025 */
  monthYear: { month: "short", year: "numeric" },
  /** Oktober 2026 */
  longMonth: { month: "long", year: "numeric" },
  /** Okt */
  month: { month: "short" },
  /** 14.05.09 */
  seconds: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  /** 14.05 */
  minutes: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type Shape = keyof typeof SHAPES;

const cache = new Map<string, Intl.DateTimeFormat>();

export function formatTime(at: number, shape: Shape, zone: string, language: Language): string {
  const key = `${shape} ${zone} ${language}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(LOCALES[language], { ...SHAPES[shape], timeZone: zone });
    cache.set(key, found);
  }
  return found.format(at);
}

/** WIB, WITA or WIT: the name people here use, in both languages. */
export function zoneName(at: number, zone: string): string {
  const parts = new Intl.DateTimeFormat("id-ID", { timeZone: zone, timeZoneName: "short" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

const dateParts = new Map<string, Intl.DateTimeFormat>();

/** The calendar date in the zone, as `2026-11-24`. */
export function dateIn(zone: string, at: number): string {
  let found = dateParts.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    dateParts.set(zone, found);
  }
  return found.format(at);
}

/** The first moment of a date in the zone. */
export function startOf(date: string, zone: string): number {
  const midnight = Date.parse(date);
  const guess = midnight - offset(midnight, zone);
  // The zone may have turned its clocks between the two.
  return midnight - offset(guess, zone);
}

const wallParts = new Map<string, Intl.DateTimeFormat>();

/** How far the clocks of the zone are ahead of UTC, in ms. */
function offset(at: number, zone: string): number {
  let found = wallParts.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    wallParts.set(zone, found);
  }
  return Date.parse(`${found.format(at).replace(" ", "T")}Z`) - Math.floor(at / 1_000) * 1_000;
}
