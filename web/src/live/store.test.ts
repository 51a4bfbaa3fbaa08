import { describe, expect, test } from "vitest";
import type { LiveServer, Snapshot } from "../api/contract";
import { exampleTile } from "../board/tile-example";
import { receive, resumeOf, type BoardState, type Effect } from "./store";

const A = exampleTile("a:x:week", { value: 1 });
const B = exampleTile("b:x:week", { value: 2 });
const SNAPSHOT: Snapshot = { type: "snapshot", epoch: "e1", seq: 7, board: "bupati", title: "Papan", groups: [{ title: "Layanan" }], tiles: [A, B] };
const changed = (seq: number, value: number): LiveServer => ({ type: "delta", seq, tiles: [exampleTile(A.id, { value })], removed: [] });

function stateOf(effect: Effect): BoardState {
  if (effect.kind !== "replaced" && effect.kind !== "changed") throw new Error(`no state in ${effect.kind}`);
  return effect.state;
}

const start = () => stateOf(receive(null, SNAPSHOT));

describe("a snapshot", () => {
  test("stands for all that was known before", () => {
    const state = start();
    expect([...state.tiles.keys()]).toEqual([A.id, B.id]);
    expect(resumeOf(state)).toEqual({ epoch: "e1", seq: 7 });
  });

  test("of another epoch forgets the tiles that are gone", () => {
    const state = stateOf(receive(start(), { ...SNAPSHOT, epoch: "e2", seq: 0, tiles: [B] }));
    expect([...state.tiles.keys()]).toEqual([B.id]);
    expect(resumeOf(state)).toEqual({ epoch: "e2", seq: 0 });
  });
});

describe("a delta", () => {
  test("that follows changes its tiles and nothing else", () => {
    const before = start();
    const effect = receive(before, changed(8, 5));
    expect(effect.kind).toBe("changed");
    const after = stateOf(effect);
    expect([after.seq, after.tiles.get(A.id)?.value.value, after.tiles.get(B.id)]).toEqual([8, 5, B]);
    expect(before.tiles.get(A.id)).toBe(A);
  });

  test("takes removed tiles away", () => {
    const state = stateOf(receive(start(), { type: "delta", seq: 8, tiles: [], removed: [A.id] }));
    expect([...state.tiles.keys()]).toEqual([B.id]);
  });

  test("that came before is not applied again", () => {
    const state = stateOf(receive(start(), changed(8, 5)));
    expect(receive(state, changed(8, 6)).kind).toBe("none");
    expect(receive(state, changed(3, 6)).kind).toBe("none");
  });

  test("with a number missing before it is a gap and changes nothing", () => {
    const state = start();
    expect(receive(state, changed(9, 5)).kind).toBe("gap");
    expect(stateOf(receive(state, changed(8, 5))).seq).toBe(8);
  });

  test("without a snapshot is a gap", () => {
    expect(receive(null, changed(1, 5)).kind).toBe("gap");
  });
});

test("an error says why, and a ping or an unknown kind says nothing", () => {
  expect(receive(start(), { type: "error", code: "unknown_board", detail: "x" })).toEqual({ kind: "refused", code: "unknown_board", detail: "x" });
  expect(receive(start(), { type: "ping", at: "2026-11-24T07:05:09Z" }).kind).toBe("none");
  expect(receive(start(), { type: "later" } as unknown as LiveServer).kind).toBe("none");
});
