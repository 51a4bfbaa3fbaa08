import type { Tile } from "../api/contract";

/** How long a new number stays underlined. A timer, because hundreds of waiting animations would keep the screen busy. */
const MARK_MS = 10_000;

/** One tile on the screen: only its own component reads it, so a change redraws one tile. */
export class TileView {
  readonly id: string;
  shown: Tile = $state.raw() as Tile;
  /** Counts the changes of the number that were painted; 0 for the first sight. */
  changes = $state(0);
  /** Whether the number is new. */
  marked = $state(false);
  #unmark: ReturnType<typeof setTimeout> | null = null;

  constructor(tile: Tile) {
    this.id = tile.id;
    this.shown = tile;
  }

  paint(tile: Tile): void {
    if (tile.value.value !== this.shown.value.value) this.#mark();
    this.shown = tile;
  }

  #mark(): void {
    this.changes += 1;
    this.marked = true;
    if (this.#unmark !== null) clearTimeout(this.#unmark);
    this.#unmark = setTimeout(() => (this.marked = false), MARK_MS);
  }
}
