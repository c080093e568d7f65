// Where the digits that are shown lead to another last digit than all of them.
import { constant } from "../notation/nodes.js";
import { rounded } from "../numbers/exact.js";
import { digitsOf } from "../printers/text.js";
import { decimal, many, said } from "./sentences.js";
import { allRounded, exactly, readable } from "./steps.js";

/** @import { Constant, Explanation } from "../types.js" */

const BINARY_DIGITS = { float32: 24, float64: 53 };

/**
 * Where the numbers put in, rounded as the first stage shows them, give another last digit; or the trace has.
 * @param {Explanation} explanation
 * @param {number} digits significant ones
 * @returns {string[]}
 */
export function roundingNotes({ stages, value, phase, precision, tensor }, digits) {
  if (stages.length === 0) return [];
  const last = /** @type {Constant} */ (stages[stages.length - 1]);
  const true_ = last.whole ? last.value : rounded(last.value, digits);
  const found = rounded(exactly(allRounded(stages[0], digits)), digits);
  const told = [];
  const shown = (/** @type {number} */ number, whole = false) => decimal(shownNumber(number, digits, whole));
  if (!Object.is(found + 0, true_ + 0)) {
    told.push(many("rounding.by-hand", digits, { found: shown(found), true: shown(true_, last.whole) }));
  }
  if ((tensor.integer ? value : rounded(value, digits)) !== true_) {
    const seen = { value: shown(value, tensor.integer), digits: BINARY_DIGITS[precision], precision };
    told.push(phase === "start" ? said("rounding.drawn", seen) : said("rounding.computed", seen));
  }
  return told;
}

/**
 * A number as it is printed, with a decimal point.
 * @param {number} value
 * @param {number} digits
 * @param {boolean} [whole] is it a whole number in Python too, which has all its digits?
 * @returns {string}
 */
export function shownNumber(value, digits, whole = false) {
  return digitsOf(/** @type {Constant} */ (readable(constant(value, "", whole), digits)));
}
