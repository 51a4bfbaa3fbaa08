// The chart of one series. Only draws: columns and words come ready made. Colours are read from the tokens, again on a theme change.

import uPlot from "uplot";
import "./series-plot.css";
import { THEME_CHANGED } from "../app/preferences.svelte";
import { rangeOf, type Columns } from "./columns";

export interface Words {
  number(value: number): string;
  period(index: number): string;
  /** Digits after the decimal mark: no label says more than the numbers do. */
  decimals: number;
  /** `maks. 30`, beside its line. */
  target: string;
}

/** Room right of the last point for its number and the target's words. */
const RIGHT_PX = 76;
/** Labels below closer than this touch. */
const LABEL_PX = 84;
const FONT = '13px "Plex", system-ui, sans-serif';

export class SeriesPlot {
  #plot: uPlot;
  #columns: Columns = { index: [], value: [], low: [], high: [], status: [] };
  #words: Words = { number: String, period: String, decimals: 0, target: "" };
  #sizes: ResizeObserver;
  #redraw = () => this.#plot.redraw(false, true);

  constructor(
    private readonly element: HTMLElement,
    pointed: (index: number | null) => void,
  ) {
    this.#plot = new uPlot(this.#options(pointed), [[], [], [], []], element);
    this.#sizes = new ResizeObserver(() => this.#plot.setSize({ width: element.clientWidth, height: element.clientHeight }));
    this.#sizes.observe(element);
    document.addEventListener(THEME_CHANGED, this.#redraw);
  }

  fill(columns: Columns, words: Words): void {
    this.#columns = columns;
    this.#words = words;
    this.#plot.setData([columns.index, columns.low, columns.high, columns.value]);
  }

  point(index: number): void {
    const value = this.#columns.value[index] ?? this.#columns.value.find((value) => value !== null) ?? 0;
    this.#plot.setCursor({ left: this.#plot.valToPos(index, "x"), top: this.#plot.valToPos(value, "y") }, false);
  }

  destroy(): void {
    document.removeEventListener(THEME_CHANGED, this.#redraw);
    this.#sizes.disconnect();
    this.#plot.destroy();
  }

  #options(pointed: (index: number | null) => void): uPlot.Options {
    const ink = () => colour("--ink");
    const muted = () => colour("--muted");
    const target: uPlot.Series = { stroke: ink, width: 2, dash: [6, 4], points: { show: false }, ...stepped() };
    return {
      width: Math.max(this.element.clientWidth, 200),
      height: this.element.clientHeight,
      padding: [10, RIGHT_PX, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 9, fill: ink } },
      scales: { x: { time: false }, y: { range: () => rangeOf(this.#columns) } },
      axes: [
        { font: FONT, stroke: muted, size: 28, gap: 4, grid: { show: false }, ticks: { show: false }, splits: (plot) => this.#labelled(plot), values: (_, at) => at.map((index) => this.#words.period(index)) },
        { font: FONT, stroke: muted, size: 48, gap: 6, space: 40, incrs: () => stepsOf(this.#words.decimals), grid: { stroke: () => colour("--line"), width: 1 }, ticks: { show: false }, values: (_, at) => at.map((value) => this.#words.number(value)) },
      ],
      series: [{}, target, { ...target }, { stroke: ink, width: 2, points: { show: true, size: 5, fill: ink, stroke: ink } }],
      hooks: { setCursor: [(plot) => pointed(plot.cursor.idx ?? null)], draw: [(plot) => this.#annotate(plot)] },
    };
  }

  /** Periods that get a label: the first, then as many as fit. */
  #labelled(plot: uPlot): number[] {
    const count = this.#columns.index.length;
    const step = Math.max(1, Math.ceil((count * LABEL_PX) / Math.max(1, plot.width - RIGHT_PX - 48)));
    return this.#columns.index.filter((index) => index % step === 0);
  }

  /** Rings around red and amber points, the last number and the words of the target. */
  #annotate(plot: uPlot): void {
    const { ctx } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.lineWidth = 2.5 * ratio;
    this.#columns.value.forEach((value, index) => {
      const status = this.#columns.status[index];
      if (value === null || (status !== "late" && status !== "watch")) return;
      ctx.strokeStyle = colour(`--${status}`);
      ctx.fillStyle = colour("--surface");
      ctx.beginPath();
      ctx.arc(plot.valToPos(index, "x", true), plot.valToPos(value, "y", true), (status === "late" ? 4.5 : 3.5) * ratio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    });
    this.#endWords(plot, ratio);
    ctx.restore();
  }

  #endWords(plot: uPlot, ratio: number): void {
    const { ctx } = plot;
    const lastIndex = this.#columns.value.findLastIndex((value) => value !== null);
    const value = this.#columns.value[lastIndex] ?? null;
    const target = this.#columns.low[lastIndex] ?? null;
    if (value === null) return;
    const x = plot.bbox.left + plot.bbox.width + 8 * ratio;
    const line = 15 * ratio;
    const valueY = plot.valToPos(value, "y", true);
    ctx.fillStyle = colour("--ink");
    ctx.textBaseline = "middle";
    ctx.textAlign = "left";
    ctx.font = `600 ${13 * ratio}px "Plex", system-ui, sans-serif`;
    ctx.fillText(this.#words.number(value), x, valueY);
    if (target === null || this.#words.target === "") return;
    const wanted = plot.valToPos(target, "y", true);
    // Two words on one height would be read as one: the target's steps aside.
    const apart = Math.abs(wanted - valueY) >= line ? wanted : valueY + (wanted >= valueY ? line : -line);
    ctx.fillStyle = colour("--muted");
    ctx.font = `${13 * ratio}px "Plex", system-ui, sans-serif`;
    ctx.fillText(this.#words.target, x, Math.min(plot.bbox.top + plot.bbox.height, Math.max(plot.bbox.top, apart)));
  }
}

/** 1, 2, 5, 10 … from the smallest step that the numbers' decimals can tell apart. */
function stepsOf(decimals: number): number[] {
  const powers = Array.from({ length: 24 - decimals }, (_, index) => index - decimals);
  return powers.flatMap((power) => [1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
}

function stepped(): Pick<uPlot.Series, "paths"> {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths ? { paths } : {};
}

function colour(token: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(token).trim();
}
