import { expect, test } from "vitest";
import type { ServiceWeek } from "../api/contract";
import { startOf } from "../format/dates";
import { byAge, byState, dueAhead, endedInWeek, endedWithin, MEASURED, ofClass, oneCase, openAtEnd, openedInWeek, openedSoFar, openedWithin, OUT, type Asked } from "./links";

const ZONE = "Asia/Jakarta";
const AS_OF = "2026-11-24T07:05:09.000Z";
const asked: Asked = { service: "sip", view: { unit: null, as_of: null, known_at: null }, asOf: AS_OF };
const questions = (path: string) => Object.fromEntries(new URL(path, "http://pantau").searchParams);
const week = (starts: string) => ({ starts }) as ServiceWeek;

test("a state is as it stands when one looks, a window as it stood when it was counted", () => {
  expect(byState(asked, "overdue")).toBe("/layanan/sip/berkas?state=overdue");
  expect(questions(openedWithin(asked, 7))).toEqual({ opened_from: "2026-11-17T07:05:09.001Z", as_of: AS_OF });
  expect(questions(openedSoFar(asked))).toEqual({ opened_to: "2026-11-24T07:05:09.001Z", as_of: AS_OF });
  expect(questions(endedWithin(asked, 28, OUT))).toEqual({ state: OUT, ended_from: "2026-10-27T07:05:09.001Z", as_of: AS_OF });
});

test("durations open the cases that have one, the longest first", () => {
  expect(questions(endedWithin(asked, 28, MEASURED))).toMatchObject({ state: MEASURED, sort: "age" });
  expect(questions(endedInWeek(asked, week("2026-11-16"), MEASURED))).toEqual({ state: MEASURED, ended_from: "2026-11-16", ended_to: "2026-11-23", sort: "age", as_of: AS_OF });
});

test("the bands of age follow each other without a gap or a case counted twice", () => {
  const [young, middle, old] = [[0, 2], [3, 5], [15, null]].map(([from_days = 0, to_days]) => questions(byAge(asked, { from_days: from_days ?? 0, to_days: to_days ?? null }, "open")));
  expect(young?.["opened_from"]).toBe(middle?.["opened_to"]);
  expect(young?.["opened_to"]).toBe("2026-11-24T07:05:09.001Z");
  expect(old).toEqual({ state: "open", opened_to: "2026-11-09T07:05:09.001Z", sort: "age", as_of: AS_OF });
});

test("a week is open at its last moment, the running one now", () => {
  expect(questions(openedInWeek(asked, week("2026-11-16")))).toMatchObject({ opened_from: "2026-11-16", opened_to: "2026-11-23" });
  expect(questions(openAtEnd(asked, week("2026-11-16"), ZONE))).toEqual({ state: "open", as_of: "2026-11-22T16:59:59.999Z" });
  expect(questions(openAtEnd(asked, week("2026-11-23"), ZONE))).toEqual({ state: "open", as_of: AS_OF });
});

test("the unit and what was known go along", () => {
  const view = { unit: "dpmptsp", as_of: "2026-11-24", known_at: "2026-11-20" };
  expect(questions(byState({ ...asked, view }, "open"))).toEqual({ state: "open", ...view });
  expect(questions(openedWithin({ ...asked, view }, 7))).toMatchObject({ unit: "dpmptsp", known_at: "2026-11-20", as_of: AS_OF });
});

test("the cases of a class are those of its name, and of none those without a name", () => {
  expect(questions(ofClass(asked, "Toko & Kios", "overdue", 0))).toEqual({ state: "overdue", class: "Toko & Kios", as_of: AS_OF });
  expect(questions(ofClass(asked, null, "opened", 28))).toEqual({ class: "", opened_from: "2026-10-27T07:05:09.001Z", as_of: AS_OF });
});

test("targets ahead begin with the moment itself", () => {
  expect(questions(dueAhead(asked, 2))).toEqual({ state: "open", due_from: AS_OF, due_to: "2026-11-26T07:05:09.001Z", sort: "due", as_of: AS_OF });
  expect(questions(dueAhead(asked, null))).toEqual({ state: "open", due_from: AS_OF, sort: "due", as_of: AS_OF });
});

test("one case is found by its pseudonym", () => {
  expect(questions(oneCase(asked, { key: "0123456789abcdef" }))).toEqual({ key: "0123456789abcdef", as_of: AS_OF });
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
