// Whom and what a tile is about, in two parts for rows and heads. A title that repeats its unit, or a unit that is the whole region, would say one thing twice.

import type { Indicator, Tile, Unit } from "../api/contract";
import type { Language } from "../language/language";

export interface Subject {
  lead: string;
  rest: string;
  /** The rest only helps: where room is short it may go. */
  spare: boolean;
}

/** A title of somebody's own stands as it is; the name of the indicator follows the language. */
export function titleIn(language: Language, tile: Pick<Tile, "title">, indicator: Pick<Indicator, "name" | "name_en"> | undefined): string {
  return language === "en" && indicator?.name_en && tile.title === indicator.name ? indicator.name_en : tile.title;
}

export function subjectOf(tile: Pick<Tile, "title" | "group" | "value">, unit: Unit | undefined): Subject {
  const short = unit?.short_name || unit?.name || tile.value.unit;
  if (unit?.kind === "region") return { lead: tile.title, rest: "", spare: true };
  if (repeats(tile.title, short, unit?.name ?? "")) return { lead: tile.title, rest: tile.group, spare: true };
  return { lead: short, rest: tile.title, spare: false };
}

/** `RSUD · Tunggu rawat jalan`, or the one part there is. */
export function subjectText(subject: Subject): string {
  return subject.rest === "" ? subject.lead : `${subject.lead} · ${subject.rest}`;
}

function repeats(title: string, short: string, name: string): boolean {
  return title === short || (title !== "" && name.endsWith(title));
}
