import { expect, test } from "vitest";
import { attentionOf, keepOrder } from "./attention";
import { exampleTile } from "./tile-example";

const ids = (tiles: { id: string }[]) => tiles.map((tile) => tile.id);

test("red stands before amber, and the worst first", () => {
  const board = [
    exampleTile("good", { status: "good", achievement: 98 }),
    exampleTile("amber", { status: "watch", achievement: 75 }),
    exampleTile("red", { status: "late", achievement: 60 }),
    exampleTile("redder", { status: "late", achievement: 10 }),
    exampleTile("red without share", { status: "late", achievement: null }),
  ];
  expect(ids(attentionOf(board))).toEqual(["redder", "red", "red without share", "amber"]);
});

test("equals keep the board's order", () => {
  const board = ["b", "a", "c"].map((id) => exampleTile(id, { status: "watch", achievement: 80 }));
  expect(ids(attentionOf(board))).toEqual(["b", "a", "c"]);
});

test("while someone works in the list rows stay, the gone go, the new come last", () => {
  const added = exampleTile("c");
  const newer = exampleTile("b", { value: 50 });
  expect(keepOrder([exampleTile("a"), exampleTile("b")], [added, newer])).toEqual([newer, added]);
});
