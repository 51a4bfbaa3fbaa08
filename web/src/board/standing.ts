// Where a tile stands: its status, how old it is, and what it counts as. Never knows how that looks.

import type { Freshness, Status, Tile } from "../api/contract";

export interface Standing {
  status: Status;
  freshness: Freshness;
}

/** What a tile adds to in the counts by state. */
export type Count = "late" | "watch" | "good" | "unrated" | "none";

/** Between one and two rhythms data are aging; past two they are stale. */
const STALE_RHYTHMS = 2;

/**
 * Ages between messages and without a link: only the newest sample's time and the source's rhythm are needed.
 * `now` is null before the server's time is known; then its own word holds.
 */
export function standingOf(tile: Tile, now: number | null): Standing {
  const { status, freshness, data_at } = tile.value;
  if (status === "no_data") return { status, freshness: "fresh" };
  if (data_at === null || now === null || tile.rhythm_s <= 0) return { status, freshness };
  const ageSeconds = (now - Date.parse(data_at)) / 1_000;
  if (ageSeconds > STALE_RHYTHMS * tile.rhythm_s) return { status, freshness: "stale" };
  return { status, freshness: ageSeconds > tile.rhythm_s ? "aging" : "fresh" };
}

/** Red and amber keep counting when stale; anything else that is stale is as good as unknown. */
export function countOf(standing: Standing): Count {
  if (standing.status === "late" || standing.status === "watch") return standing.status;
  if (standing.status === "no_data" || standing.freshness === "stale") return "none";
  return standing.status === "not_rated" ? "unrated" : "good";
}

export interface Counts {
  late: number;
  watch: number;
  good: number;
  /** Of the good ones, those past their target. */
  above: number;
  unrated: number;
  none: number;
  total: number;
}

export function countAll(tiles: Iterable<Tile>, now: number | null): Counts {
  const counts: Counts = { late: 0, watch: 0, good: 0, above: 0, unrated: 0, none: 0, total: 0 };
  for (const tile of tiles) {
    const count = countOf(standingOf(tile, now));
    counts[count] += 1;
    counts.total += 1;
    if (count === "good" && tile.value.status === "above") counts.above += 1;
  }
  return counts;
}
