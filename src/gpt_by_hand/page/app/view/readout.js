// A picture's numbers under the pointer: pointing shows one, a click explains it. By keys, the table does that.

import { Writing } from "../numbers/digits.js";
import { placeAt } from "../explain/tables.js";
import { addressOf } from "../printers/text.js";
import { h } from "./dom.js";
import { pictureOf } from "./heat.js";
import { isBySequence } from "./selection.js";
import { typeset } from "./typeset.js";

/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("./selection.js").Selection} Selection */

const BESIDE = 14; // pixels from the pointer
const DIGITS_SHOWN = 6;

/**
 * @param {import("../explorer.js").Explorer} explorer
 * @param {Selection} selection
 * @param {HTMLElement} element in which the pictures are
 * @param {(tensor: Tensor) => void} open a tensor, where fingers are too large for its numbers
 */
export function readout(explorer, selection, element, open) {
  const box = h("div", { class: "readout", "aria-hidden": "true", hidden: true });
  /** @type {MouseEvent | null} where the pointer is */
  let last = null;
  // The number under the pointer follows what is computed.
  explorer.listen(() => {
    const under = last && !box.hidden && numberUnder(last, selection);
    if (last && under) show(box, last, explorer, under);
  });
  element.addEventListener("pointermove", (event) => {
    const under = event.pointerType === "touch" ? null : numberUnder(event, selection);
    box.hidden = under === null;
    last = event;
    if (under) show(box, event, explorer, under);
  });
  element.addEventListener("pointerleave", () => (box.hidden = true));
  element.addEventListener("click", (event) => {
    const under = numberUnder(event, selection);
    if (!under) return;
    box.hidden = true;
    if (matchMedia("(pointer: coarse)").matches) open(under.tensor);
    else selection.go(addressOf(under.tensor.name, placeAt(under.tensor.indices, under.at)));
  });
}

/**
 * @param {HTMLElement} box
 * @param {MouseEvent} event
 * @param {import("../explorer.js").Explorer} explorer
 * @param {{ tensor: Tensor, at: number }} under
 */
function show(box, { clientX, clientY }, explorer, { tensor, at }) {
  const value = explorer.engine.x[tensor.at + at];
  const text = typeset(new Writing([value], DIGITS_SHOWN, tensor.integer).text(value));
  if (!box.isConnected) document.body.append(box);
  box.replaceChildren(h("strong", null, text), h("code", null, addressOf(tensor.name, placeAt(tensor.indices, at))));
  const left = Math.min(clientX + BESIDE, innerWidth - box.offsetWidth - BESIDE);
  const below = clientY + BESIDE + box.offsetHeight < innerHeight;
  box.style.left = `${Math.max(0, left)}px`;
  box.style.top = `${below ? clientY + BESIDE : clientY - BESIDE - box.offsetHeight}px`;
}

/**
 * @param {MouseEvent} event
 * @param {Selection} selection
 * @returns {{ tensor: Tensor, at: number } | null} the number of a picture that the pointer is on
 */
function numberUnder(event, selection) {
  const canvas = event.target;
  const picture = canvas instanceof HTMLCanvasElement ? pictureOf(canvas) : undefined;
  if (!picture || !(canvas instanceof HTMLCanvasElement)) return null;
  const { tensor, sheet } = picture;
  const box = canvas.getBoundingClientRect();
  const row = within((event.clientY - box.top) / box.height, sheet.height);
  const column = within((event.clientX - box.left) / box.width, sheet.width);
  const moved = isBySequence(tensor) ? (selection.sequence * tensor.size) / tensor.shape[0] : 0;
  return { tensor, at: sheet.first + moved + row * sheet.down + column * sheet.across };
}

/**
 * @param {number} part
 * @param {number} count
 * @returns {number} the position that lies at this part of all
 */
function within(part, count) {
  return Math.max(0, Math.min(count - 1, Math.floor(part * count)));
}
