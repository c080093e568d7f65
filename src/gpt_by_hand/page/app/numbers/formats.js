// Python's format codes. JavaScript's own `toFixed` and its likes round a number that is exactly in the middle up;
// Python rounds it to the even digit.

import { Fraction } from "./exact.js";

/**
 * Python's `{value:.6f}`: so many decimals; what is not finite as `inf`, `-inf` and `nan`.
 * @param {number} value
 * @param {number} decimals
 * @returns {string}
 */
export function fixed(value, decimals) {
  return Number.isFinite(value)
    ? minus(value) + pointed(scaled(Math.abs(value), decimals), decimals)
    : nonfinite(value);
}

/**
 * Python's `{value:.6e}`: a digit, so many decimals, and a power of ten.
 * @param {number} value
 * @param {number} decimals
 * @returns {string}
 */
export function scientific(value, decimals) {
  if (!Number.isFinite(value)) {
    return nonfinite(value);
  }
  const [digits, power] = significant(Math.abs(value), decimals + 1);
  return minus(value) + pointed(BigInt(digits), decimals) + exponent(power);
}

/**
 * Python's `{value:.6g}`: so many significant digits; with a power of ten only where that is far away. Without `all`
 * (Python's `#`), zeros at its end are left out.
 * @param {number} value
 * @param {number} digits
 * @param {boolean} [all]
 * @returns {string}
 */
export function general(value, digits, all = false) {
  if (!Number.isFinite(value)) {
    return nonfinite(value);
  }
  const most = Math.max(1, digits);
  const power = significant(Math.abs(value), most)[1];
  const plain = power >= -4 && power < most;
  const [number, behind] = (plain ? fixed(value, most - 1 - power) : scientific(value, most - 1)).split("e");
  const dotted = all && !number.includes(".") ? `${number}.` : number;
  const short = all || !number.includes(".") ? dotted : number.replace(/\.?0+$/, "");
  return behind === undefined ? short : `${short}e${behind}`;
}

/**
 * The power of ten that a positive number begins with when it is rounded to so many digits.
 * @param {number} size
 * @param {number} digits
 * @returns {number}
 */
export function powerOf(size, digits) {
  return significant(size, digits)[1];
}

/**
 * A number that is 0 or larger, times a power of ten, rounded to a whole one; from the middle, to the even one.
 * @param {number} size
 * @param {number} power
 * @returns {bigint}
 */
export function scaled(size, power) {
  return Fraction.of(size).times(Fraction.tenTo(power)).nearest();
}

/**
 * So many digits of a number that is 0 or larger, and the power of ten of the first one.
 * @param {number} size
 * @param {number} digits
 * @returns {[string, number]}
 */
function significant(size, digits) {
  if (size === 0) {
    return ["0".repeat(digits), 0];
  }
  // The shortest text of a number may begin with a power of ten that it does not quite reach: 1e-6 is 9.9999…e-7.
  const near = Number(size.toExponential().split("e")[1]);
  const power = Fraction.of(size).compared(Fraction.tenTo(near)) < 0 ? near - 1 : near;
  const found = String(scaled(size, digits - 1 - power));
  return found.length > digits ? [found.slice(0, digits), power + 1] : [found, power];
}

/**
 * A whole number with a point before its last digits.
 * @param {bigint} whole
 * @param {number} decimals
 * @returns {string}
 */
function pointed(whole, decimals) {
  const text = String(whole).padStart(decimals + 1, "0");
  return decimals ? `${text.slice(0, -decimals)}.${text.slice(-decimals)}` : text;
}

/**
 * @param {number} value
 * @returns {string}
 */
function minus(value) {
  return value < 0 || Object.is(value, -0) ? "-" : "";
}

/**
 * @param {number} power
 * @returns {string}
 */
export function exponent(power) {
  return `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/**
 * @param {number} value
 * @returns {string}
 */
function nonfinite(value) {
  return String(value).replace("Infinity", "inf").replace("NaN", "nan");
}
