// What is known of targets: a service without any has no overdue case, and no reason to be proud of it.

import type { ServiceOverview } from "../api/contract";

/** Open cases past their target; null when no open case has one. */
export function overdueOf(overview: ServiceOverview): number | null {
  const known = overview.open === 0 || overview.overdue > 0 || overview.ahead.length > 0;
  return known ? overview.overdue : null;
}

/** The classes with most overdue cases, at most `most`. */
export function overdueClasses(overview: ServiceOverview, most: number): ServiceOverview["classes"] {
  const late = overview.classes.filter((one) => one.class !== null && one.overdue > 0);
  return late.sort((a, b) => b.overdue - a.overdue).slice(0, most);
}
