// @ts-check
"use strict";

/**
 * A way to show the tiles of a kind: `fill` writes their colors, and `version` tells when others
 * are due.
 * @typedef {object} Look
 * @property {string} kind
 * @property {boolean} [fullOnly] whether only the first level can be shown
 * @property {() => number} version
 * @property {(out: Uint32Array, tile: Tile, row: number, col: number) => boolean} fill false if something is not there yet
 */

/** Tiles that a look of the first level may unpack at once. */
const MOST_FULL_TILES = 64;

/** Draws what a view shows on its canvas. */
class Painter {
  /** @param {MapView} view @param {TileStore} tiles @param {Record<string, Look>} looks */
  constructor(view, tiles, looks) {
    this.view = view;
    this.tiles = tiles;
    this.looks = looks;
    this.context = /** @type {CanvasRenderingContext2D} */ (view.canvas.getContext("2d"));
    /** Look over the grid, "" for none. */
    this.layer = "";
    /** Whether the map is faded where its class is not the isolated one. */
    this.hasVeil = false;
    this.paper = "#fff";
    this.accent = "#06c";
    /** @type {Box | null} */
    this.legendBox = null;
    /** @type {Box | null} */
    this.flash = null;
    this.isAwaited = false;
    /** Whether the layer is too far away to be shown. */
    this.isTooFar = false;
    this.ondrawn = () => {};
  }

  /** Draw before the next frame. */
  soon() {
    if (this.isAwaited) return;
    this.isAwaited = true;
    requestAnimationFrame(() => {
      this.isAwaited = false;
      this.draw();
    });
  }

  draw() {
    const { context, view } = this;
    context.clearRect(0, 0, view.canvas.width, view.canvas.height);
    this.isTooFar = false;
    for (const pane of view.panes()) {
      if (pane.x1 <= pane.x0) continue;
      const { left, top } = view.origin(pane);
      context.save();
      context.beginPath();
      context.rect(pane.x0, 0, pane.x1 - pane.x0, view.canvas.height);
      context.clip();
      context.fillStyle = this.paper;
      context.fillRect(Math.round(left), Math.round(top), Math.round(FACTS.cols * view.scale), Math.round(FACTS.rows * view.scale));
      this.drawLook(pane, pane.kind === "s" ? "map" : "grid");
      if (pane.kind === "s" && this.hasVeil) this.drawLook(pane, "veil");
      if (pane.kind === "g" && this.layer) this.drawLook(pane, this.layer);
      if (view.scale >= 14 * view.ratio) this.drawRaster(pane);
      if (this.legendBox) this.drawBox(pane, this.legendBox, true);
      if (this.flash) this.drawBox(pane, this.flash, false);
      context.restore();
    }
    this.ondrawn();
  }

  /** Draw the tiles that are seen. @param {Pane} pane @param {string} name of the look */
  drawLook(pane, name) {
    const { context, view, tiles } = this;
    const look = this.looks[name];
    const finest = FACTS.finest[look.kind];
    if (finest === undefined || (look.fullOnly && finest > 0)) return;
    const wanted = Math.floor(Math.log2(1 / view.scale) + 0.001);
    const level = look.fullOnly ? 0 : Math.max(finest, Math.min(FACTS.levels.length - 1, wanted));
    const { left, top } = view.origin(pane);
    const side = FACTS.tile * 2 ** level * view.scale;
    const [rows, cols] = FACTS.levels[level];
    const last = (/** @type {number} */ n, /** @type {number} */ edge) => Math.min(Math.ceil(n / FACTS.tile) - 1, Math.floor(edge / side));
    const [firstRow, lastRow] = [Math.max(0, Math.floor(-top / side)), last(rows, view.canvas.height - top)];
    const [firstCol, lastCol] = [Math.max(0, Math.floor((pane.x0 - left) / side)), last(cols, pane.x1 - left)];
    if (look.fullOnly && (lastRow - firstRow + 1) * (lastCol - firstCol + 1) > MOST_FULL_TILES) {
      this.isTooFar = true;
      return;
    }
    // Levels shrink to half at most, for which the quick way is good enough.
    context.imageSmoothingEnabled = view.scale * 2 ** level < 1;
    context.imageSmoothingQuality = "low";
    for (let row = firstRow; row <= lastRow; row++) {
      for (let col = firstCol; col <= lastCol; col++) {
        const tile = tiles.peek(look.kind, level, row, col);
        if (tile) this.drawTile(tile, name, level, row, col, left, top);
        else {
          tiles.get(look.kind, level, row, col);
          if (!look.fullOnly) this.drawCoarser(name, level, row, col, left, top);
        }
      }
    }
  }

  /** @param {Tile} tile @param {string} name @param {number} level @param {number} row @param {number} col @param {number} left @param {number} top */
  drawTile(tile, name, level, row, col, left, top) {
    const picture = this.picture(tile, name, row, col);
    if (!picture) return;
    const pixel = 2 ** level * this.view.scale;
    const x = Math.round(left + col * FACTS.tile * pixel);
    const y = Math.round(top + row * FACTS.tile * pixel);
    // Neighbors meet at the same rounded edge.
    const width = Math.round(left + (col * FACTS.tile + tile.width) * pixel) - x;
    const height = Math.round(top + (row * FACTS.tile + tile.height) * pixel) - y;
    this.context.drawImage(picture, 0, 0, tile.width, tile.height, x, y, width, height);
  }

  /** Draw what a coarser level has, while a tile is unpacked. @param {string} name @param {number} level @param {number} row @param {number} col @param {number} left @param {number} top */
  drawCoarser(name, level, row, col, left, top) {
    for (let coarse = level + 1; coarse < FACTS.levels.length; coarse++) {
      const step = 2 ** (coarse - level);
      const [above, beside] = [Math.floor(row / step), Math.floor(col / step)];
      const tile = this.tiles.peek(this.looks[name].kind, coarse, above, beside);
      const picture = tile && this.picture(tile, name, above, beside);
      if (!tile || !picture) continue;
      const part = FACTS.tile / step;
      const [x, y] = [(col % step) * part, (row % step) * part];
      const [width, height] = [Math.min(part, tile.width - x), Math.min(part, tile.height - y)];
      const pixel = 2 ** coarse * this.view.scale;
      const side = FACTS.tile * 2 ** level * this.view.scale;
      if (width > 0 && height > 0) this.context.drawImage(picture, x, y, width, height, left + col * side, top + row * side, width * pixel, height * pixel);
      return;
    }
  }

  /** Picture of a tile, colored anew where its colors changed. @param {Tile} tile @param {string} name @param {number} row @param {number} col */
  picture(tile, name, row, col) {
    if (tile.bitmap) return tile.bitmap;
    const look = this.looks[name];
    const version = look.version();
    let kept = tile.pictures.get(name);
    if (kept?.version === version) return kept.canvas;
    kept ??= { canvas: new OffscreenCanvas(tile.width, tile.height), image: new ImageData(tile.width, tile.height), version: -1 };
    if (!look.fill(new Uint32Array(kept.image.data.buffer), tile, row, col)) return null;
    kept.canvas.getContext("2d")?.putImageData(kept.image, 0, 0);
    kept.version = version;
    tile.pictures.set(name, kept);
    return kept.canvas;
  }

  /** Lines between large pixels. @param {Pane} pane */
  drawRaster(pane) {
    const { context, view } = this;
    const { left, top } = view.origin(pane);
    context.beginPath();
    for (let col = Math.max(0, Math.ceil((pane.x0 - left) / view.scale)); col <= FACTS.cols; col++) {
      const x = Math.round(left + col * view.scale) + 0.5;
      if (x > pane.x1) break;
      context.moveTo(x, Math.max(0, top));
      context.lineTo(x, Math.min(view.canvas.height, top + FACTS.rows * view.scale));
    }
    for (let row = Math.max(0, Math.ceil(-top / view.scale)); row <= FACTS.rows; row++) {
      const y = Math.round(top + row * view.scale) + 0.5;
      if (y > view.canvas.height) break;
      context.moveTo(Math.max(pane.x0, left), y);
      context.lineTo(Math.min(pane.x1, left + FACTS.cols * view.scale), y);
    }
    context.lineWidth = 1;
    context.strokeStyle = "rgb(20 24 32 / 16%)";
    context.stroke();
  }

  /** @param {Pane} pane @param {Box} box @param {boolean} isDashed */
  drawBox(pane, box, isDashed) {
    const { context, view } = this;
    const { left, top } = view.origin(pane);
    const { scale, ratio } = view;
    for (const [color, width, dash] of [["rgb(255 255 255 / 85%)", 4, []], [this.accent, 2, isDashed ? [6 * ratio, 4 * ratio] : []]]) {
      context.strokeStyle = /** @type {string} */ (color);
      context.lineWidth = /** @type {number} */ (width) * ratio;
      context.setLineDash(/** @type {number[]} */ (dash));
      context.strokeRect(left + box.c0 * scale, top + box.r0 * scale, (box.c1 - box.c0) * scale, (box.r1 - box.r0) * scale);
    }
    context.setLineDash([]);
  }
}
