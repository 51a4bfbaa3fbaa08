import { expect, test } from "vitest";
import type { ServiceWeek } from "../api/contract";
import { exampleOverview } from "./overview-example";
import { countedWeeks, meanOf } from "./weeks";

const of = (opened: number[]): ServiceWeek[] => opened.map((count) => ({ ...(exampleOverview().weeks[0] as ServiceWeek), opened: count }));
const counted = (before: number, opened: number[]) => countedWeeks({ opened: before + opened.reduce((sum, one) => sum + one, 0), weeks: of(opened) }).map((week) => week.opened);

test("weeks before the first case are not counted as zero", () => {
  expect(counted(0, [0, 0, 3, 0, 2])).toEqual([3, 0, 2]);
  expect(counted(5, [0, 0, 3])).toEqual([0, 0, 3]);
  expect(counted(0, [0, 0])).toEqual([]);
});

test("the mean is that of the points", () => {
  expect(meanOf([121, 160, 168])).toBeCloseTo(149.667, 3);
});
