// Five kinds of numbers, told apart by a sign and by a line as well as by colour: as in Python's layout/palette.py.

import { said } from "../explain/sentences.js";
import { svg } from "./dom.js";

/** @typedef {"given" | "weight" | "computed" | "gradient" | "optimizer"} Kind */

/** Signs in a square of 10 by 10. */
export const SIGNS = {
  given: { path: "M1 5a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", filled: false, line: "dotted" },
  weight: { path: "M1 1h8v8h-8z", filled: true, line: "thick" },
  computed: { path: "M3 5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0", filled: true, line: "solid" },
  gradient: { path: "M1 1.5h8l-4 7.5z", filled: false, line: "dashed" },
  optimizer: { path: "M5 0.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z", filled: true, line: "double" },
};

/** @type {Record<import("../types.js").Role, Kind>} */
export const KINDS = {
  input: "given",
  mask: "given",
  weight: "weight",
  gain: "weight",
  bias: "weight",
  update: "weight",
  activation: "computed",
  gradient: "gradient",
  clipped: "gradient",
  state: "optimizer",
  step: "optimizer",
};

/** What a kind is called. */
const CALLED = {
  given: () => said("kind.given"),
  weight: () => said("kind.weight"),
  computed: () => said("kind.computed"),
  gradient: () => said("kind.gradient"),
  optimizer: () => said("kind.optimizer"),
};

/**
 * What the kind of a tensor's numbers is called.
 * @param {import("../types.js").Role} role
 * @returns {string}
 */
export function kindName(role) {
  return CALLED[KINDS[role]]();
}

/**
 * The sign of a kind of number. Classes `sign` and the kind's name give it its colour. It is hidden from who listens,
 * unless its name is `spoken`.
 * @param {import("../types.js").Role} role
 * @param {boolean} [spoken]
 * @returns {SVGElement}
 */
export function sign(role, spoken = false) {
  const kind = KINDS[role];
  const { path, filled, line } = SIGNS[kind];
  const heard = spoken ? { role: "img", "aria-label": kindName(role) } : { "aria-hidden": "true" };
  return svg(
    "svg",
    { class: ["sign", kind, filled && "filled", line], viewBox: "0 0 10 10", ...heard },
    svg("path", { d: path }),
  );
}
