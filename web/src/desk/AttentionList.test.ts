import { flushSync, mount, unmount } from "svelte";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exampleTile } from "../board/tile-example";
import type { Counts } from "../board/standing";
import AttentionList from "./AttentionList.svelte";

const COUNTS: Counts = { late: 1, watch: 2, good: 5, above: 0, unrated: 0, none: 4, total: 12 };
const tiles = ["a", "b", "c"].map((id) => exampleTile(`${id}:KS-06:week`));
let opened: string[] = [];
let list: ReturnType<typeof mount> | null = null;

beforeEach(() => (opened = []));
afterEach(async () => {
  if (list) await unmount(list);
  list = null;
});

function show(shown = tiles) {
  const props = { tiles: shown, counts: COUNTS, selected: null, open: (id: string) => opened.push(id) };
  list = mount(AttentionList, { target: document.body, props });
  flushSync();
  return [...document.querySelectorAll<HTMLButtonElement>("[data-tile]")];
}

function press(key: string): void {
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  flushSync();
}

test("is one tab stop, and the arrows move within it", () => {
  const rows = show();
  expect(rows.map((row) => row.tabIndex)).toEqual([0, -1, -1]);
  rows[0]?.focus();
  flushSync();
  press("ArrowDown");
  expect(document.activeElement).toBe(rows[1]);
  expect(rows.map((row) => row.tabIndex)).toEqual([-1, 0, -1]);
  press("ArrowUp");
  press("ArrowUp");
  expect(document.activeElement).toBe(rows[0]);
});

test("opens the row that is pressed", () => {
  const rows = show();
  rows[2]?.click();
  expect(opened).toEqual(["c:KS-06:week"]);
});

test("says so when nothing waits, with what is fine and what is unknown", () => {
  show([]);
  expect(document.body.textContent).toContain("Tidak ada yang perlu perhatian");
  expect(document.body.textContent).toContain("5 indikator wajar, 4 tanpa data.");
});
