import { expect, test } from "vitest";
import { ServerClock } from "./server-clock";

test("runs by the quickest message, whatever the device's own time is", () => {
  let monotonic = 1_000;
  const clock = new ServerClock(() => monotonic);
  expect(clock.now()).toBeNull();
  clock.heard("1970-01-01T00:01:40.000Z");
  monotonic = 6_000;
  clock.heard("1970-01-01T00:01:45.200Z");
  monotonic = 11_000;
  // Two seconds late on the way: tells nothing about the clock.
  clock.heard("1970-01-01T00:01:48.000Z");
  expect(clock.now()).toBe(110_200);
});

test("ignores a stamp that is none", () => {
  const clock = new ServerClock(() => 0);
  clock.heard("soon");
  expect(clock.now()).toBeNull();
});
