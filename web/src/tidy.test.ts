// What a compiler cannot hold: the policy of the server refuses inline styles, and a page made of strings is a hole.

import { describe, expect, test } from "vitest";

const SOURCES = import.meta.glob("./**/*.{svelte,ts,css}", { query: "?raw", import: "default", eager: true }) as Record<string, string>;
const all = Object.entries(SOURCES).filter(([path]) => !path.endsWith("tidy.test.ts") && !path.includes("schema.gen"));
const having = (pattern: RegExp, ending = "") => all.filter(([path, text]) => path.endsWith(ending) && pattern.test(text)).map(([path]) => path);
const lines = all.map(([path, text]) => ({ path, count: text.split("\n").length })).sort((a, b) => a.count - b.count);

describe("no file", () => {
  test("writes an inline style", () => expect(having(/\sstyle=|style:[a-z-]+=/, ".svelte")).toEqual([]));
  test("builds markup from a string", () => expect(having(/\{@html|innerHTML|insertAdjacentHTML/)).toEqual([]));
  test("calls another host", () => expect(having(/https?:\/\/(?!pantau|evil\.example)/)).toEqual([]));
  test("says any", () => expect(having(/: any\b|as any\b|<any>/)).toEqual([]));
  test("is a continent", () => expect(lines.filter(({ count }) => count > 350)).toEqual([]));
});

test("half of the files are read in one look", () => {
  expect(lines[Math.floor(lines.length / 2)]?.count).toBeLessThanOrEqual(100);
});
