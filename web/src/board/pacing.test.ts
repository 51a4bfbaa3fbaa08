import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EachAtItsPace, OneAfterAnother } from "./pacing";

let painted: string[] = [];
const paint = (name: string) => () => void painted.push(name);

beforeEach(() => {
  vi.useFakeTimers();
  painted = [];
});
afterEach(() => vi.useRealTimers());

describe("each tile at its pace", () => {
  test("paints the first change at once, then the newest of those that wait", () => {
    const pacer = new EachAtItsPace(500, () => Date.now());
    for (const name of ["a1", "a2", "a3"]) pacer.offer("a", paint(name));
    pacer.offer("b", paint("b1"));
    expect(painted).toEqual(["a1", "b1"]);
    vi.advanceTimersByTime(500);
    expect(painted).toEqual(["a1", "b1", "a3"]);
  });

  test("keeps to twice a second under a flood", () => {
    const pacer = new EachAtItsPace(500, () => Date.now());
    for (let tick = 0; tick < 40; tick += 1) {
      pacer.offer("a", paint("a"));
      vi.advanceTimersByTime(50);
    }
    expect(painted.length).toBe(5);
  });

  test("forgets a tile that is gone", () => {
    const pacer = new EachAtItsPace(500, () => Date.now());
    pacer.offer("a", paint("a1"));
    pacer.offer("a", paint("a2"));
    pacer.forget("a");
    vi.advanceTimersByTime(1_000);
    expect(painted).toEqual(["a1"]);
  });
});

describe("one tile after another", () => {
  test("moves one tile a second, the longest waiting first, with its newest number", () => {
    const pacer = new OneAfterAnother(1_000, () => Date.now());
    for (const [id, name] of [["a", "a1"], ["b", "b1"], ["c", "c1"], ["b", "b2"]] as const) pacer.offer(id, paint(name), true);
    expect(painted).toEqual(["a1"]);
    vi.advanceTimersByTime(1_000);
    expect(painted).toEqual(["a1", "b2"]);
    vi.advanceTimersByTime(1_000);
    expect(painted).toEqual(["a1", "b2", "c1"]);
  });

  test("lets pass at once what does not move, and with it what waited", () => {
    const pacer = new OneAfterAnother(1_000, () => Date.now());
    pacer.offer("a", paint("a1"), true);
    pacer.offer("b", paint("b1"), true);
    pacer.offer("b", paint("b2"), false);
    vi.advanceTimersByTime(3_000);
    expect(painted).toEqual(["a1", "b2"]);
  });
});
