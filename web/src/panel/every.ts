// Which lengths of period a series can be read in.

import type { Every, Indicator, Tile } from "../api/contract";

export const ALL: readonly Every[] = ["day", "week", "month", "quarter", "semester", "year"];

/** A number counts in its own and in longer periods, never in shorter ones. */
export function offered(indicator: Indicator | undefined): Every[] {
  const from = indicator ? ALL.indexOf(indicator.frequency) : 0;
  return ALL.slice(from);
}

/** The wanted length where it can be had, else the tile's own. */
export function everyOf(tile: Tile, wanted: string | null, indicator: Indicator | undefined): Every {
  const found = offered(indicator).find((every) => every === wanted);
  return found ?? (tile.id.slice(tile.id.lastIndexOf(":") + 1) as Every);
}
