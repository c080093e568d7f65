// Numbers that can be clicked, and columns of numbers whose points stand below each other.

import { many, said, spokenLanguage } from "../explain/sentences.js";
import { shownNumber } from "../explain/rounding.js";
import { percent } from "../numbers/digits.js";
import { h } from "./dom.js";
import { breakable, numberText, SHOWN_DIGITS } from "./names.js";
import { KINDS, sign } from "./signs.js";
import { raised, typeset } from "./typeset.js";

/** @import { Role } from "../types.js" */
/** @import { Children } from "./dom.js" */

/** @typedef {{ address: string, value: number, role: Role, whole?: boolean }} Answering a number that can be asked */
/** @typedef {{ caption: string, texts: string[] }} Written `caption` is the power of ten that all of them count */

// Powers of ten of a column's largest number for which it needs no caption: the first, and the first beyond the last.
const PLAIN_POWERS = [-3, 6];
// Powers of ten between a column's largest and smallest number beyond which each has its own.
const TOO_FAR = 8;
const FIGURE = "\u2007";
const POINT = "\u2008";

/**
 * Text that a number is in full, for data-value.
 * @param {number} value
 * @returns {string}
 */
export function fullNumber(value) {
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * A number as a button that opens it; who hears it is told its address as well.
 * @param {Answering} number
 * @param {string} [text] how it is written
 * @returns {HTMLButtonElement}
 */
export function operandButton({ address, value, role, whole }, text = numberText(value, whole)) {
  return h(
    "button",
    {
      type: "button",
      class: ["number", "kind", KINDS[role]],
      data: { address, value: fullNumber(value) },
      "aria-label": `${text.trim()}, ${address}`,
      title: address,
    },
    text,
  );
}

/**
 * A number with its sign, its name and what is said of it, all of it a button.
 * @param {Answering} number
 * @param {string} name
 * @param {Children} [more]
 * @returns {HTMLButtonElement}
 */
export function numberRow({ address, value, role, whole }, name, more) {
  return h(
    "button",
    { type: "button", class: ["number-row", KINDS[role]], data: { address, value: fullNumber(value) }, title: address },
    h("span", { class: "number kind" }, numberText(value, whole)),
    " ",
    h("span", { class: "name" }, sign(role), h("span", null, breakable(name))),
    more ? [" ", h("span", { class: "said" }, more)] : null,
  );
}

/**
 * Numbers to stand below each other, each with as many significant digits as are shown anywhere.
 * @param {number[]} values
 * @returns {Written}
 */
export function writtenColumn(values) {
  const digits = values.map((value) => shownNumber(value, SHOWN_DIGITS));
  const powers = digits.filter((text) => /[1-9]/.test(text)).map(powerOfDigits);
  const [largest, smallest] = [Math.max(...powers), Math.min(...powers)];
  const apart = largest >= PLAIN_POWERS[0] && largest < PLAIN_POWERS[1] ? 0 : largest;
  if (powers.length === 0 || largest - smallest > TOO_FAR) return { caption: "", texts: linedUp(digits.map(typeset)) };
  const texts = digits.map((text) => typeset(shiftedDigits(text, -apart)));
  return { caption: apart ? said("panel.times", { power: `10${raised(apart)}` }) : "", texts: linedUp(texts) };
}

/** @param {string} digits @returns {number} the power of ten that they begin with */
function powerOfDigits(digits) {
  const [mantissa, exponent] = digits.replace(/^-/, "").split("e");
  if (exponent !== undefined) return Number(exponent);
  const [whole, behind = ""] = mantissa.split(".");
  return whole === "0" ? -1 - behind.search(/[1-9]/) : whole.length - 1;
}

/**
 * The same digits with the point moved, as plain decimals.
 * @param {string} text such as -2.39824e-05
 * @param {number} by so many places to the right
 * @returns {string}
 */
function shiftedDigits(text, by) {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(text);
  if (!match) return text;
  const [, minus, whole, behind = "", exponent = "0"] = match;
  const places = Number(exponent) + by;
  const point = whole.length + places;
  const digits = whole + behind;
  const left = point > 0 ? digits.slice(0, point).padEnd(point, "0") : "0";
  const right = point > 0 ? digits.slice(point) : "0".repeat(-point) + digits;
  return `${minus}${left.replace(/^0+(?=\d)/, "")}${right.replace(/0+$/, "") ? `.${right.replace(/0+$/, "")}` : ""}`;
}

/** @param {string[]} texts @returns {string[]} with blanks behind them, as wide as what others have there */
function linedUp(texts) {
  const { point } = spokenLanguage();
  const behind = texts.map((text) =>
    text.includes("·") || !/\d/.test(text) ? 0 : (text.split(point)[1] ?? "").length,
  );
  const most = Math.max(...behind);
  return texts.map((text, n) => {
    if (text.includes("·") || !/\d/.test(text) || most === 0) return text;
    return text + (behind[n] ? "" : POINT) + FIGURE.repeat(most - behind[n]);
  });
}

/**
 * A length to either side: blue below zero, orange above.
 * @param {number} part of the longest one, from -1 to 1
 * @returns {HTMLElement}
 */
export function termBar(part) {
  const size = Number.isFinite(part) ? Math.min(1, Math.abs(part)) : 0;
  return h(
    "span",
    { class: ["bar", part < 0 ? "below" : "above"], "aria-hidden": "true" },
    h("i", { style: { width: `${size * 50}%` } }),
  );
}

/** @param {number} share @returns {string} 12.5% */
export function shareText(share) {
  return percent(share).replace("-", "−");
}

/**
 * How much of a list is shown, and how many elements a button adds to it: all, if nothing is said.
 * @typedef {{ first: number, last?: number, added?: number }} Kept
 */

/**
 * The first elements of a list, and the last ones if there are many, around a button that shows more of them.
 * @template T
 * @param {T[]} listed
 * @param {Kept} kept
 * @param {(one: T, n: number) => HTMLElement} shown
 * @param {(button: HTMLElement) => HTMLElement} gap what the button stands in
 * @returns {HTMLElement[]}
 */
export function foldedList(listed, { first, last = 0, added = listed.length }, shown, gap) {
  if (listed.length - first - last < 2) return listed.map(shown);
  const end = listed.length - last;
  const ends = listed.slice(end).map((one, n) => shown(one, end + n));
  return [...listed.slice(0, first).map(shown), moreButton(listed, { start: first, end, added }, shown, gap), ...ends];
}

/**
 * What stands in place of the elements from `start` to `end`.
 * @template T
 * @param {T[]} listed
 * @param {{ start: number, end: number, added: number }} hidden
 * @param {(one: T, n: number) => HTMLElement} shown
 * @param {(button: HTMLElement) => HTMLElement} gap
 * @returns {HTMLElement}
 */
function moreButton(listed, { start, end, added }, shown, gap) {
  const unfold = (/** @type {Event} */ event) => {
    const next = end - start > added + 1 ? start + added : end;
    const more = listed.slice(start, next).map((one, n) => shown(one, start + n));
    row.replaceWith(...more, ...(next < end ? [moreButton(listed, { start: next, end, added }, shown, gap)] : []));
    if (event.isTrusted) more[0].querySelector("button")?.focus();
  };
  const text = many("panel.more", end - start);
  const row = gap(
    h("button", { type: "button", class: "more", "aria-expanded": "false", on: { click: unfold } }, text),
  );
  return row;
}
