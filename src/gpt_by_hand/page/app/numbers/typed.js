// What a person types for a number: the nearest double of what was typed, in whatever way it was typed.

import { UserError } from "../explain/errors.js";
import { said } from "../explain/sentences.js";
import { Fraction } from "./exact.js";

const LONGEST_TYPED = 300;
/** @type {Record<string, string>} */
const PLAIN_SIGNS = { "−": "-", "–": "-", "⁻": "-", "∞": "inf", "×": "*", "·": "*", "⁄": "/", "÷": "/" };
const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
// As the page itself writes powers of ten: 2.36·10⁻⁶.
const TIMES_POWER = /\*10\^?([+-]?\d+)$/;
const DECIMAL = /^[+-]?(?=\.?\d)(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:e[+-]?\d{1,4})?$/i;
const ENDLESS = /^[+-]?(?:inf|infinity)$/i;

/**
 * The number that a text stands for: 0.31, .31, 1e-3, 2.36·10⁻⁶, 1/3, 0,31, -inf. A comma is a decimal comma; a
 * fraction is divided exactly, and then is the nearest double. Throws: UserError, in one line, for anything else.
 * @param {string} text
 * @returns {number}
 */
export function readTyped(text) {
  const plain = withPlainSigns(text.trim());
  if (ENDLESS.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  const terms = plain.split("/");
  const isNumber = terms.length <= 2 && plain.length <= LONGEST_TYPED && terms.every((term) => DECIMAL.test(term));
  if (!isNumber) throw new UserError(said("typed.none", { text: shortTyped(text) }));
  const [above, below] = terms.map((term) => Fraction.read(term.replaceAll("_", "")));
  if (below?.isZero()) throw new UserError(said("typed.zero", { text: shortTyped(text) }));
  const found = below ? above.over(below).toNumber() : Number(plain.replaceAll("_", ""));
  if (!Number.isFinite(found)) throw new UserError(said("typed.large", { text: shortTyped(text) }));
  if (found === 0 && !above.isZero()) throw new UserError(said("typed.small", { text: shortTyped(text) }));
  return found;
}

/**
 * With the signs of a plain keyboard for those of pages and phones.
 * @param {string} text
 * @returns {string}
 */
function withPlainSigns(text) {
  const signs = [...text].map((sign) => PLAIN_SIGNS[sign] ?? (RAISED.includes(sign) ? RAISED.indexOf(sign) : sign));
  const spelled = signs.join("").replace(/\s*([/*])\s*/g, "$1");
  const pointed = spelled.includes(".") ? spelled : spelled.replace(/(^|\/)([+-]?\d*),(?=\d)/g, "$1$2.");
  return pointed.replace(TIMES_POWER, "e$1");
}

/**
 * What was typed, as far as a line has room for it.
 * @param {string} text
 * @returns {string}
 */
function shortTyped(text) {
  const signs = [...text.trim()];
  return signs.length > 40 ? `${signs.slice(0, 40).join("")}…` : signs.join("");
}
