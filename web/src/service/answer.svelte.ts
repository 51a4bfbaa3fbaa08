// An answer of the server that is asked for again while somebody looks at it.

import { ApiError } from "../api/request";
import type { Link } from "../live/connection";
import { waitBefore } from "../live/backoff";

/** What the answer needs from around it; tests give their own. */
export interface Around {
  now(): number;
  random(): number;
  isVisible(): boolean;
  onVisible(call: () => void): () => void;
  expired(): void;
}

export class Answer<T> {
  value = $state.raw<T | null>(null);
  /** Why the newest try failed; null after one that did not. */
  failed = $state.raw<ApiError | null>(null);
  link = $state.raw<Link>({ kind: "connecting" });
  #timer: ReturnType<typeof setTimeout> | null = null;
  #heardAt: number;
  #tries = 0;
  #round = 0;
  /** Its time came while nobody looked. */
  #isDue = false;
  #unlisten: () => void;

  /** `every` in ms; null for what does not change any more, which is asked for until it came once. */
  constructor(
    private readonly read: () => Promise<T>,
    private readonly every: number | null,
    private readonly around: Around,
  ) {
    this.#heardAt = around.now();
    this.#unlisten = around.onVisible(() => {
      if (this.#isDue) this.now();
    });
    this.now();
  }

  /** Asks at once, whatever waits. */
  now(): void {
    this.#clear();
    this.#isDue = false;
    this.#round += 1;
    void this.#ask(this.#round);
  }

  stop(): void {
    this.#clear();
    this.#unlisten();
    // What is still under way speaks to nobody.
    this.#round += 1;
  }

  async #ask(round: number): Promise<void> {
    try {
      const value = await this.read();
      if (round === this.#round) this.#came(value);
    } catch (error) {
      if (round === this.#round) this.#missed(error instanceof ApiError ? error : new ApiError(0, "broken_answer", String(error)));
    }
  }

  #came(value: T): void {
    this.value = value;
    this.failed = null;
    this.link = { kind: "live" };
    this.#heardAt = this.around.now();
    this.#tries = 0;
    if (this.every !== null) this.#wait(this.every);
  }

  #missed(error: ApiError): void {
    if (error.status === 401) return this.around.expired();
    this.failed = error;
    // The server spoke and will say the same again: nothing to wait for.
    if (error.status >= 400 && error.status < 500 && error.status !== 429) {
      this.link = { kind: "live" };
      return;
    }
    this.link = { kind: "lost", since: this.#heardAt };
    this.#wait(waitBefore(this.#tries, this.around.now() - this.#heardAt, () => this.around.random()));
    this.#tries += 1;
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      if (this.around.isVisible()) this.now();
      else this.#isDue = true;
    }, ms);
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
