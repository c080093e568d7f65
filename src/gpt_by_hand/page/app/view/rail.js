// The model as a stream: its parts in the order in which they are passed, a + where a branch is added to it.

import { said } from "../explain/sentences.js";
import { h } from "./dom.js";

/** @typedef {import("../explain/stream.js").Stretch} Stretch */
/** @typedef {import("../types.js").Tensor} Tensor */

/**
 * @param {Stretch[]} stretches
 * @param {(stretch: Stretch) => void} show what happens when a part is chosen
 * @returns {HTMLElement}
 */
export function rail(stretches, show) {
  const items = stretches.flatMap((stretch, n) => {
    const { layer } = stretch.scope;
    const first = layer !== null && layer !== stretches[n - 1]?.scope.layer;
    const heading = first ? [h("li", { class: "block" }, said("page.block", { layer }))] : [];
    return [...heading, h("li", null, stop(stretch, show))];
  });
  return h("nav", { class: "rail", "aria-label": said("page.rail") }, h("ol", null, items));
}

/**
 * @param {Stretch} stretch
 * @param {(stretch: Stretch) => void} show
 */
function stop(stretch, show) {
  const plus = h(
    "span",
    { class: "plus", title: said("page.rejoins"), "aria-label": said("page.rejoins"), role: "img" },
    "+",
  );
  return h(
    "button",
    { type: "button", data: { scope: stretch.scope.name }, on: { click: () => show(stretch) } },
    h("span", null, stretch.scope.short || stretch.scope.title),
    stretch.rejoins && plus,
  );
}

/**
 * Says which part is in view, and which ones have numbers that an edit has changed.
 * @param {HTMLElement} nav
 * @param {string | null} current the name of a scope
 * @param {Set<string>} changed names of scopes
 */
export function markRail(nav, current, changed) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (nav.querySelectorAll("[data-scope]"))) {
    const scope = button.dataset.scope ?? "";
    if (scope === current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.classList.toggle("changed", changed.has(scope));
  }
}

/**
 * @param {Stretch[]} stretches
 * @param {Float64Array} before
 * @param {Float64Array} now
 * @returns {Set<string>} the names of the scopes in which a number has changed
 */
export function movedScopes(stretches, before, now) {
  const moved = (/** @type {Tensor} */ { at, size }) => {
    for (let n = at; n < at + size; n++) if (!Object.is(before[n], now[n])) return true;
    return false;
  };
  return new Set(stretches.filter(({ tensors }) => tensors.some(moved)).map(({ scope }) => scope.name));
}
