import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LiveServer } from "../api/contract";
import { LiveBoard } from "./live-board.svelte";
import { EachAtItsPace } from "./pacing";
import { exampleTile } from "./tile-example";

class Socket {
  readyState = 1;
  sent: { resume?: { epoch: string; seq: number } }[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {}
}

const ID = "rsud:KS-06:week";
const snapshot = (epoch: string, seq: number, value: number): LiveServer => ({ type: "snapshot", epoch, seq, board: "b", title: "B", groups: [{ title: "Layanan" }], tiles: [exampleTile(ID, { value })] });
const delta = (seq: number, value: number): LiveServer => ({ type: "delta", seq, tiles: [exampleTile(ID, { value })], removed: [] });
let socket: Socket;
let board: LiveBoard;
const say = (message: LiveServer) => socket.onmessage?.({ data: JSON.stringify(message) });
const shown = () => board.view(ID)?.shown.value.value;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new Socket();
  const around = { open: () => socket as unknown as WebSocket, now: () => Date.now(), random: () => 1, isSignedOut: async () => false };
  board = new LiveBoard("b", around, new EachAtItsPace(500, around.now), () => undefined);
  board.start();
  socket.onopen?.();
  say(snapshot("e1", 7, 47));
});
afterEach(() => {
  board.stop();
  vi.useRealTimers();
});

test("shows a change at once and the newest of a burst half a second later", () => {
  say(delta(8, 50));
  say(delta(9, 51));
  say(delta(10, 52));
  expect(shown()).toBe(50);
  vi.advanceTimersByTime(500);
  expect(shown()).toBe(52);
});

test("asks once for what a gap is missing, from where it stands", () => {
  say(delta(9, 50));
  say(delta(10, 51));
  expect(socket.sent).toHaveLength(2);
  expect(socket.sent[1]?.resume).toEqual({ epoch: "e1", seq: 7 });
  say(delta(8, 49));
  say(delta(9, 50));
  vi.advanceTimersByTime(500);
  expect(shown()).toBe(50);
});

test("a restarted server's snapshot replaces everything, and tiles that are gone go", () => {
  say({ ...snapshot("e2", 0, 40), tiles: [exampleTile("neu:X:day")] } as LiveServer);
  vi.advanceTimersByTime(500);
  flushSync();
  expect(board.view(ID)).toBeUndefined();
  expect(board.layout).toEqual([{ title: "Layanan", ids: ["neu:X:day"] }]);
});

test("keeps a number marked as new for ten seconds", () => {
  say(delta(8, 50));
  expect(board.view(ID)?.marked).toBe(true);
  vi.advanceTimersByTime(10_000);
  expect(board.view(ID)?.marked).toBe(false);
});

test("a refusal is lifted by a snapshot", () => {
  say({ type: "error", code: "unknown_board", detail: "x" });
  expect(board.refused?.code).toBe("unknown_board");
  say(snapshot("e1", 8, 1));
  expect(board.refused).toBeNull();
});
