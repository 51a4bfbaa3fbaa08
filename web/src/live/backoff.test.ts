import { expect, test } from "vitest";
import { waitBefore } from "./backoff";

test("doubles from half a second to the cap, which is low in the first minute", () => {
  const most = (lostFor: number) => [0, 1, 2, 3, 4, 5, 6, 7, 50].map((tries) => waitBefore(tries, lostFor, () => 1));
  expect(most(0)).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000, 5_000]);
  expect(most(61_000)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("is spread by chance, but never at once", () => {
  expect(waitBefore(6, 61_000, () => 0.5)).toBe(15_000);
  expect(waitBefore(6, 61_000, () => 0)).toBe(100);
});
