// Everything a tile says, as words and numbers, ready to be set. The components only place it.

import type { Indicator, Tile, Unit } from "../api/contract";
import { formatAge, formatDataTime } from "../format/ages";
import { dateIn } from "../format/dates";
import { fullNumber, spoken, tileNumber } from "../format/numbers";
import { holds, parsePeriod, shortPeriod } from "../format/periods";
import type { Language } from "../language/language";
import { translate } from "../language/translate";
import { withMeasure } from "./measure";
import { standingOf, type Standing } from "./standing";
import { subjectOf, titleIn, type Subject } from "./subject";
import { trendOf } from "./trend";
import { longStatus, statusWord, targetText } from "./words";

/** What a face is made with: who reads it, where, and when. */
export interface Reader {
  language: Language;
  zone: string;
  now: number | null;
}

export interface Face {
  standing: Standing;
  /** Tile title, and the short name of its unit. */
  title: string;
  unit: string;
  /** The same in two parts without repeating itself. */
  subject: Subject;
  digits: string;
  /** `rb`, `jt`, …, the unit of measure and, where it is not the running one, the period. */
  scale: string;
  measure: string;
  period: string;
  /** The number with all its decimals and its measure. */
  full: string;
  word: string;
  /** `min. 95`, or empty. */
  target: string;
  /** `pukul 13.40` while aging, else empty. */
  aging: string;
  /** `BASI 2 jam` when stale, else empty. */
  stale: string;
  /** One sentence for those who do not see the tile. */
  description: string;
}

export function faceOf(tile: Tile, unit: Unit | undefined, indicator: Indicator | undefined, reader: Reader): Face {
  const { language } = reader;
  const { value } = tile;
  const standing = standingOf(tile, reader.now);
  const title = titleIn(language, tile, indicator);
  const decimals = indicator?.decimals ?? 1;
  const measure = indicator?.unit_of_measure ?? "";
  const polarity = indicator?.polarity ?? "up";
  const number = tileNumber(value.value, decimals, language);
  const full = value.value === null ? number.digits : withMeasure(fullNumber(value.value, decimals, language), measure);
  const face = {
    standing,
    title,
    unit: unit?.short_name || unit?.name || value.unit,
    subject: subjectOf({ ...tile, title }, unit),
    digits: number.digits,
    scale: number.scale,
    measure: value.value === null ? "" : measure,
    period: value.value === null ? "" : otherPeriod(tile, reader),
    full,
    word: statusWord(value.status, language),
    target: targetText(value, polarity, decimals, language),
    ...age(tile, standing, reader),
  };
  const trend = trendWords(tile, decimals, language);
  return { ...face, description: describe(face, longStatus(value.status, polarity, language), trend, language) };
}

/** In a row a long measure gives way to the name: `16 hari` for `16 hari kerja`. */
const ROW_MEASURE_CHARACTERS = 8;

/** `47 menit`, `87,4 %`, `1,2 jt ton`: for rows, where the number stands in a line. */
export function shortValue(face: Face): string {
  return withMeasure(spoken(face), rowMeasure(face));
}

export function rowMeasure(face: Face): string {
  return face.measure.length > ROW_MEASURE_CHARACTERS ? (face.measure.split(" ")[0] ?? "") : face.measure;
}

/** The name of the shown period when it is not the running one, so that last month's number is not read as today's. */
function otherPeriod(tile: Tile, reader: Reader): string {
  const period = parsePeriod(tile.value.period);
  if (!period) return "";
  const every = tile.id.slice(tile.id.lastIndexOf(":") + 1);
  if (period.every === "day" && every !== "day") return translate(reader.language, "period.rolling");
  if (reader.now === null || holds(period, dateIn(reader.zone, reader.now))) return "";
  return shortPeriod(period, reader.language);
}

function age(tile: Tile, standing: Standing, reader: Reader): { aging: string; stale: string } {
  const { data_at } = tile.value;
  if (data_at === null || reader.now === null || standing.freshness === "fresh") return { aging: "", stale: "" };
  const at = Date.parse(data_at);
  if (standing.freshness === "aging") return { aging: formatDataTime(at, reader.now, reader.zone, reader.language), stale: "" };
  const text = formatAge((reader.now - at) / 1_000, reader.language);
  return { aging: "", stale: translate(reader.language, "age.stale", { age: text }) };
}

function trendWords(tile: Tile, decimals: number, language: Language): string {
  const trend = trendOf(tile.spark);
  if (trend === null) return "";
  return translate(language, `tile.spark.${trend.kind}`, { from: fullNumber(trend.from, decimals, language), n: trend.periods });
}

function describe(face: Omit<Face, "description">, status: string, trend: string, language: Language): string {
  const extra = face.stale || (face.aging && translate(language, "age.data", { when: face.aging }));
  return translate(language, "tile.describe", {
    name: face.title,
    unit: face.unit,
    value: face.period === "" ? face.full : `${face.full} (${face.period})`,
    status,
    target: face.target === "" ? "" : `, ${face.target}`,
    age: extra === "" ? "" : `, ${extra}`,
    trend: trend === "" ? "" : `; ${trend}`,
  });
}
