// How far one is: a mark for each question, and in words.

import { said } from "../../explain/sentences.js";
import { h, replace } from "../dom.js";
import { stateMark } from "./marks.js";

/** The line below the head; it stays in sight. */
export class ProgressLine {
  /** @param {import("../../practice/sheet.js").Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    this.words = h("span", { class: "words" });
    this.marks = sheet.questions.map(() => h("span"));
    const track = h("span", { class: "track", "aria-hidden": "true" }, this.marks);
    this.element = h("div", { class: "progress", role: "status" }, this.words, track);
  }

  update() {
    const states = this.sheet.questions.map((_, q) => this.sheet.state(q));
    const done = states.filter((state) => state !== "untouched" && state !== "open").length;
    const words = said("cards.progress", { done, count: states.length });
    if (this.words.textContent !== words) this.words.textContent = words; // said aloud only when it changes
    this.marks.forEach((mark, q) => {
      mark.dataset.state = states[q];
      replace(mark, stateMark(states[q]));
    });
  }
}
