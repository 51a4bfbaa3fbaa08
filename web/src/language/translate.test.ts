import { expect, test } from "vitest";
import { english } from "./en";
import { indonesian, type Key } from "./id";
import { translate } from "./translate";

const blanks = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

test.each(Object.keys(indonesian) as Key[])("%s fills blanks of the same names in both languages", (key) => {
  const [first, second] = [blanks(indonesian[key]), blanks(english[key])];
  // A language may say less, never ask for more than it is given.
  expect(first).toEqual(expect.arrayContaining(second));
});

test("fills its blanks, also with what looks like a pattern", () => {
  expect(translate("id", "attention.count", { shown: "$&", total: 10 })).toBe("$& dari 10");
});

test("status words fit under a number on the wall", () => {
  for (const words of [indonesian, english]) {
    for (const [key, text] of Object.entries(words)) if (/^status\.[a-z_]+$/.test(key)) expect(text.length).toBeLessThanOrEqual(14);
  }
});
