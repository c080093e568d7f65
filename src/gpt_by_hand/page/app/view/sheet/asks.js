// What a question shows, laid out for the page: tables that belong together stand beside each other.

import { h } from "../dom.js";
import { built } from "./built.js";

/**
 * The blocks of a question as elements.
 * @param {import("../../types.js").Markup[]} blocks
 * @param {import("./built.js").MadeField} field what to put in the place of a box
 * @returns {(Element | string)[]}
 */
export function asked(blocks, field) {
  /** @type {(Element | string)[]} */
  const found = [];
  for (const block of blocks.map((one) => built(one, field))) {
    const caption = found.at(-1);
    if (isOf(block, "table") && isOf(caption, "caption")) {
      const row = found.at(-2);
      const piece = h("div", { class: "given" }, caption, block);
      if (isOf(row, "row")) row.append(piece);
      found.splice(-1, 1, ...(isOf(row, "row") ? [] : [h("div", { class: "row" }, piece)]));
    } else if (block !== " ") found.push(block);
  }
  return found;
}

/**
 * @param {Element | string | undefined} block
 * @param {string} name
 * @returns {block is Element}
 */
function isOf(block, name) {
  return block instanceof Element && block.classList.contains(name);
}

/**
 * A table of one row of boxes becomes boxes below their heads, so that those without room stand in another row.
 * @param {HTMLElement} asks
 * @returns {HTMLElement}
 */
export function inRows(asks) {
  for (const table of asks.querySelectorAll(".boxes table")) {
    const [heads, cells, ...more] = [...table.querySelectorAll("tr")].map((row) => [...row.children]);
    if (cells && !more.length && cells.every(({ localName }) => localName === "td")) {
      const columns = cells.map((cell, n) =>
        h("div", null, h("span", null, ...heads[n].childNodes), ...cell.childNodes),
      );
      table.replaceWith(h("div", { class: "in-rows" }, columns));
    }
  }
  return asks;
}
