// What the sparkline of a tile shows.

import type { Indicator, Tile } from "../api/contract";
import type { Standing } from "../board/standing";
import type { SparkDrawing } from "./spark-board";

export function sparkDrawing(tile: Tile, indicator: Indicator | undefined, standing: Standing): SparkDrawing {
  return { values: tile.spark.map((point) => point.value), target: targetOf(tile, indicator), point: pointOf(standing) };
}

/** A running total is measured against what is due at each moment, so one target does not hold for all its points. */
function targetOf(tile: Tile, indicator: Indicator | undefined): SparkDrawing["target"] {
  const { target, target_high } = tile.value;
  if (target === null || !indicator || indicator.accumulates === "to_date") return null;
  return { polarity: indicator.polarity, low: target, high: target_high ?? null };
}

function pointOf(standing: Standing): SparkDrawing["point"] {
  const { status, freshness } = standing;
  if (freshness === "stale" && status === "above") return "--ink";
  return status === "late" || status === "watch" || status === "above" ? `--${status}` : "--ink";
}
