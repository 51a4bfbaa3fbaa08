// The words of the wire under the names that the pages use, taken from the document that the server generates.

import type { components } from "./schema.gen";

type Schemas = components["schemas"];

/** Words that the document leaves as plain text. */
export type Every = "day" | "week" | "month" | "quarter" | "semester" | "year";
export type Polarity = "up" | "down" | "range";

export type Status = Schemas["StatusWord"];
export type Freshness = Schemas["FreshnessWord"];
export type Value = Schemas["Value"];
export type Tile = Omit<Schemas["Tile"], "value"> & { value: Value };
export type SparkPoint = Schemas["SparkPoint"];
export type Group = Schemas["Group"];

export type Snapshot = { type: "snapshot"; tiles: Tile[] } & Omit<Schemas["Snapshot"], "tiles">;
export type Delta = { type: "delta"; tiles: Tile[] } & Omit<Schemas["Delta"], "tiles">;
export type Ping = { type: "ping" } & Schemas["Ping"];
export type LiveError = { type: "error" } & Schemas["Fault"];
export type LiveServer = Snapshot | Delta | Ping | LiveError;
export type Subscribe = Schemas["LiveClient"];

export type Unit = Pick<Schemas["Unit"], "id" | "parent" | "name" | "short_name" | "kind">;
export type Indicator = Pick<Schemas["Indicator"], "id" | "name" | "name_en" | "unit_of_measure" | "decimals"> & {
  polarity: Polarity;
  accumulates: "flow" | "to_date";
  frequency: Every;
};
export type BoardName = Pick<Schemas["Board"], "id" | "title">;
export type Region = Schemas["Region"];
export type Me = Pick<Schemas["Me"], "username" | "role" | "unit">;
export type Setup = Schemas["SetupState"];

export type Service = Schemas["Service"];
export type ServiceList = Schemas["ServiceList"];
export type ServiceLine = Schemas["ServiceLine"];
export type ServiceFigures = Schemas["ServiceFigures"];
export type ServiceOverview = Schemas["ServiceOverview"];
export type ServiceWeek = Schemas["ServiceWeek"];
export type ServiceClass = Schemas["ServiceClass"];
export type OpenByAge = Schemas["OpenByAge"];
export type OpenCase = Schemas["OpenCase"];
export type CaseList = Schemas["CaseList"];
export type Case = Schemas["Case"];
export type CaseStep = Schemas["CaseStep"];
/** Words that the document leaves as plain text. */
export type CaseState = "open" | "overdue" | "closed" | "rejected" | "withdrawn" | "incomplete";
