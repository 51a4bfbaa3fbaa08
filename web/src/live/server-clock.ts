// The server's time on this device. A screen's own clock may be wrong or may be set while it runs, so only its speed is used.

/** Estimates older than this many messages are forgotten, so that drift is followed. */
const KEPT = 24;

export class ServerClock {
  #offsets: number[] = [];

  constructor(private readonly monotonic: () => number) {}

  /** A message that the server stamped `at` has just arrived. */
  heard(at: string): void {
    const stamped = Date.parse(at);
    if (Number.isNaN(stamped)) return;
    this.#offsets.push(stamped - this.monotonic());
    if (this.#offsets.length > KEPT) this.#offsets.shift();
  }

  /** Server time in ms, or null before the first message. The quickest message is the truest, and it has the largest offset. */
  now(): number | null {
    return this.#offsets.length === 0 ? null : this.monotonic() + Math.max(...this.#offsets);
  }
}
