import { describe, expect, test } from "vitest";
import examples from "../../../tests/data/formats.json";
import type { Polarity, Value } from "../api/contract";
import { withMeasure } from "../board/measure";
import { targetText } from "../board/words";
import { formatAge, formatDataTime } from "./ages";
import { formatTime, zoneName } from "./dates";
import { fullNumber, spoken, tileNumber } from "./numbers";
import { holds, longPeriod, parsePeriod, shortPeriod } from "./periods";

const LANGUAGES = ["id", "en"] as const;
/** Formats join with no-break spaces; the examples are written with plain ones. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe.each(LANGUAGES)("as the shared examples say, in %s", (language) => {
  test.each(examples.full)("full number %j", (example) => {
    expect(fullNumber(example.value, example.decimals, language)).toBe(example[language]);
  });

  test.each(examples.tile)("number on a tile %j", (example) => {
    expect(plain(spoken(tileNumber(example.value, example.decimals, language))).replace(/(\d) (k|m|bn)$/, "$1$2")).toBe(example[language]);
  });

  test.each(examples.target)("target %j", (example) => {
    const value = { target: example.target, target_high: example.high } as Value;
    expect(plain(targetText(value, example.polarity as Polarity, example.decimals, language)).replace(/(\d) (k|m|bn)$/, "$1$2")).toBe(example[language]);
  });

  test.each(examples.clock)("clock %j", (example) => {
    const at = Date.parse(example.at);
    const [day, time] = (["longDay", "seconds"] as const).map((shape) => formatTime(at, shape, examples.zone, language));
    expect(`${day} ${time} ${zoneName(at, examples.zone)}`).toBe(example[language]);
  });

  test.each(examples.age)("age %j", (example) => {
    expect(formatAge(example.seconds, language)).toBe(example[language]);
  });

  test.each(examples.data)("time of data %j", (example) => {
    expect(formatDataTime(Date.parse(example.at), Date.parse(example.now), examples.zone, language)).toBe(example[language]);
  });
});

test.each(examples.measured)("number with its measure %j", (example) => {
  expect(plain(withMeasure(example.number, example.measure))).toBe(example.text);
});

describe.each(examples.period)("period $period", (example) => {
  const period = parsePeriod(example.period);

  test("has its names", () => {
    expect(period && shortPeriod(period, "id")).toBe(example.short);
    expect(period && longPeriod(period, "id")).toBe(example.long);
  });

  test("begins and ends where it should", () => {
    expect(period && [period.first, period.next]).toEqual([Date.parse(example.starts), Date.parse(example.next)]);
    expect(period && holds(period, example.starts)).toBe(true);
    expect(period && holds(period, example.next)).toBe(false);
  });
});

test.each(["", "2026-13-", "2026-W5", "26-11", "2026-Q5", "minggu"])("%j is no period", (text) => {
  expect(parsePeriod(text)).toBeNull();
});
