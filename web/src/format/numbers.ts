// Numbers as people here write them. Formatter objects are built once: building one per tile and tick is the usual slowness.

import type { Language } from "../language/language";

export const LOCALES: Record<Language, string> = { id: "id-ID", en: "en-GB" };

export const NO_VALUE = "—";
/** From here a tile shows a short form; the full number stays in its description. */
const COMPACT_FROM = 1_000;

export interface TileNumber {
  /** At most three digits. */
  digits: string;
  /** `rb`, `jt`, `M`, `T`, or empty. */
  scale: string;
}

const cache = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, least: number, most: number, compact: boolean): Intl.NumberFormat {
  const key = `${language} ${least} ${most} ${compact}`;
  let found = cache.get(key);
  if (!found) {
    const notation = compact ? "compact" : "standard";
    found = new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: least, maximumFractionDigits: most, notation });
    cache.set(key, found);
  }
  return found;
}

/** The whole number with its decimals, as in tables and descriptions. */
export function fullNumber(value: number | null, decimals: number, language: Language): string {
  return value === null ? NO_VALUE : formatter(language, decimals, decimals, false).format(value);
}

/** Without trailing zeros: a target of 95 is "95" beside a value of 87,4. */
export function plainNumber(value: number, decimals: number, language: Language): string {
  if (Math.abs(value) >= COMPACT_FROM) return spoken(tileNumber(value, decimals, language));
  return formatter(language, 0, decimals, false).format(value);
}

export function tileNumber(value: number | null, decimals: number, language: Language): TileNumber {
  if (value === null) return { digits: NO_VALUE, scale: "" };
  const kept = Math.min(decimals, roomFor(value, decimals));
  const rounded = Number(value.toFixed(kept));
  if (Math.abs(rounded) < COMPACT_FROM) return { digits: formatter(language, kept, kept, false).format(value), scale: "" };
  const parts = formatter(language, 0, hundredsOfScale(rounded) ? 0 : 1, true).formatToParts(rounded);
  const digits = parts.filter((part) => part.type !== "compact" && part.type !== "literal");
  return {
    digits: digits.map((part) => part.value).join(""),
    scale: parts.find((part) => part.type === "compact")?.value ?? "",
  };
}

/** `1,2 jt`, with a no-break space. */
export function spoken(number: TileNumber): string {
  return number.scale === "" ? number.digits : `${number.digits}\u00a0${number.scale}`;
}

/** Decimals that keep three digits, looking at the value after rounding: 99,96 becomes 100, not 100,0. */
function roomFor(value: number, decimals: number): number {
  const rounded = Math.abs(Number(value.toFixed(Math.min(decimals, 2))));
  if (rounded >= 100) return 0;
  return rounded >= 10 ? (Math.abs(Number(value.toFixed(1))) >= 100 ? 0 : 1) : 2;
}

function hundredsOfScale(value: number): boolean {
  return Math.floor(Math.log10(Math.abs(value))) % 3 === 2;
}
