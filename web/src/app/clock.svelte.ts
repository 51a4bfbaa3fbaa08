import { ServerClock } from "../live/server-clock";

const server = new ServerClock(() => performance.now());
/** Ages change by the minute; looking every few seconds keeps 300 tiles from recomputing each second. */
const COARSE_MS = 5_000;

class Clock {
  /** Server time in ms at the last whole second; null until the server spoke. */
  second = $state<number | null>(null);
  /** The same, in steps of some seconds. */
  coarse = $state<number | null>(null);

  constructor() {
    this.#tick();
  }

  heard(at: string): void {
    server.heard(at);
    if (this.second === null) this.#read();
  }

  now(): number | null {
    return server.now();
  }

  #tick(): void {
    this.#read();
    // Wakes just after the next whole second of the server, so that the wall's clock does not skip one.
    setTimeout(() => this.#tick(), 1_005 - ((server.now() ?? 0) % 1_000));
  }

  #read(): void {
    const now = server.now();
    if (now === null) return;
    this.second = Math.floor(now / 1_000) * 1_000;
    if (this.coarse === null || now - this.coarse >= COARSE_MS) this.coarse = now;
  }
}

export const clock = new Clock();
