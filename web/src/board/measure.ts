// Breaks a unit of measure into the short lines that fit beside a number.

/** At 36 px beside a 96 px number nothing wider than this fits. */
const LINE_CHARACTERS = 8;
const MOST_LINES = 3;

/** `hari kerja` is two lines, `%` one. What does not fit is left to the tile's description; `period` always stands, as the last line. */
export function measureLines(scale: string, measure: string, period: string): string[] {
  const lines: string[] = [];
  for (const word of [scale, ...measure.split(" ")].filter((word) => word !== "")) {
    const joined = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (joined.length <= LINE_CHARACTERS) lines[Math.max(0, lines.length - 1)] = joined;
    else lines.push(word);
  }
  const room = MOST_LINES - (period === "" ? 0 : 1);
  const fits = lines.length <= room && lines.every((line) => line.length <= LINE_CHARACTERS);
  const kept = fits ? lines : scale === "" ? [] : [scale];
  return period === "" ? kept : [...kept, period];
}
