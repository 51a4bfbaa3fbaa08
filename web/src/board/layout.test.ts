import { expect, test } from "vitest";
import type { BoardState } from "../live/store";
import { groupsOf, sameLayout, wallPages } from "./layout";
import { exampleTile } from "./tile-example";

function state(groups: string[], tiles: [string, string][]): BoardState {
  const entries = tiles.map(([id, group]) => [id, exampleTile(id, {}, { group })] as const);
  return { epoch: "e", seq: 1, board: "b", title: "", groups: groups.map((title) => ({ title })), tiles: new Map(entries) };
}

test("tiles stand under their groups, in the board's order; empty groups are left out", () => {
  const groups = groupsOf(state(["A", "leer", "B"], [["1", "A"], ["2", "B"], ["3", "A"], ["4", "new"]]));
  expect(groups).toEqual([
    { title: "A", ids: ["1", "3"] },
    { title: "B", ids: ["2"] },
    { title: "new", ids: ["4"] },
  ]);
});

test("a wall page has three rows of three, and a long group goes on under its heading", () => {
  const pages = wallPages([
    { title: "A", ids: ["1", "2", "3", "4"] },
    { title: "B", ids: ["5"] },
    { title: "C", ids: ["6", "7"] },
  ]);
  expect(pages.map((page) => page.map((row) => `${row.title} ${row.ids}`))).toEqual([["A 1,2,3", "A 4", "B 5"], ["C 6,7"]]);
});

test("the same places are no new layout", () => {
  const once = groupsOf(state(["A"], [["1", "A"]]));
  expect(sameLayout(once, groupsOf(state(["A"], [["1", "A"]])))).toBe(true);
  expect(sameLayout(once, groupsOf(state(["A"], [["2", "A"]])))).toBe(false);
});
