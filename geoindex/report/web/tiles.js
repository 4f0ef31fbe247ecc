// @ts-check
"use strict";

/**
 * A part of a level: numbers, or a picture to look at only.
 * @typedef {object} Tile
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array | Uint16Array | Uint32Array | null} data
 * @property {ImageBitmap | null} bitmap
 * @property {number} bytes
 * @property {Map<string, {canvas: OffscreenCanvas, image: ImageData, version: number}>} pictures
 */

/** Bytes of unpacked tiles that are kept; phones have less. */
const KEPT_BYTES = matchMedia("(pointer: coarse)").matches ? 96e6 : 256e6;

/** The tiles of the file, unpacked when they are needed; those used last are kept. */
class TileStore {
  constructor() {
    /** @type {Map<string, Tile>} */
    this.ready = new Map();
    /** @type {Map<string, Promise<Tile | null>>} */
    this.pending = new Map();
    this.bytes = 0;
    this.onload = () => {};
  }

  /** Whether the file has a level of a kind. @param {string} kind @param {number} level */
  has(kind, level) {
    const finest = FACTS.finest[kind];
    return finest !== undefined && level >= finest && level < FACTS.levels.length;
  }

  /**
   * A tile that is unpacked already.
   * @param {string} kind @param {number} level @param {number} row @param {number} col of tiles
   */
  peek(kind, level, row, col) {
    const key = `${kind}${level}-${row}-${col}`;
    const tile = this.ready.get(key);
    if (tile) {
      this.ready.delete(key);
      this.ready.set(key, tile);
    }
    return tile;
  }

  /**
   * A tile, null if the file lacks it.
   * @param {string} kind @param {number} level @param {number} row @param {number} col of tiles
   * @returns {Promise<Tile | null>}
   */
  get(kind, level, row, col) {
    const have = this.peek(kind, level, row, col);
    if (have) return Promise.resolve(have);
    const key = `${kind}${level}-${row}-${col}`;
    let work = this.pending.get(key);
    if (!work) {
      work = this.unpack(kind, level, row, col).then((tile) => this.keep(key, tile));
      this.pending.set(key, work);
    }
    return work;
  }

  /** Keep a tile and let go of the ones used longest ago. @param {string} key @param {Tile | null} tile */
  keep(key, tile) {
    this.pending.delete(key);
    if (!tile) return null;
    this.ready.set(key, tile);
    this.bytes += tile.bytes;
    for (const [old, other] of this.ready) {
      if (this.bytes <= KEPT_BYTES || old === key) break;
      this.ready.delete(old);
      this.bytes -= other.bytes;
      other.bitmap?.close();
    }
    this.onload();
    return tile;
  }

  /**
   * @param {string} kind @param {number} level @param {number} row @param {number} col
   * @returns {Promise<Tile | null>}
   */
  async unpack(kind, level, row, col) {
    const [rows, cols] = FACTS.levels[level];
    const height = Math.min(FACTS.tile, rows - row * FACTS.tile);
    const width = Math.min(FACTS.tile, cols - col * FACTS.tile);
    const name = `${kind}${level}-${row}-${col}`;
    const tile = { width, height, data: null, bitmap: null, bytes: width * height * 6, pictures: new Map() };
    if (kind === "s" && level > 0) {
      const bytes = blockBytes(name);
      if (!bytes) return null;
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/webp" }));
      return { ...tile, bitmap };
    }
    const raw = await unpacked(name);
    return raw && { ...tile, data: joinRuns(raw, width * height) };
  }

  /**
   * Number of one pixel at a level, null if the file does not tell it.
   * @param {string} kind @param {number} level @param {number} row @param {number} col of full pixels
   */
  async value(kind, level, row, col) {
    if (!this.has(kind, level)) return null;
    const [r, c] = [row >> level, col >> level];
    const tile = await this.get(kind, level, Math.floor(r / FACTS.tile), Math.floor(c / FACTS.tile));
    return tile?.data ? tile.data[(r % FACTS.tile) * tile.width + (c % FACTS.tile)] : null;
  }
}

const store = new TileStore();
