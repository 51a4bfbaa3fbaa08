// The order of the list of services.

import type { ServiceFigures, ServiceLine } from "../api/contract";
import { overdueOf } from "./targets";

export type Column = "name" | "open" | "overdue" | "oldest" | "in" | "out" | "median" | "p90";
export interface Order {
  column: Column;
  descending: boolean;
}

export interface Row {
  service: ServiceLine;
  name: string;
}

const VALUES: Record<Exclude<Column, "name">, (figures: ServiceFigures) => number | null> = {
  open: (figures) => figures.open,
  overdue: overdueOf,
  oldest: (figures) => figures.oldest?.age_h ?? null,
  in: (figures) => figures.opened_7d,
  out: (figures) => figures.out_7d,
  median: (figures) => figures.durations_28d.median_h,
  p90: (figures) => figures.durations_28d.p90_h,
};

/** What is unknown stands last, whichever way; what is equal by open cases, then by name. */
export function ordered(rows: readonly Row[], order: Order): Row[] {
  const sign = order.descending ? -1 : 1;
  const byName = (a: Row, b: Row) => a.name.localeCompare(b.name, "id");
  if (order.column === "name") return [...rows].sort((a, b) => sign * byName(a, b));
  const read = VALUES[order.column];
  // Without a first case there is nothing to compare.
  const known = ({ service: { figures } }: Row) => (figures.opened > 0 ? figures : null);
  const value = (row: Row) => {
    const figures = known(row);
    return figures && read(figures);
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
