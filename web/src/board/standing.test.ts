import { describe, expect, test } from "vitest";
import type { Status } from "../api/contract";
import { countAll, countOf, standingOf } from "./standing";
import { exampleTile } from "./tile-example";

const DATA_AT = Date.parse("2026-11-24T06:00:00.000Z");
const after = (seconds: number) => DATA_AT + seconds * 1_000;
const tile = (status: Status, changes = {}) => exampleTile(`x:${status}:week`, { status, ...changes });

describe("age by the source's own rhythm of an hour", () => {
  test.each([
    [3_600, "fresh"],
    [3_601, "aging"],
    [7_200, "aging"],
    [7_201, "stale"],
  ])("%i s after its data a tile is %s", (seconds, freshness) => {
    expect(standingOf(tile("good"), after(seconds)).freshness).toBe(freshness);
  });

  test("before the server's time is known its own word holds", () => {
    expect(standingOf(tile("good", { freshness: "stale" }), null).freshness).toBe("stale");
  });

  test("what never came is not called stale: it is without data", () => {
    expect(standingOf(tile("no_data", { freshness: "stale", data_at: null }), after(0))).toEqual({ status: "no_data", freshness: "fresh" });
  });
});

describe("what a tile counts as", () => {
  test.each([
    ["late", "stale", "late"],
    ["watch", "stale", "watch"],
    ["good", "stale", "none"],
    ["above", "stale", "none"],
    ["not_rated", "stale", "none"],
    ["above", "aging", "good"],
    ["not_rated", "fresh", "unrated"],
    ["no_data", "fresh", "none"],
  ] as const)("%s and %s counts as %s", (status, freshness, count) => {
    expect(countOf({ status, freshness })).toBe(count);
  });
});

test("counts add up to the number of tiles", () => {
  const statuses: Status[] = ["late", "watch", "good", "above", "not_rated", "no_data"];
  const counts = countAll(statuses.map((status) => tile(status)), after(0));
  expect(counts).toEqual({ late: 1, watch: 1, good: 2, above: 1, unrated: 1, none: 1, total: 6 });
});
