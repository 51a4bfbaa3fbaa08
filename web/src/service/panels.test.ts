import { flushSync, mount, unmount, type Component } from "svelte";
import { afterEach, expect, test } from "vitest";
import AgePanel from "./AgePanel.svelte";
import BacklogPanel from "./BacklogPanel.svelte";
import Facts from "./Facts.svelte";
import FlowPanel from "./FlowPanel.svelte";
import QueuePanel from "./QueuePanel.svelte";
import SpanPanel from "./SpanPanel.svelte";
import StepsPanel from "./StepsPanel.svelte";
import type { Asked } from "./links";
import { AS_OF, exampleOverview } from "./overview-example";

const ASKED: Asked = { service: "pbg", view: { unit: null, as_of: null, known_at: null }, asOf: AS_OF };
let shown: ReturnType<typeof mount> | null = null;

afterEach(async () => {
  if (shown) await unmount(shown);
  shown = null;
});

function show(panel: Component<never>, changed = {}, rest = {}): HTMLElement {
  const overview = exampleOverview(changed);
  shown = mount(panel as Component<Record<string, unknown>>, { target: document.body, props: { overview, asked: ASKED, ...rest } });
  flushSync();
  return document.body;
}
const words = (element: Element) => (element.textContent ?? "").replace(/\s+/g, " ").trim();
const rows = () => [...document.querySelectorAll("tbody tr")].map((row) => [...row.children].map(words).join(" ").trim());
const facts = () => [...document.querySelectorAll("dl > div")].map((fact) => words(fact));

test("six facts are in words, with their standard and what is late in them", () => {
  show(Facts);
  expect(facts()).toEqual([
    "Terbuka 168 +47 dari 15 Nov",
    "Masuk, 7 hari 155 1.204 sejak 5 Jan 2026",
    "Keluar, 7 hari 147 135 selesai, 12 lainnya",
    "Median / P90, 28 hari 4,2 / 11 hari kalender standar 10 hari, 540 selesai",
    "Tertua 21 hari kalender Bangunan, dpmptsp",
    "Lewat tenggat 9 berkas 7 Bangunan, 2 Penelitian",
  ]);
});

test("without any target nothing is called on time, and without an end nothing has a duration", () => {
  show(Facts, { overdue: 0, with_target: 0, classes: [], durations_28d: { n: 0, mean_h: null, median_h: null, p90_h: null } });
  expect(facts()[5]).toBe("Lewat tenggat — berkas tanpa tenggat");
  expect(facts()[3]).toContain("— standar 10 hari, belum ada yang selesai dalam 28 hari");
});

test("with nothing open none is late, and none the oldest", () => {
  show(Facts, { open: 0, overdue: 0, with_target: 0, classes: [], oldest: null });
  expect(facts()[5]).toBe("Lewat tenggat 0 berkas tidak ada yang lewat");
  expect(facts()[4]).toBe("Tertua — tidak ada yang terbuka");
});

test("what is late is said beside its bar, not by its colour", () => {
  show(AgePanel);
  expect(rows()).toEqual(["0–2 97", "3–14 62", "15+ 9 9 lewat"]);
  expect(document.querySelectorAll("tbody .sign")).toHaveLength(1);
});

test("the backlog is a chart with its mean, read by keys, and a table on request", () => {
  show(BacklogPanel);
  const chart = document.querySelector<HTMLElement>("[role=group]");
  expect(chart?.getAttribute("aria-label")).toMatch(/^Berkas terbuka dari 121 menjadi 168 dalam 3 minggu, rerata 150\./);
  expect(words(document.querySelector(".read") as Element)).toBe("Mg 48, 23 Nov – 29 Nov, berjalan: 168 terbuka Lihat berkas");
  for (const key of ["ArrowLeft", "ArrowLeft"]) chart?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  flushSync();
  expect(words(document.querySelector(".read") as Element)).toContain("Mg 47, 16 Nov – 22 Nov: 160 terbuka");
  document.querySelector<HTMLButtonElement>(".panel__head button")?.click();
  flushSync();
  expect(rows()).toEqual(["Mg 48, 23 Nov – 29 Nov, berjalan 40 31 1 168", "Mg 47, 16 Nov – 22 Nov 160 120 1 160", "Mg 46, 9 Nov – 15 Nov 150 0 1 121"]);
});

test("where the time goes stands by step, with what is usual", () => {
  show(StepsPanel);
  expect(rows()).toEqual(["diajukan 25 % 1,3 1,3 0,0", "berkas lengkap 75 % 3,8 2,7 +1,1", "Seluruhnya  5,0 4,0 +1,0"]);
  expect(words(document.querySelector("section p") as Element)).toBe("540 berkas selesai dalam 28 hari. Biasanya: 5.400 berkas selesai dalam 52 minggu sebelumnya.");
});

test("a running week is no fall of what comes in", () => {
  show(FlowPanel);
  expect(document.querySelector("polyline")?.getAttribute("points")?.split(" ")).toHaveLength(2);
  expect(words(document.querySelector(".read") as Element)).toContain("masuk 160, keluar 121");
});

test("a week without an end is a gap, and a standard in working days no line", () => {
  show(SpanPanel, { standard_h: null, service: { ...exampleOverview().service, standard_unit: "working_days" } });
  expect(document.querySelectorAll(".level")).toHaveLength(0);
  expect(document.querySelector("polyline")?.getAttribute("points")?.split(" ")).toHaveLength(2);
  expect(document.body.textContent).toContain("Standar 10 hari kerja. Lama di sini jam kalender");
});

test("without any end the durations say so", () => {
  const weeks = exampleOverview().weeks.map((week) => ({ ...week, durations: { n: 0, mean_h: null, median_h: null, p90_h: null } }));
  show(SpanPanel, { weeks });
  expect(document.body.textContent).toContain("Belum ada berkas yang selesai dalam 3 minggu ini.");
  expect(document.querySelector(".panel__head button")).toBeNull();
});

test("the queue says what is left of each case, and which are near", () => {
  show(QueuePanel, {}, { frozen: true });
  expect(rows()).toEqual(["7k2m Bangunan berkas lengkap dpmptsp dalam 2 hari 1 j 54 m 24 Nov 15.59", "3qx8 Bangunan berkas lengkap dpmptsp 3 hari 27 Nov 14.05"]);
});

test("a queue without targets ahead says so", () => {
  show(QueuePanel, { ahead: [], ahead_all: 0, ahead_2d: 0 }, { frozen: true });
  expect(document.body.textContent).toContain("Tidak ada berkas terbuka dengan tenggat di depan.");
});
