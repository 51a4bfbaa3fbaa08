// Which tile stands where. Tiles keep the order the server sends, inside the board's groups.

import type { BoardState } from "../live/store";

export interface GroupLayout {
  title: string;
  ids: string[];
}

export function groupsOf(state: BoardState): GroupLayout[] {
  const groups = new Map<string, GroupLayout>(state.groups.map(({ title }) => [title, { title, ids: [] }]));
  for (const tile of state.tiles.values()) {
    const group = groups.get(tile.group) ?? { title: tile.group, ids: [] };
    group.ids.push(tile.id);
    groups.set(tile.group, group);
  }
  return [...groups.values()].filter((group) => group.ids.length > 0);
}

const WALL_COLUMNS = 3;
const WALL_ROWS = 3;

/** The pages of a wall: rows of three under their group's heading, three rows a page. A wall never scrolls. */
export function wallPages(groups: readonly GroupLayout[]): GroupLayout[][] {
  const rows = groups.flatMap((group) => chunks(group.ids, WALL_COLUMNS).map((ids) => ({ title: group.title, ids })));
  return chunks(rows, WALL_ROWS);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < items.length; from += size) parts.push(items.slice(from, from + size));
  return parts;
}

/** The same places for the same ids: then nothing has to be laid out again. */
export function sameLayout(a: readonly GroupLayout[], b: readonly GroupLayout[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
