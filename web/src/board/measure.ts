// Breaks a unit of measure into the short lines that fit beside a number.

/** At 36 px beside a 96 px number nothing wider than this fits. */
const LINE_CHARACTERS = 8;
const MOST_LINES = 3;
/** Stands before its number in a sentence: `Rp 1,2 M`. */
const RUPIAH = "Rp";

/** `hari kerja` is two lines, `%` one. What does not fit is left to the tile's description; `period` always stands, as the last line. */
export function measureLines(scale: string, measure: string, period: string): string[] {
  const lines: string[] = [];
  for (const word of wordsOf(scale, measure).filter((word) => word !== "")) {
    const joined = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (joined.length <= LINE_CHARACTERS) lines[Math.max(0, lines.length - 1)] = joined;
    else lines.push(word);
  }
  const room = MOST_LINES - (period === "" ? 0 : 1);
  const fits = lines.length <= room && lines.every((line) => line.length <= LINE_CHARACTERS);
  const kept = fits ? lines : scale === "" ? [] : [scale];
  return period === "" ? kept : [...kept, period];
}

/** `47 menit`, `87,4 %`, `Rp 1,2 M`, with no-break spaces. */
export function withMeasure(number: string, measure: string): string {
  const [before, after] = aroundNumber(measure);
  return [before, number, after].filter((part) => part !== "").join("\u00a0");
}

/** What stands before a number and what after it. */
export function aroundNumber(measure: string): [string, string] {
  const [first = "", ...rest] = measure.split(" ");
  return first === RUPIAH ? [first, rest.join(" ")] : ["", measure];
}

/** `Rp M`, as the head of a column of money would say; else `jt ton`. */
function wordsOf(scale: string, measure: string): string[] {
  const [first = "", ...rest] = measure.split(" ");
  return first === RUPIAH ? [first, scale, ...rest] : [scale, first, ...rest];
}
