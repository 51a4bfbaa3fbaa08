// A plain tile for tests, to be changed in what a test is about.

import type { Indicator, Tile, Unit, Value } from "../api/contract";

export function exampleValue(changes: Partial<Value> = {}): Value {
  return {
    unit: "rsud",
    indicator: "KS-06",
    period: "2026-W48",
    value: 47,
    numerator: null,
    denominator: null,
    n: 5,
    target: 30,
    achievement: 43.3,
    grade: null,
    status: "late",
    freshness: "fresh",
    signal: null,
    quality: null,
    data_at: "2026-11-24T06:00:00.000Z",
    as_of: "2026-11-24T06:00:00.000Z",
    computed_at: "2026-11-24T06:00:00.000Z",
    rules: "r1",
    ...changes,
  };
}

export function exampleTile(id: string, value: Partial<Value> = {}, changes: Partial<Tile> = {}): Tile {
  return { id, group: "Layanan", title: "Tunggu rawat jalan", value: exampleValue(value), spark: [], rhythm_s: 3_600, ...changes };
}

export const RSUD: Unit = { id: "rsud", parent: null, name: "RSUD Ryacudu", short_name: "RSUD", kind: "technical_unit" };

export const WAITING: Indicator = {
  id: "KS-06",
  name: "Waktu tunggu rawat jalan",
  name_en: "Outpatient waiting time",
  unit_of_measure: "menit",
  polarity: "down",
  accumulates: "flow",
  frequency: "day",
  decimals: 0,
};
