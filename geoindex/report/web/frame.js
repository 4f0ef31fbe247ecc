// @ts-check
"use strict";

/** Milliseconds of each picture of a blinking view. */
const BLINK = 900;

const VIEWS = [["swipe", "Swipe"], ["side", "Side by side"], ["blink", "Blink"], ["map", "Original"], ["grid", "Grid"]];

const TABS = ["legend", "done", "finish"];

const THEMES = ["auto", "light", "dark"];

/** Layers that the file has what they need for. */
function layersThere() {
  const has = (/** @type {string} */ kind) => FACTS.finest[kind] !== undefined;
  const exact = FACTS.fit !== null && FACTS.finest.s === 0;
  return [
    ["", "None"],
    ...(has("w") ? [["changes", "Changes"]] : []),
    ...(has("c") ? [["confidence", "Confidence"]] : []),
    ...(exact ? [["distance", "Distance"]] : []),
    ...(exact && FACTS.finest.g === 0 ? [["nearest", "Nearest color differs"]] : []),
  ];
}

/** Explanation of a layer. @param {string} layer @returns {Node[]} */
function layerKey(layer) {
  const ramp = (/** @type {string} */ from, /** @type {string} */ to) => [make("span", {}, from), make("i", { class: "ramp" }), make("span", {}, to)];
  const title = (/** @type {string} */ text) => make("b", {}, text);
  if (layer === "changes") return [title("Changed"), ...REASONS.slice(1).map((reason, at) => make("span", {}, reasonDot(at + 1), reason.name))];
  if (layer === "confidence") return [title("Confidence"), ...ramp("sure", "a guess")];
  if (layer === "distance") return [title("Distance"), ...ramp("0", (FACTS.fit?.limit ?? 0).toFixed(0))];
  return [title("Nearest color"), make("span", {}, "shown where it is another class")];
}

/** The bar, the tabs and everything around the map. */
class Frame {
  /** @param {MapView} view @param {Painter} painter */
  constructor(view, painter) {
    this.view = view;
    this.painter = painter;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.blinking = undefined;
    this.theme = "auto";
    try {
      this.theme = localStorage.getItem("geoindex:theme") ?? "auto";
    } catch { /* A browser that keeps nothing follows the system. */ }
    this.onlayer = () => {};
  }

  /** Fill in and connect. */
  begin() {
    $("title").textContent = seen(FACTS.title);
    const used = FACTS.counts.filter(Boolean).length;
    const empty = FACTS.nodataPixels ? ` · ${percent(FACTS.nodataPixels / (FACTS.rows * FACTS.cols))} no data` : "";
    $("subtitle").textContent = `${grouped(FACTS.cols)} × ${grouped(FACTS.rows)} · ${grouped(used)} ${used === 1 ? "class" : "classes"}${empty}`;
    $("views").append(...VIEWS.map(([mode, text]) => make("button", { role: "radio", id: `view-${mode}`, title: text, onclick: () => this.setMode(mode) }, icon(mode), make("span", {}, text))));
    $("layer").append(...layersThere().map(([value, text]) => make("option", { value }, text)));
    $("layer").addEventListener("change", () => this.setLayer($("layer").value));
    for (const tab of TABS) $(`tab-${tab}`).onclick = () => this.openTab(tab);
    $("grip").onclick = () => this.raise($("panel").classList.contains("low"));
    $("theme").onclick = () => this.nextTheme();
    night.addEventListener("change", () => this.paint());
    for (const [id, factor] of /** @type {[string, number][]} */ ([["zoom-in", 1.6], ["zoom-out", 1 / 1.6]])) $(id).onclick = () => this.view.zoom(factor);
    $("zoom-all").onclick = () => this.view.fit();
    this.connectSwipe();
    document.addEventListener("keydown", (event) => this.walkGroup(event));
    this.openTab("legend");
    if (narrow.matches) this.raise(false);
  }

  /** @param {string} mode */
  setMode(mode) {
    const { view } = this;
    const isOther = (view.mode === "side") !== (mode === "side");
    view.mode = mode;
    clearInterval(this.blinking);
    view.blinkMap = true;
    if (mode === "blink" && !calm.matches) this.blinking = setInterval(() => this.blink(), BLINK);
    for (const [other] of VIEWS) {
      $(`view-${other}`).setAttribute("aria-checked", String(other === mode));
      $(`view-${other}`).tabIndex = other === mode ? 0 : -1;
    }
    if (isOther && view.isFitted) view.fit();
    this.drawTags();
    view.onchange();
  }

  blink() {
    this.view.blinkMap = !this.view.blinkMap;
    this.drawTags();
    this.painter.soon();
  }

  /** @param {string} layer */
  setLayer(layer) {
    $("layer").value = layer;
    this.painter.layer = layer;
    $("key").hidden = !layer;
    $("key").replaceChildren(...layerKey(layer), make("em", { id: "too-far", hidden: true }, "zoom in to see it"));
    if (layer && this.view.mode === "map") this.setMode("swipe");
    this.painter.soon();
  }

  /** Names of the panes, and the line between them. */
  drawTags() {
    const { mode, swipe, blinkMap } = this.view;
    const at = `${100 * swipe}%`;
    const handle = $("swipe");
    handle.hidden = mode !== "swipe";
    handle.style.left = at;
    handle.setAttribute("aria-valuenow", String(Math.round(100 * swipe)));
    handle.setAttribute("aria-valuetext", `${Math.round(100 * swipe)} % original`);
    const [left, right] = [$("tag-map"), $("tag-grid")];
    const width = $("stage").clientWidth;
    left.hidden = mode === "grid" || (mode === "blink" && !blinkMap) || (mode === "swipe" && swipe * width < 110);
    right.hidden = mode === "map" || (mode === "blink" && blinkMap) || (mode === "swipe" && (1 - swipe) * width < 110);
    left.style.left = mode === "swipe" ? "auto" : "12px";
    left.style.right = mode === "swipe" ? `calc(${100 - 100 * swipe}% + 12px)` : "auto";
    right.style.left = mode === "swipe" ? `calc(${at} + 12px)` : mode === "side" ? "calc(50% + 12px)" : "12px";
  }

  connectSwipe() {
    const handle = $("swipe");
    const to = (/** @type {number} */ share) => {
      this.view.swipe = Math.max(0, Math.min(1, share));
      this.drawTags();
      this.painter.soon();
    };
    handle.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const frame = $("stage").getBoundingClientRect();
      to((event.clientX - frame.left) / frame.width);
    });
    handle.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const steps = /** @type {Record<string, number>} */ ({ ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 });
      if (!(event.key in steps)) return;
      event.preventDefault();
      to(this.view.swipe + steps[event.key] * (event.shiftKey ? 5 : 1));
    });
  }

  /** Arrows walk along a group of buttons of which one is chosen. @param {KeyboardEvent} event */
  walkGroup(event) {
    const group = /** @type {HTMLElement} */ (event.target).closest?.('[role="radiogroup"], [role="tablist"]');
    if (!group || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const items = /** @type {HTMLElement[]} */ ([...group.children]);
    const at = items.findIndex((item) => item === document.activeElement);
    const next = items[(at + (event.key === "ArrowRight" ? 1 : items.length - 1)) % items.length];
    event.preventDefault();
    next.click();
    // A click may have drawn the group anew.
    $(next.id)?.focus();
  }

  /** @param {string} tab @param {boolean} [raise] */
  openTab(tab, raise = true) {
    for (const other of TABS) {
      $(`tab-${other}`).setAttribute("aria-selected", String(other === tab));
      $(`tab-${other}`).tabIndex = other === tab ? 0 : -1;
      $(`pane-${other}`).hidden = other !== tab;
    }
    if (raise) this.raise(true);
  }

  /** Raise or lower the panel of a narrow page. @param {boolean} up */
  raise(up) {
    $("panel").classList.toggle("low", !up);
    document.body.classList.toggle("up", up);
    $("grip").setAttribute("aria-expanded", String(up));
  }

  nextTheme() {
    this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length];
    try {
      localStorage.setItem("geoindex:theme", this.theme);
    } catch { /* The theme lasts as long as the page. */ }
    this.paint();
  }

  /** Take the colors of the theme. */
  paint() {
    const root = document.documentElement;
    root.dataset.theme = this.theme !== "auto" ? this.theme : night.matches ? "dark" : "light";
    $("theme").title = `Theme: ${this.theme}`;
    $("theme").setAttribute("aria-label", `Theme: ${this.theme}`);
    const style = getComputedStyle(root);
    const paper = style.getPropertyValue("--paper").trim();
    this.painter.paper = paper;
    this.painter.accent = style.getPropertyValue("--accent").trim();
    tables.setPaper([1, 3, 5].map((at) => parseInt(paper.slice(at, at + 2), 16)));
    root.classList.toggle("night", tables.isDark);
    this.painter.soon();
  }

  /** Zoom level and scale bar. */
  drawScale() {
    const shown = this.view.scale / this.view.ratio;
    $("zoom-level").textContent = shown >= 10 ? `${Math.round(shown)}×` : shown >= 0.095 ? `${Math.round(shown * 100)}%` : `${(shown * 100).toFixed(1)}%`;
    const unit = FACTS.pixel ?? 1;
    const aim = (110 / shown) * unit;
    const power = 10 ** Math.floor(Math.log10(aim));
    const length = [5, 2, 1].map((step) => step * power).find((one) => one <= aim) ?? power;
    $("scale").lastElementChild.style.width = `${(length / unit) * shown}px`;
    const meters = length * (FACTS.meters ?? 1);
    const isLong = FACTS.unit === "m" && meters >= 1000;
    $("scale").firstElementChild.textContent = `${Number((isLong ? meters / 1000 : meters).toPrecision(3))} ${isLong ? "km" : FACTS.unit}`;
    const far = $("too-far");
    if (far) far.hidden = !this.painter.isTooFar;
  }
}
