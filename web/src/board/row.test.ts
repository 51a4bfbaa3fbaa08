import { expect, test } from "vitest";
import { faceOf, type Reader } from "./face";
import { rowOf } from "./row";
import { exampleTile, RSUD, WAITING } from "./tile-example";

const READER: Reader = { language: "id", zone: "Asia/Jakarta", now: Date.parse("2026-11-24T07:05:09Z") };
const row = (since: { period: string; orBefore: boolean } | null, dataAt = "2026-11-24T07:00:00Z") =>
  rowOf(faceOf(exampleTile("rsud:KS-06:week", { data_at: dataAt }), RSUD, WAITING, READER), since, READER);

test.each([
  ["2026-W45", false, "sejak 2 Nov"],
  ["2025-W45", false, "sejak 3 Nov 2025"],
  ["2026-09", false, "sejak Sep"],
  ["2025-Q3", false, "sejak TW III 2025"],
  ["2024", false, "sejak 2024"],
  ["2026-09-20", true, "2 bulan lebih"],
  ["2025-W47", true, "setahun lebih"],
  ["2016", true, "10 tahun lebih"],
])("a run since %s (or before: %s) reads %j", (period, orBefore, text) => {
  expect(row({ period, orBefore }).since).toBe(text);
});

test("an unknown beginning says nothing", () => {
  expect(row(null).since).toBe("");
});

test("a stale red says that it is both", () => {
  expect(row(null, "2026-11-20T00:00:00Z").strong).toBe("merah, data basi");
  expect(row(null).strong).toBe("");
});
