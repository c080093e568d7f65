// One copy on the page: a head with what one can do, how far one is, the sheets with their cards, and the end.

import { said } from "../../explain/sentences.js";
import { append, h } from "../dom.js";
import { QuestionCard } from "./card.js";
import { SheetEnd } from "./end.js";
import { ProgressLine } from "./progress.js";
import { reachable } from "./reachable.js";
import { textButton } from "./window.js";

/** @typedef {import("./paper.js").PaperMode} PaperMode */
/** @typedef {{ project: () => void, keys: () => void, print: (mode: PaperMode) => void }} Actions */

/** The page of one copy. */
export class SheetPage {
  /**
   * @param {import("../../types.js").SheetContents} contents
   * @param {import("../../practice/sheet.js").Sheet} sheet
   * @param {number} number of the copy
   * @param {import("./kept.js").Kept} kept
   * @param {HTMLElement} look the choice of colours
   * @param {Actions} actions
   */
  constructor(contents, sheet, number, kept, look, actions) {
    this.contents = contents;
    this.sheet = sheet;
    this.number = number;
    this.kept = kept;
    this.cards = sheet.questions.map((_, q) => new QuestionCard(sheet, q, (box) => this.#next(box)));
    this.progress = new ProgressLine(sheet);
    this.end = new SheetEnd(sheet, kept, actions);
    this.element = h(
      "div",
      null,
      this.#head(look, actions),
      this.progress.element,
      this.end.unkept,
      this.#main(),
      this.end.foot,
    );
    reachable(this.element);
  }

  /** @param {HTMLElement} look @param {Actions} actions */
  #head(look, { project, keys, print }) {
    const tools = h(
      "div",
      { class: "tools", role: "group", "aria-label": said("cards.tools") },
      textButton(said("projector.open"), project),
      textButton(said("paper.print"), () => print("empty")),
      textButton(said("paper.answers"), () => print("answers")),
    );
    const round = textButton("?", keys, { class: "round", "aria-label": said("keys.title") });
    const brand = h("p", { class: "brand" }, said("page.name"));
    const line = h("div", { class: "brand-line" }, brand, tools, look, round);
    const title = h("h1", { tabindex: "-1" }, this.contents.title);
    const typing = h("p", { class: "typing" }, said("cards.typing"));
    return h("header", { class: "top" }, line, title, this.#whose(), this.#ways(), typing);
  }

  /** Whose numbers these are, where there are others. */
  #whose() {
    const { copies } = this.contents;
    if (copies === 1) return null;
    const other = textButton(said("copies.other"), () => (location.hash = "#"), { class: "quiet" });
    return h("p", { class: "whose" }, said("copies.is", { number: this.number, count: copies }), " ", other);
  }

  /** The way to each sheet, where there are several. */
  #ways() {
    const { sheets } = this.sheet.copy;
    if (sheets.length === 1) return null;
    const links = sheets.map(({ title }, n) => {
      const go = (/** @type {Event} */ event) => {
        event.preventDefault(); // the address says which copy it is
        const heading = document.getElementById(`sheet-${n + 1}`);
        heading?.scrollIntoView();
        heading?.focus({ preventScroll: true });
      };
      return h("li", null, h("a", { href: `#sheet-${n + 1}`, on: { click: go } }, title));
    });
    return h("nav", { "aria-label": said("cards.sheets") }, h("ol", null, links));
  }

  #main() {
    let next = 0;
    const sections = this.sheet.copy.sheets.map(({ title, about, questions }, n) => {
      const cards = questions.map(() => this.cards[next++].element);
      const id = `sheet-${n + 1}`;
      const alone = this.sheet.copy.sheets.length === 1 && title === this.contents.title;
      const heading = h("h2", { id, tabindex: "-1", class: alone && "heard" }, title);
      return h("section", { "aria-labelledby": id }, heading, about && h("p", { class: "about" }, about), cards);
    });
    return append(h("main", null, sections), this.end.element);
  }

  /**
   * To the next field with nothing in it, or to the end.
   * @param {import("./answer_field.js").AnswerField} from
   */
  #next(from) {
    const boxes = this.cards.flatMap((card) => card.boxes);
    const at = boxes.indexOf(from) + 1;
    const next = [...boxes.slice(at), ...boxes.slice(0, at)].find((box) => box.isEmpty());
    if (next) next.input.focus();
    else this.end.title.focus();
  }

  /** @returns {number} the question that somebody is at */
  nearest() {
    const within = this.cards.findIndex(({ element }) => element.contains(document.activeElement));
    const seen = this.cards.findIndex(({ element }) => element.getBoundingClientRect().bottom > innerHeight / 3);
    return Math.max(0, within < 0 ? seen : within);
  }

  update() {
    this.cards.forEach((card) => card.update());
    this.progress.update();
    this.end.update();
  }
}
