// "Since when" for the rows that are on the screen: asked once for each state a tile takes, two at a time.

import { SvelteMap } from "svelte/reactivity";
import type { Every, Tile } from "../api/contract";
import { readSeries } from "../api/endpoints";
import { seriesSpan } from "../panel/span";
import { sinceOf, type Since } from "./since";

const AT_ONCE = 2;

const known = new SvelteMap<string, Since | null>();
const waiting: Tile[] = [];
// eslint-disable-next-line svelte/prefer-svelte-reactivity -- never read by a component
const asked = new Set<string>();
let running = 0;

/** Null while unknown; reading it in a component follows the answer. */
export function sinceFor(tile: Tile): Since | null {
  return known.get(keyOf(tile)) ?? null;
}

export function askSince(tiles: readonly Tile[], now: number, zone: string): void {
  for (const tile of tiles) {
    if (asked.has(keyOf(tile))) continue;
    asked.add(keyOf(tile));
    waiting.push(tile);
  }
  while (running < AT_ONCE && waiting.length > 0) void askNext(now, zone);
}

async function askNext(now: number, zone: string): Promise<void> {
  const tile = waiting.shift();
  if (!tile) return;
  running += 1;
  const every = tile.id.slice(tile.id.lastIndexOf(":") + 1) as Every;
  const { unit, indicator } = tile.value;
  try {
    const series = await readSeries({ unit, indicator, every, ...seriesSpan(every, now, zone) });
    known.set(keyOf(tile), sinceOf(series, tile.value));
  } catch {
    // The row stands without it; the next state of the tile asks again.
    asked.delete(keyOf(tile));
  } finally {
    running -= 1;
    askSince([], now, zone);
  }
}

function keyOf(tile: Tile): string {
  return `${tile.id} ${tile.value.status} ${tile.value.period}`;
}
