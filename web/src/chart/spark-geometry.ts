// A sparkline as numbers: where its points, its gaps and its band lie in a box. Draws nothing.

export interface SparkInput {
  values: readonly (number | null)[];
  /** The good side of the target is shaded; null where a target does not hold for all points. */
  target: { polarity: "up" | "down" | "range"; low: number; high: number | null } | null;
}

export interface Box {
  width: number;
  height: number;
  /** Kept free on all sides, for the last point's dot. */
  inset: number;
}

export interface Spark {
  /** Unbroken runs; a missing value is a gap, never a zero. */
  runs: { x: number; y: number }[][];
  /** The newest point; null when the newest value is missing, for a dot would pass an older one off as current. */
  last: { x: number; y: number } | null;
  band: { top: number; bottom: number } | null;
}

/** A far target may take at most this share of the height: the line stays readable. */
const FAR_TARGET = 0.5;
/** Of the line's own spread. */
const GOOD_STRIP = 0.3;

export function sparkOf(input: SparkInput, box: Box): Spark {
  const known = input.values.filter((value) => value !== null);
  if (known.length === 0) return { runs: [], last: null, band: null };
  const [low, high] = domain(known, input.target);
  const tall = box.height - 2 * box.inset;
  const y = (value: number) => box.inset + (high === low ? tall / 2 : ((high - value) / (high - low)) * tall);
  const step = input.values.length > 1 ? (box.width - 2 * box.inset) / (input.values.length - 1) : 0;
  const runs: { x: number; y: number }[][] = [];
  let open = false;
  input.values.forEach((value, index) => {
    if (value === null) {
      open = false;
      return;
    }
    if (!open) runs.push([]);
    open = true;
    runs.at(-1)?.push({ x: box.inset + index * step, y: y(value) });
  });
  return { runs, last: open ? (runs.at(-1)?.at(-1) ?? null) : null, band: bandOf(input.target, y, box) };
}

function domain(known: readonly number[], target: SparkInput["target"]): [number, number] {
  let low = Math.min(...known);
  let high = Math.max(...known);
  const spread = high - low || Math.abs(high) || 1;
  const reach = spread * (FAR_TARGET / (1 - FAR_TARGET));
  const [least, most] = [low - reach, high + reach];
  for (const edge of edgesOf(target, spread)) {
    low = Math.min(low, Math.max(edge, least));
    high = Math.max(high, Math.min(edge, most));
  }
  return [low, high];
}

/** The target and a strip on its good side, so that a band is seen even where the line never was. */
function edgesOf(target: SparkInput["target"], spread: number): number[] {
  if (!target) return [];
  const strip = spread * GOOD_STRIP;
  if (target.polarity === "range") return [target.low, target.high ?? target.low];
  return [target.low, target.polarity === "up" ? target.low + strip : target.low - strip];
}

function bandOf(target: SparkInput["target"], y: (value: number) => number, box: Box): Spark["band"] {
  if (!target) return null;
  const inside = (at: number) => Math.min(box.height - box.inset, Math.max(box.inset, at));
  const edge = inside(y(target.low));
  // Out to the edge of the box: a target far beyond the line still leaves a strip on its side.
  if (target.polarity === "up") return { top: 0, bottom: edge };
  if (target.polarity === "down") return { top: edge, bottom: box.height };
  return { top: inside(y(target.high ?? target.low)), bottom: edge };
}
