import { expect, test } from "vitest";
import { exampleValue } from "../board/tile-example";
import { columnsOf, rangeOf, withoutLead } from "./columns";

const columns = (values: (number | null)[], target: number | null) => columnsOf(values.map((value) => exampleValue({ value, target })));

test("columns are aligned and keep their gaps", () => {
  const { index, value, low } = columns([1, null, 3], 2);
  expect([index, value, low]).toEqual([[0, 1, 2], [1, null, 3], [2, 2, 2]]);
});

test("the axis holds values and target, and does not dip below zero", () => {
  const [bottom, top] = rangeOf(columns([1, 9], 10));
  expect([bottom, top > 10]).toEqual([expect.closeTo(0.28), true]);
  expect(rangeOf(columns([0, 9], null))[0]).toBe(0);
  expect(rangeOf(columns([-3, 9], null))[0]).toBeLessThan(-3);
});

test("a far target does not flatten the line", () => {
  const [bottom, top] = rangeOf(columns([10, 12], 1_000));
  expect((12 - 10) / (top - bottom)).toBeGreaterThan(0.25);
});

test("one level is shown with its target, however far", () => {
  const [bottom, top] = rangeOf(columns([47], 30));
  expect([bottom < 30, top > 47]).toEqual([true, true]);
});

test("a young series begins at its first value, but not with less than eight periods", () => {
  const series = (empty: number, known: number) => [...Array(empty).fill({ value: null }), ...Array(known).fill({ value: 1 })];
  expect(withoutLead(series(40, 12)).length).toBe(12);
  expect(withoutLead(series(40, 1)).length).toBe(8);
  expect(withoutLead(series(0, 5)).length).toBe(5);
  expect(withoutLead(series(5, 0)).length).toBe(5);
});

test("nothing known still has an axis", () => {
  expect(rangeOf(columns([null], null))).toEqual([0, 1]);
});
