// What asks for a decision, worst first. A stale red stays: silence is no cure.

import type { Tile } from "../api/contract";

export function attentionOf(tiles: Iterable<Tile>): Tile[] {
  const waiting = [...tiles].filter((tile) => tile.value.status === "late" || tile.value.status === "watch");
  // Sorting is stable, so equals keep the board's own order.
  return waiting.sort((a, b) => severity(a) - severity(b) || achievement(a) - achievement(b));
}

/** While someone works in the list its rows keep their places; what is new comes below. */
export function keepOrder(before: readonly Tile[], now: readonly Tile[]): Tile[] {
  const byId = new Map(now.map((tile) => [tile.id, tile]));
  const kept = before.flatMap((tile) => byId.get(tile.id) ?? []);
  const known = new Set(before.map((tile) => tile.id));
  return [...kept, ...now.filter((tile) => !known.has(tile.id))];
}

function severity(tile: Tile): number {
  return tile.value.status === "late" ? 0 : 1;
}

function achievement(tile: Tile): number {
  return tile.value.achievement ?? Number.POSITIVE_INFINITY;
}
