// @ts-check
"use strict";

const LISTED_WORST = 8;

/** @param {string} title @param {...any} children */
const section = (title, ...children) => make("section", {}, make("h2", {}, title), ...children);

/** @param {...any} children */
const warningBox = (...children) => make("p", { class: "note-box" }, icon("warn"), make("span", {}, ...children));

/** What the file had no room for. */
function leftOut() {
  if (!FACTS.left.length) return null;
  const texts = FACTS.left.map(([name, step]) => (step ? `the ${name} finer than 1:${step}` : `the ${name}`));
  return warningBox(`To stay under ${FACTS.maxSize} MB this file leaves out ${texts.join(", ")}.`);
}

/** Facts about the conversion. */
function conversionSection() {
  const place = FACTS.transform && FACTS.pixel !== null
    ? `${FACTS.crs ?? "no CRS"}, pixels of ${Number(FACTS.pixel.toPrecision(6))}`
    : "unknown";
  const facts = [
    ["map", FACTS.source],
    ["size", `${grouped(FACTS.cols)} × ${grouped(FACTS.rows)} pixels`],
    ["place", place],
    ["palette", `${FACTS.paletteName || "without a name"}, ${grouped(N_CLASSES)} colors`],
    ["palette hash", FACTS.paletteHash.slice(0, 16)],
    ["grid hash", FACTS.hash.slice(0, 16)],
    ["map colors", FACTS.nColors === null ? "more than a million" : grouped(FACTS.nColors)],
    ["class recovery", FACTS.clean ? "on" : "off"],
    ...FACTS.done,
  ];
  return section("Conversion", make("dl", { class: "facts" }, ...facts.map(([term, text]) => make("div", {}, make("dt", {}, seen(term)), make("dd", {}, make("bdi", {}, seen(text)))))));
}

/** What class recovery changed. @param {() => void} showChanges */
function changesSection(showChanges) {
  const changed = FACTS.changes;
  if (!changed) return null;
  const all = FACTS.rows * FACTS.cols;
  const items = REASONS.map((reason, code) => code && make("li", {}, reasonDot(code), make("span", {}, reason.name), make("span", { class: "size" }, make("b", {}, percent(changed[code] / all)), " ", make("small", {}, `${grouped(changed[code])} px`))));
  return section("Changed by class recovery", make("ul", { class: "did" }, ...items.filter(Boolean)), make("button", { class: "plain", onclick: showChanges }, "Show on the map"));
}

/** Histogram of distances. */
function distanceSection() {
  const fit = FACTS.fit;
  if (!fit) return null;
  const most = Math.log1p(Math.max(...fit.histogram));
  const width = fit.limit / fit.histogram.length;
  const text = `mean ${fit.mean.toFixed(2)}, largest ${fit.largest.toFixed(1)} (${FACTS.metric})`;
  const bars = fit.histogram.map((pixels, at) => {
    const bar = make("i", { title: `${(at * width).toFixed(1)} to ${((at + 1) * width).toFixed(1)}: ${grouped(pixels)} px` });
    bar.style.height = `${pixels ? Math.max(2, (100 * Math.log1p(pixels)) / most) : 0}%`;
    return bar;
  });
  return section("Distance of the map's colors from the palette",
    make("p", { class: "muted" }, `${text}; pixels on a logarithmic scale`),
    make("div", { class: "hist", role: "img", "aria-label": `Histogram of distances: ${text}` }, ...bars),
    make("div", { class: "axis" }, make("span", {}, "0"), make("span", {}, fit.limit.toFixed(0))));
}

/** The colors that fit worst. @param {(row: number, col: number) => void} goTo */
function worstSection(goTo) {
  const worst = FACTS.fit?.worst.slice(0, LISTED_WORST) ?? [];
  if (!worst.length) return null;
  const items = worst.map(({ color, near, distance, pixels, at }) => make("li", {}, make("button", { class: "row", onclick: () => goTo(at[0], at[1]) },
    make("span", { class: "pair" }, swatch(color), swatch(FACTS.colors[near] ?? FACTS.clean?.inkColors[near - N_CLASSES] ?? [0, 0, 0])),
    make("span", { class: "what" }, make("span", { class: "label" }, make("bdi", {}, comparedLabel(near))), make("small", {}, color.join(" "))),
    make("span", { class: "size" }, make("b", {}, distance.toFixed(1)), make("small", {}, `${grouped(pixels)} px`)))));
  return section("Colors that fit worst", make("p", { class: "muted" }, "Beside the nearest color of the palette; a click shows the first pixel."), make("ul", { class: "did worst" }, ...items));
}

/** Warnings of the conversion, and the colors that became one class. */
function warningsSection() {
  const merged = FACTS.merged.map(({ index, colors, pixels }) => make("li", {}, make("span", { class: "pair" }, ...colors.slice(0, 6).map((color) => swatch(color))), make("span", {}, "became ", make("b", {}, editor.label(index))), make("small", {}, `${grouped(pixels.reduce((sum, n) => sum + n, 0))} px`)));
  if (!FACTS.warnings.length && !merged.length) return null;
  return section("Warnings", make("ul", { class: "did" }, ...merged), ...FACTS.warnings.map((text) => warningBox(seen(text))));
}

/** Draw the tab that tells what was done. @param {{showChanges: () => void, goTo: (row: number, col: number) => void}} actions */
function drawDone({ showChanges, goTo }) {
  const parts = [leftOut(), changesSection(showChanges), distanceSection(), worstSection(goTo), warningsSection(), conversionSection(), make("p", { class: "muted small" }, `geoindex ${FACTS.version}`)];
  $("pane-done").replaceChildren(...parts.filter(Boolean));
}
