// Asks for what a page shows for as long as the page is there.

import { clock } from "../app/clock.svelte";
import { session } from "../app/session.svelte";
import { Answer, type Around } from "./answer.svelte";

/** The answers change with every step of a case and with every minute; one that did not change comes as few bytes. */
export const ONE_MS = 30_000;

const around: Around = {
  now: () => performance.now(),
  random: Math.random,
  isVisible: () => document.visibilityState === "visible",
  onVisible(call) {
    const look = () => document.visibilityState === "visible" && call();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  },
  expired: () => session.expire(),
};

/** `every` is null for what is asked as of a moment: it comes once. */
export function ask<T>(read: () => Promise<T>, every: number | null): Answer<T> {
  return new Answer(read, every, around);
}

/** The server's own time of an answer that is true for now. */
export function heard(asOf: string, frozen: boolean): void {
  if (!frozen) clock.heard(asOf);
}
