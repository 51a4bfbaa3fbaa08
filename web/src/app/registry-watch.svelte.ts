// Reads names and formats again when a board speaks of a unit or an indicator that came after we did.

import type { BoardState } from "../live/store";
import { session } from "./session.svelte";

/** What is still unknown after reading is not asked for more often than this. */
const AGAIN_MS = 30_000;
let askedAt = Number.NEGATIVE_INFINITY;

export function watchRegistry(state: BoardState | null): void {
  const unknown = [...(state?.tiles.values() ?? [])].some(({ value }) => !session.units.has(value.unit) || !session.indicators.has(value.indicator));
  if (!unknown || performance.now() - askedAt < AGAIN_MS) return;
  askedAt = performance.now();
  // A failure shows ids in place of names, and the next delta tries again.
  session.readRegistry().catch(() => undefined);
}
