// Opens a live board with the browser's own socket, clock and events; closes all of it again.

import { readMe, liveAddress } from "../api/endpoints";
import { ApiError } from "../api/request";
import { clock } from "../app/clock.svelte";
import { PROTOCOL, type Surroundings } from "../live/connection";
import { LiveBoard } from "./live-board.svelte";
import type { Pacer } from "./pacing";

const browser: Surroundings = {
  open: () => new WebSocket(liveAddress(location), PROTOCOL),
  now: () => performance.now(),
  random: () => Math.random(),
  isSignedOut: () =>
    readMe().then(
      () => false,
      (error) => error instanceof ApiError && error.status === 401,
    ),
};

export function openBoard(id: string, pacer: Pacer): { board: LiveBoard; close: () => void } {
  const board = new LiveBoard(id, browser, pacer, (at) => clock.heard(at));
  const awake = () => {
    if (!document.hidden) board.retryNow();
  };
  window.addEventListener("online", awake);
  document.addEventListener("visibilitychange", awake);
  board.start();
  const close = () => {
    window.removeEventListener("online", awake);
    document.removeEventListener("visibilitychange", awake);
    board.stop();
  };
  return { board, close };
}
