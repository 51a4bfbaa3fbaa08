// A series as the columns that a chart draws. Parses and aggregates nothing.

import type { Status, Value } from "../api/contract";

export interface Columns {
  index: number[];
  value: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  status: Status[];
}

export function columnsOf(items: readonly Value[]): Columns {
  return {
    index: items.map((_, index) => index),
    value: items.map((item) => item.value),
    low: items.map((item) => item.target),
    high: items.map((item) => item.target_high ?? null),
    status: items.map((item) => item.status),
  };
}

/** Fewer periods than this would make a chart of nothing but air. */
const LEAST_PERIODS = 8;

/** Without the empty periods before the first value, so that a young series is not squeezed to the right edge. */
export function withoutLead<T extends { value: number | null }>(items: readonly T[]): T[] {
  const first = items.findIndex((item) => item.value !== null);
  return items.slice(Math.max(0, Math.min(first, items.length - LEAST_PERIODS)));
}

/** Bottom and top of the value axis: the values, and targets unless they would flatten the line. */
export function rangeOf(columns: Columns): [number, number] {
  const values = columns.value.filter((value) => value !== null);
  if (values.length === 0) return [0, 1];
  let low = Math.min(...values);
  let high = Math.max(...values);
  const spread = high - low || Math.abs(high) * 0.1 || 1;
  // One level has no shape that a far target could flatten.
  const reach = high === low ? Number.POSITIVE_INFINITY : 2 * spread;
  const [least, most] = [low - reach, high + reach];
  for (const target of [...columns.low, ...columns.high].filter((edge) => edge !== null)) {
    low = Math.min(low, Math.max(target, least));
    high = Math.max(high, Math.min(target, most));
  }
  const air = (high - low || spread) * 0.08;
  // Nothing here is below zero unless a value is: an axis that dips there looks like a debt.
  return [values.every((value) => value >= 0) ? Math.max(0, low - air) : low - air, high + air];
}
