// @ts-check
"use strict";

/** @typedef {{r0: number, c0: number, r1: number, c1: number}} Box rows and columns, the last ones exclusive */
/** @typedef {{x0: number, x1: number, kind: "s" | "g", middle: number}} Pane part of the canvas that shows the map (s) or the grid (g) */

const LARGEST_PIXEL = 64;

/** Which part of the map is seen, and how large. It knows canvas pixels and map pixels only. */
class MapView {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.mode = "swipe";
    this.swipe = 0.5;
    /** Whether a blinking view shows the map now. */
    this.blinkMap = true;
    this.ratio = 1;
    /** Canvas pixels of a map pixel. */
    this.scale = 1;
    this.smallest = 0.01;
    /** Map column and row in the middle of a pane. */
    this.x = FACTS.cols / 2;
    this.y = FACTS.rows / 2;
    this.isFitted = false;
    this.onchange = () => {};
  }

  /** Take the size that the canvas has on the page. */
  resize() {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    const height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    if (width === this.canvas.width && height === this.canvas.height) return;
    Object.assign(this.canvas, { width, height });
    this.ratio = ratio;
    if (this.isFitted) this.fit();
    else this.onchange();
  }

  /** @returns {Pane[]} */
  panes() {
    const width = this.canvas.width;
    if (this.mode === "side") {
      const half = Math.floor(width / 2);
      return [{ x0: 0, x1: half - 1, kind: "s", middle: half / 2 }, { x0: half + 1, x1: width, kind: "g", middle: half * 1.5 }];
    }
    if (this.mode === "swipe") {
      const edge = Math.round(width * this.swipe);
      return [{ x0: 0, x1: edge, kind: "s", middle: width / 2 }, { x0: edge, x1: width, kind: "g", middle: width / 2 }];
    }
    const showsMap = this.mode === "map" || (this.mode === "blink" && this.blinkMap);
    return [{ x0: 0, x1: width, kind: showsMap ? "s" : "g", middle: width / 2 }];
  }

  /** @param {number} px */
  paneAt(px) {
    const panes = this.panes();
    return panes.find((pane) => px < pane.x1) ?? panes[panes.length - 1];
  }

  /** Width of what one pane shows, in canvas pixels. */
  paneWidth() {
    return this.mode === "side" ? this.canvas.width / 2 : this.canvas.width;
  }

  /** Show everything. */
  fit() {
    const margin = 24 * this.ratio;
    this.scale = Math.max(1e-6, Math.min((this.paneWidth() - margin) / FACTS.cols, (this.canvas.height - margin) / FACTS.rows));
    this.smallest = Math.min(this.scale / 2, 1);
    this.x = FACTS.cols / 2;
    this.y = FACTS.rows / 2;
    this.isFitted = true;
    this.onchange();
  }

  /** Show a box with room around it. @param {Box} box */
  show({ r0, c0, r1, c1 }) {
    const fits = Math.min((0.6 * this.paneWidth()) / (c1 - c0), (0.6 * this.canvas.height) / (r1 - r0));
    this.isFitted = false;
    this.scale = Math.max(this.smallest, Math.min(16 * this.ratio, fits));
    this.x = (c0 + c1) / 2;
    this.y = (r0 + r1) / 2;
    this.onchange();
  }

  /** Zoom, while a canvas pixel keeps its place. @param {number} factor @param {number} [px] @param {number} [py] */
  zoom(factor, px, py) {
    const pane = this.paneAt(px ?? this.panes()[0].middle);
    const dx = (px ?? pane.middle) - pane.middle;
    const dy = (py ?? this.canvas.height / 2) - this.canvas.height / 2;
    const before = this.scale;
    this.scale = Math.max(this.smallest, Math.min(LARGEST_PIXEL * this.ratio, before * factor));
    this.move(dx / before - dx / this.scale, dy / before - dy / this.scale);
  }

  /** Move by canvas pixels, as a hand would. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.move(-dx / this.scale, -dy / this.scale);
  }

  /** @param {number} cols @param {number} rows */
  move(cols, rows) {
    this.x = Math.max(0, Math.min(FACTS.cols, this.x + cols));
    this.y = Math.max(0, Math.min(FACTS.rows, this.y + rows));
    this.isFitted = false;
    this.onchange();
  }

  /** Where the map begins in a pane, in canvas pixels. @param {Pane} pane */
  origin(pane) {
    return { left: pane.middle - this.x * this.scale, top: this.canvas.height / 2 - this.y * this.scale };
  }

  /** Row and column under a canvas pixel, null outside. @param {number} px @param {number} py */
  cellAt(px, py) {
    const { left, top } = this.origin(this.paneAt(px));
    const col = Math.floor((px - left) / this.scale);
    const row = Math.floor((py - top) / this.scale);
    return row >= 0 && col >= 0 && row < FACTS.rows && col < FACTS.cols ? { row, col } : null;
  }

  /** Canvas pixel that the keyboard points at. */
  cross() {
    const panes = this.panes();
    return { px: panes[panes.length - 1].middle, py: this.canvas.height / 2 };
  }
}
