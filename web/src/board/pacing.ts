// When a change may be painted. Newer changes of a tile replace older ones that still wait.

/** A person reads a number no faster than this. */
export const READING_MS = 500;
/** On a wall one tile moves at a time, so that an eye can follow. */
export const WALL_MS = 1_000;

type Paint = () => void;

export interface Pacer {
  /** `moves` is false for changes that nobody sees as motion; they may pass at once. */
  offer(id: string, paint: Paint, moves: boolean): void;
  forget(id: string): void;
  stop(): void;
}

/** Each tile at its own pace: the first change at once, then at most one in `gap` ms. */
export class EachAtItsPace implements Pacer {
  #painted = new Map<string, number>();
  #waiting = new Map<string, { timer: ReturnType<typeof setTimeout>; paint: Paint }>();

  constructor(
    private readonly gap: number,
    private readonly now: () => number,
  ) {}

  offer(id: string, paint: Paint): void {
    const waiting = this.#waiting.get(id);
    if (waiting) {
      waiting.paint = paint;
      return;
    }
    const wait = (this.#painted.get(id) ?? Number.NEGATIVE_INFINITY) + this.gap - this.now();
    if (wait <= 0) {
      this.#painted.set(id, this.now());
      paint();
      return;
    }
    this.#waiting.set(id, { paint, timer: setTimeout(() => this.#flush(id), wait) });
  }

  forget(id: string): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
    this.#painted.delete(id);
  }

  stop(): void {
    for (const id of [...this.#waiting.keys()]) this.forget(id);
  }

  #flush(id: string): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#painted.set(id, this.now());
    waiting?.paint();
  }
}

/** All tiles share one pace: the longest waiting goes first. */
export class OneAfterAnother implements Pacer {
  #last = Number.NEGATIVE_INFINITY;
  #waiting = new Map<string, Paint>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly gap: number,
    private readonly now: () => number,
  ) {}

  offer(id: string, paint: Paint, moves: boolean): void {
    if (!moves) {
      this.#waiting.delete(id);
      paint();
      return;
    }
    this.#waiting.set(id, paint);
    this.#next();
  }

  forget(id: string): void {
    this.#waiting.delete(id);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #next(): void {
    if (this.#timer !== null) return;
    const wait = this.#last + this.gap - this.now();
    if (wait > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#next();
      }, wait);
      return;
    }
    const first = this.#waiting.entries().next();
    if (first.done) return;
    const [id, paint] = first.value;
    this.#waiting.delete(id);
    this.#last = this.now();
    paint();
    if (this.#waiting.size > 0) this.#next();
  }
}
