import { describe, expect, test } from "vitest";
import { axisOf, freeSide, nearest, runsOf, spread, xOf, yOf, type Frame } from "./lines-geometry";

const FRAME: Frame = { width: 300, height: 120, left: 30, right: 70, top: 10, bottom: 10 };

describe("an axis", () => {
  test.each([
    { values: [121, 168], level: 124, zero: false, most: 4, least: 1, ticks: [120, 140, 160, 180] },
    { values: [2.2, 4.6], level: 5, zero: true, most: 4, least: 0.1, ticks: [0, 2, 4, 6] },
    { values: [7, 7], level: null, zero: false, most: 4, least: 1, ticks: [7, 8] },
    { values: [null, null], level: null, zero: true, most: 4, least: 1, ticks: [0, 1] },
    { values: [1, 2], level: 100, zero: true, most: 4, least: 1, ticks: [0, 1, 2] },
  ])("of $values with $level", ({ values, level, zero, most, least, ticks }) => {
    const axis = axisOf(values, level, zero, most, least);
    expect(axis.ticks.map((tick) => Number(tick.toFixed(9)))).toEqual(ticks);
    for (const value of values.filter((value) => value !== null)) expect(axis.low <= value && value <= axis.high).toBe(true);
  });
});

test("a missing value is a gap, and ends lie at the edges", () => {
  const axis = axisOf([0, 10], null, true, 5, 1);
  const runs = runsOf([0, null, 10, 10], axis, FRAME);
  expect(runs.map((run) => run.length)).toEqual([1, 2]);
  expect(runs[0]?.[0]).toEqual({ x: 30, y: yOf(0, axis, FRAME) });
  expect(runs[1]?.[1]).toEqual({ x: 230, y: yOf(10, axis, FRAME) });
  expect(xOf(0, 1, FRAME)).toBe(230);
});

test("a pointer reads the nearest period, also beside the plot", () => {
  expect([-50, 30, 128, 140, 900].map((x) => nearest(x, 5, FRAME))).toEqual([0, 0, 2, 2, 4]);
});

test("words at one height step aside, far ones stay", () => {
  expect(spread([50, 50], 16)).toEqual([42, 58]);
  expect(spread([20, 80], 16)).toEqual([20, 80]);
});

test("the words of a level stand where fewer points are", () => {
  const run = [{ x: 40, y: 50 }, { x: 60, y: 52 }, { x: 200, y: 90 }];
  expect(freeSide(60, [run], 100)).toBe("below");
  expect(freeSide(40, [run], 100)).toBe("above");
});
