// Which of several copies somebody has: the number in the class, asked for, or in the address behind #.

import { said } from "../../explain/sentences.js";
import { h, onKeys } from "../dom.js";
import { textButton } from "./window.js";

/** @param {number} copies @returns {number} 0 where the address has none of them */
export function numberInAddress(copies) {
  const found = /^#0*(\d{1,6})$/.exec(location.hash);
  const number = Number(found?.[1] ?? 0);
  return number <= copies ? number : 0;
}

/**
 * The page that asks for the number.
 * @param {import("../../types.js").SheetContents} contents
 * @param {HTMLElement} look the choice of colours
 * @returns {HTMLElement}
 */
export function askedNumber({ title, copies }, look) {
  const props = { id: "number", type: "text", inputmode: "numeric", autocomplete: "off", enterkeyhint: "go" };
  const input = h("input", { ...props, "aria-describedby": "number-about number-problem" });
  const isWrong = /^#\d+$/.test(location.hash);
  const complaint = isWrong && said("copies.wrong", { count: copies });
  const problem = h("p", { class: "problem", id: "number-problem", role: "alert" }, complaint);
  const go = () => {
    const typed = input.value.trim();
    const number = /^\d{1,6}$/.test(typed) ? Number(typed) : 0;
    const known = number >= 1 && number <= copies;
    input.setAttribute("aria-invalid", String(!known));
    problem.textContent = known ? "" : said("copies.wrong", { count: copies });
    if (known) location.hash = `#${number}`;
    else input.focus();
  };
  input.addEventListener("keydown", onKeys({ Enter: go }));
  const row = h("div", { class: "number-row" }, input, textButton(said("copies.go"), go, { class: "main" }));
  const label = h("label", { for: "number" }, said("copies.ask"));
  const about = h("p", { id: "number-about" }, said("copies.about", { count: copies }));
  const head = h("div", { class: "brand-line" }, h("p", { class: "brand" }, said("page.name")), look);
  const heading = h("h1", { tabindex: "-1" }, title);
  return h("main", { class: "asks-number" }, head, heading, h("div", { class: "card" }, label, about, row, problem));
}
