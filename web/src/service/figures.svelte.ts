// The figures of many services, asked for a few at a time: each costs the server a count over its cases.

import { SvelteMap } from "svelte/reactivity";
import type { Service, ServiceOverview } from "../api/contract";
import { ApiError } from "../api/request";

const AT_ONCE = 2;

export type Figure = { kind: "known"; overview: ServiceOverview } | { kind: "failed" };

export class Figures {
  of = new SvelteMap<string, Figure>();
  /** Every service has been asked for once. */
  settled = $state(false);
  #running = false;
  #stopped = false;

  constructor(
    private readonly read: (id: string) => Promise<ServiceOverview>,
    private readonly expired: () => void,
  ) {}

  /** Asks for all of them; while a round is under way another one is not begun. */
  async round(services: readonly Service[]): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const waiting = services.map((service) => service.id);
    const worker = async () => {
      for (let id = waiting.shift(); id !== undefined && !this.#stopped; id = waiting.shift()) await this.#one(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    this.#running = false;
    this.settled = true;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #one(id: string): Promise<void> {
    try {
      const overview = await this.read(id);
      if (!this.#stopped) this.of.set(id, { kind: "known", overview });
    } catch (error) {
      if (this.#stopped) return;
      if (error instanceof ApiError && error.status === 401) {
        this.#stopped = true;
        return this.expired();
      }
      // A figure that was known stays: the bar already says when the server is away.
      if (!this.of.has(id)) this.of.set(id, { kind: "failed" });
    }
  }
}
