// @ts-check
"use strict";

/** Milliseconds in which the other classes fade. */
const FADING = 140;

const HEAT = [[252, 253, 191], [254, 159, 109], [222, 73, 104], [140, 41, 129], [59, 15, 112]];

/** A color as a pixel of a canvas. @param {number[]} color @param {number} [alpha] */
const word = (color, alpha = 255) => ((alpha << 24) | (color[2] << 16) | (color[1] << 8) | color[0]) >>> 0;

/** @param {number[]} color */
const brightness = (color) => 0.3 * color[0] + 0.59 * color[1] + 0.11 * color[2];

/** Look up the pixels of a tile. @param {Uint32Array} out @param {Tile} tile @param {Uint32Array} words */
function lookUp(out, tile, words) {
  const data = tile.data;
  if (!data) return false;
  for (let i = 0; i < data.length; i++) out[i] = words[data[i]];
  return true;
}

/** The colors in which everything is shown, and which class is isolated. */
class ColorTables {
  constructor() {
    const n = FACTS.bits === 16 ? 65536 : 256;
    this.classes = new Uint32Array(n);
    this.veil = new Uint32Array(n);
    this.reasons = new Uint32Array(256);
    this.confidence = new Uint32Array(256);
    /** Colors of the map by number; 0 is no color. */
    this.map = new Uint32Array(1);
    this.distances = new Uint32Array(1);
    /** Nearest class of each color of the map, and how far it is. */
    this.near = new Uint16Array(1);
    this.far = new Float32Array(1);
    this.classVersion = 0;
    this.themeVersion = 0;
    this.paper = [255, 255, 255];
    /** Class that the others are faded for, null for none. */
    this.isolated = /** @type {number | null} */ (null);
    /** How far the others are faded, 0 to 1. */
    this.fade = 0;
    this.run = 0;
  }

  get isDark() {
    return brightness(this.paper) < 128;
  }

  /** Read the colors of the map. */
  async load() {
    const [colors, near, distance] = await Promise.all(["colors", "near", "distance"].map(unpacked));
    if (!colors || !FACTS.nColors) return;
    const n = FACTS.nColors;
    this.map = new Uint32Array(n + 1);
    for (let i = 0; i < n; i++) this.map[i + 1] = word([colors[3 * i], colors[3 * i + 1], colors[3 * i + 2]]);
    if (!near || !distance) return;
    this.near = Uint16Array.from(joinRuns(near, n));
    this.far = new Float32Array(distance.buffer);
  }

  /** Color of 0 (fits) to 1 (does not). @param {number} t */
  heat(t) {
    const place = Math.max(0, Math.min(0.9999, this.isDark ? 1 - t : t)) * 4;
    const step = Math.floor(place);
    return HEAT[step].map((part, i) => Math.round(part + (HEAT[step + 1][i] - part) * (place - step)));
  }

  /** Take the paper of a theme. @param {number[]} paper */
  setPaper(paper) {
    this.paper = paper;
    const quiet = word(paper, 205);
    this.reasons.fill(quiet);
    REASONS.forEach(({ color }, code) => { if (code) this.reasons[code] = word(color); });
    for (let sure = 0; sure < 100; sure++) this.confidence[sure] = word(this.heat(1 - 0.85 * Math.max(0, sure / 50 - 1)));
    this.confidence[100] = quiet;
    const limit = FACTS.fit?.limit ?? 1;
    this.distances = new Uint32Array(this.map.length);
    this.far.forEach((distance, i) => { this.distances[i + 1] = word(this.heat(Math.sqrt(distance / limit))); });
    this.themeVersion++;
    this.fillClasses();
  }

  /** What the other classes fade to: a gray that the isolated one stands out from. @param {number} index */
  restColor(index) {
    const bright = brightness(editor.color(index));
    const gray = this.isDark ? (bright < 75 ? 150 : 44) : bright > 165 ? 174 : 236;
    return [gray, gray + 1, gray + 4];
  }

  /** Color the classes by the edits and by how far they are faded. */
  fillClasses() {
    const { isolated, fade } = this;
    const rest = isolated === null ? this.paper : this.restColor(isolated);
    this.classes.fill(0);
    this.veil.fill(word(rest, Math.round(205 * fade)));
    for (let index = 0; index < N_CLASSES; index++) {
      const root = editor.root(index);
      const color = editor.color(root);
      if (isolated === null || root === isolated) {
        this.veil[index] = 0;
        this.classes[index] = word(color);
        continue;
      }
      const shade = (brightness(color) - 128) * 0.11;
      this.classes[index] = word(color.map((part, i) => Math.max(0, Math.min(255, Math.round(part + (rest[i] + shade - part) * fade)))));
    }
    this.classVersion++;
  }

  /** Fade all classes but one, or none, softly. @param {number | null} index @param {() => void} draw */
  isolate(index, draw) {
    const from = this.isolated === null || index === null ? this.fade : 1;
    const to = index === null ? 0 : 1;
    if (index === this.isolated && this.fade === to) return;
    if (index !== null) this.isolated = index;
    const run = ++this.run;
    const start = performance.now();
    const step = () => {
      if (run !== this.run) return;
      const t = calm.matches || from === to ? 1 : Math.min(1, (performance.now() - start) / FADING);
      this.fade = from + (to - from) * t;
      if (t === 1 && index === null) this.isolated = null;
      this.fillClasses();
      draw();
      if (t < 1) requestAnimationFrame(step);
    };
    step();
  }

  /** Show where the nearest class is another one. @param {Uint32Array} out @param {Tile} tile @param {number} row @param {number} col */
  fillNearest(out, tile, row, col) {
    const grid = store.peek("g", 0, row, col);
    if (!grid) {
      store.get("g", 0, row, col);
      return false;
    }
    if (!tile.data || !grid.data) return false;
    const quiet = word(this.paper, 205);
    for (let i = 0; i < out.length; i++) {
      const number = tile.data[i];
      const near = number ? this.near[number - 1] : grid.data[i];
      out[i] = near === grid.data[i] ? quiet : near < N_CLASSES ? word(FACTS.colors[near]) : word([0, 0, 0]);
    }
    return true;
  }

  /** @returns {Record<string, Look>} */
  looks() {
    const ofClasses = () => this.classVersion;
    const ofTheme = () => this.themeVersion;
    return {
      map: { kind: "s", version: () => 1, fill: (out, tile) => lookUp(out, tile, this.map) },
      grid: { kind: "g", version: ofClasses, fill: (out, tile) => lookUp(out, tile, this.classes) },
      veil: { kind: "g", version: ofClasses, fill: (out, tile) => lookUp(out, tile, this.veil) },
      changes: { kind: "w", version: ofTheme, fill: (out, tile) => lookUp(out, tile, this.reasons) },
      confidence: { kind: "c", version: ofTheme, fill: (out, tile) => lookUp(out, tile, this.confidence) },
      distance: { kind: "s", fullOnly: true, version: ofTheme, fill: (out, tile) => lookUp(out, tile, this.distances) },
      nearest: { kind: "s", fullOnly: true, version: ofTheme, fill: (out, tile, row, col) => this.fillNearest(out, tile, row, col) },
    };
  }
}

const tables = new ColorTables();
