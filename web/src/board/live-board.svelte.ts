// One board as the components read it: joins the socket, the reducer and the pace of painting.

import type { LiveServer, Subscribe, Tile } from "../api/contract";
import { Connection, type Link, type Surroundings } from "../live/connection";
import { receive, resumeOf, type BoardState } from "../live/store";
import { groupsOf, sameLayout, type GroupLayout } from "./layout";
import { EachAtItsPace, READING_MS, type Pacer } from "./pacing";
import { TileView } from "./tile-view.svelte";

/** A gap is asked about once; further gaps in this time are the same one. */
const ASK_AGAIN_MS = 2_000;
const WHOLE = "whole board";

export interface Change {
  tile: Tile;
  at: number;
}

export class LiveBoard {
  link = $state.raw<Link>({ kind: "connecting" });
  refused = $state.raw<{ code: string; detail: string } | null>(null);
  /** The state that counts and lists are made of; published at the pace of reading. */
  settled = $state.raw<BoardState | null>(null);
  layout = $state.raw<GroupLayout[]>([]);
  /** The newest change of a number that came in while we watched. */
  newest = $state.raw<Change | null>(null);

  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- each view is reactive by itself; a reactive map would redraw all
  readonly #views = new Map<string, TileView>();
  readonly #whole: Pacer;
  readonly #connection: Connection;
  #state: BoardState | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly id: string,
    private readonly around: Surroundings,
    private readonly pacer: Pacer,
    private readonly heard: (at: string) => void,
  ) {
    this.#whole = new EachAtItsPace(READING_MS, around.now);
    this.#connection = new Connection(around, {
      message: (message) => this.#receive(message),
      link: (link) => (this.link = link),
      subscription: () => this.#subscription(),
    });
  }

  start(): void {
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
    this.pacer.stop();
    this.#whole.stop();
  }

  /** Without a link tries at once; with one asks again, which answers a refusal that may have been lifted. */
  retryNow(): void {
    this.#connection.retryNow();
    if (this.refused) this.#connection.resubscribe();
  }

  /** Stable for as long as the tile is on the board. */
  view(id: string): TileView | undefined {
    return this.#views.get(id);
  }

  #subscription(): Subscribe {
    const resume = resumeOf(this.#state);
    return resume ? { type: "subscribe", board: this.id, resume } : { type: "subscribe", board: this.id };
  }

  #receive(message: LiveServer): void {
    if (message.type === "ping") return this.heard(message.at);
    const effect = receive(this.#state, message);
    switch (effect.kind) {
      case "none":
        return;
      case "gap":
        return this.#askAgain();
      case "refused":
        this.refused = { code: effect.code, detail: effect.detail };
        return;
      case "replaced":
        this.refused = null;
        return this.#take(effect.state, [...effect.state.tiles.values()], this.#gone(effect.state));
      case "changed":
        return this.#take(effect.state, effect.tiles, effect.removed);
    }
  }

  #askAgain(): void {
    if (this.around.now() - this.#askedAt < ASK_AGAIN_MS) return;
    this.#askedAt = this.around.now();
    this.#connection.resubscribe();
  }

  #gone(next: BoardState): string[] {
    return [...this.#views.keys()].filter((id) => !next.tiles.has(id));
  }

  #take(state: BoardState, tiles: readonly Tile[], removed: readonly string[]): void {
    this.#state = state;
    this.#askedAt = Number.NEGATIVE_INFINITY;
    for (const id of removed) {
      this.pacer.forget(id);
      this.#views.delete(id);
    }
    for (const tile of tiles) this.#show(tile);
    const layout = groupsOf(state);
    if (!sameLayout(layout, this.layout)) this.layout = layout;
    this.#whole.offer(WHOLE, () => (this.settled = this.#state), true);
  }

  #show(tile: Tile): void {
    const view = this.#views.get(tile.id);
    if (!view) {
      this.#views.set(tile.id, new TileView(tile));
      return;
    }
    const moves = view.shown.value.value !== tile.value.value;
    if (moves) this.newest = { tile, at: this.around.now() };
    this.pacer.offer(tile.id, () => view.paint(tile), moves);
  }
}
