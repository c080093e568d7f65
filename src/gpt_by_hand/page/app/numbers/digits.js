// Numbers as all tables show them: the rules of Python's `layout/digits.py`.
import { exponent, fixed, general, powerOf, scaled, scientific } from "./formats.js";
import { decimal } from "../explain/sentences.js";
import { repr } from "./repr.js";

/** @typedef {"integer" | "float32" | "float64"} Precision of a token, a weight, a computed number */

// Powers of ten of a table's largest number for which it needs no exponent: the first, and the first beyond the last.
const PLAIN = [-2, 6];
// Sizes of a float32 for which NumPy needs no exponent: the first, and the first beyond the last.
const SINGLE_PLAIN = [1e-4, 1e6];
// Significant digits below which a small number is better told by its own exponent.
const ENOUGH = 2;

/**
 * Eight significant digits, or fewer where fewer tell this float32 from its neighbours; tiny numbers keep eight.
 *
 * A float64 too is written with the digits that tell the nearest float32, where they are its own, correctly rounded.
 * @param {number} value
 * @returns {string}
 */
export function number(value) {
  const single = Math.fround(value) + 0;
  const fewest = shortestSingle(single).replace(/\.0$/, "");
  const eight = general(value, 8);
  const tiny = fewest.includes("e") && fewest.length > "-1.25e-06".length;
  const digits = fewest
    .split("e")[0]
    .replace(/^[-0.]+/, "")
    .replace(".", "").length;
  const same = Number.isFinite(single) && Number(general(value, digits)) === Number(fewest);
  const own = value === single || same;
  return own && !tiny && fewest.length <= eight.length ? fewest : eight;
}

/**
 * A single number to so many significant digits; with 0, eight of a float32 and all of a float64. A whole number that
 * stands for a word or a position has all of its digits in any case.
 * @param {number} value
 * @param {number} digits
 * @param {Precision} precision
 * @returns {string}
 */
export function scalar(value, digits, precision) {
  if (precision === "integer") {
    return String(value);
  }
  if (!digits) {
    return precision === "float64" ? repr(value) : number(value);
  }
  const text = general(value + 0, digits);
  const whole = /^-*\d+$/.test(text) && Number(text) !== value;
  return whole ? general(value, digits, true).replace(/\.$/, "") : text;
}

/**
 * A part as a percentage with one decimal, with no minus in front of nothing.
 * @param {number} share
 * @returns {string}
 */
export function percent(share) {
  const found = `${fixed(share * 100, 1)}%`;
  return decimal(found === "-0.0%" ? "0.0%" : found);
}

/**
 * Four decimals, or a power of ten, 3e-05, where four would say that something possible is impossible.
 * @param {number} value
 * @returns {string}
 */
export function probability(value) {
  return decimal(value === 0 || value >= 0.00005 ? fixed(value, 4) : scientific(value, 0));
}

/**
 * How the numbers of one table are written: all in units of 10**`exponent`, to so many decimals, equally wide.
 *
 * A number of which that would leave nothing, or one digit, has an exponent of its own; `scientific` says that all of
 * them have one. What is exactly 0 is written as 0, and nothing else is.
 */
export class Writing {
  /**
   * The writing of these numbers in which the largest has so many significant digits.
   * @param {ArrayLike<number>} values
   * @param {number} digits
   * @param {boolean} [integer] do they stand for words or positions?
   */
  constructor(values, digits, integer = false) {
    const numbers = Array.from(values);
    const sizes = numbers.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
    this.decimals = 0;
    this.exponent = 0;
    this.scientific = false;
    this.signs = numbers.some((value) => value < 0);
    this.largest = sizes.reduce((most, size) => Math.max(most, size), 0);
    this.smallest = 0;
    if (sizes.length && !integer) {
      this.smallest = sizes.reduce((least, size) => Math.min(least, size));
      this.choose(sizes, digits);
    }
  }

  /**
   * Decide for decimals, and for an exponent.
   * @param {number[]} sizes
   * @param {number} digits
   */
  choose(sizes, digits) {
    const high = powerOf(this.largest, digits);
    const power = high >= PLAIN[0] && high < PLAIN[1] ? 0 : high;
    if (power && high - powerOf(this.smallest, digits) > digits - ENOUGH) {
      this.decimals = digits - 1;
      this.scientific = true;
      return;
    }
    const decimals = Math.max(0, digits - 1 - high + power);
    this.exponent = power;
    this.decimals = needed(
      sizes.map((size) => size / powerOfTen(power)),
      decimals,
    );
  }

  /**
   * What stands in the corner of the table: nothing, or the power of ten that its numbers count.
   * @returns {string}
   */
  get unit() {
    return this.exponent ? `× 1${exponent(this.exponent)}` : "";
  }

  /**
   * How wide a number is at most, its sign included.
   * @returns {number}
   */
  get width() {
    const tiny = this.smallest && this.left(this.smallest) < 1 ? "1e-06".length : 0;
    return Number(this.signs) + Math.max(this.room, tiny);
  }

  /**
   * One of the numbers.
   * @param {number} value
   * @returns {string}
   */
  text(value) {
    if (value === 0 || !Number.isFinite(value)) {
      return fixed(value + 0, 0);
    }
    if (this.scientific) {
      return scientific(value, this.decimals);
    }
    const plain = this.plain(value);
    const own = Math.max(0, this.room - "1.e-06".length);
    const tiny = !this.exponent && this.left(Math.abs(value)) < Math.min(ENOUGH, 1 + own);
    const told = scientific(value, own);
    return tiny && Number(told) !== Number(plain) ? told : plain;
  }

  /**
   * How many significant digits of a number stand before the last decimal.
   * @param {number} size
   * @returns {number}
   */
  left(size) {
    return powerOf(size, ENOUGH) - this.exponent + this.decimals + 1;
  }

  /**
   * How wide the largest number is, without a sign.
   * @returns {number}
   */
  get room() {
    return (this.scientific ? scientific(this.largest, this.decimals) : this.plain(this.largest)).length;
  }

  /**
   * A number in the table's unit.
   * @param {number} value
   * @returns {string}
   */
  plain(value) {
    const sign = value < 0 ? "-" : "";
    const whole = scaled(Math.abs(value), this.decimals - this.exponent);
    const text = String(whole).padStart(this.decimals + 1, "0");
    return sign + (this.decimals ? `${text.slice(0, -this.decimals)}.${text.slice(-this.decimals)}` : text);
  }
}

/**
 * The decimals without those that would be 0 in all of the numbers; all of them, where only whole ones were left.
 * @param {number[]} sizes
 * @param {number} decimals
 * @returns {number}
 */
function needed(sizes, decimals) {
  let found = decimals;
  while (found && sizes.every((size) => roundedTo(size, found) === roundedTo(size, found - 1))) {
    found -= 1;
  }
  return found || sizes.every((size) => size === roundedTo(size, 0)) ? found : decimals;
}

/**
 * As NumPy rounds to decimals: times a power of ten, to the nearest whole number, and back.
 * @param {number} size
 * @param {number} decimals
 * @returns {number}
 */
function roundedTo(size, decimals) {
  const product = size * powerOfTen(decimals);
  return (Number.isFinite(product) ? Number(scaled(product, 0)) : product) / powerOfTen(decimals);
}

/**
 * @param {number} power
 * @returns {number}
 */
function powerOfTen(power) {
  return Number(`1e${power}`);
}

/**
 * A float32 as NumPy writes it: the fewest digits that tell it from the float32 beside it.
 * @param {number} single
 * @returns {string}
 */
function shortestSingle(single) {
  if (!Number.isFinite(single)) {
    return repr(single);
  }
  let digits = 1;
  while (digits < 9 && Math.fround(Number(general(single, digits))) !== single) {
    digits += 1;
  }
  const size = Math.abs(single);
  const plain = size === 0 || (size >= SINGLE_PLAIN[0] && size < SINGLE_PLAIN[1]);
  return plain ? repr(Number(general(single, digits))) : scientific(single, digits - 1);
}
