// The words of the wire under the names that the pages use, taken from the document that the server generates.

import type { components } from "./schema.gen";

type Schemas = components["schemas"];

/** A key is always sent, as null where nothing is known; the document calls such keys optional. */
type Sent<T> = T extends readonly (infer Item)[] ? Sent<Item>[] : T extends object ? { [Key in keyof T]-?: Sent<Exclude<T[Key], undefined>> } : T;

/** Words that the document leaves as plain text. */
export type Every = "day" | "week" | "month" | "quarter" | "semester" | "year";
export type Polarity = "up" | "down" | "range";

export type Status = Schemas["StatusWord"];
export type Freshness = Schemas["FreshnessWord"];
/** `target_high` is the upper end of a range; a server that does not send it shows the lower end alone. */
export type Value = Sent<Schemas["List_Value"]["items"][number]> & { target_high?: number | null };
export type Tile = Omit<Sent<Schemas["Tile"]>, "value"> & { value: Value };
export type SparkPoint = Sent<Schemas["SparkPoint"]>;
export type Group = Sent<Schemas["Group"]>;

export type Snapshot = { type: "snapshot"; tiles: Tile[] } & Omit<Sent<Schemas["Snapshot"]>, "tiles">;
export type Delta = { type: "delta"; tiles: Tile[] } & Omit<Sent<Schemas["Delta"]>, "tiles">;
export type Ping = { type: "ping" } & Sent<Schemas["Ping"]>;
export type LiveError = { type: "error" } & Sent<Schemas["Fault"]>;
export type LiveServer = Snapshot | Delta | Ping | LiveError;
export type Subscribe = Schemas["LiveClient"];

export type Unit = Pick<Sent<Schemas["Unit"]>, "id" | "parent" | "name" | "short_name" | "kind">;
export type Indicator = Pick<Sent<Schemas["Indicator"]>, "id" | "name" | "name_en" | "unit_of_measure" | "decimals"> & {
  polarity: Polarity;
  accumulates: "flow" | "to_date";
  frequency: Every;
};
export type BoardName = Pick<Sent<Schemas["Board"]>, "id" | "title">;
export type Region = Sent<Schemas["Region"]>;
export type Me = Pick<Sent<Schemas["Me"]>, "username" | "role" | "unit">;
export type Setup = Sent<Schemas["SetupState"]>;
