// The code of one number: its formula, the JavaScript that is printed from it and runs here, and its Python.

import { said } from "../explain/sentences.js";
import { formulaText } from "../printers/text.js";
import { h, replace } from "./dom.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./selection.js").Selection} Selection */

/**
 * The sheet; it follows the number that is explained.
 * @param {Explorer} explorer
 * @param {Selection} selection
 * @returns {import("./drawers.js").Held}
 */
export function codeSheet(explorer, selection) {
  const element = h("div", { class: "code-sheet" });
  const update = () => {
    const { address } = selection;
    replace(element, address === null ? h("p", null, said("code.none")) : codeBlocks(explorer, address));
  };
  return { element, update };
}

/** @param {Explorer} explorer @param {string} address @returns {(HTMLElement | null)[]} */
function codeBlocks(explorer, address) {
  const explanation = explorer.explain(address);
  const assignment = explanation.instance?.assignment;
  const step = assignment && explorer.engine.steps[assignment.number];
  if (!assignment) return [h("p", null, said("code.given", { address }))];
  return [
    h("p", null, h("code", null, address)),
    codeBlock(said("code.formula"), formulaText(assignment)),
    step ? codeBlock(said("code.javascript"), indented(`${step.run}`)) : null,
    step ? h("p", { class: "hint" }, said("code.call", { offsets: step.at.join(", ") })) : null,
    explanation.substituted === null ? null : codeBlock(said("code.python"), explanation.substituted),
  ];
}

/** @param {string} code @returns {string} the same, each block further in than what is around it */
export function indented(code) {
  let depth = 0;
  const lines = code.split("\n").map((line) => {
    if (/^[}\])]/.test(line)) depth -= 1;
    const text = "  ".repeat(Math.max(0, depth)) + line;
    if (/[{([]$/.test(line)) depth += 1;
    return text;
  });
  return lines.join("\n");
}

/** @param {string} name @param {string} text @returns {HTMLElement} */
function codeBlock(name, text) {
  const pre = h("pre", { tabindex: "0", "aria-label": name }, h("code", null, text));
  return h("section", { class: text.includes("\n") && "program" }, h("h3", null, name), pre);
}
