// The first minute: six questions with their numbers, and a footer that leads through them; then a tour by level.

import { RATE, TOKENS } from "../explain/concepts.js";
import { many, said, thousands } from "../explain/sentences.js";
import { phasesOf } from "../explain/stream.js";
import { about } from "../notation/program.js";
import { scalar } from "../numbers/digits.js";
import { clear, h, replace } from "./dom.js";
import { firstStops, levelStops } from "./tour_stops.js";
import { typeset } from "./typeset.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {import("./tour_stops.js").Stop} Stop */
/** @typedef {import("./tour_stops.js").Level} Level */
/**
 * `arrive` is done before it is shown; with `code`, the code stands beside it, or is put away.
 * @typedef {{ question: string, remark: string, address: string, arrive?: () => void, code?: boolean }} Stage
 */

/** What is asked at each stop. @type {Record<Stop, () => string>} */
const STOP_QUESTIONS = {
  loss: () => said("tour.loss"),
  surprise: () => said("tour.surprise"),
  chance: () => said("tour.chance"),
  guess: () => said("tour.guess"),
  logit: () => said("tour.logit"),
  score: () => said("tour.score"),
  weight: () => said("tour.weight"),
  update: () => said("tour.update"),
};

/** What is said there. @type {Record<Stop, () => string>} */
const STOP_REMARKS = {
  loss: () => said("tour.loss.remark"),
  surprise: () => said("tour.surprise.remark"),
  chance: () => said("tour.chance.remark"),
  guess: () => said("tour.guess.remark"),
  logit: () => said("tour.logit.remark"),
  score: () => said("tour.score.remark"),
  weight: () => said("tour.weight.remark"),
  update: () => said("tour.update.remark"),
};

/** What is said at each level. @type {Record<Level, () => string>} */
const LEVEL_REMARKS = {
  box: () => said("tour.level.box"),
  parts: () => said("tour.level.parts"),
  tensors: () => said("tour.level.tensors"),
  formulas: () => said("tour.level.formulas"),
  derivatives: () => said("tour.level.derivatives"),
  code: () => said("tour.level.code"),
};

/** The tours of a page: `start` stands in the panel where no number is, `footer` below it while a tour goes on. */
export class Tour {
  /**
   * @param {Explorer} explorer
   * @param {Selection} selection
   * @param {{ say: (text: string) => void, showCode: (isShown: boolean) => void }} page
   */
  constructor(explorer, selection, page) {
    this.explorer = explorer;
    this.selection = selection;
    this.page = page;
    /** @type {Stage[]} */
    this.stages = [];
    this.at = -1;
    this.remark = h("p", null);
    this.before = h("button", { type: "button", on: { click: () => this.go(this.at - 1) } }, said("tour.back"));
    this.next = h("button", { type: "button", class: "next", on: { click: () => this.go(this.at + 1) } });
    this.footer = h("footer", { class: "tour-footer", hidden: true, "aria-label": said("tour.name") });
    this.footer.append(this.remark, this.before, this.next);
    this.start = h("div", { class: "start-panel" });
    this.update();
  }

  /** The start, with its numbers as they are now. */
  update() {
    if (this.selection.address !== null) {
      clear(this.start);
      return;
    }
    const stages = this.#first();
    const rows = stages.map((stage, n) => this.#row(stage, n));
    replace(
      this.start,
      h("h2", { tabindex: "-1" }, said("tour.title")),
      h("p", { class: "introduction" }, introduction(this.explorer)),
      h("p", { class: "aside" }, many("tour.computed", this.explorer.contents.computed)),
      h("ol", { class: "questions" }, rows),
      this.#levels(),
    );
  }

  /** @param {number} at which stage is shown; beyond the last one, the tour is over */
  go(at) {
    this.at = Math.min(at, this.stages.length);
    const stage = this.stages[this.at];
    this.footer.hidden = stage === undefined;
    if (!stage) {
      this.selection.home();
      this.update();
      this.start.querySelector("h2")?.focus();
      return;
    }
    const next = this.stages[this.at + 1] ? said("tour.next") : said("tour.done");
    this.next.textContent = next;
    this.before.disabled = this.at === 0;
    stage.arrive?.();
    this.selection.go(stage.address);
    if (stage.code !== undefined) this.page.showCode(stage.code);
    const where = said("tour.where", { number: this.at + 1, count: this.stages.length });
    replace(this.remark, h("strong", null, where), " ", stage.remark);
    this.page.say(`${where} ${stage.question} ${stage.remark}`);
  }

  /** @returns {Stage[]} */
  #first() {
    return firstStops(this.explorer).map(([stop, address]) => ({
      ...{ question: STOP_QUESTIONS[stop](), remark: STOP_REMARKS[stop](), address },
      ...(stop === "update" ? { arrive: () => this.#takeStep() } : {}),
    }));
  }

  /** The first iteration has no step size: AdamW is shown at one that moves. */
  #takeStep() {
    const rate = about(this.explorer.program, RATE);
    if (rate && this.explorer.value(rate.name) === 0 && this.explorer.contents.run) this.explorer.train(1);
  }

  /**
   * @param {Stage} stage
   * @param {number} n
   */
  #row({ question, address }, n) {
    const value = this.explorer.value(address);
    const click = () => {
      this.stages = this.#first();
      this.go(n);
      this.next.focus();
    };
    const props = { type: "button", data: { address, value }, on: { click } };
    const number = h("span", { class: "count", "aria-hidden": "true" }, n + 1);
    return h(
      "li",
      null,
      h("button", props, number, h("span", null, question), h("b", null, typeset(scalar(value, 4, "float64")))),
    );
  }

  #levels() {
    const click = () => {
      this.stages = levelStops(this.explorer).map(([level, address]) => ({
        ...{ question: "", remark: LEVEL_REMARKS[level](), address },
        code: level === "code",
      }));
      this.go(0);
      this.next.focus();
    };
    return h("p", { class: "levels" }, h("button", { type: "button", on: { click } }, said("tour.levels")));
  }
}

/** @param {Explorer} explorer @returns {string} how many words, and how many numbers that takes */
function introduction({ program, contents }) {
  const counts = phasesOf(program);
  const forward = counts.get("forward") ?? 0;
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const length = about(program, TOKENS)?.shape[1] ?? 0;
  const reads = many("tour.reads", length, { forward: thousands(forward) });
  const learns = contents.run ? said("tour.learns", { rest: thousands(all - forward) }) : "";
  return [reads, learns, said("tour.click")].filter(Boolean).join(" ");
}
