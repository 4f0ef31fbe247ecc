// @ts-check
"use strict";

/** An element of the page that is surely there. @param {string} id @returns {any} */
const $ = (id) => document.getElementById(id);

/**
 * A new element. Texts stay texts: nothing here reads HTML.
 * @param {string} tag
 * @param {Record<string, any>} [properties] attributes, properties and on... listeners
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {any}
 */
function make(tag, properties = {}, ...children) {
  const element = /** @type {any} */ (document.createElement(tag));
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "class") element.className = value;
    else if (key in element && !key.includes("-") && key !== "role") element[key] = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(.../** @type {any[]} */ (children.filter((child) => child !== null && child !== undefined && child !== false)));
  return element;
}

/** A drawing of the sprite. @param {string} name */
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text with its control and direction characters written out. @param {unknown} text */
const seen = (text) => String(text).replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A whole number in groups of three. @param {number} n */
const grouped = (n) => n.toLocaleString("en").replaceAll(",", "\u202f");

/** A share of all pixels with a class. @param {number} share */
const percent = (share) => (share > 0 && share < 0.0005 ? "<0.1 %" : `${(share * 100).toFixed(1)} %`);

/** An area in the unit of the map, "" if it is not known. @param {number | null} size */
function areaText(size) {
  if (size === null) return "";
  const text = size.toLocaleString("en", { maximumSignificantDigits: 3, notation: size >= 1e5 ? "compact" : "standard" });
  return FACTS.areaUnit === "km2" ? `${text} km²` : `${text} units²`;
}

/** @param {number[]} color */
const cssColor = (color) => `rgb(${color[0]} ${color[1]} ${color[2]})`;

/** @param {number[]} color */
const hexColor = (color) => `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

/** A small box of a color. @param {number[]} color @param {string} [extra] class */
function swatch(color, extra = "") {
  const box = make("i", { class: `swatch ${extra}` });
  box.style.background = cssColor(color);
  return box;
}

/** A round mark in the color of a reason. @param {number} code */
function reasonDot(code) {
  const dot = make("i", { class: "dot" });
  dot.style.background = cssColor(REASONS[code].color);
  return dot;
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 760px)");
const night = matchMedia("(prefers-color-scheme: dark)");

/** @type {ReturnType<typeof setTimeout>} */
let toastEnds;

/** A line about what was just done. @param {string} text @param {(() => void) | null} [undo] */
function toast(text, undo = null) {
  const box = $("toast");
  const end = () => { box.hidden = true; };
  box.replaceChildren(make("span", {}, text), undo ? make("button", { onclick: () => { undo(); end(); } }, "Undo") : "");
  box.hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(end, 5000);
}
