// What is known of targets: a service without any has no overdue case, and no reason to be proud of it.

import type { ServiceFigures } from "../api/contract";

/** Open cases past their target; null when no open case has one. */
export function overdueOf(figures: Pick<ServiceFigures, "open" | "with_target" | "overdue">): number | null {
  return figures.open === 0 || figures.with_target > 0 ? figures.overdue : null;
}
