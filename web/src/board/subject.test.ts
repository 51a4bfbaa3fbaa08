import { expect, test } from "vitest";
import { subjectOf, subjectText, titleIn } from "./subject";
import { exampleTile, RSUD } from "./tile-example";

const text = (title: string, unit: Partial<typeof RSUD>) => subjectText(subjectOf(exampleTile("x", {}, { title, group: "PAD per OPD" }), { ...RSUD, ...unit }));

test("is the unit and the title", () => {
  expect(text("Tunggu rawat jalan", {})).toBe("RSUD · Tunggu rawat jalan");
});

test("leaves out the region, whose name stands on every screen", () => {
  expect(text("Realisasi PAD", { kind: "region", short_name: "Lampung Utara" })).toBe("Realisasi PAD");
});

test("says the group where the title only repeats the unit", () => {
  expect(text("RSUD", {})).toBe("RSUD · PAD per OPD");
  expect(text("Kotabumi Selatan", { short_name: "Kotabumi Sel.", name: "Kecamatan Kotabumi Selatan" })).toBe("Kotabumi Selatan · PAD per OPD");
});

test("the name of an indicator follows the language, a title of somebody's own does not", () => {
  const indicator = { name: "Tunggu rawat jalan", name_en: "Outpatient wait" };
  const title = (language: "id" | "en", text: string, of: typeof indicator | undefined = indicator) => titleIn(language, { title: text }, of);
  expect([title("en", "Tunggu rawat jalan"), title("id", "Tunggu rawat jalan")]).toEqual(["Outpatient wait", "Tunggu rawat jalan"]);
  expect([title("en", "Poli kami"), title("en", "Tunggu rawat jalan", { ...indicator, name_en: "" }), title("en", "x", undefined)]).toEqual(["Poli kami", "Tunggu rawat jalan", "x"]);
});

test("falls back to the id of a unit it does not know", () => {
  expect(subjectText(subjectOf(exampleTile("x", { unit: "baru" }), undefined))).toBe("baru · Tunggu rawat jalan");
});
