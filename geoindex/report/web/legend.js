// @ts-check
"use strict";

/** Classes that look like each class. @type {Map<number, number[]>} */
const LOOKALIKES = new Map();
for (const [one, other] of FACTS.close) {
  LOOKALIKES.set(one, [...(LOOKALIKES.get(one) ?? []), other]);
  LOOKALIKES.set(other, [...(LOOKALIKES.get(other) ?? []), one]);
}

const HIDDEN = new Map(FACTS.hidden.map(([index, first]) => [index, first]));

/** The list of classes: search, order, isolating and the way to the forms. */
class Legend {
  /** @param {{draw: () => void, show: (box: Box) => void}} map */
  constructor(map) {
    this.map = map;
    this.list = $("legend");
    /** @type {number | null} */
    this.chosen = null;
    /** @type {number | null} */
    this.pointed = null;
    /** @type {number | null} */
    this.marked = null;
    /** @type {number | null} */
    this.opened = null;
    /** Patch of the chosen class that is shown, 0 for none. */
    this.patch = 0;
    this.list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.key(event));
    $("find").addEventListener("input", () => this.draw());
    $("sort").addEventListener("change", () => this.draw());
  }

  /** Isolate a class, or all; the same class again goes to its next patch. @param {number | null} index */
  choose(index) {
    const root = index === null ? null : editor.root(index);
    if (root !== null && root === this.chosen) {
      this.jump(this.patch + 1);
      return;
    }
    this.chosen = root;
    this.pointed = null;
    this.patch = 0;
    this.fade();
    this.draw();
  }

  /** Fade by what is pointed at or chosen. */
  fade() {
    tables.isolate(this.pointed ?? this.chosen, () => this.map.draw());
  }

  /** Show a patch of the chosen class; after the last comes the first. @param {number} number */
  jump(number) {
    const found = FACTS.patches.classes[String(this.chosen)];
    if (!found) return;
    this.patch = number > found.top.length ? 1 : Math.max(1, number);
    const [, r0, c0, r1, c1] = found.top[this.patch - 1];
    this.map.show({ r0, c0, r1, c1 });
    const focused = document.activeElement?.getAttribute("aria-label");
    this.drawChosen();
    if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`#chosen [aria-label="${CSS.escape(focused)}"]`))?.focus();
  }

  /** Mark the row of the class under the pointer. @param {number | null} index */
  mark(index) {
    if (index === this.marked) return;
    this.row(this.marked)?.classList.remove("under");
    this.marked = index;
    this.row(index)?.classList.add("under");
  }

  /** @param {number | null} index @returns {HTMLElement | null} */
  row(index) {
    return this.list.querySelector(`li[data-index="${index}"]`);
  }

  /** Open the form of a class, or close it. @param {number | null} index */
  open(index) {
    const before = this.opened;
    this.opened = index;
    this.draw();
    if (index === null) {
      /** @type {HTMLElement | null | undefined} */ (this.row(before)?.querySelector(".row"))?.focus();
      return;
    }
    const field = /** @type {HTMLInputElement} */ (this.row(index)?.querySelector("input"));
    this.row(index)?.scrollIntoView({ block: "nearest" });
    field?.focus();
    field?.select();
  }

  /** Classes in the order of the list, without those that are part of another. */
  order() {
    const how = $("sort").value;
    const roots = FACTS.colors.map((_color, index) => index).filter((index) => editor.root(index) === index);
    const sizes = new Map(roots.map((index) => [index, editor.pixels(index)]));
    const size = (/** @type {number} */ index) => sizes.get(index) ?? 0;
    roots.sort((one, other) => {
      if (how === "area") return size(other) - size(one) || one - other;
      if (how === "name") return editor.label(one).localeCompare(editor.label(other), undefined, { numeric: true }) || one - other;
      return one - other;
    });
    return { roots, size };
  }

  /** Draw the list anew and keep the focus where it was. */
  draw() {
    const active = document.activeElement;
    const focus = this.list.contains(active) ? { index: active?.closest("li")?.dataset.index, id: active?.id, class: active?.classList[0] } : null;
    const search = $("find").value.trim().toLowerCase();
    const fits = (/** @type {number} */ index) => !search || editor.label(index).toLowerCase().includes(search) || String(index) === search;
    const { roots, size } = this.order();
    const largest = Math.max(1, ...roots.map(size));
    const rows = (/** @type {number} */ index) => {
      const parts = editor.parts(index).filter((part) => fits(part) || fits(index));
      return fits(index) || parts.length ? [this.makeRow(index, largest, false), ...parts.map((part) => this.makeRow(part, largest, true))] : [];
    };
    const used = roots.filter((index) => size(index)).flatMap(rows);
    const unused = roots.filter((index) => !size(index)).flatMap(rows);
    const rule = (/** @type {string} */ text) => make("li", { class: "rule" }, text);
    this.list.replaceChildren(...used, ...(unused.length ? [rule(`Not in the grid (${unused.length})`), ...unused] : []), ...(used.length + unused.length ? [] : [rule("No class of that name")]));
    const first = (focus && this.row(Number(focus.index))?.querySelector(".row")) || this.list.querySelector(".row");
    if (first) first.tabIndex = 0;
    if (focus) (focus.id ? $(focus.id) : this.row(Number(focus.index))?.querySelector(`.${focus.class}`))?.focus({ preventScroll: true });
    this.row(this.marked)?.classList.add("under");
    this.drawChosen();
  }

  /** @param {number} index @param {number} largest pixels of the largest class @param {boolean} isPart of another class */
  makeRow(index, largest, isPart) {
    const pixels = isPart ? FACTS.counts[index] : editor.pixels(index);
    const color = editor.color(editor.root(index));
    const bar = make("b");
    bar.style.width = `${pixels ? Math.max(0.6, (100 * pixels) / largest) : 0}%`;
    bar.style.background = cssColor(color);
    const item = make("li", { "data-index": index, class: [isPart && "part", this.chosen === index && "on", this.opened === index && "open", !pixels && "empty"].filter(Boolean).join(" ") });
    const row = make("button", { class: "row", tabIndex: -1, "aria-pressed": String(this.chosen === index), title: seen(editor.name(index)), onclick: () => this.choose(index) },
      swatch(color),
      make("span", { class: "what" }, make("span", { class: "label" }, isPart ? "↳ " : "", make("bdi", {}, editor.label(index)), ...(isPart ? [] : chipsOf(index))), isPart ? null : make("i", { class: "bar-area" }, bar)),
      make("span", { class: "size" }, make("b", {}, pixels ? percent(pixels / N_VALID) : "–"), isPart ? null : make("small", {}, pixels ? areaText(editor.area(index)) || `${grouped(pixels)} px` : "")));
    const pen = make("button", { class: "pen", tabIndex: -1, "aria-label": `Edit ${editor.label(index)}`, "aria-expanded": String(this.opened === index), onclick: () => this.open(this.opened === index ? null : index) }, icon("pen"));
    item.append(row, pen);
    if (!isPart && pixels) this.addPreview(row, index);
    if (this.opened === index) item.append(editForm(index, () => this.open(null)));
    return item;
  }

  /** Isolate a class while the mouse is on its row. @param {HTMLElement} row @param {number} index */
  addPreview(row, index) {
    row.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "mouse" || this.chosen !== null) return;
      this.pointed = index;
      this.fade();
    });
    row.addEventListener("pointerleave", () => {
      if (this.pointed === null) return;
      this.pointed = null;
      this.fade();
    });
  }

  /** The line about the chosen class. */
  drawChosen() {
    const box = $("chosen");
    box.hidden = this.chosen === null;
    if (this.chosen === null) return;
    const found = FACTS.patches.classes[String(this.chosen)];
    const count = found?.top.length ?? 0;
    let text = "in no patch";
    if (found && this.patch) text = `patch ${this.patch} of ${grouped(found.n)} · ${grouped(found.top[this.patch - 1][0])} px`;
    else if (found) text = `${grouped(found.n)} ${found.n === 1 ? "patch" : "patches"}, largest first`;
    box.replaceChildren(
      swatch(editor.color(this.chosen)),
      make("span", { class: "what" }, make("b", {}, make("bdi", {}, editor.label(this.chosen))), make("small", {}, text)),
      make("button", { "aria-label": "Patch before", disabled: this.patch < 2, onclick: () => this.jump(this.patch - 1) }, icon("left")),
      make("button", { "aria-label": "Next patch", disabled: this.patch >= count, onclick: () => this.jump(this.patch + 1) }, icon("right")),
      make("button", { "aria-label": "Show all classes", onclick: () => this.choose(null) }, icon("close")));
  }

  /** Arrows walk along the rows, E edits. @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const item = target.closest("li");
    if (!target.matches(".row, .pen")) {
      if (event.key === "Escape") this.open(null);
      return;
    }
    const rows = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll(".row")]);
    const at = rows.findIndex((row) => row.parentElement === item);
    const steps = /** @type {Record<string, number>} */ ({ ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: Math.min(rows.length - 1, at + 8), PageUp: Math.max(0, at - 8) });
    const next = rows[steps[event.key]];
    if (next) {
      rows.forEach((row) => { row.tabIndex = -1; });
      next.tabIndex = 0;
      next.focus();
    } else if (["ArrowRight", "F2", "e"].includes(event.key)) this.open(Number(item?.dataset.index));
    else return;
    event.preventDefault();
  }
}

/** What is remarkable about a class. @param {number} index */
function chipsOf(index) {
  /** @type {HTMLElement[]} */
  const chips = [];
  const add = (/** @type {string} */ kind, /** @type {string} */ text, /** @type {string} */ title) => chips.push(make("span", { class: `chip ${kind}`, title }, text));
  if (editor.role(index) === "ink") add("", "ink", "Lines and text over the units");
  if (editor.role(index) === "paper") add("", "paper", "Margin of the sheet, which becomes no data");
  const alike = LOOKALIKES.get(index);
  if (alike) add("warn", `≈ ${alike.length > 1 ? `${alike.length} others` : editor.label(alike[0])}`, `Hard to tell from ${alike.map((other) => editor.label(other)).join(", ")}`);
  const first = HIDDEN.get(index);
  if (first !== undefined) add("warn", `hidden by ${editor.label(first)}`, "The same color as a class before it, so no pixel gets it");
  const { names, show, roles } = editor.now;
  if (names[index] !== undefined || show[index] || roles[index]) add("mine", "edited", "Changed on this page");
  return chips;
}
