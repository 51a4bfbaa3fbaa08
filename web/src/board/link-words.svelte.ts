// What the bar says about the link, and whether the whole board is to dim.

import { clock } from "../app/clock.svelte";
import { preferences, t } from "../app/preferences.svelte";
import { formatTime } from "../format/dates";
import type { Link } from "../live/connection";
import { regionZone } from "./reading";

/** After this long without a link nothing on the board should look like now. */
const DIM_MS = 60_000;

export interface LinkWords {
  text: string;
  dot: "on" | "wait" | "off";
  dim: boolean;
}

export function linkWords(link: Link, place: "wall" | "desk"): LinkWords {
  switch (link.kind) {
    case "live":
      return { text: t("link.live"), dot: "on", dim: false };
    case "connecting":
      return { text: t("link.connecting"), dot: "wait", dim: false };
    case "reconnecting":
    case "ended":
      return { text: t("link.reconnecting"), dot: "wait", dim: false };
    case "lost":
      return { text: t(place === "wall" ? "link.lost.wall" : "link.lost", { time: lostTime(link.since) }), dot: "off", dim: isLong(link.since) };
  }
}

/** `14.05` of the last message, by the server's time. */
export function lostTime(since: number): string {
  const now = clock.now();
  const at = now === null ? Date.now() : now - (performance.now() - since);
  return formatTime(at, "minutes", regionZone(), preferences.language);
}

function isLong(since: number): boolean {
  // Reading the ticking second makes this follow the clock.
  return clock.second !== undefined && performance.now() - since >= DIM_MS;
}
