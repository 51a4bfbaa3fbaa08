// Lines over periods as numbers: ticks, points, gaps, and where words stand beside them. Draws nothing.

export interface Frame {
  width: number;
  height: number;
  /** Room around the plot for the words. */
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Axis {
  ticks: number[];
  low: number;
  high: number;
}

/** Times the highest value: a reference line further up would flatten the lines. */
const FAR_LEVEL = 3;

/** An axis with round steps that holds all values, and the level unless it lies far away. `least` is the smallest step that makes sense. */
export function axisOf(values: readonly (number | null)[], level: number | null, fromZero: boolean, most: number, least: number): Axis {
  const known = values.filter((value) => value !== null);
  let low = known.length === 0 ? 0 : Math.min(...known);
  let high = known.length === 0 ? least : Math.max(...known);
  if (level !== null && (known.length === 0 || level <= FAR_LEVEL * high)) {
    low = Math.min(low, level);
    high = Math.max(high, level);
  }
  if (fromZero) low = Math.min(0, low);
  if (low === high) high = low + least;
  const step = Math.max(least, roundStep((high - low) / most));
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return { ticks: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step), low: first * step, high: last * step };
}

/** 1, 2 or 5 times a power of ten, not below `wanted`. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const digit = [1, 2, 5].find((one) => one * power >= wanted * 0.999_999) ?? 10;
  return digit * power;
}

export function xOf(index: number, count: number, frame: Frame): number {
  const wide = frame.width - frame.left - frame.right;
  return frame.left + (count <= 1 ? wide : (index / (count - 1)) * wide);
}

export function yOf(value: number, axis: Axis, frame: Frame): number {
  const tall = frame.height - frame.top - frame.bottom;
  return frame.top + ((axis.high - value) / (axis.high - axis.low)) * tall;
}

/** Unbroken runs; a missing value is a gap, never a zero. */
export function runsOf(values: readonly (number | null)[], axis: Axis, frame: Frame): Point[][] {
  const runs: Point[][] = [];
  let open = false;
  values.forEach((value, index) => {
    if (value !== null) {
      if (!open) runs.push([]);
      runs.at(-1)?.push({ x: xOf(index, values.length, frame), y: yOf(value, axis, frame) });
    }
    open = value !== null;
  });
  return runs;
}

export function polyline(run: readonly Point[]): string {
  return run.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

/** Heights of words so that none covers another, in the order in which they came. */
export function spread(heights: readonly number[], apart: number): number[] {
  const placed = [...heights];
  const order = placed.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  for (let at = 1; at < order.length; at += 1) {
    const [above = 0, below = 0] = [order[at - 1], order[at]];
    const gap = (placed[below] ?? 0) - (placed[above] ?? 0);
    if (gap >= apart) continue;
    placed[above] = (placed[above] ?? 0) - (apart - gap) / 2;
    placed[below] = (placed[below] ?? 0) + (apart - gap) / 2;
  }
  return placed;
}

/** On which side of a level its words hide less of the lines that begin near it. */
export function freeSide(level: number, runs: readonly Point[][], until: number): "above" | "below" {
  const near = runs.flat().filter(({ x, y }) => x <= until && Math.abs(y - level) < 24);
  return near.filter(({ y }) => y < level).length > near.filter(({ y }) => y > level).length ? "below" : "above";
}

export function nearest(x: number, count: number, frame: Frame): number {
  const step = (frame.width - frame.left - frame.right) / Math.max(1, count - 1);
  return Math.min(count - 1, Math.max(0, Math.round((x - frame.left) / step)));
}
