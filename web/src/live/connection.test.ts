import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Connection, type Link } from "./connection";

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readyState = 0;
  sent: string[] = [];
  closed: number | null = null;

  constructor() {
    FakeSocket.all.push(this);
  }
  opens(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  ends(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(code: number): void {
    this.closed = code;
  }
}

const PING = { type: "ping", at: "2026-11-24T07:05:09Z" };
let links: Link[] = [];
let signedOut = false;
let connection: Connection;
const last = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;
const kind = () => links.at(-1)?.kind;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  links = [];
  signedOut = false;
  const around = { open: () => new FakeSocket() as unknown as WebSocket, now: () => Date.now(), random: () => 1, isSignedOut: async () => signedOut };
  connection = new Connection(around, {
    message: () => undefined,
    link: (link) => links.push(link),
    subscription: () => ({ type: "subscribe", board: "bupati", resume: { epoch: "e1", seq: 7 } }),
  });
  connection.start();
});
afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

function live(): void {
  last().opens();
  last().says(PING);
}

test("asks for its board with what it knows as soon as it is open", () => {
  last().opens();
  expect(last().sent.map((text) => JSON.parse(text))).toEqual([{ type: "subscribe", board: "bupati", resume: { epoch: "e1", seq: 7 } }]);
  last().says(PING);
  expect(kind()).toBe("live");
});

describe("when the link goes", () => {
  test("a silent one is called lost within ten seconds, since its last word", async () => {
    live();
    const heardAt = Date.now();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(links.at(-1)).toEqual({ kind: "lost", since: heardAt });
  });

  test("a silent one is given up after 15 seconds and tried anew", async () => {
    live();
    const first = last();
    await vi.advanceTimersByTimeAsync(17_000);
    expect(first.closed).toBe(4000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });

  test("a message after silence brings it back without a new socket", async () => {
    live();
    await vi.advanceTimersByTimeAsync(9_000);
    last().says(PING);
    expect([kind(), FakeSocket.all.length]).toEqual(["live", 1]);
  });

  test("a hiccup is no alarm, a longer one is", async () => {
    live();
    last().ends(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(kind()).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(kind()).toBe("lost");
  });

  test("it is tried at once when the network is back", async () => {
    live();
    last().ends(1006);
    await vi.advanceTimersByTimeAsync(0);
    connection.retryNow();
    expect(FakeSocket.all.length).toBe(2);
    live();
    expect(kind()).toBe("live");
  });

  test("waits grow but stay short in the first minute", async () => {
    live();
    last().ends(1006);
    for (let second = 0; second < 60; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      if (last().readyState === 0) last().ends(1006);
    }
    expect(FakeSocket.all.length).toBeGreaterThanOrEqual(12);
    expect(FakeSocket.all.length).toBeLessThanOrEqual(20);
  });
});

test("a server that takes us in only to send us away is not hammered", async () => {
  for (let second = 0; second < 30; second += 1) {
    if (last().readyState === 0) {
      live();
      last().ends(1012);
    }
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(FakeSocket.all.length).toBeLessThanOrEqual(10);
});

describe("when the session has ended", () => {
  test("a 4401 is final", async () => {
    live();
    last().ends(4401);
    await vi.advanceTimersByTimeAsync(120_000);
    expect([kind(), FakeSocket.all.length]).toEqual(["ended", 1]);
  });

  test("a refused handshake asks who we are, and stops when we are nobody", async () => {
    signedOut = true;
    last().ends(1006);
    await vi.advanceTimersByTimeAsync(120_000);
    expect([kind(), FakeSocket.all.length]).toEqual(["ended", 1]);
  });
});
