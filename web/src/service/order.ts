// The order of the list of services.

import type { Service, ServiceOverview } from "../api/contract";
import { overdueOf } from "./targets";

export type Column = "name" | "open" | "overdue" | "in" | "out" | "median" | "p90";
export interface Order {
  column: Column;
  descending: boolean;
}

export interface Row {
  service: Service;
  name: string;
  overview: ServiceOverview | null;
}

const VALUES: Record<Exclude<Column, "name">, (overview: ServiceOverview) => number | null> = {
  open: (overview) => overview.open,
  overdue: overdueOf,
  in: (overview) => overview.opened_7d,
  out: (overview) => overview.closed_7d + overview.dropped_7d,
  median: (overview) => overview.durations_28d.median_h,
  p90: (overview) => overview.durations_28d.p90_h,
};

/** What is unknown stands last, whichever way; what is equal by open cases, then by name. */
export function ordered(rows: readonly Row[], order: Order): Row[] {
  const sign = order.descending ? -1 : 1;
  const byName = (a: Row, b: Row) => a.name.localeCompare(b.name, "id");
  if (order.column === "name") return [...rows].sort((a, b) => sign * byName(a, b));
  const read = VALUES[order.column];
  // Without a first case there is nothing to compare.
  const known = (row: Row) => (row.overview && row.overview.opened > 0 ? row.overview : null);
  const value = (row: Row) => {
    const overview = known(row);
    return overview && read(overview);
  };
  const open = (row: Row) => known(row)?.open ?? -1;
  return [...rows].sort((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || open(b) - open(a) || byName(a, b);
    return sign * (left - right) || open(b) - open(a) || byName(a, b);
  });
}

/** Pressing a head again turns it round; numbers begin with the largest, names with the first. */
export function pressed(order: Order, column: Column): Order {
  return { column, descending: order.column === column ? !order.descending : column !== "name" };
}
