// What a viewer knows of one board, as a pure function of the messages. Knows no socket, no clock and no screen.

import type { Delta, Group, LiveServer, Snapshot, Tile } from "../api/contract";

export interface BoardState {
  readonly epoch: string;
  readonly seq: number;
  readonly board: string;
  readonly title: string;
  readonly groups: readonly Group[];
  readonly tiles: ReadonlyMap<string, Tile>;
}

export type Effect =
  /** Nothing new: a ping, or a delta that was already applied. */
  | { kind: "none" }
  | { kind: "replaced"; state: BoardState }
  | { kind: "changed"; state: BoardState; tiles: readonly Tile[]; removed: readonly string[] }
  /** A number was missed: ask again with what is known. */
  | { kind: "gap" }
  | { kind: "refused"; code: string; detail: string };

const NONE: Effect = { kind: "none" };

export function receive(state: BoardState | null, message: LiveServer): Effect {
  switch (message.type) {
    case "ping":
      return NONE;
    case "snapshot":
      return { kind: "replaced", state: fromSnapshot(message) };
    case "delta":
      return state === null ? { kind: "gap" } : applyDelta(state, message);
    case "error":
      return { kind: "refused", code: message.code, detail: message.detail };
    default:
      // A kind of message that a later server may send changes nothing here.
      return NONE;
  }
}

/** What to send so that the server continues where this state ends. */
export function resumeOf(state: BoardState | null): { epoch: string; seq: number } | undefined {
  return state === null ? undefined : { epoch: state.epoch, seq: state.seq };
}

function fromSnapshot(message: Snapshot): BoardState {
  return {
    epoch: message.epoch,
    seq: message.seq,
    board: message.board,
    title: message.title,
    groups: message.groups,
    tiles: new Map(message.tiles.map((tile) => [tile.id, tile])),
  };
}

function applyDelta(state: BoardState, message: Delta): Effect {
  if (message.seq <= state.seq) return NONE;
  if (message.seq !== state.seq + 1) return { kind: "gap" };
  const tiles = new Map(state.tiles);
  for (const id of message.removed) tiles.delete(id);
  for (const tile of message.tiles) tiles.set(tile.id, tile);
  const next = { ...state, seq: message.seq, tiles };
  return { kind: "changed", state: next, tiles: message.tiles, removed: message.removed };
}
