// Arithmetic as Python has it. Its whole numbers are BigInts here, which have all their digits; its floats are numbers.
//
// Where Python stops with an error, as in a division by zero, this gives what IEEE 754 says: an infinity or NaN.

import { erf } from "./erf.js";
import { quotient } from "./exact.js";

/** @typedef {number | bigint} Real */

/** What an operator does. @type {Record<string, (left: Real, right: Real) => Real>} */
export const OPERATORS = {
  "+": onReals(
    (left, right) => left + right,
    (left, right) => left + right,
  ),
  "-": onReals(
    (left, right) => left - right,
    (left, right) => left - right,
  ),
  "*": onReals(
    (left, right) => left * right,
    (left, right) => left * right,
  ),
  "/": onReals(
    (left, right) => (right ? quotient(left, right) : Number(left) / 0),
    (left, right) => left / right,
  ),
  "%": onReals((left, right) => (right ? ((left % right) + right) % right : NaN), modulo),
  "**": onReals((left, right) => (right < 0n ? power(Number(left), Number(right)) : left ** right), power),
};

/** Whether a comparison holds; of whole numbers and floats by what they are. */
/** @type {Record<string, (left: Real, right: Real) => boolean>} */
export const COMPARISONS = {
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "==": (left, right) => left <= right && left >= right,
};

/** Functions of one number. @type {Record<string, (argument: number) => number>} */
export const FUNCTIONS = {
  ...{ exp: Math.exp, log: Math.log, sqrt: Math.sqrt, tanh: Math.tanh, cos: Math.cos, sin: Math.sin },
  ...{ erf, round: halfEven },
};

/**
 * An operation on whole numbers, and on all others.
 * @param {(left: bigint, right: bigint) => Real} ofWhole
 * @param {(left: number, right: number) => number} ofFloats
 * @returns {(left: Real, right: Real) => Real}
 */
function onReals(ofWhole, ofFloats) {
  return (left, right) =>
    typeof left === "bigint" && typeof right === "bigint"
      ? ofWhole(left, right)
      : ofFloats(Number(left), Number(right));
}

/**
 * What is left of a division whose result is rounded down: it has the sign of what is divided by.
 * @param {number} left
 * @param {number} right
 * @returns {number}
 */
function modulo(left, right) {
  const rest = left % right;
  if (rest === 0) return right < 0 ? -0 : 0;
  return rest < 0 === right < 0 || Number.isNaN(rest) ? rest : rest + right;
}

/**
 * A power; 1 to any power is 1, and so is -1 to one without end, as C says and JavaScript does not. A square is the
 * nearest double, which JavaScript's power may miss.
 * @param {number} base
 * @param {number} exponent
 * @returns {number}
 */
function power(base, exponent) {
  if (exponent === 2) return base * base;
  return base === 1 || (base === -1 && Math.abs(exponent) === Infinity) ? 1 : base ** exponent;
}

/** @param {number} x @returns {number} the nearest whole number, the even one of two; no minus in front of nothing */
function halfEven(x) {
  const below = Math.floor(x);
  const isNearer = x - below < 0.5 || (x - below === 0.5 && below % 2 === 0) || !Number.isFinite(x);
  return (isNearer ? below : below + 1) + 0;
}
