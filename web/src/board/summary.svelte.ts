// Counts, list and newest change of a live board, at the pace of reading.

import type { Tile } from "../api/contract";
import { clock } from "../app/clock.svelte";
import { preferences, t } from "../app/preferences.svelte";
import { formatTime } from "../format/dates";
import { attentionOf } from "./attention";
import { shortValue } from "./face";
import type { LiveBoard } from "./live-board.svelte";
import { newestOf } from "./newest";
import { readFace, regionZone } from "./reading";
import { subjectText } from "./subject";
import { countAll, type Counts } from "./standing";

export function readCounts(board: LiveBoard): Counts {
  return countAll(board.settled?.tiles.values() ?? [], clock.coarse);
}

export function readAttention(board: LiveBoard): Tile[] {
  return attentionOf(board.settled?.tiles.values() ?? []);
}

export interface NewestWords {
  /** `14.03 DPMPTSP · Izin tepat waktu 87,4 %`. */
  long: string;
  /** Without the unit, for a narrow place. */
  short: string;
}

export function readNewest(board: LiveBoard): NewestWords {
  const newest = seen(board) ?? newestOf(board.settled?.tiles.values() ?? []);
  if (!newest) return { long: "", short: "" };
  const face = readFace(newest.tile);
  const time = formatTime(newest.at, "minutes", regionZone(), preferences.language);
  const words = (name: string) => t("wall.event", { time, name, value: shortValue(face) });
  return { long: words(subjectText(face.subject)), short: words(face.title) };
}

function seen(board: LiveBoard): { tile: Tile; at: number } | null {
  const { newest } = board;
  const now = clock.now();
  return newest && now !== null ? { tile: newest.tile, at: now - (performance.now() - newest.at) } : null;
}
