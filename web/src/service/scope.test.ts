import { expect, test } from "vitest";
import { PLAIN } from "./links";
import { cursorBefore, cursorOf, placesOf, scopeWords, widened, windowWords } from "./scope";
import { stateWords, stepWords } from "./words";

const words = (from: string | null, to: string | null) => windowWords("opened", from, to, "Asia/Jakarta", "id");

test("a window is said in days where it is asked in days, and in minutes where it is not", () => {
  expect(words(null, null)).toBe("");
  expect(words("2026-11-16", "2026-11-23")).toBe("masuk 16 Nov 2026 sampai sebelum 23 Nov 2026");
  expect(words("2026-11-17T07:05:09.001Z", null)).toBe("masuk sejak 17 Nov 2026 14.05");
  expect(words(null, "2026-11-09T07:05:09.001Z")).toBe("masuk sebelum 9 Nov 2026 14.05");
  expect(words("kemarin", null)).toBe("masuk sejak kemarin");
});

test("what narrows a list down is said, and can be left out at once", () => {
  const query = { ...PLAIN, state: "closed", class: "Toko & Kios", ended_from: "2026-11-16", ended_to: "2026-11-23", due_to: "2026-12-01", unit: "rsud", cursor: "50" };
  expect(scopeWords(query, "Asia/Jakarta", "id")).toEqual(["jenis Toko & Kios", "keluar 16 Nov 2026 sampai sebelum 23 Nov 2026", "bertenggat sebelum 1 Des 2026"]);
  expect(scopeWords({ ...PLAIN, class: "", key: "0123456789abcdef" }, "Asia/Jakarta", "en")).toEqual(["case 0123456789abcdef", "no class"]);
  expect(widened(query)).toEqual({ ...PLAIN, state: "closed", unit: "rsud" });
});

test("pages know their places, and the way back", () => {
  expect(placesOf(null, 50)).toEqual({ from: 1, to: 50 });
  expect(placesOf("50", 10)).toEqual({ from: 51, to: 60 });
  expect([cursorBefore("100", 50), cursorBefore("50", 50), cursorBefore(null, 50)]).toEqual(["50", null, null]);
  expect([cursorOf("/api/v1/cases?limit=50&cursor=150&state=open"), cursorOf(null)]).toEqual(["150", null]);
});

test("a word of the server without a name here stands as it is", () => {
  expect([stepWords("returned", "id"), stepWords("levitated", "id"), stepWords(null, "id"), stateWords("overdue", "en")]).toEqual(["dikembalikan", "levitated", "—", "overdue"]);
});
