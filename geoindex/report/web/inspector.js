// @ts-check
"use strict";

/**
 * What the file tells of a pixel; null is not in the file.
 * @typedef {object} PixelFacts
 * @property {number} row
 * @property {number} col
 * @property {number | null} index
 * @property {number} step pixels along a side of what `index` is the class of
 * @property {number[] | null} color of the map, empty if it is transparent
 * @property {number | null} near nearest class
 * @property {number | null} distance
 * @property {number | null} reason
 * @property {number | null} confidence percent
 */

/** @param {number} row @param {number} col @returns {Promise<PixelFacts | null>} null outside of the map */
async function valueAt(row, col) {
  if (row < 0 || col < 0 || row >= FACTS.rows || col >= FACTS.cols) return null;
  const finest = FACTS.finest.g;
  const [index, number, reason, confidence] = await Promise.all([
    store.value("g", finest, row, col),
    store.value("s", 0, row, col),
    store.value("w", 0, row, col),
    store.value("c", 0, row, col),
  ]);
  const fits = number && FACTS.fit;
  return {
    row,
    col,
    index,
    step: 2 ** finest,
    color: number === null ? null : number === 0 ? [] : [0, 8, 16].map((shift) => (tables.map[number] >>> shift) & 255),
    near: fits ? tables.near[number - 1] : null,
    distance: fits ? tables.far[number - 1] : null,
    reason,
    confidence: confidence === 255 ? null : confidence,
  };
}

/** Name of a row that pixels were compared with: a class, or an ink that the palette lacks. @param {number} row */
const comparedLabel = (row) => (row < N_CLASSES ? editor.label(row) : `ink ${FACTS.clean?.inkColors[row - N_CLASSES]?.join(" ") ?? ""}`);

/** The card about the pixel under the pointer. */
class Inspector {
  /** @param {HTMLElement} card */
  constructor(card) {
    this.card = card;
    this.asked = 0;
    /** @type {PixelFacts | null} */
    this.pixel = null;
    this.onclass = (/** @type {number | null} */ _index) => {};
  }

  /** @param {{row: number, col: number} | null} cell */
  async show(cell) {
    const mine = ++this.asked;
    const pixel = cell && (await valueAt(cell.row, cell.col));
    if (mine !== this.asked) return;
    this.pixel = pixel;
    this.draw();
    this.onclass(this.shownClass());
  }

  /** Class of the pixel after merging, null if it has none. */
  shownClass() {
    const index = this.pixel?.index ?? null;
    return index === null || index === FACTS.nodata ? null : editor.root(index);
  }

  draw() {
    const pixel = this.pixel;
    if (!pixel) {
      this.card.replaceChildren(make("p", { class: "hint" }, narrow.matches ? "Tap the map to read a pixel" : "Point at the map to read a pixel"));
      return;
    }
    const index = this.shownClass();
    const head = index === null
      ? make("div", { class: "head" }, make("i", { class: "swatch none" }), make("b", {}, "No data"))
      : make("div", { class: "head" }, swatch(editor.color(index)), make("b", {}, make("bdi", {}, editor.label(index))), make("span", { class: "id" }, String(pixel.index)));
    this.card.replaceChildren(head, ...this.notesAbove(pixel, index), this.list(pixel), ...this.notesBelow(pixel));
  }

  /** @param {PixelFacts} pixel @param {number | null} index */
  notesAbove(pixel, index) {
    return index === null || index === pixel.index || pixel.index === null ? [] : [make("p", { class: "note" }, `merged from ${editor.label(pixel.index)}`)];
  }

  /** @param {PixelFacts} pixel */
  list(pixel) {
    const list = make("dl");
    const add = (/** @type {string} */ term, /** @type {any[]} */ ...texts) => list.append(make("div", {}, make("dt", {}, term), make("dd", {}, ...texts)));
    add("Row, column", `${grouped(pixel.row)}, ${grouped(pixel.col)}`);
    if (FACTS.transform) {
      const [a, b, c, d, e, f] = FACTS.transform;
      const [col, row] = [pixel.col + 0.5, pixel.row + 0.5];
      const digits = FACTS.unit === "°" ? 6 : 1;
      const text = (/** @type {number} */ n) => n.toLocaleString("en", { maximumFractionDigits: digits }).replaceAll(",", "\u202f");
      add("X, Y", `${text(a * col + b * row + c)}, ${text(d * col + e * row + f)}`);
    }
    if (pixel.color === null) add("Map color", "not in this file");
    else if (!pixel.color.length) add("Map color", "transparent");
    else add("Map color", swatch(pixel.color, "small"), pixel.color.join(" "));
    if (pixel.distance !== null && pixel.near !== null) {
      add("Distance", pixel.near === pixel.index ? pixel.distance.toFixed(1) : `${pixel.distance.toFixed(1)} from ${comparedLabel(pixel.near)}`);
    }
    if (pixel.confidence !== null) {
      const bar = make("b");
      bar.style.width = `${pixel.confidence}%`;
      add("Confidence", make("i", { class: "meter" }, bar), `${pixel.confidence} %`);
    }
    return list;
  }

  /** @param {PixelFacts} pixel */
  notesBelow(pixel) {
    const notes = [];
    if (pixel.reason) {
      const was = pixel.near === null ? "another class" : comparedLabel(pixel.near);
      notes.push(make("p", { class: "note" }, reasonDot(pixel.reason), make("span", {}, "was ", make("b", {}, was), `: ${REASONS[pixel.reason]?.text ?? ""}`)));
    }
    if (pixel.step > 1) notes.push(make("p", { class: "note" }, `the class of ${pixel.step} × ${pixel.step} pixels: full resolution is not in this file`));
    return notes;
  }
}
