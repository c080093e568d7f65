// Pieces of MathML as trees of arrays, of which `view/dom.js` makes elements: forms of Python's `printers/mathml.py`.

import { decimal } from "../explain/sentences.js";

/**
 * `[tag, {attributes}, ...children]`; an attribute `style` is an object.
 * @typedef {[string, Record<string, any>, ...(Markup | string)[]]} Markup
 * @typedef {Markup[]} Pieces elements that stand side by side
 */

/** Constants with a Greek letter, and a word or a number below it. @type {Record<string, [string, string]>} */
const GREEK = { eps: ["ϵ", ""], adam_eps: ["ϵ", "adam"], pi: ["π", ""], beta1: ["β", "1"], beta2: ["β", "2"] };
/** @type {Record<string, string>} */
const SYMBOLS = { "-": "−", "<=": "≤", ">=": "≥", "==": "=", "%": "mod", dot: "⋅" };

/** @param {string} name @param {...(Markup | string)} children @returns {Markup} */
export function markupTag(name, ...children) {
  return [name, {}, ...children];
}

/** @param {Pieces} pieces @returns {Markup} */
export function mrow(pieces) {
  return markupTag("mrow", ...pieces);
}

/** A fraction inside of a fraction stays as large as it is. @param {Pieces} pieces @returns {Markup} */
function mfull(pieces) {
  return ["mrow", { displaystyle: "true" }, ...pieces];
}

/** @returns {Markup} */
export function mspace() {
  return ["mspace", { width: "0.28em" }];
}

/** @param {string} digits @returns {Markup} */
export function mn(digits) {
  return markupTag("mn", decimal(digits));
}

/** @param {Pieces} above @param {Pieces} below @returns {Markup} */
export function mfrac(above, below) {
  return markupTag("mfrac", mfull(above), mfull(below));
}

/** @param {Pieces} pieces @returns {Pieces} */
export function mminus(pieces) {
  return [["mo", { form: "prefix" }, "−"], ...pieces];
}

/** @param {Pieces} pieces @returns {Pieces} */
export function mfenced(pieces) {
  return [mrow([markupTag("mo", "("), ...pieces, markupTag("mo", ")")])];
}

/** @param {Pieces} left @param {string} operator @param {Pieces} right @returns {Pieces} */
export function minfix(left, operator, right) {
  return [...left, operator === "space" ? mspace() : markupTag("mo", SYMBOLS[operator] ?? operator), ...right];
}

/** @param {Pieces[]} parts @param {string} [comma] @returns {Pieces} */
export function mcommas(parts, comma = ",") {
  return parts.flatMap((part, n) => (n ? [markupTag("mo", comma), ...part] : part));
}

/** @param {string} name @returns {Markup} a name of several letters; a single one would be slanted */
export function mi(name) {
  return ["mi", [...name].length === 1 ? { mathvariant: "normal" } : {}, name];
}

/** @param {string} name @returns {Markup} */
export function nameMarkup(name) {
  const match = /^([A-Za-z])(\d*)$/.exec(name);
  if (!match) return mi(name);
  return match[2] ? markupTag("msub", markupTag("mi", match[1]), mn(match[2])) : markupTag("mi", match[1]);
}

/** @param {string} name @returns {Markup} */
export function constantMarkup(name) {
  if (!Object.hasOwn(GREEK, name)) return nameMarkup(name);
  const [letter, below] = GREEK[name];
  if (!below) return markupTag("mi", letter);
  return markupTag("msub", markupTag("mi", letter), /\d/.test(below) ? mn(below) : mi(below));
}

/** @param {string} written a number as Python writes it @returns {Pieces} 0.5, or 10 to the power of -6 */
export function numberMarkup(written) {
  if (written.startsWith("-")) return mminus(numberMarkup(written.slice(1)));
  if (written === "inf") return [markupTag("mi", "∞")];
  const [mantissa, exponent] = written.split("e");
  if (exponent === undefined) return [mn(mantissa)];
  const power = mraised([mn("10")], numberMarkup(String(Number(exponent))));
  return mantissa === "1" ? power : [mn(mantissa), markupTag("mo", "×"), ...power];
}

/** @param {Pieces} base @param {Pieces} exponent @returns {Pieces} above the subscripts, not behind them */
export function mraised(base, exponent) {
  const [name, , ...inner] = base[0];
  if (name !== "msub") return [markupTag("msup", mrow(base), mrow(exponent))];
  return [markupTag("msubsup", ...inner, mrow(exponent))];
}

/** @param {Pieces} pieces @returns {number} about how many characters one sees */
export function markupWidth(pieces) {
  return pieces.reduce((sum, [, , ...children]) => sum + childrenWidth(children), 0);
}

/** @param {(Markup | string)[]} children @returns {number} */
function childrenWidth(children) {
  return children.reduce(
    (sum, child) => sum + (typeof child === "string" ? [...child].length : markupWidth([child])),
    0,
  );
}

/** @param {Pieces[]} cells @returns {Markup} a row of a table, aligned to the left */
export function mtr(...cells) {
  return markupTag(
    "mtr",
    ...cells.map((cell) => /** @type {Markup} */ (["mtd", { style: { "text-align": "left" } }, ...cell])),
  );
}

/**
 * The `math` element around pieces; it is a part of a line, with sums as large as on their own.
 * @param {Pieces} pieces
 * @param {Record<string, any>} [attributes]
 * @returns {Markup}
 */
export function mathMarkup(pieces, attributes = {}) {
  return ["math", { displaystyle: "true", ...attributes }, ...pieces];
}

/** @param {Pieces} pieces @returns {Pieces} behind an equals sign, for a line that goes on from another one */
export function equalsMarkup(pieces) {
  return minfix([], "=", pieces);
}
