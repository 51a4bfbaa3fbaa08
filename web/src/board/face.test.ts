import { describe, expect, test } from "vitest";
import { faceOf, shortValue, type Reader } from "./face";
import { footOf } from "./foot";
import { measureLines } from "./measure";
import { exampleTile, RSUD, WAITING } from "./tile-example";

const READER: Reader = { language: "id", zone: "Asia/Jakarta", now: Date.parse("2026-11-24T07:05:09Z") };
const face = (value = {}, changes = {}) => faceOf(exampleTile("rsud:KS-06:week", { data_at: "2026-11-24T07:00:00Z", ...value }, changes), RSUD, WAITING, READER);
const foot = (value = {}) => footOf(face(value), (when) => `data ${when}`);

describe("a tile says", () => {
  test("its number, measure, target and word", () => {
    expect(face()).toMatchObject({ unit: "RSUD", digits: "47", measure: "menit", target: "maks. 30", word: "merah", period: "", aging: "", stale: "" });
    expect(face().description).toBe("Tunggu rawat jalan, RSUD: 47\u00a0menit, merah, jauh di atas batas, maks. 30");
  });

  test("how it came here, in words", () => {
    const points = (...values: (number | null)[]) => ({ spark: values.map((value, index) => ({ period: `2026-W4${index}`, value })) });
    expect(face({}, points(30, null, 47)).description).toMatch(/; naik dari 30 dalam 3 periode$/);
    expect(face({}, points(60, 47)).description).toMatch(/; turun dari 60 dalam 2 periode$/);
    expect(face({}, points(47, 47.2)).description).toMatch(/; tetap dalam 2 periode$/);
    expect(face({}, points(null, 47)).description).not.toMatch(/;/);
  });

  test("which period it shows when that is not the running one", () => {
    expect(face({ period: "2026-W47" }).period).toBe("Mg 47");
    expect(face({ period: "2026-11-23" }).period).toBe("28 hari");
  });

  test("a dash for no value, never a zero", () => {
    expect(face({ value: null, status: "no_data", data_at: null })).toMatchObject({ digits: "—", measure: "", word: "tanpa data", full: "—" });
  });

  test("the id of a unit it does not know", () => {
    expect(faceOf(exampleTile("x:y:week", { unit: "baru" }), undefined, undefined, READER).unit).toBe("baru");
  });
});

describe("the bottom line", () => {
  test("of a fresh tile has its word and its target", () => {
    expect(foot()).toEqual({ left: { sign: "late", text: "merah", tone: "ink" }, right: { sign: null, text: "maks. 30", tone: "muted" } });
    expect(foot({ status: "good" }).left).toEqual({ sign: null, text: "wajar", tone: "ink" });
  });

  test("of aging data has the age instead; a red keeps its word", () => {
    const aging = { data_at: "2026-11-24T06:00:00Z" };
    expect(foot({ ...aging, status: "good" })).toEqual({ left: { sign: "clock", text: "data pukul 13.00", tone: "age" }, right: null });
    expect(foot(aging)).toMatchObject({ left: { text: "merah" }, right: { text: "pukul 13.00", tone: "age" } });
  });

  test("of stale data says so; a red stays red", () => {
    const stale = { data_at: "2026-11-24T05:00:00Z" };
    expect(foot({ ...stale, status: "good" })).toMatchObject({ left: { sign: "clock", text: "BASI 2 jam" }, right: { text: "maks. 30" } });
    expect(foot(stale)).toMatchObject({ left: { sign: "late", text: "merah" }, right: { text: "BASI 2 jam" } });
  });
});

test("rows shorten a long measure to its first word", () => {
  expect(shortValue({ ...face(), measure: "hari kerja" })).toBe("47\u00a0hari");
  expect(shortValue({ ...face(), measure: "Rp", digits: "82,9", scale: "M" })).toBe("Rp\u00a082,9\u00a0M");
});

test.each([
  ["", "%", "", ["%"]],
  ["", "hari kerja", "", ["hari", "kerja"]],
  ["", "hari kerja", "Okt", ["hari", "kerja", "Okt"]],
  ["jt", "ton", "", ["jt ton"]],
  ["M", "Rp", "", ["Rp M"]],
  ["", "per 100.000 KH", "", ["per", "100.000", "KH"]],
  ["", "per 100.000 KH", "2025", ["2025"]],
  ["rb", "kunjungan pasien", "", ["rb"]],
  ["", "", "", []],
])("measure %j %j %j is set as %j", (scale, measure, period, lines) => {
  expect(measureLines(scale, measure, period)).toEqual(lines);
});
