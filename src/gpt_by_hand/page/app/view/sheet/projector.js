// One question at a time, large, for a whole class to see; the answer comes with a key. What pupils answered stays.

import { said } from "../../explain/sentences.js";
import { append, h, onKeys, replace } from "../dom.js";
import { typeset } from "../typeset.js";
import { asked } from "./asks.js";
import { built } from "./built.js";
import { keysWindow } from "./keys.js";
import { markReachable, WIDE } from "./reachable.js";
import { shownOver, textButton } from "./window.js";

/** @typedef {import("../../practice/sheet.js").Sheet} Sheet */

const SIZES = [38, 34, 30, 27, 24, 22, 20, 18]; // pixels of the type, for a window of this height
const HEIGHT = 720;
const [PHONE, ON_PHONES] = [640, 0.6]; // narrower windows are looked at from near
const SMALLEST_PART = 0.55; // of the type: smaller, nobody could read what is too wide
const MARGIN = 24; // pixels above and below the content
const STEP = 0.4; // of what is seen, by arrows

/**
 * @param {Sheet} sheet
 * @param {number} from the question to begin with
 */
export function openProjector(sheet, from) {
  new Projector(sheet, from).open();
}

/** The view; each question is as nobody has touched it when one comes to it. */
class Projector {
  /** @param {Sheet} sheet @param {number} from */
  constructor(sheet, from) {
    this.sheet = sheet;
    this.at = from;
    this.hints = 0;
    this.answered = false;
    this.content = h("div", { class: "content" });
    this.seen = h("div", { class: "seen", tabindex: "0", role: "group", "aria-labelledby": "projector-title" });
    this.title = h("h2", { id: "projector-title", tabindex: "-1", autofocus: true });
    this.count = h("span", { class: "count", role: "status" });
    this.asks = h("div", { class: "asks" });
    this.more = h("div", { class: "more", "aria-live": "polite" });
    this.previous = textButton("←", () => this.go(this.at - 1), { "aria-label": said("projector.previous") });
    this.next = textButton("→", () => this.go(this.at + 1), { "aria-label": said("projector.next") });
    this.hint = textButton(said("projector.hint"), () => this.giveHint());
    this.answer = textButton(said("projector.answer"), () => this.toggleAnswer(), { class: "main" });
    this.dialog = this.#dialog();
  }

  #dialog() {
    const keys = textButton("?", () => void keysWindow(), { "aria-label": said("keys.title"), class: "round" });
    const close = textButton("×", () => this.dialog.close(), { "aria-label": said("projector.close"), class: "round" });
    const [gap, named] = [h("span", { class: "gap" }), { "aria-labelledby": "projector-title" }];
    append(this.seen, append(this.content, this.asks, this.more));
    return h(
      "dialog",
      { class: "projector", ...named },
      h("header", null, this.title, keys, close),
      this.seen,
      h("footer", null, this.previous, this.count, this.next, gap, this.hint, this.answer),
    );
  }

  open() {
    const next = () => this.go(this.at + 1);
    const previous = () => this.go(this.at - 1);
    const answer = () => this.toggleAnswer();
    const keys = onKeys({
      ArrowRight: next,
      PageDown: next,
      " ": next,
      ArrowLeft: previous,
      PageUp: previous,
      ArrowDown: () => this.#scroll(1),
      ArrowUp: () => this.#scroll(-1),
      Home: () => this.go(0),
      End: () => this.go(this.sheet.questions.length - 1),
      Enter: answer,
      a: answer,
      h: () => this.giveHint(),
      p: () => this.dialog.close(),
      "?": () => void keysWindow(),
    });
    this.dialog.addEventListener("keydown", (event) => {
      const pressing = event.target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter");
      if (!pressing) keys(event);
    });
    const fit = () => this.fit();
    addEventListener("resize", fit);
    this.dialog.addEventListener("close", () => removeEventListener("resize", fit));
    shownOver(this.dialog);
    this.show();
    this.title.focus();
  }

  /** Down or up; where nothing is out of sight there, on or back. @param {1 | -1} way */
  #scroll(way) {
    const { scrollTop, clientHeight, scrollHeight } = this.seen;
    const left = way > 0 ? scrollHeight - clientHeight - scrollTop : scrollTop;
    if (left > 1) this.seen.scrollBy(0, way * STEP * clientHeight);
    else this.go(this.at + way);
  }

  /** @param {number} question */
  go(question) {
    if (question < 0 || question >= this.sheet.questions.length || question === this.at) return;
    this.at = question;
    this.hints = 0;
    this.answered = false;
    this.show();
    this.title.focus();
  }

  giveHint() {
    if (this.hints === this.#hints().length) return;
    this.hints++;
    this.show();
  }

  toggleAnswer() {
    this.answered = !this.answered;
    this.show();
  }

  /** @returns {import("../../types.js").Markup[]} of all boxes, one behind the other */
  #hints() {
    const { boxes } = this.sheet.questions[this.at];
    return boxes.flatMap(({ hints }) => hints);
  }

  show() {
    const { questions, copy } = this.sheet;
    const { blocks, boxes, number } = questions[this.at];
    const sheet = copy.sheets.find((one) => one.questions.includes(questions[this.at]));
    replace(this.title, h("span", { class: "of" }, sheet?.title), " ", said("cards.question", { number }));
    replace(this.count, said("projector.at", { number: this.at + 1, count: questions.length }));
    const box = (/** @type {number} */ n) => shownBox(this.answered ? typeset(boxes[n]?.shown ?? "") : "");
    replace(this.asks, asked(blocks, box));
    const hints = this.#hints().slice(0, this.hints);
    const given = hints.map((hint) => h("li", { class: "line" }, built(hint)));
    const solved = boxes.map(({ solution }) => h("div", { class: "line" }, built(solution)));
    replace(
      this.more,
      given.length > 0 && h("ol", null, given),
      this.answered && h("div", { class: "solved" }, solved),
    );
    this.#buttons(questions.length);
    this.fit();
    if (this.answered) this.asks.querySelector(".box")?.closest(".boxes, p")?.scrollIntoView();
    else if (this.hints) this.more.lastElementChild?.scrollIntoView({ block: "end" });
    else this.seen.scrollTo(0, 0);
  }

  /** @param {number} count */
  #buttons(count) {
    this.previous.disabled = this.at === 0;
    this.next.disabled = this.at === count - 1;
    this.hint.disabled = this.hints === this.#hints().length;
    replace(this.answer, this.answered ? said("projector.hide") : said("projector.answer"));
  }

  /** As large as all of it can be seen, or else the question; what is still too wide is made smaller by itself. */
  fit() {
    const fits = (/** @type {HTMLElement} */ part) => (/** @type {number} */ size) => this.#fitsAt(size, part);
    const size = SIZES.find(fits(this.content)) ?? SIZES.find(fits(this.asks)) ?? Number(SIZES.at(-1));
    this.#fitsAt(size, this.content);
    markReachable(this.content);
  }

  /** @param {number} size @param {HTMLElement} part @returns {boolean} is there room for it? */
  #fitsAt(size, part) {
    const scale = innerWidth < PHONE ? ON_PHONES : innerHeight / HEIGHT;
    this.dialog.style.setProperty("--type", `${size * scale}px`);
    return this.#fitWide() && part.offsetHeight <= this.seen.clientHeight - MARGIN;
  }

  /** @returns {boolean} did nothing have to be much smaller? */
  #fitWide() {
    const parts = /** @type {HTMLElement[]} */ ([...this.content.querySelectorAll(WIDE)]);
    parts.forEach((part) => part.style.setProperty("--fit", "1"));
    const needs = parts.map((part) => (part.clientWidth ? part.clientWidth / part.scrollWidth : 1));
    parts.forEach((part, n) => part.style.setProperty("--fit", String(Math.max(SMALLEST_PART, needs[n]))));
    return needs.every((need) => need > 0.8);
  }
}

/** @param {string} answer @returns {HTMLElement} a box, empty or not */
function shownBox(answer) {
  return h(
    "span",
    { class: ["box", answer && "filled"] },
    answer || h("span", { class: "heard" }, said("cards.empty")),
  );
}
