// Heat maps: a tensor's tables as pictures, one pixel for each number, made as large as there is room for.

import { sheets, turned, hasLayout } from "../explain/tables.js";
import { masking } from "../explain/masked.js";
import { h } from "./dom.js";
import { isBySequence } from "./selection.js";

/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("../explain/tables.js").Sheet} Sheet */
/** @typedef {import("./colours.js").Colours} Colours */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {{ tensor: Tensor, sheet: Sheet }} Picture what a canvas shows */
/** @typedef {"one" | "several" | "row" | "rows"} Room of one picture, or of several; in a row that tensors share */

const WORD = 9; // pixels of a screen for the row of a word
const LARGEST = 9;
const WIDEST = 256;
/** How much room pictures have, in pixels, if their numbers do not need more. @type {Record<Room, [number, number]>} */
const ROOMS = { one: [144, 128], several: [72, 64], row: [112, 96], rows: [32, 48] };

/**
 * The tables of a tensor as they are shown: of one sequence, and words stand below each other.
 * @param {Tensor} tensor
 * @param {number} sequence
 * @returns {Sheet[]}
 */
export function shownSheets(tensor, sequence) {
  const found = sheets(tensor.indices, isBySequence(tensor) ? [sequence] : []);
  return found.map((sheet) => (sheet.columns && !sheet.rows && isOfWords(sheet.columns) ? turned(sheet) : sheet));
}

/**
 * Do the positions along an index have words?
 * @param {import("../types.js").Index} index
 */
function isOfWords(index) {
  return hasLayout(index, "words");
}

/**
 * How large a number is on the screen, in pixels.
 * @param {Sheet} sheet
 * @param {Room} room
 * @returns {{ wide: number, high: number }}
 */
function cellSize(sheet, room) {
  const [across, down] = ROOMS[room];
  const words = sheet.rows !== null && isOfWords(sheet.rows);
  const wide = fit(words ? WIDEST : across, sheet.width, WIDEST);
  if (words && sheet.height <= 16) return { wide: Math.min(wide, sheet.width > 16 ? 6 : LARGEST), high: WORD };
  return { wide, high: Math.min(fit(down, sheet.height, 2 * WIDEST), sheet.height === 1 ? LARGEST : wide + 2) };
}

/**
 * @param {number} room
 * @param {number} count
 * @param {number} most how much may be taken where a pixel for each would need more
 * @returns {number} a whole number of pixels, if there is room for one
 */
function fit(room, count, most) {
  const whole = Math.min(LARGEST, Math.floor(room / count));
  return whole >= 1 ? whole : Math.min(1, most / count);
}

/**
 * An empty picture of a table, with room for its frame and for the mark of a word.
 * @param {Tensor} tensor
 * @param {Sheet} sheet
 * @param {Room} room
 * @param {string} label for those who do not see it
 * @returns {HTMLElement}
 */
export function heatMap(tensor, sheet, room, label) {
  const { wide, high } = cellSize(sheet, room);
  const canvas = h("canvas", { width: sheet.width, height: sheet.height, role: "img", "aria-label": label });
  canvas.style.width = `${wide * sheet.width}px`;
  canvas.style.height = `${high * sheet.height}px`;
  pictures.set(canvas, { tensor, sheet });
  const rows = sheet.rows?.axis?.layout;
  const marked = rows === "words" ? "of-words" : rows === "vocabulary" && "of-vocabulary";
  return h("span", { class: ["heat", marked], style: { "--wide": wide, "--high": high } }, canvas);
}

/** What each canvas shows. @type {WeakMap<HTMLCanvasElement, Picture>} */
const pictures = new WeakMap();

/**
 * What a canvas shows.
 * @param {HTMLCanvasElement} canvas
 * @returns {Picture | undefined}
 */
export function pictureOf(canvas) {
  return pictures.get(canvas);
}

/**
 * Draws the numbers of a tensor as they are now; of one with a sequence for each, those of the chosen one.
 * @param {HTMLCanvasElement} canvas
 * @param {number} sequence
 * @param {(at: number) => number} colour of the number that stands there in the tensor
 */
export function paint(canvas, sequence, colour) {
  const picture = pictures.get(canvas);
  const context = canvas.getContext("2d");
  if (!picture || !context) return;
  const { tensor, sheet } = picture;
  const start = sheet.first + (isBySequence(tensor) ? (sequence * tensor.size) / tensor.shape[0] : 0);
  const pixels = new Uint32Array(sheet.width * sheet.height);
  for (let row = 0, n = 0; row < sheet.height; row++) {
    for (let column = 0; column < sheet.width; column++, n++) {
      pixels[n] = colour(start + row * sheet.down + column * sheet.across);
    }
  }
  context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), sheet.width, sheet.height), 0, 0);
}

/**
 * How the numbers of a tensor are coloured: to their own largest; or how much they have changed.
 * @param {import("../explorer.js").Explorer} explorer
 * @param {Tensor} tensor
 * @param {Colours} colours
 * @param {boolean} comparing
 * @returns {(at: number) => number}
 */
export function colouring(explorer, tensor, colours, comparing) {
  const x = explorer.engine.x;
  const before = comparing ? explorer.before : null;
  if (before) {
    const change = (/** @type {number} */ at) => difference(before[tensor.at + at], x[tensor.at + at]);
    const most = largest(tensor, change);
    return (at) => (change(at) ? colours.heat(change(at) / most) : colours.blank);
  }
  const value = (/** @type {number} */ at) => x[tensor.at + at];
  const most = largest(tensor, value) || 1;
  if (tensor.integer) return (at) => colours.word(value(at) / most);
  const masked = masking(explorer.program, tensor, x);
  return (at) => (masked(at) ? colours.masked : colours.heat(value(at) / most));
}

/**
 * @param {number} before
 * @param {number} now
 * @returns {number} how much it has grown: something also where one of the two is no finite number
 */
function difference(before, now) {
  if (Object.is(before, now)) return 0;
  const found = now - before;
  return Number.isFinite(found) ? found : Math.sign(found) || 1;
}

/**
 * @param {Tensor} tensor
 * @param {(at: number) => number} value
 * @returns {number} the largest size of its numbers that are finite
 */
function largest(tensor, value) {
  let most = 0;
  for (let at = 0; at < tensor.size; at++) {
    const size = Math.abs(value(at));
    if (size > most && size < Infinity) most = size;
  }
  return most;
}
