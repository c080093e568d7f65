// A question on a card: its words, formula and tables, its boxes, what is said of them, and the ways to get on.

import { said } from "../../explain/sentences.js";
import { h, replace } from "../dom.js";
import { AnswerField } from "./answer_field.js";
import { asked, inRows } from "./asks.js";
import { stateMark } from "./marks.js";
import { textButton } from "./window.js";

/** What a state is called; of what nobody has touched, nothing is said. @type {Record<string, () => string>} */
const STATES = {
  open: () => said("cards.state.open"),
  "at once": () => said("cards.state.at-once"),
  right: () => said("cards.state.right"),
  skipped: () => said("cards.state.skipped"),
};

/** The card of one question. */
export class QuestionCard {
  /**
   * @param {import("../../practice/sheet.js").Sheet} sheet
   * @param {number} q
   * @param {(box: AnswerField) => void} right what to do when Enter was pressed behind a right answer
   */
  constructor(sheet, q, right) {
    this.sheet = sheet;
    this.q = q;
    const question = sheet.questions[q];
    this.boxes = question.boxes.map((_, b) => new AnswerField(sheet, q, b, right));
    this.active = this.boxes[0];
    this.chip = h("span", { class: "chip" });
    this.precision = h("p", { class: "precision", id: `precision-${q + 1}` });
    this.hint = textButton("", () => this.#giveHint());
    this.skip = textButton(said("cards.skip"), () => this.#skip(), { class: "quiet" });
    this.element = this.#card(question);
    this.boxes.forEach((box) => box.input.addEventListener("focus", () => this.#activate(box)));
    this.update();
  }

  /** @param {import("../../types.js").SheetQuestion} question */
  #card({ number, blocks }) {
    const id = `question-${this.q + 1}`;
    this.title = h("h3", { id, tabindex: "-1" }, said("cards.question", { number }));
    const asks = asked(blocks, (box) => this.boxes[box]?.field ?? h("span"));
    const verdicts = this.boxes.map((box) => box.verdict);
    return h(
      "article",
      { class: "card", "aria-labelledby": id },
      h("header", null, this.title, this.chip),
      inRows(h("div", { class: "asks" }, asks)),
      this.precision,
      h("div", { class: "verdicts", "aria-live": "polite" }, verdicts),
      h("div", { class: "ways" }, this.hint, this.skip),
    );
  }

  /** @param {AnswerField} box */
  #activate(box) {
    this.active = box;
    this.update();
  }

  #giveHint() {
    this.sheet.hint(this.q, this.boxes.indexOf(this.active));
    if (this.hint.disabled) this.active.input.focus();
  }

  #skip() {
    this.sheet.skip(this.q);
    this.title?.focus();
  }

  /** Closes the working of right answers, which take room. @param {AnswerField | null} last */
  #closeAllBut(last) {
    this.boxes.forEach(({ working }) => working && (working.open = working === last?.working));
  }

  update() {
    const state = this.sheet.state(this.q);
    const over = state === "at once" || state === "right" || state === "skipped";
    const changed = this.boxes.filter((box) => box.update(state === "skipped"));
    if (changed.length) this.#closeAllBut(changed.length === 1 ? changed[0] : null);
    if (this.active.state().solved) this.active = this.boxes.find((box) => !box.state().solved) ?? this.active;
    replace(this.chip, stateMark(state), STATES[state]?.());
    this.element.dataset.state = state;
    replace(this.precision, this.active.box.precision);
    const number = this.boxes.indexOf(this.active) + 1;
    replace(this.hint, this.boxes.length > 1 ? said("cards.hint.box", { box: number }) : said("cards.hint"));
    this.hint.disabled = this.active.state().hints.length > this.active.box.hints.length;
    this.hint.hidden = this.skip.hidden = over;
    this.precision.hidden = over;
  }
}
