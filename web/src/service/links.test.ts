import { expect, test } from "vitest";
import type { OpenCase, ServiceWeek } from "../api/contract";
import { startOf } from "../format/dates";
import { byAge, byState, oneCase, openAtEnd, openedInSevenDays, openedInWeek, type Asked } from "./links";

const ZONE = "Asia/Jakarta";
const asked: Asked = { service: "sip", view: { unit: null, as_of: null, known_at: null }, asOf: "2026-11-24T07:05:09.000Z" };
const questions = (path: string | null) => Object.fromEntries(new URL(path ?? "", "http://pantau").searchParams);
const week = (starts: string) => ({ starts }) as ServiceWeek;

test("a state is as it stands when one looks, a window as it stood when it was counted", () => {
  expect(byState(asked, "overdue")).toBe("/layanan/sip/berkas?state=overdue");
  expect(questions(openedInSevenDays(asked))).toEqual({ from: "2026-11-17T07:05:09.001Z", as_of: "2026-11-24T07:05:09.000Z" });
});

test("the bands of age follow each other without a gap or a case counted twice", () => {
  const [young, middle, old] = [[0, 2], [3, 5], [15, null]].map(([from_days = 0, to_days]) => questions(byAge(asked, { from_days: from_days ?? 0, to_days: to_days ?? null }, "open")));
  expect(young?.["from"]).toBe(middle?.["to"]);
  expect(young?.["to"]).toBe("2026-11-24T07:05:09.001Z");
  expect(old).toEqual({ state: "open", to: "2026-11-09T07:05:09.001Z", as_of: "2026-11-24T07:05:09.000Z" });
});

test("a week is open at its last moment, the running one now", () => {
  expect(questions(openedInWeek(asked, week("2026-11-16")))).toMatchObject({ from: "2026-11-16", to: "2026-11-23" });
  expect(questions(openAtEnd(asked, week("2026-11-16"), ZONE))).toEqual({ state: "open", as_of: "2026-11-22T16:59:59.999Z" });
  expect(questions(openAtEnd(asked, week("2026-11-23"), ZONE))).toEqual({ state: "open", as_of: "2026-11-24T07:05:09.000Z" });
});

test("the unit and what was known go along", () => {
  const view = { unit: "dpmptsp", as_of: "2026-11-24", known_at: "2026-11-20" };
  expect(questions(byState({ ...asked, view }, "open"))).toEqual({ state: "open", ...view });
  expect(questions(openedInSevenDays({ ...asked, view }))).toMatchObject({ unit: "dpmptsp", known_at: "2026-11-20", as_of: asked.asOf });
});

test("one case is found by the moment of its opening", () => {
  const one = { unit: "loket", opened_at: "2026-11-01T02:00:00.000Z" } as OpenCase;
  expect(questions(oneCase(asked, one))).toMatchObject({ unit: "loket", from: "2026-11-01T02:00:00.000Z", to: "2026-11-01T02:00:00.001Z" });
  expect(oneCase(asked, { ...one, opened_at: null })).toBeNull();
});

test.each([
  ["2026-11-23", "Asia/Jakarta", "2026-11-22T17:00:00.000Z"],
  ["2026-11-23", "Asia/Jayapura", "2026-11-22T15:00:00.000Z"],
  ["2026-11-02", "America/New_York", "2026-11-02T05:00:00.000Z"],
  ["2026-11-01", "America/New_York", "2026-11-01T04:00:00.000Z"],
  ["2026-03-08", "America/New_York", "2026-03-08T05:00:00.000Z"],
])("%s in %s begins at %s", (date, zone, instant) => {
  expect(new Date(startOf(date, zone)).toISOString()).toBe(instant);
});
