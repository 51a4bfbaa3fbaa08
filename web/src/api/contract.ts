// What the server says, written by hand after contract.md 4. Replaced by the generated schema once the server writes its OpenAPI.

export type Status = "above" | "good" | "watch" | "late" | "not_rated" | "no_data";
export type Freshness = "fresh" | "aging" | "stale";
export type Every = "day" | "week" | "month" | "quarter" | "semester" | "year";
export type Polarity = "up" | "down" | "range";

export interface Value {
  unit: string;
  indicator: string;
  /** The window shown, in one of the contract's six forms. */
  period: string;
  value: number | null;
  numerator: number | null;
  denominator: number | null;
  n: number;
  target: number | null;
  /** The upper end of a `range` target. */
  target_high?: number | null;
  /** Percent, uncapped. */
  achievement: number | null;
  grade: string | null;
  status: Status;
  freshness: Freshness;
  signal: string | null;
  quality: string | null;
  /** Instant of the newest sample behind the value. */
  data_at: string | null;
  as_of: string | null;
  computed_at: string | null;
  rules: string;
}

export interface SparkPoint {
  period: string;
  value: number | null;
}

export interface Tile {
  /** `unit:indicator:every`. */
  id: string;
  /** Title of its heading in the snapshot's `groups`. */
  group: string;
  title: string;
  value: Value;
  spark: SparkPoint[];
  /** Seconds within which the source is expected to speak again. */
  rhythm_s: number;
}

export interface Group {
  title: string;
}

export interface Snapshot {
  type: "snapshot";
  epoch: string;
  seq: number;
  board: string;
  title: string;
  groups: Group[];
  tiles: Tile[];
}

export interface Delta {
  type: "delta";
  seq: number;
  tiles: Tile[];
  removed: string[];
}

export interface Ping {
  type: "ping";
  at: string;
}

export interface LiveError {
  type: "error";
  code: string;
  detail: string;
}

export type LiveServer = Snapshot | Delta | Ping | LiveError;

export interface Subscribe {
  type: "subscribe";
  board: string;
  resume?: { epoch: string; seq: number };
}

export interface Unit {
  id: string;
  parent: string | null;
  name: string;
  short_name: string;
  kind: string;
}

export interface Indicator {
  id: string;
  name: string;
  name_en: string;
  unit_of_measure: string;
  polarity: Polarity;
  accumulates: "flow" | "to_date";
  frequency: Every;
  decimals: number;
}

export interface BoardName {
  id: string;
  title: string;
}

export interface Region {
  name: string;
  timezone: string;
  locale: string;
  server_time: string;
}

export interface Me {
  username: string;
  role: string;
  /** Its subtree is visible; `*` for all, null where only keys have a list. */
  unit: string | null;
}

export interface Setup {
  needed: boolean;
  code_required: boolean;
}
