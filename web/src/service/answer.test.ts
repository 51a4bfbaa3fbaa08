import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../api/request";
import { Answer, type Around } from "./answer.svelte";

let visible = true;
let look: () => void = () => undefined;
let expired = 0;
const around: Around = {
  now: () => Date.now(),
  random: () => 0.999,
  isVisible: () => visible,
  onVisible: (call) => {
    look = call;
    return () => (look = () => undefined);
  },
  expired: () => (expired += 1),
};

beforeEach(() => {
  vi.useFakeTimers();
  visible = true;
  expired = 0;
});
afterEach(() => vi.useRealTimers());

/** A server that gives these answers, one for each question; the last one stays. */
function server(...says: (number | ApiError)[]) {
  let asked = 0;
  const read = async () => {
    const said = says[Math.min(asked, says.length - 1)] ?? 0;
    asked += 1;
    if (said instanceof ApiError) throw said;
    return said;
  };
  return { read, asked: () => asked };
}

test("is asked for again at its rhythm", async () => {
  const { read } = server(1, 2);
  const answer = new Answer(read, 30_000, around);
  await vi.advanceTimersByTimeAsync(0);
  expect([answer.value, answer.link.kind]).toEqual([1, "live"]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(answer.value).toBe(2);
  answer.stop();
});

test("of a moment in the past comes once", async () => {
  const { read, asked } = server(1);
  const answer = new Answer(read, null, around);
  await vi.advanceTimersByTimeAsync(600_000);
  look();
  expect(asked()).toBe(1);
  answer.stop();
});

test("keeps the last value while the server is away, says since when, and comes back", async () => {
  const { read } = server(1, new ApiError(0, "unreachable", ""), new ApiError(503, "away", ""), 2);
  const started = Date.now();
  const answer = new Answer(read, 30_000, around);
  await vi.advanceTimersByTimeAsync(30_000);
  expect([answer.value, answer.link]).toEqual([1, { kind: "lost", since: started }]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect([answer.value, answer.failed, answer.link.kind]).toEqual([2, null, "live"]);
  answer.stop();
});

test("does not ask again for what is refused", async () => {
  const { read, asked } = server(new ApiError(404, "not_found", "no such service"));
  const answer = new Answer(read, 30_000, around);
  await vi.advanceTimersByTimeAsync(600_000);
  expect([asked(), answer.failed?.status]).toEqual([1, 404]);
  answer.stop();
});

test("waits while nobody looks, and asks when somebody does", async () => {
  const { read, asked } = server(1);
  const answer = new Answer(read, 30_000, around);
  visible = false;
  await vi.advanceTimersByTimeAsync(600_000);
  expect(asked()).toBe(1);
  visible = true;
  look();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(2);
  answer.stop();
});

test("ends the session when it is over, and is silent when stopped", async () => {
  new Answer(server(new ApiError(401, "no_session", "")).read, 30_000, around);
  const { read } = server(1);
  const stopped = new Answer(read, 30_000, around);
  stopped.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([expired, stopped.value]).toEqual([1, null]);
});
