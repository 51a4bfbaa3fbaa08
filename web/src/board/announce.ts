// Sentences for those who listen instead of look: at most one in ten seconds, only what got worse.

import type { Tile } from "../api/contract";

const QUIET_MS = 10_000;

export class Announcer {
  #late: Set<string> | null = null;
  #entered = new Map<string, Tile>();
  #saidAt = Number.NEGATIVE_INFINITY;

  /** Takes the board as it is; gives the tiles to speak of now, or none. */
  hear(tiles: Iterable<Tile>, now: number): Tile[] {
    const late = [...tiles].filter((tile) => tile.value.status === "late");
    const before = this.#late;
    this.#late = new Set(late.map((tile) => tile.id));
    // The first sight of a board is read, not announced.
    if (before === null) return [];
    for (const tile of late) if (!before.has(tile.id)) this.#entered.set(tile.id, tile);
    for (const id of this.#entered.keys()) if (!this.#late.has(id)) this.#entered.delete(id);
    if (this.#entered.size === 0 || now - this.#saidAt < QUIET_MS) return [];
    this.#saidAt = now;
    const said = [...this.#entered.values()];
    this.#entered.clear();
    return said;
  }
}
