import { expect, test } from "vitest";
import { Announcer } from "./announce";
import { exampleTile } from "./tile-example";

const late = (id: string) => exampleTile(id, { status: "late" });
const good = (id: string) => exampleTile(id, { status: "good" });
const ids = (tiles: { id: string }[]) => tiles.map((tile) => tile.id);

test("says what became red, not what was red at first sight", () => {
  const announcer = new Announcer();
  expect(announcer.hear([late("a"), good("b")], 0)).toEqual([]);
  expect(ids(announcer.hear([late("a"), late("b")], 1_000))).toEqual(["b"]);
  expect(announcer.hear([late("a"), late("b")], 20_000)).toEqual([]);
});

test("gathers for ten seconds and leaves out what recovered", () => {
  const announcer = new Announcer();
  announcer.hear([good("a"), good("b"), good("c"), good("d")], 0);
  announcer.hear([late("a"), good("b"), good("c"), good("d")], 1_000);
  expect(announcer.hear([late("a"), late("b"), late("c"), good("d")], 5_000)).toEqual([]);
  expect(ids(announcer.hear([late("a"), good("b"), late("c"), late("d")], 11_000))).toEqual(["c", "d"]);
});
