// ONE canvas over all tiles of a board: 300 tiles at 10 Hz stay smooth, where a canvas or a path for each does not.
// Tiles keep an empty box; this module measures it and draws there. It knows neither tiles nor Svelte.

import { THEME_CHANGED } from "../app/preferences.svelte";
import { sparkOf, type SparkInput } from "./spark-geometry";

export interface SparkDrawing extends SparkInput {
  /** Colour of the last point, as the name of a token. */
  point: "--late" | "--watch" | "--above" | "--ink";
}

interface Slot {
  drawing: SparkDrawing;
  box: DOMRect | null;
}

/** At the size of a laptop tile; a wall's larger box scales them. */
const LINE_SHARE = 0.052;
const POINT_SHARE = 0.097;
/** Narrower than this, in heights, twelve points are a scribble. */
const LEAST_WIDTH = 0.7;

export class SparkBoard {
  #slots = new Map<HTMLElement, Slot>();
  #dirty = new Set<HTMLElement>();
  #all = false;
  #frame = 0;
  #canvas: HTMLCanvasElement | null = null;
  #colours: Record<string, string> = {};
  #forcedColours = window.matchMedia("(forced-colors: active)");

  /** `canvas` lies over the tiles; returns what undoes it. */
  attach = (canvas: HTMLCanvasElement): (() => void) => {
    this.#canvas = canvas;
    const everything = () => this.#redraw();
    const recolour = () => {
      this.#colours = {};
      this.#redraw();
    };
    const sizes = new ResizeObserver(everything);
    sizes.observe(canvas);
    if (canvas.parentElement?.parentElement) sizes.observe(canvas.parentElement.parentElement);
    document.addEventListener("scroll", everything, { capture: true, passive: true });
    document.addEventListener(THEME_CHANGED, recolour);
    document.fonts?.ready.then(everything, everything);
    return () => {
      sizes.disconnect();
      document.removeEventListener("scroll", everything, { capture: true });
      document.removeEventListener(THEME_CHANGED, recolour);
      cancelAnimationFrame(this.#frame);
      this.#canvas = null;
    };
  };

  place(element: HTMLElement, drawing: SparkDrawing): void {
    const known = this.#slots.get(element);
    if (known) known.drawing = drawing;
    else this.#slots.set(element, { drawing, box: null });
    this.#dirty.add(element);
    // A new box moves its neighbours, so everything is measured again.
    if (!known) this.#all = true;
    this.#schedule();
  }

  remove(element: HTMLElement): void {
    this.#slots.delete(element);
    this.#redraw();
  }

  #redraw(): void {
    this.#all = true;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const pen = this.#canvas?.getContext("2d");
    if (!this.#canvas || !pen) return;
    const frame = this.#canvas.getBoundingClientRect();
    const scale = window.devicePixelRatio;
    if (this.#all) {
      this.#canvas.width = Math.round(frame.width * scale);
      this.#canvas.height = Math.round(frame.height * scale);
      for (const [element, slot] of this.#slots) slot.box = element.getBoundingClientRect();
    }
    pen.setTransform(scale, 0, 0, scale, -frame.left * scale, -frame.top * scale);
    for (const element of this.#all ? this.#slots.keys() : this.#dirty) {
      const slot = this.#slots.get(element);
      if (!slot) continue;
      // The number beside may have become wider, and the box narrower.
      if (!this.#all) this.#clear(pen, slot);
      if (!this.#all) slot.box = element.getBoundingClientRect();
      if (slot.box && slot.box.bottom > frame.top && slot.box.top < frame.bottom) this.#drawSlot(pen, slot.drawing, slot.box);
    }
    this.#all = false;
    this.#dirty.clear();
  }

  #clear(pen: CanvasRenderingContext2D, slot: Slot): void {
    if (slot.box) pen.clearRect(slot.box.left - 1, slot.box.top - 1, slot.box.width + 2, slot.box.height + 2);
  }

  #drawSlot(pen: CanvasRenderingContext2D, drawing: SparkDrawing, box: DOMRect): void {
    if (box.width < box.height * LEAST_WIDTH) return;
    const radius = box.height * POINT_SHARE;
    const spark = sparkOf(drawing, { width: box.width, height: box.height, inset: radius + 1 });
    pen.save();
    pen.translate(box.left, box.top);
    if (spark.band && !this.#forced()) {
      pen.fillStyle = this.#colour("--band");
      pen.fillRect(0, spark.band.top, box.width, spark.band.bottom - spark.band.top);
    }
    pen.strokeStyle = this.#colour("--ink");
    pen.lineWidth = box.height * LINE_SHARE;
    pen.lineJoin = pen.lineCap = "round";
    for (const run of spark.runs) {
      pen.beginPath();
      for (const point of run) pen.lineTo(point.x, point.y);
      pen.stroke();
    }
    if (spark.last) {
      pen.fillStyle = this.#colour(drawing.point);
      pen.beginPath();
      pen.arc(spark.last.x, spark.last.y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
    pen.restore();
  }

  /** A device with colours of its own gets the line alone. */
  #forced(): boolean {
    return this.#forcedColours.matches;
  }

  #colour(token: string): string {
    if (this.#forced()) return "CanvasText";
    return (this.#colours[token] ??= getComputedStyle(document.documentElement).getPropertyValue(token).trim());
  }
}
