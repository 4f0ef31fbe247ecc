// @ts-check
"use strict";

/**
 * What the reader changed; keys are classes.
 * @typedef {object} Edits
 * @property {Record<string, string>} names
 * @property {Record<string, string>} roles unit, ink or paper
 * @property {Record<string, number>} merge class that this one joins
 * @property {Record<string, string>} show color instead of that of the map, #rrggbb
 * @property {number[][]} hatch two classes that alternate, and the class that they stand for
 * @property {Box | null} box around the printed legend
 */

const MOST_STEPS = 500;

/** The edits, with undo and redo; they survive closing the page. */
class Editor {
  constructor() {
    this.key = `geoindex:${FACTS.hash}`;
    /** @type {string[]} */
    this.past = [];
    /** @type {string[]} */
    this.future = [];
    /** Whether the browser keeps the edits. */
    this.isKept = true;
    this.now = this.empty();
    this.onchange = () => {};
    this.recall();
  }

  /** @returns {Edits} */
  empty() {
    return { names: {}, roles: {}, merge: {}, show: {}, hatch: structuredClone(FACTS.clean?.hatch ?? []), box: null };
  }

  /** Take what another visit, or another tab, has kept. */
  recall() {
    try {
      const text = localStorage.getItem(this.key);
      this.now = text ? { ...this.empty(), ...JSON.parse(text) } : this.empty();
    } catch {
      this.isKept = false;
    }
  }

  /** Change a copy of the edits; whether anything changed. @param {(edits: Edits) => void} change */
  edit(change) {
    const before = JSON.stringify(this.now);
    const after = structuredClone(this.now);
    change(after);
    if (JSON.stringify(after) === before) return false;
    this.past.push(before);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.future = [];
    this.now = after;
    this.keep();
    return true;
  }

  undo() {
    this.step(this.past, this.future);
  }

  redo() {
    this.step(this.future, this.past);
  }

  /** @param {string[]} from @param {string[]} to */
  step(from, to) {
    const text = from.pop();
    if (text === undefined) return;
    to.push(JSON.stringify(this.now));
    this.now = JSON.parse(text);
    this.keep();
  }

  keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.now));
      this.isKept = true;
    } catch {
      this.isKept = false;
    }
    this.onchange();
  }

  /** @param {number} index */
  name(index) {
    return this.now.names[index] ?? FACTS.names[index];
  }

  /** Name to show, or what stands for it. @param {number} index */
  label(index) {
    return seen(this.name(index)) || `Class ${index}`;
  }

  /** @param {number} index */
  role(index) {
    return this.now.roles[index] ?? FACTS.roles[index];
  }

  /** Class that this one is part of, itself if it is not merged. @param {number} index */
  root(index) {
    let found = index;
    while (this.now.merge[found] !== undefined) found = this.now.merge[found];
    return found;
  }

  /** Classes that are part of another one, without itself. @param {number} index */
  parts(index) {
    return Object.keys(this.now.merge).map(Number).filter((other) => this.root(other) === index);
  }

  /** Pixels of a class with those of its parts. @param {number} index */
  pixels(index) {
    return this.parts(index).reduce((sum, part) => sum + FACTS.counts[part], FACTS.counts[index]);
  }

  /** Area of a class with its parts, null if the map has no place. @param {number} index */
  area(index) {
    const areas = FACTS.areas;
    return areas && this.parts(index).reduce((sum, part) => sum + areas[part], areas[index]);
  }

  /** Color shown. @param {number} index */
  color(index) {
    const shown = this.now.show[index];
    return shown ? [1, 3, 5].map((at) => parseInt(shown.slice(at, at + 2), 16)) : FACTS.shown[index];
  }

  /** Hatchings that were added and those that were removed. */
  hatchChanges() {
    const before = (FACTS.clean?.hatch ?? []).map(String);
    const after = this.now.hatch.map(String);
    return { added: this.now.hatch.filter((one) => !before.includes(String(one))), removed: (FACTS.clean?.hatch ?? []).filter((one) => !after.includes(String(one))) };
  }

  /** How many things are changed. */
  count() {
    const { names, roles, merge, show, box } = this.now;
    const { added, removed } = this.hatchChanges();
    return [names, roles, merge, show].reduce((sum, kind) => sum + Object.keys(kind).length, 0) + added.length + removed.length + (box ? 1 : 0);
  }
}

const editor = new Editor();

/** Change the legend and say so. @param {string} text @param {(edits: Edits) => void} change */
function amend(text, change) {
  if (editor.edit(change)) toast(text, () => editor.undo());
}
