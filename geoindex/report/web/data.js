// @ts-check
"use strict";

/**
 * What the file tells of the map and its grid, written by report/facts.py and report/write.py.
 * @typedef {object} Facts
 * @property {string} title
 * @property {string} source path of the image, as it was given
 * @property {string} version
 * @property {string} hash of pixels and classes
 * @property {number} rows
 * @property {number} cols
 * @property {number} bits of an index, 8 or 16
 * @property {number | null} nodata
 * @property {number} nodataPixels
 * @property {number} tile rows and columns of a tile
 * @property {number[][]} levels rows and columns of each level
 * @property {Record<string, number>} finest level of each kind: g grid, s map, w changes, c confidence
 * @property {[string, number][]} left kinds that are not whole, and pixels along a pixel of them
 * @property {number} maxSize megabytes
 * @property {number[] | null} transform
 * @property {string | null} crs
 * @property {number | null} pixel width of a pixel in units of X and Y
 * @property {number | null} meters in such a unit, if it is a length
 * @property {string} unit of X and Y, px without a place
 * @property {number[] | null} areas of the classes
 * @property {string | null} areaUnit km2 or map units
 * @property {string} paletteName
 * @property {string} paletteHash
 * @property {number[][]} colors of the classes on the map
 * @property {number[][]} shown colors that they are shown in
 * @property {string[]} names
 * @property {number[] | null} values
 * @property {string[]} roles unit, ink or paper
 * @property {number[] | null} offset column and row of the image at which the grid begins
 * @property {number[]} counts pixels of the classes
 * @property {{step: number, classes: Record<string, {n: number, top: number[][]}>}} patches
 * @property {number[][]} close pairs of classes that look alike
 * @property {number[][]} hidden classes, and the class before with the same color
 * @property {boolean} isWhole whether the file knows all that pixels were compared with
 * @property {Entry[] | null} entries rows of the palette, if some are one class
 * @property {string} metric
 * @property {{words: string[], shade: boolean, inkColors: number[][], hatch: number[][]} | null} clean
 * @property {string[]} options
 * @property {[string, string][]} done
 * @property {string[]} warnings
 * @property {{index: number, label: string, colors: number[][], pixels: number[]}[]} merged
 * @property {number[]} [changes] pixels by reason
 * @property {number | null} nColors of the map
 * @property {Fit | null} fit
 *
 * A row of the palette that pixels were compared with.
 * @typedef {{color: number[], value: number | null, name: string, role: string, class: number, isHead: boolean}} Entry
 *
 * How far the colors of the map are from the palette.
 * @typedef {object} Fit
 * @property {number[]} histogram
 * @property {number} limit
 * @property {number} mean
 * @property {number} largest
 * @property {{color: number[], near: number, distance: number, pixels: number, at: number[]}[]} worst
 */

/** @type {Facts} */
const FACTS = JSON.parse(document.getElementById("facts")?.textContent ?? "{}");

const N_CLASSES = FACTS.colors.length;

/** Pixels with a class. */
const N_VALID = FACTS.rows * FACTS.cols - FACTS.nodataPixels;

/** Why class recovery changed a pixel, by the codes of the changes. */
const REASONS = [
  { name: "unchanged", text: "", color: [255, 255, 255] },
  { name: "edges", text: "a soft edge between units", color: [31, 120, 180] },
  { name: "ink", text: "ink over the unit", color: [227, 26, 28] },
  { name: "hatching", text: "stripes of a hatching", color: [51, 160, 44] },
  { name: "speckle", text: "a patch too small for a unit", color: [255, 127, 0] },
];

/**
 * Bytes of a block of the file, null if there is none of that name.
 * @param {string} name
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
function blockBytes(name) {
  const text = document.getElementById(name)?.textContent;
  if (text === null || text === undefined) return null;
  const modern = /** @type {any} */ (Uint8Array);
  if (modern.fromBase64) return modern.fromBase64(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/**
 * Unpacked bytes of a block, null if there is none of that name.
 * @param {string} name
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
 */
async function unpacked(name) {
  const bytes = blockBytes(name);
  if (!bytes) return null;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Numbers that report/pyramid.py packed as runs.
 * @param {Uint8Array} raw
 * @param {number} n
 * @returns {Uint8Array | Uint16Array | Uint32Array}
 */
function joinRuns(raw, n) {
  const planes = raw[0];
  const runs = (raw.length - 1) / (planes + 1);
  const joined = planes === 1 ? new Uint8Array(n) : planes === 2 ? new Uint16Array(n) : new Uint32Array(n);
  for (let run = 1, at = 0; run <= runs; run++) {
    let number = 0;
    for (let plane = 0; plane < planes; plane++) number |= raw[plane * runs + run] << (8 * plane);
    for (const end = at + raw[planes * runs + run]; at <= end; at++) joined[at] = number;
  }
  return joined;
}
