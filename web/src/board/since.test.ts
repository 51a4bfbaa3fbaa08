import { expect, test } from "vitest";
import type { Status } from "../api/contract";
import { sinceOf } from "./since";
import { exampleValue } from "./tile-example";

const series = (...statuses: Status[]) => statuses.map((status, index) => exampleValue({ period: `2026-W4${index}`, status }));
const shown = (week: number, status: Status) => exampleValue({ period: `2026-W4${week}`, status });

test("is the first of the newest periods with the same status", () => {
  expect(sinceOf(series("late", "good", "late", "late"), shown(3, "late"))).toEqual({ period: "2026-W42", orBefore: false });
});

test("does not reach over a period of another status", () => {
  expect(sinceOf(series("late", "watch", "late"), shown(2, "late"))?.period).toBe("2026-W42");
});

test("may be older when all that was read is the same", () => {
  expect(sinceOf(series("late", "late"), shown(1, "late"))).toEqual({ period: "2026-W40", orBefore: true });
});

test("counts from the shown window, not from a newer one that is still running", () => {
  expect(sinceOf(series("good", "late", "no_data"), shown(1, "late"))?.period).toBe("2026-W41");
});

test("is unknown when the shown window is not in the series or says otherwise", () => {
  expect(sinceOf(series("late"), shown(7, "late"))).toBeNull();
  expect(sinceOf(series("good"), shown(0, "late"))).toBeNull();
});
