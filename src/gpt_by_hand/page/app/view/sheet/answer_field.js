// One number that is asked for: its field, and below the question what is said of the answer, with the hints.

import { many, said } from "../../explain/sentences.js";
import { h, onKeys, replace } from "../dom.js";
import { typeset } from "../typeset.js";
import { built } from "./built.js";
import { verdictMark } from "./marks.js";

/** Keyboards of phones are whole: those for numbers have no minus, no fraction and no parentheses. */
const TYPED = {
  type: "text",
  inputmode: "text",
  autocomplete: "off",
  autocapitalize: "none",
  autocorrect: "off",
  spellcheck: "false",
  enterkeyhint: "done",
};
/** What is said of a field beside its sign. @type {Record<string, () => string>} */
const VERDICTS = {
  right: () => said("cards.right"),
  rough: () => said("cards.rough"),
  wrong: () => said("cards.wrong"),
  unreadable: () => said("cards.unreadable"),
};

/** A box on the page. `field` is to be put in its place, `verdict` below the question. */
export class AnswerField {
  /**
   * @param {import("../../practice/sheet.js").Sheet} sheet
   * @param {number} q
   * @param {number} b
   * @param {(box: AnswerField) => void} right what to do when Enter was pressed behind a right answer
   */
  constructor(sheet, q, b, right) {
    this.sheet = sheet;
    this.place = /** @type {[number, number]} */ ([q, b]);
    this.box = sheet.questions[q].boxes[b];
    this.right = right;
    const id = `answer-${q + 1}-${b + 1}`;
    const props = { ...TYPED, id, "aria-label": this.box.label, "aria-describedby": `${id}-said precision-${q + 1}` };
    this.input = h("input", props);
    this.mark = h("span", { class: "in-field" });
    this.field = h("span", { class: "field" }, this.input, this.mark);
    this.verdict = h("div", { class: "verdict", id: `${id}-said`, hidden: true });
    /** @type {HTMLDetailsElement | null} */
    this.working = null;
    this.judged = "";
    this.drawn = "";
    this.input.addEventListener("keydown", onKeys({ Enter: () => this.#entered() }));
    this.input.addEventListener("change", () => this.#judge());
    this.input.addEventListener("input", () => this.field.classList.toggle("changed", this.text !== this.judged));
  }

  get text() {
    return this.input.value.trim();
  }

  /** @returns {boolean} is there nothing in it, and should there be? */
  isEmpty() {
    return this.text === "" && !this.input.readOnly;
  }

  #entered() {
    const kind = this.text === this.judged ? this.state().kind : this.#judge();
    if (kind === "right") this.right(this);
    else if (this.text) this.input.select();
  }

  state() {
    return this.sheet.box(...this.place);
  }

  /** @returns {string} the verdict; "" where there is nothing to judge */
  #judge() {
    if (this.text === "" || this.text === this.judged || this.input.readOnly) return "";
    this.judged = this.text;
    return this.sheet.answer(...this.place, this.text).kind;
  }

  /**
   * As the sheet has it now.
   * @param {boolean} skipped
   * @returns {boolean} is it something else than before?
   */
  update(skipped) {
    const { text, kind, lines, hints, solved } = this.state();
    const drawn = JSON.stringify([text, kind, lines, hints, skipped]);
    if (drawn === this.drawn) return false;
    this.drawn = drawn;
    this.#fill(text, kind, skipped && !solved);
    this.#say(skipped && !solved ? "skipped" : kind, lines, hints);
    return true;
  }

  /** @param {string} text @param {string} kind @param {boolean} skipped */
  #fill(text, kind, skipped) {
    if (this.judged !== text || text === "") this.input.value = text;
    this.judged = text;
    this.input.readOnly = skipped;
    this.input.placeholder = skipped ? typeset(this.box.shown) : "";
    this.input.setAttribute("aria-invalid", String(["rough", "wrong", "unreadable"].includes(kind)));
    this.field.className = `field ${skipped ? "skipped" : kind}`;
    const heard = VERDICTS[kind] && h("span", { class: "heard" }, VERDICTS[kind]());
    replace(this.mark, verdictMark(skipped ? "skipped" : kind), heard);
  }

  /**
   * Hints, and then the verdict. Of several right answers, only the working of the last one is open.
   * @param {string} kind
   * @param {import("../../types.js").Markup[]} lines
   * @param {import("../../types.js").Markup[]} hints
   */
  #say(kind, lines, hints) {
    const spoken = lines.length > 0 && saying(kind, verdictMark(kind), lines.map(spokenLine));
    const given = hints.length > 0 && saying("hint", verdictMark("hint"), hintsGiven(hints));
    const right = kind === "right" && this.isOneOfSeveral();
    this.working = right ? h("details", { open: true }, h("summary", null, this.#which(kind)), given, spoken) : null;
    this.verdict.hidden = !given && !spoken;
    const which = this.isOneOfSeveral() && !this.verdict.hidden && this.#which("");
    replace(this.verdict, this.working ?? [which, given, spoken]);
  }

  /** @returns {boolean} */
  isOneOfSeveral() {
    return this.sheet.questions[this.place[0]].boxes.length > 1;
  }

  /** Which box it is about. @param {string} kind its verdict, if that is to be said here */
  #which(kind) {
    const box = said("cards.box", { box: this.place[1] + 1 });
    const verdict = kind && [verdictMark(kind), VERDICTS[kind]()];
    return h("span", { class: "which" }, box, h("code", null, this.box.address), verdict);
  }
}

/**
 * @param {string} kind
 * @param {Element | null} mark
 * @param {import("../dom.js").Children} inside
 */
function saying(kind, mark, inside) {
  return h("div", { class: ["says", kind] }, mark, h("div", null, inside));
}

/** @param {import("../../types.js").Markup} line */
function spokenLine(line) {
  return h("div", { class: "line" }, built(line));
}

/** @param {import("../../types.js").Markup[]} hints */
function hintsGiven(hints) {
  const steps = hints.map((hint) => h("li", { class: "line" }, built(hint)));
  return [h("p", { class: "title" }, many("cards.hints", steps.length)), h("ol", null, steps)];
}
