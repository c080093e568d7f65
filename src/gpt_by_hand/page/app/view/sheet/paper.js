// What is printed: the sheets as they are on paper, not the page; with answers, or with what was typed, if that is
// asked for. It is made when the browser begins to print, and gone behind that.

import { said } from "../../explain/sentences.js";
import { h } from "../dom.js";
import { typeset } from "../typeset.js";
import { asked } from "./asks.js";
import { built } from "./built.js";

/** @typedef {"empty" | "answers" | "typed"} PaperMode */
/** @typedef {import("../../types.js").SheetQuestion} SheetQuestion */

const [SOME, MANY] = [4, 8]; // questions: a sheet with more is set in smaller type, to be one page

/** Makes the paper of the page that is shown. */
export class Paper {
  /** @param {import("../../types.js").SheetContents} contents */
  constructor(contents) {
    this.contents = contents;
    /** @type {PaperMode} */
    this.mode = "empty";
    /** @type {import("./sheet_page.js").SheetPage | null} */
    this.page = null;
    this.element = h("div");
    addEventListener("beforeprint", () => this.#lay());
    addEventListener("afterprint", () => this.#away());
  }

  /** What is printed next has empty boxes again. */
  #away() {
    this.element.remove();
    this.mode = "empty";
  }

  #lay() {
    this.element.remove();
    if (!this.page) return;
    const { copy } = this.page.sheet;
    let first = 0;
    const sheets = copy.sheets.map((sheet) => {
      const section = this.#sheet(sheet, first, copy);
      first += sheet.questions.length;
      return section;
    });
    this.element = h("div", { class: ["paper", this.contents.paper] }, sheets);
    document.body.append(this.element);
  }

  /**
   * @param {{ title: string, about: string, questions: SheetQuestion[] }} sheet
   * @param {number} first the place of its first question among all
   * @param {import("../../types.js").SheetCopy} copy
   */
  #sheet({ title, about, questions }, first, { again, seed }) {
    const line = (/** @type {string} */ kind) => h("span", { class: ["line", kind] });
    const who = h("div", { class: "who" }, said("sheet.name"), line("name"), said("sheet.date"), line("date"));
    const typed = this.mode === "typed" && [said("summary.code"), " ", h("strong", null, this.page?.sheet.code())];
    const code = typed && h("p", { class: "own-code" }, typed);
    return h(
      "section",
      { class: [questions.length > SOME && "some", questions.length > MANY && "many"] },
      h("header", null, h("h1", null, title), this.mode !== "answers" && who),
      about && h("p", { class: "caption" }, about),
      questions.map((question, n) => this.#question(question, first + n)),
      h(
        "footer",
        null,
        said("sheet.seed", { seed }),
        again.map((command) => [" · ", h("code", null, command)]),
        code,
      ),
    );
  }

  /** @param {SheetQuestion} question @param {number} q */
  #question({ number, blocks, boxes }, q) {
    const box = (/** @type {number} */ b) => h("span", { class: "box" }, this.#inBox(q, b));
    const working = boxes.map(({ solution }) => h("div", { class: "working" }, built(solution)));
    return h(
      "article",
      null,
      h("span", { class: "n" }, number),
      asked(blocks, box),
      this.mode === "answers" && working,
    );
  }

  /** @param {number} q @param {number} b @returns {string} */
  #inBox(q, b) {
    const sheet = this.page?.sheet;
    if (!sheet || this.mode === "empty") return "";
    return this.mode === "answers" ? typeset(sheet.questions[q].boxes[b].shown) : sheet.box(q, b).text;
  }
}

/** @param {Paper} paper @param {PaperMode} mode of this once */
export function printOnPaper(paper, mode) {
  paper.mode = mode;
  print();
}
