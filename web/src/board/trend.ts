// A sparkline in words, for those who do not see it.

import type { SparkPoint } from "../api/contract";

/** Less than this share of the first value is no movement that an eye would see in a sparkline. */
const LEVEL_SHARE = 0.01;

export interface Trend {
  kind: "rise" | "fall" | "flat";
  from: number;
  periods: number;
}

export function trendOf(spark: readonly SparkPoint[]): Trend | null {
  const known = spark.flatMap((point) => point.value ?? []);
  const [from, last] = [known[0], known.at(-1)];
  if (known.length < 2 || from === undefined || last === undefined) return null;
  const moved = last - from;
  const kind = Math.abs(moved) <= Math.abs(from) * LEVEL_SHARE ? "flat" : moved > 0 ? "rise" : "fall";
  return { kind, from, periods: spark.length };
}
