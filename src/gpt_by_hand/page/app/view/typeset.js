// Numbers as they stand in print: a true minus, the language's decimal mark, and powers of ten raised.

import { decimal } from "../explain/sentences.js";

const RAISED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A written number as it is shown: `-1.9e-06` is −1.9·10⁻⁶.
 * @param {string} text
 * @returns {string}
 */
export function typeset(text) {
  const [digits, exponent] = text.split("e");
  const shown = decimal(digits).replace("-", "−").replace("inf", "∞");
  if (exponent === undefined || !/\d/.test(digits)) return shown;
  return `${shown}·10${raised(Number(exponent))}`;
}

/**
 * @param {number} exponent
 * @returns {string} in small digits above the line
 */
export function raised(exponent) {
  return [...String(exponent)].map((sign) => (sign === "-" ? "⁻" : RAISED_SIGNS[Number(sign)])).join("");
}
