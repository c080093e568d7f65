// Light and dark: as the system has it, unless somebody chooses.

import { said } from "../explain/sentences.js";
import { h } from "./dom.js";

/**
 * The choice of colours.
 * @param {() => void} recolour what is to be drawn anew
 * @returns {HTMLElement}
 */
export function themes(recolour) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const options = [
    h("option", { value: "auto" }, said("page.theme.auto")),
    h("option", { value: "light" }, said("page.theme.light")),
    h("option", { value: "dark" }, said("page.theme.dark")),
  ];
  const select = h("select", { "aria-label": said("page.theme") }, options);
  const chosen = () => (select.value === "auto" ? (dark.matches ? "dark" : "light") : select.value);
  const apply = (/** @type {string} */ theme) => {
    document.documentElement.dataset.theme = theme;
    recolour();
  };
  select.addEventListener("change", () => apply(chosen()));
  dark.addEventListener("change", () => apply(chosen()));
  addEventListener("beforeprint", () => apply("light")); // paper is
  addEventListener("afterprint", () => apply(chosen()));
  document.documentElement.dataset.theme = chosen();
  return h("span", { class: "themes" }, select);
}
