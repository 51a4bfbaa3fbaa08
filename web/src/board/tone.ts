// Edge and ground of a tile, as class names.

import type { Standing } from "./standing";

/** `tile--late`, `tile--watch`, `tile--above` for the edge; `tile--stale`, `tile--none` for hatching. */
export function toneOf(block: "tile" | "card", standing: Standing): string[] {
  const classes: string[] = [];
  if (standing.status === "late" || standing.status === "watch" || standing.status === "above") classes.push(`${block}--${standing.status}`);
  if (standing.status === "no_data") classes.push(`${block}--none`);
  if (standing.freshness === "stale") classes.push(`${block}--stale`);
  return classes;
}
