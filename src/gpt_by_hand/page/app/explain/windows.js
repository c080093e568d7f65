// Which part of a tensor's tables is shown, where all of it would be too much for a page.

/** @typedef {import("./tables.js").Sheet} Sheet */

/** So many numbers are shown at most. */
const MOST_CELLS = 600;
const FEWEST_COLUMNS = 32; // before rows are left out

/**
 * Half-open ranges: of the tables, and of the rows and columns of each.
 * @typedef {object} Window
 * @property {[number, number]} sheets
 * @property {[number, number]} rows
 * @property {[number, number]} columns
 */

/**
 * The part of a tensor's tables around a number.
 * @param {Sheet[]} sheets all of the same size
 * @param {{ sheet: number, row: number, column: number }} at where the number stands
 * @returns {Window}
 */
export function windowAround(sheets, at) {
  const { height, width } = sheets[0];
  const whole = height * width <= MOST_CELLS;
  const columns = whole ? width : Math.min(width, Math.max(FEWEST_COLUMNS, Math.floor(MOST_CELLS / height)));
  const rows = whole ? height : Math.min(height, Math.floor(MOST_CELLS / columns));
  const tables = Math.max(1, Math.floor(MOST_CELLS / (rows * columns)));
  return {
    sheets: around(at.sheet, whole ? tables : 1, sheets.length),
    rows: around(at.row, rows, height),
    columns: around(at.column, columns, width),
  };
}

/**
 * A range of so many, in steps of its own length, with a position in it.
 * @param {number} at
 * @param {number} room
 * @param {number} count of all
 * @returns {[number, number]}
 */
function around(at, room, count) {
  const first = Math.min(Math.floor(at / room) * room, Math.max(0, count - room));
  return [first, Math.min(count, first + room)];
}

/**
 * Is a number in the window?
 * @param {Window} window
 * @param {{ sheet: number, row: number, column: number }} at
 * @returns {boolean}
 */
export function isInWindow(window, at) {
  const inside = (/** @type {[number, number]} */ [from, to], /** @type {number} */ n) => from <= n && n < to;
  return inside(window.sheets, at.sheet) && inside(window.rows, at.row) && inside(window.columns, at.column);
}

/**
 * Where a number of a tensor stands in its tables; null where it stands in none, such as one of another sequence.
 * @param {Sheet[]} sheets
 * @param {number} at where it is in the tensor
 * @returns {{ sheet: number, row: number, column: number } | null}
 */
export function cellOf(sheets, at) {
  for (const [sheet, { first, down, across, height, width }] of sheets.entries()) {
    const far = at - first;
    for (let row = 0; row < height && far >= 0; row++) {
      const column = across ? (far - row * down) / across : far === row * down ? 0 : -1;
      if (Number.isInteger(column) && column >= 0 && column < width) return { sheet, row, column };
    }
  }
  return null;
}
