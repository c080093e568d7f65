// Short names for the tensors of one formula, and numbers as they stand in a line of text.

import { shownNumber } from "../explain/rounding.js";
import { addressOf } from "../printers/text.js";
import { h } from "./dom.js";
import { typeset } from "./typeset.js";

/** @import { Index, Tensor } from "../types.js" */

/** Significant digits that are shown. */
export const SHOWN_DIGITS = 6;
/** What is called by what it is of. */
const WITH_SUBJECT = new Set(["gradient", "update", "step"]);

/**
 * The shortest names that tell these tensors apart: `scores`, `c_attn.weight`, `new c_attn.weight`; where two would be
 * called the same, they get longer, up to their full names.
 * @param {Iterable<Tensor>} tensors
 * @returns {(tensor: Tensor) => string}
 */
export function shortNames(tensors) {
  const known = new Map([...tensors].map((tensor) => [tensor, nameCandidates(tensor)]));
  for (let alike = calledAlike(known); alike.length; alike = calledAlike(known))
    alike.forEach((names) => names.shift());
  return (tensor) => (known.get(tensor) ?? nameCandidates(tensor))[0];
}

/**
 * The names that can get longer, of those that are called the same.
 * @param {Map<Tensor, string[]>} known
 * @returns {string[][]}
 */
function calledAlike(known) {
  const all = [...known.values()];
  return all.filter((names) => names.length > 1 && all.some((other) => other !== names && other[0] === names[0]));
}

/** @param {Tensor} tensor @returns {string[]} names, from the shortest to the full one */
function nameCandidates(tensor) {
  const { of, name } = tensor;
  if (of && name.endsWith(`.${of.name}`)) {
    const before = nameEndings(name.slice(0, -of.name.length - 1));
    const between = tensor.role === "gradient" ? "." : " ";
    const longer = nameCandidates(of).map((rest) => before[0] + between + rest);
    return [...(WITH_SUBJECT.has(tensor.role) ? [] : before), ...longer, name];
  }
  // what is measured of a part of the model: by its last name it would seem to be that part
  if (tensor.role === "step" && name.split(".").length > 2) return [name];
  // what is stored as `c_attn.weight` is called that: `weight` says nothing
  return nameEndings(name).slice(tensor.given === "parameter" && name.includes(".") ? 1 : 0);
}

/** @param {string} name @returns {string[]} its last part, its last two, …; no name begins with a digit */
function nameEndings(name) {
  const parts = name.split(".");
  const endings = parts.map((_, n) => parts.slice(parts.length - 1 - n).join("."));
  return endings.filter((ending) => ending === name || !/^\d/.test(ending));
}

/**
 * An address with a short name.
 * @param {(tensor: Tensor) => string} short
 * @param {Tensor} tensor
 * @param {(number | Index)[]} place
 * @returns {string}
 */
export function shortAddress(short, tensor, place) {
  return addressOf(short(tensor), place);
}

/**
 * An address as it stands in a line, which may break in front of the bracket.
 * @param {string} address
 * @returns {(HTMLElement | string)[]}
 */
export function breakable(address) {
  const at = address.indexOf("[");
  return at < 0 ? [address] : [address.slice(0, at), h("wbr", null), address.slice(at)];
}

/**
 * A number to be read: −0.0678123, 2.39824·10⁻⁵.
 * @param {number} value
 * @param {boolean} [whole] is it one of whole numbers, which are never rounded, such as a random number of 32 bits?
 * @returns {string}
 */
export function numberText(value, whole) {
  return typeset(shownNumber(value, SHOWN_DIGITS, whole));
}
