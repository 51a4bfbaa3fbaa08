// Joins a tile with the names, the language and the time it is read with. Read inside components, it follows all of them.

import type { Indicator, Tile } from "../api/contract";
import { clock } from "../app/clock.svelte";
import { preferences } from "../app/preferences.svelte";
import { session } from "../app/session.svelte";
import { faceOf, type Face, type Reader } from "./face";

export function reader(): Reader {
  return { language: preferences.language, zone: regionZone(), now: clock.coarse };
}

export function readFace(tile: Tile): Face {
  return faceOf(tile, session.units.get(tile.value.unit), readIndicator(tile), reader());
}

export function readIndicator(tile: Tile): Indicator | undefined {
  return session.indicators.get(tile.value.indicator);
}

export function regionZone(): string {
  return session.region?.timezone ?? "Asia/Jakarta";
}
