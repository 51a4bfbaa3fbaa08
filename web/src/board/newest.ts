// The newest thing that happened on a board, for the foot of the wall.

import type { Tile } from "../api/contract";

/** Of a snapshot: the tile with the newest computed value that has one. */
export function newestOf(tiles: Iterable<Tile>): { tile: Tile; at: number } | null {
  let newest: { tile: Tile; at: number } | null = null;
  for (const tile of tiles) {
    const at = Date.parse(tile.value.computed_at ?? "");
    if (tile.value.value !== null && at > (newest?.at ?? Number.NEGATIVE_INFINITY)) newest = { tile, at };
  }
  return newest;
}
