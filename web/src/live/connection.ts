// Keeps one subscription alive. Owns the socket, the watchdog and the retries; what messages mean is store.ts's.

import type { LiveServer, Subscribe } from "../api/contract";
import { waitBefore } from "./backoff";

export const PROTOCOL = "pantau.live.v1";
/** The server pings at least every 5 s; silence this long is a lost link. */
const SILENT_MS = 8_000;
/** Silence this long is a dead socket. */
const DEAD_MS = 15_000;
/** A hiccup shorter than this is not worth a word on the wall. */
const GRACE_MS = 3_000;
const WATCH_MS = 1_000;

/** Close codes of the contract that say something other than "try again". */
const SESSION_ENDED = 4401;
const TOO_MANY = 4429;
/** A link counts as good, and the waits start anew, only after it stood this long. */
const GOOD_MS = 5_000;
/** Tries that a server which has too many viewers is spared. */
const SPARED_TRIES = 4;

export type Link =
  | { kind: "connecting" }
  | { kind: "live" }
  /** Down, but too briefly to alarm anyone. */
  | { kind: "reconnecting" }
  /** `since`: `now()` of the last message. */
  | { kind: "lost"; since: number }
  | { kind: "ended" };

export interface Surroundings {
  open(): WebSocket;
  now(): number;
  random(): number;
  /** Asked when a handshake fails, because a browser hides its status. */
  isSignedOut(): Promise<boolean>;
}

export interface Listener {
  message(message: LiveServer): void;
  link(link: Link): void;
  /** What to subscribe to, with the last known place. */
  subscription(): Subscribe;
}

export class Connection {
  #socket: WebSocket | null = null;
  #link: Link = { kind: "connecting" };
  #heardAt: number;
  #openedAt = 0;
  #downSince: number | null = null;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #watch: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {
    this.#heardAt = around.now();
  }

  start(): void {
    this.#watch = setInterval(() => this.#check(), WATCH_MS);
    this.#open();
  }

  stop(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#cancelRetry();
    this.#drop(1000);
  }

  /** The network is back or the page is looked at again: do not sit out the wait. */
  retryNow(): void {
    if (this.#link.kind === "ended" || this.#socket !== null) return;
    this.#cancelRetry();
    this.#open();
  }

  /** Asks again on the open socket; the server answers with what is missing or with a snapshot. */
  resubscribe(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(this.listener.subscription()));
  }

  #open(): void {
    const socket = this.around.open();
    this.#socket = socket;
    let opened = false;
    this.#heardAt = this.around.now();
    socket.onopen = () => {
      opened = true;
      this.#openedAt = this.around.now();
      this.resubscribe();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.#hear(event.data);
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      void this.#closed(event.code, opened);
    };
  }

  #hear(text: string): void {
    this.#heardAt = this.around.now();
    this.#downSince = null;
    this.#become({ kind: "live" });
    this.listener.message(JSON.parse(text) as LiveServer);
  }

  async #closed(code: number, opened: boolean): Promise<void> {
    if (code === SESSION_ENDED) return this.#become({ kind: "ended" });
    this.#goDown();
    if (opened && this.around.now() - this.#openedAt >= GOOD_MS) this.#tries = 0;
    if (code === TOO_MANY) this.#tries = Math.max(this.#tries, SPARED_TRIES);
    if (!opened && (await this.around.isSignedOut())) return this.#become({ kind: "ended" });
    this.#later();
  }

  #later(): void {
    if (this.#retry !== null || this.#socket !== null || this.#watch === null) return;
    const lostFor = this.around.now() - (this.#downSince ?? this.around.now());
    const wait = waitBefore(this.#tries, lostFor, this.around.random);
    this.#tries += 1;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#open();
    }, wait);
  }

  #check(): void {
    const silent = this.around.now() - this.#heardAt;
    if (this.#socket !== null && silent >= DEAD_MS) {
      this.#drop(4000);
      this.#goDown();
      this.#later();
    } else if (this.#socket !== null && this.#link.kind === "live" && silent >= SILENT_MS) {
      this.#downSince = this.#heardAt;
      this.#become({ kind: "lost", since: this.#heardAt });
    }
    if (this.#downSince === null) return;
    const down = this.around.now() - this.#downSince;
    if (down >= GRACE_MS && this.#link.kind !== "lost") this.#become({ kind: "lost", since: this.#downSince });
  }

  #goDown(): void {
    this.#downSince ??= this.#heardAt;
    if (this.#link.kind === "live") this.#become({ kind: "reconnecting" });
  }

  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(code);
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #become(link: Link): void {
    if (this.#link.kind === "ended" || this.#link.kind === link.kind) return;
    this.#link = link;
    if (link.kind === "ended") this.stop();
    this.listener.link(link);
  }
}
