import type { Tile } from "../api/contract";

/** One tile on the screen: only its own component reads it, so a change redraws one tile. */
export class TileView {
  readonly id: string;
  shown: Tile = $state.raw() as Tile;
  /** Counts the changes of the number that were painted; 0 for the first sight. */
  changes = $state(0);

  constructor(tile: Tile) {
    this.id = tile.id;
    this.shown = tile;
  }

  paint(tile: Tile): void {
    if (tile.value.value !== this.shown.value.value) this.changes += 1;
    this.shown = tile;
  }
}
