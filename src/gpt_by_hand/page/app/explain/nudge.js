// The check of a gradient by finite differences: nudge the number, run forward again, compare.
import { wrapping } from "../notation/program.js";
import { general } from "../numbers/formats.js";
import { repr } from "../numbers/repr.js";
import { addressOf } from "../printers/text.js";
import { UserError } from "./errors.js";
import { decimal, said } from "./sentences.js";

/** @import { Numbers, Program, Tensor } from "../types.js" */
/**
 * The loss with the number a little larger and a little smaller, what that says of the gradient, and the same in words:
 * a line of what is done, and those of what comes of it.
 * @typedef {object} Nudge
 * @property {string} address
 * @property {number} step
 * @property {number} larger
 * @property {number} smaller
 * @property {number} gradient
 * @property {number} difference
 * @property {number} error
 * @property {string[]} lines
 */

// Of the number's size: the error of the difference grows with its square, that of rounding falls with it.
const STEP = 1e-4;
// That a number is taken to have at least and at most.
const SIZES = [1e-3, 1];

/**
 * The finite difference for a number that has a gradient, or for the one that a gradient is of.
 * @param {Program} program
 * @param {Numbers} numbers
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {(tensor: Tensor, place: number[], step: number) => number} lossWith the loss where a number is so much
 *   larger, everything behind it computed anew
 * @returns {Nudge}
 * @throws {UserError} for a number without a gradient
 */
export function nudge(program, numbers, tensor, place, lossWith) {
  const isGradient = tensor.role === "gradient" && tensor.of !== null;
  const nudged = isGradient ? /** @type {Tensor} */ (tensor.of) : tensor;
  const gradient = isGradient ? tensor : wrapping(program, "gradient", tensor);
  if (gradient === null) {
    throw new UserError(`${addressOf(tensor.name, place)} has no gradient to check: ask for one that d.… exists of`);
  }
  const size = Math.abs(numbers.at(nudged, place)) || 0;
  const step = Number(`1e${Math.floor(Math.log10(STEP * Math.min(Math.max(size, SIZES[0]), SIZES[1])) + 1e-9)}`);
  const [larger, smaller] = [step, -step].map((by) => lossWith(nudged, place, by));
  return compared(addressOf(nudged.name, place), step, larger, smaller, numbers.at(gradient, place));
}

/**
 * @param {string} address
 * @param {number} step
 * @param {number} larger
 * @param {number} smaller
 * @param {number} gradient
 * @returns {Nudge}
 */
function compared(address, step, larger, smaller, gradient) {
  const difference = (larger - smaller) / (2 * step);
  const error = Math.abs(gradient - difference);
  const short = (/** @type {number} */ number, /** @type {number} */ digits) => decimal(general(number, digits));
  const written = { larger: decimal(repr(larger)), smaller: decimal(repr(smaller)), step: short(step, 6) };
  const lines = [
    said("check", { address, step: written.step }),
    said("check.losses", written),
    said("check.difference", { ...written, difference: short(difference, 8) }),
    said("check.gradient", { gradient: short(gradient, 8), error: short(error, 1) }),
  ];
  return { address, step, larger, smaller, gradient, difference, error, lines };
}
