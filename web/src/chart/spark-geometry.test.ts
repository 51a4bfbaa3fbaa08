import { describe, expect, test } from "vitest";
import { sparkOf } from "./spark-geometry";

const BOX = { width: 110, height: 64, inset: 7 };

test("a missing value is a gap, never a zero", () => {
  const spark = sparkOf({ values: [1, null, 3, 4], target: null }, BOX);
  expect(spark.runs.map((run) => run.length)).toEqual([1, 2]);
  expect(spark.last).toEqual({ x: 103, y: 7 });
});

test("without a newest value there is no dot", () => {
  expect(sparkOf({ values: [1, 2, null], target: null }, BOX).last).toBeNull();
});

test("a level line runs through the middle", () => {
  expect(sparkOf({ values: [5, 5], target: null }, BOX).last?.y).toBe(32);
});

test("nothing known is nothing drawn", () => {
  expect(sparkOf({ values: [null, null], target: { polarity: "up", low: 3, high: null } }, BOX)).toEqual({ runs: [], last: null, band: null });
});

describe("the band", () => {
  const band = (polarity: "up" | "down" | "range", low: number, high: number | null) => sparkOf({ values: [0, 10], target: { polarity, low, high } }, BOX).band;

  test("shades the good side of the target", () => {
    expect(band("up", 5, null)).toEqual({ top: 0, bottom: 32 });
    expect(band("down", 5, null)).toEqual({ top: 32, bottom: 64 });
    expect(band("range", 0, 5)).toEqual({ top: 32, bottom: 57 });
  });

  test("is seen even where the line never was, and lets the line stay readable", () => {
    const far = sparkOf({ values: [0, 10], target: { polarity: "up", low: 1_000, high: null } }, BOX);
    const run = far.runs[0] ?? [];
    expect((run[0]?.y ?? 0) - (run[1]?.y ?? 0)).toBeGreaterThanOrEqual(25);
    const near = sparkOf({ values: [0, 10], target: { polarity: "up", low: 10, high: null } }, BOX).band;
    expect((near?.bottom ?? 0) - (near?.top ?? 0)).toBeGreaterThan(8);
  });
});
