// @ts-check
"use strict";

/** Canvas pixels that a hand may tremble in a click. */
const TREMBLE = 6;

/**
 * @typedef {object} PointerEvents
 * @property {(px: number, py: number) => void} hover
 * @property {() => void} leave
 * @property {(px: number, py: number) => void} tap
 * @property {() => boolean} isDrawing whether dragging draws a box
 * @property {(box: Box, isDone: boolean) => void} drawn
 */

/** Wheel, mouse, pen and fingers on a map. */
class Pointers {
  /** @param {MapView} view @param {PointerEvents} on */
  constructor(view, on) {
    this.view = view;
    this.on = on;
    /** @type {Map<number, {x: number, y: number}>} */
    this.down = new Map();
    this.moved = 0;
    /** @type {{row: number, col: number} | null} */
    this.corner = null;
    /** @type {Box | null} */
    this.box = null;
    const canvas = view.canvas;
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => on.leave());
    canvas.addEventListener("dblclick", (event) => {
      const { x, y } = this.place(event);
      view.zoom(event.shiftKey ? 0.5 : 2, x, y);
    });
  }

  /** Canvas pixel of an event. @param {MouseEvent} event */
  place(event) {
    const frame = this.view.canvas.getBoundingClientRect();
    return { x: (event.clientX - frame.left) * this.view.ratio, y: (event.clientY - frame.top) * this.view.ratio };
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const { x, y } = this.place(event);
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY;
    // A pinch on a touchpad comes as a wheel with the control key, in small steps.
    this.view.zoom(2 ** (-pixels / (event.ctrlKey ? 80 : 240)), x, y);
    this.on.hover(x, y);
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button > 1) return;
    const place = this.place(event);
    this.view.canvas.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, place);
    this.moved = 0;
    this.corner = this.on.isDrawing() && this.down.size === 1 ? this.view.cellAt(place.x, place.y) : null;
    this.box = null;
    this.view.canvas.classList.toggle("grabbing", !this.corner);
  }

  /** @param {PointerEvent} event */
  move(event) {
    const place = this.place(event);
    const before = this.down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.on.hover(place.x, place.y);
      return;
    }
    this.moved += Math.hypot(place.x - before.x, place.y - before.y);
    if (this.corner) this.draw(place);
    else if (this.down.size === 1) this.view.pan(place.x - before.x, place.y - before.y);
    else if (this.down.size === 2) this.pinch(event.pointerId, before, place);
    this.down.set(event.pointerId, place);
  }

  /** @param {number} id @param {{x: number, y: number}} before @param {{x: number, y: number}} place */
  pinch(id, before, place) {
    const other = [...this.down].find(([one]) => one !== id)?.[1];
    if (!other) return;
    const [was, is] = [before, place].map((one) => Math.hypot(one.x - other.x, one.y - other.y));
    this.view.pan((place.x - before.x) / 2, (place.y - before.y) / 2);
    if (was > 0) this.view.zoom(is / was, (place.x + other.x) / 2, (place.y + other.y) / 2);
  }

  /** @param {{x: number, y: number}} place */
  draw(place) {
    const cell = this.view.cellAt(place.x, place.y);
    if (!cell || !this.corner) return;
    const [rows, cols] = [[cell.row, this.corner.row], [cell.col, this.corner.col]];
    this.box = { r0: Math.min(...rows), c0: Math.min(...cols), r1: Math.max(...rows) + 1, c1: Math.max(...cols) + 1 };
    this.on.drawn(this.box, false);
  }

  /** @param {PointerEvent} event */
  release(event) {
    if (!this.down.delete(event.pointerId)) return;
    this.view.canvas.classList.remove("grabbing");
    const { x, y } = this.place(event);
    if (this.corner && this.box) this.on.drawn(this.box, true);
    else if (this.moved < TREMBLE && event.type === "pointerup") {
      this.on.hover(x, y);
      if (event.pointerType !== "touch") this.on.tap(x, y);
    }
    this.corner = null;
  }
}
