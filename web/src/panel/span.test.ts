import { expect, test } from "vitest";
import { exampleTile, WAITING } from "../board/tile-example";
import { everyOf, offered } from "./every";
import { seriesSpan } from "./span";

test("ends with the region's own day, even when it is still yesterday in Greenwich", () => {
  const span = seriesSpan("day", Date.parse("2026-11-24T17:30:00Z"), "Asia/Jakarta");
  expect(span).toEqual({ from: "2026-09-26", to: "2026-11-26" });
});

test("a number is offered in its own and in longer periods only", () => {
  expect(offered({ ...WAITING, frequency: "month" })).toEqual(["month", "quarter", "semester", "year"]);
  const tile = exampleTile("rsud:KS-06:month");
  expect(everyOf(tile, "year", { ...WAITING, frequency: "month" })).toBe("year");
  expect(everyOf(tile, "day", { ...WAITING, frequency: "month" })).toBe("month");
  expect(everyOf(tile, null, undefined)).toBe("month");
});
