// A tensor as a tile: its sign and address, its numbers as pictures, and the question that they answer.

import { Writing } from "../numbers/digits.js";
import { said } from "../explain/sentences.js";
import { addressOf } from "../printers/text.js";
import { h } from "./dom.js";
import { heatMap, shownSheets } from "./heat.js";
import { isBySequence } from "./selection.js";
import { KINDS, sign } from "./signs.js";
import { typeset } from "./typeset.js";

/** @typedef {import("../types.js").Tensor} Tensor */

/**
 * A closed tile. A single number stands there itself.
 * @param {Tensor} tensor
 * @param {{ label?: string, question?: string }} how `label`: in place of the address, in a row of tiles
 * @returns {HTMLElement}
 */
export function tile(tensor, { label, question = "" } = {}) {
  const single = isSingle(tensor);
  const name = single ? nameLine(tensor, label) : nameButton(tensor, label);
  const numbers = single ? h("button", { class: "scalar", type: "button" }) : canvases(tensor, label !== undefined);
  const props = { class: ["tile", KINDS[tensor.role], single && "single"], data: { tensor: tensor.number } };
  return h("li", props, name, numbers, question && h("p", { class: "asked" }, question));
}

/**
 * @param {Tensor} tensor
 * @param {string} [label]
 */
function nameLine(tensor, label) {
  return h("span", { class: "tensor-name", title: tensor.name }, sign(tensor.role), label ?? parted(tensor));
}

/**
 * What a tensor is of its parameter.
 * @param {Tensor} tensor
 * @returns {string}
 */
export function columnName(tensor) {
  const before = tensor.given !== "";
  if (tensor.role === "gradient") return said("page.column.gradient");
  if (tensor.role === "clipped") return said("page.column.clipped");
  if (tensor.role === "update") return said("page.column.new");
  if (tensor.role === "step") return said("page.column.square");
  if (tensor.role !== "state") return said("page.column.weight");
  if (before) return tensor.title;
  return tensor.concept === "mean gradient" ? said("page.column.mean") : said("page.column.mean-square");
}

/**
 * Has a tensor one number only, or one for each sequence?
 * @param {Tensor} tensor
 * @returns {boolean}
 */
export function isSingle(tensor) {
  return tensor.indices.length === (isBySequence(tensor) ? 1 : 0);
}

/**
 * The button that opens a tensor as a table, and closes it.
 * @param {Tensor} tensor
 * @param {string} [label]
 * @param {boolean} [open]
 * @returns {HTMLButtonElement}
 */
export function nameButton(tensor, label, open = false) {
  const name = label ?? parted(tensor);
  const heard = label === undefined ? null : `${label}: ${tensor.name}`;
  return h(
    "button",
    { class: "tensor-name", type: "button", title: tensor.name, "aria-expanded": String(open), "aria-label": heard },
    sign(tensor.role),
    name,
  );
}

/**
 * An address with its last part strong: what it is called where it is at home.
 * @param {Tensor} tensor
 * @returns {HTMLElement}
 */
function parted(tensor) {
  const parts = tensor.name.split(".");
  const own = owner(tensor).given === "parameter" || /^\d+$/.test(parts.at(-1) ?? "") ? 2 : 1;
  const before = parts.slice(0, -own).join(".");
  return h(
    "span",
    { class: "parted" },
    before && h("span", { class: "before" }, `${before}.`),
    parts.slice(-own).join("."),
  );
}

/**
 * @param {Tensor} tensor
 * @returns {Tensor} what it is a gradient, a moment or a new weight of; else itself
 */
function owner(tensor) {
  return tensor.given === "" && tensor.of ? tensor.of : tensor;
}

/**
 * @param {Tensor} tensor
 * @param {boolean} inRow
 */
function canvases(tensor, inRow) {
  const found = shownSheets(tensor, 0);
  const several = found.length > 1;
  const room = inRow ? (several ? "rows" : "row") : several ? "several" : "one";
  const label = (/** @type {string} */ caption) =>
    caption ? said("page.heat.of", { address: tensor.name, caption }) : said("page.heat", { address: tensor.name });
  const apart = tensor.indices.filter((index) => index.axis?.layout === "apart" && !isSequence(tensor, index));
  const down = apart.length > 1 ? apart.slice(1).reduce((product, index) => product * index.extent, 1) : 1;
  return h(
    "div",
    { class: ["heats", down > 1 && "grid"], style: { "--down": down } },
    found.map((sheet) => heatMap(tensor, sheet, room, label(sheet.caption))),
  );
}

/**
 * @param {Tensor} tensor
 * @param {import("../types.js").Index} index
 */
function isSequence(tensor, index) {
  return isBySequence(tensor) && tensor.indices[0] === index;
}

/**
 * Writes a single number as it is now.
 * @param {HTMLElement} button
 * @param {Tensor} tensor
 * @param {number} sequence
 * @param {ArrayLike<number>} x all numbers
 */
export function fillScalar(button, tensor, sequence, x) {
  const place = tensor.indices.length ? [sequence] : [];
  const value = x[tensor.at + (place[0] ?? 0)];
  button.dataset.address = addressOf(tensor.name, place);
  button.dataset.value = String(value);
  button.textContent = typeset(new Writing([value], 5).text(value));
}
