// What signs and colours mean.

import { said } from "../explain/sentences.js";
import { h } from "./dom.js";
import { KINDS, kindName, sign } from "./signs.js";

/** @type {import("../types.js").Role[]} one of each kind */
const ONE_OF_EACH = ["weight", "activation", "gradient", "state", "input"];

/**
 * @param {Set<import("../types.js").Role>} roles of what is to be seen
 * @returns {HTMLElement[]} what stands in the legend
 */
export function legendItems(roles) {
  const seen = new Set([...roles].map((role) => KINDS[role]));
  const shown = ONE_OF_EACH.filter((role) => seen.has(KINDS[role]));
  const kinds = shown.map((role) => h("li", null, sign(role), " ", kindName(role)));
  const ramp = h("li", { class: "ramp" }, said("page.below"), h("i", { "aria-hidden": "true" }), said("page.above"));
  const masked = h("li", { class: "masked" }, h("i", { "aria-hidden": "true" }), said("page.masked"));
  return [...kinds, ramp, masked];
}
