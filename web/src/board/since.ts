// Since when a tile has stood as it stands, read off its series.

import type { Value } from "../api/contract";

export interface Since {
  period: string;
  /** The run fills all that was read, so it may be older. */
  orBefore: boolean;
}

/** The first of the consecutive newest periods with the shown status; null when the shown window is not in the series. */
export function sinceOf(series: readonly Value[], shown: Value): Since | null {
  let at = series.findLastIndex((value) => value.period === shown.period);
  if (at < 0 || series[at]?.status !== shown.status) return null;
  while (at > 0 && series[at - 1]?.status === shown.status) at -= 1;
  const first = series[at];
  return first ? { period: first.period, orBefore: at === 0 && series.length > 1 } : null;
}
