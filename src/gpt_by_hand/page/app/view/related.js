// What a number has to do with others: what uses it, its gradient, and what an update does to it.

import { many, said } from "../explain/sentences.js";
import { isTrained, wrapping } from "../notation/program.js";
import { addressOf } from "../printers/text.js";
import { asSentence, panelSection, usesList } from "./derivation.js";
import { h, replace } from "./dom.js";
import { foldedList, numberRow } from "./numbers.js";
import { sign } from "./signs.js";
import { columnName } from "./tiles.js";

/** @import { Explanation, Tensor } from "../types.js" */
/** @import { Explorer } from "../explorer.js" */

/** Numbers of each tensor that are listed, before the button that shows more. */
const LISTED_USES = { first: 3, added: 100 };
/** And so many tensors. */
const LISTED_TENSORS = { first: 9 };

/** Sections about one number, from what the explorer knows. */
export class Related {
  /** @param {Explorer} explorer @param {Explanation} explanation */
  constructor(explorer, explanation) {
    this.explorer = explorer;
    this.explanation = explanation;
  }

  /** @returns {(HTMLElement | null)[]} */
  sections() {
    return [this.gradient(), this.update(), this.usedBy()];
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {import("./numbers.js").Answering} */
  number(tensor, place) {
    const address = addressOf(tensor.name, place);
    return { address, value: this.explorer.value(address), role: tensor.role };
  }

  /** Its gradient, where that comes from, and the check. @returns {HTMLElement | null} */
  gradient() {
    const { tensor, place } = this.explanation;
    if (tensor.role === "gradient") return this.checked();
    const gradient = wrapping(this.explorer.program, "gradient", tensor);
    if (gradient === null) return null;
    const { uses } = this.explorer.explain(addressOf(gradient.name, place));
    return panelSection(
      said("panel.gradient"),
      numberRow(this.number(gradient, place), addressOf(gradient.name, place), said("panel.gradient-means")),
      uses.length > 1 ? [h("p", { class: "soft" }, many("panel.places", uses.length)), usesList(uses)] : null,
      this.check(),
    );
  }

  /** @returns {HTMLElement} the check of a gradient that is open */
  checked() {
    const section = panelSection(said("panel.check"), this.check());
    section.classList.add("checked");
    return section;
  }

  /** @returns {HTMLElement} a button, and in its place what it has found */
  check() {
    const box = h("div", { class: "check", role: "status" });
    const nudged = () => replace(box, ...this.checkLines().map((line) => h("p", { class: "note" }, asSentence(line))));
    return replace(
      box,
      h("button", { type: "button", class: "button", on: { click: nudged } }, said("panel.check-button")),
    );
  }

  /** @returns {string[]} */
  checkLines() {
    return this.explorer.nudge(this.explanation.address).lines;
  }

  /** What becomes of a weight. @returns {HTMLElement | null} */
  update() {
    const { tensor, place } = this.explanation;
    const { program } = this.explorer;
    if (!isTrained(tensor) || !wrapping(program, "update", tensor)) return null;
    const states = program.tensors.filter((one) => one.of === tensor && one.role === "state" && one.replaces);
    const rows = [
      this.updateRow(tensor, place, said("update.old")),
      this.updateRow(wrapping(program, "gradient", tensor), place, said("update.gradient")),
      this.updateRow(wrapping(program, "clipped", tensor), place, said("update.clipped")),
      ...states.map((state) => this.updateRow(state, place, columnName(state))),
      this.updateRow(wrapping(program, "update", tensor), place, said("update.new")),
    ];
    return panelSection(said("panel.update"), h("ol", { class: "sources update", role: "list" }, rows));
  }

  /** @param {Tensor | null} tensor @param {number[]} place @param {string} name @returns {HTMLElement | null} */
  updateRow(tensor, place, name) {
    if (tensor === null) return null;
    return h("li", null, numberRow(this.number(tensor, place), name));
  }

  /** The numbers that are computed from it, tensor by tensor. @returns {HTMLElement | null} */
  usedBy() {
    const groups = this.explorer.uses(this.explanation.address);
    const count = groups.reduce((sum, { places }) => sum + places.length, 0);
    if (count === 0) return null;
    const listed = foldedList(
      groups,
      LISTED_TENSORS,
      ({ tensor, places }) => this.group(tensor, places),
      (button) => h("div", { class: "group" }, button),
    );
    const section = panelSection(said("panel.used-by"), listed);
    section.classList.add("used-by");
    section.firstElementChild?.append(" ", h("small", null, many("panel.numbers", count)));
    return section;
  }

  /** @param {Tensor} tensor @param {number[][]} places @returns {HTMLElement} */
  group(tensor, places) {
    const rows = foldedList(
      places,
      LISTED_USES,
      (place) => h("li", null, numberRow(this.number(tensor, place), addressOf(tensor.name, place))),
      (button) => h("li", null, button),
    );
    return h(
      "div",
      { class: "group" },
      h("p", { class: "soft" }, sign(tensor.role), this.question(tensor)),
      h("ul", { class: "sources", role: "list" }, rows),
    );
  }

  /** @param {Tensor} tensor @returns {string} what is asked of all of its numbers */
  question(tensor) {
    const [assignment] = this.explorer.program.definitions.get(tensor) ?? [];
    return assignment ? assignment.title : tensor.title;
  }
}
