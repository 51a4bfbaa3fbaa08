// How long to wait before the next try. Full jitter, so that a hall of screens does not knock at the same moment.

const FIRST_MS = 500;
/** For the first minute a viewer is looking at a dead board: stay quick. */
const EARLY_CAP_MS = 5_000;
const EARLY_MS = 60_000;
const CAP_MS = 30_000;
/** Never at once, so that a server that closes on sight is not hammered. */
const LEAST_MS = 100;

/** `tries` counts from 0; `lostFor` is how long the link has been down, in ms. */
export function waitBefore(tries: number, lostFor: number, random: () => number): number {
  const cap = lostFor < EARLY_MS ? EARLY_CAP_MS : CAP_MS;
  const ceiling = Math.min(cap, FIRST_MS * 2 ** Math.min(tries, 10));
  return Math.max(LEAST_MS, Math.round(random() * ceiling));
}
