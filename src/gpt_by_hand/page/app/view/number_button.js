// What drawers' tables are made of: numbers that lead to where they come from, and heads of columns.

import { h } from "./dom.js";
import { operandButton } from "./numbers.js";

/**
 * The number at an address, as a button.
 * @param {import("../explorer.js").Explorer} explorer
 * @param {string} address
 * @param {string} [text] how it is written, if not as elsewhere
 * @returns {HTMLButtonElement}
 */
export function addressButton(explorer, address, text) {
  const [tensor] = explorer.locate(address);
  return operandButton({ address, value: explorer.value(address), role: tensor.role }, text);
}

/**
 * A table with a head for each column.
 * @param {{ class?: string, caption?: string, heads: string[], unseen?: number }} props `unseen`: the column whose head
 *   is only said, since what stands below it needs no name for who sees it
 * @param {import("./dom.js").Children[]} rows
 * @returns {HTMLTableElement}
 */
export function headedTable({ class: name, caption, heads, unseen = -1 }, rows) {
  const cells = heads.map((text, n) =>
    h("th", { scope: "col" }, n === unseen ? h("span", { class: "heard" }, text) : text),
  );
  return h(
    "table",
    { class: name },
    caption ? h("caption", null, caption) : null,
    h("thead", null, h("tr", null, cells)),
    h("tbody", null, ...rows),
  );
}
