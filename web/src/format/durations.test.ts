import { describe, expect, test } from "vitest";
import { formatLeft, formatSpan, spanCell, spanNumber, spanUnit } from "./durations";

const HOUR_MS = 3_600_000;

describe("a length of time", () => {
  test.each([
    [null, "—", "—"],
    [0, "0 menit", "0 min"],
    [0.75, "45 menit", "45 min"],
    [2, "120 menit", "120 min"],
    [5.5, "5,5 jam", "5.5 h"],
    [47.96, "48 jam", "48 h"],
    [100.8, "4,2 hari", "4.2 d"],
    [504, "21 hari", "21 d"],
    [238.9, "10 hari", "10 d"],
  ])("of %j hours", (hours, id, en) => {
    expect([formatSpan(hours, "id"), formatSpan(hours, "en")]).toEqual([id, en]);
  });

  test("stands in the unit of the longest beside it", () => {
    const unit = spanUnit(6, 264, null);
    expect(unit).toBe("days");
    expect([6, 264, null].map((hours) => spanNumber(hours, unit, "id"))).toEqual(["0,3", "11", "—"]);
    expect([6, 264, null].map((hours) => spanCell(hours, unit, "id"))).toEqual(["0,3", "11,0", "—"]);
  });
});

test.each([
  [55 * 60_000, "55 m"],
  [1.92 * HOUR_MS, "1 j 55 m"],
  [47.5 * HOUR_MS, "47 j 30 m"],
  [80 * HOUR_MS, "3 hari"],
  [-30 * 60_000, "lewat 30 m"],
])("%j ms are left", (ms, words) => {
  expect(formatLeft(ms, "id")).toBe(words);
});
