// All that one can do on the page, put into the frame: training, changes, words, writing, asking why, tours.

import { said } from "../explain/sentences.js";
import { addressOf } from "../printers/text.js";
import { SMALL_CHART, chartOf, chartSentence, lossChart } from "./chart.js";
import { codeSheet } from "./code_view.js";
import { h, oncePerFrame, replace } from "./dom.js";
import { Drawers } from "./drawers.js";
import { EditBar } from "./edits.js";
import { settingsOf, settingsSheet } from "./settings.js";
import { Tour } from "./tour.js";
import { TrainBar, trainingSheet } from "./train_bar.js";
import { WhatIf } from "./what_if.js";
import { WhySheet } from "./why_view.js";
import { WordChips } from "./word_chips.js";
import { WritingSheet } from "./write_text.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {import("./drawers.js").Drawer} Drawer */

/**
 * What the frame has places for.
 * @typedef {object} Places
 * @property {HTMLElement} words
 * @property {HTMLElement} chart
 * @property {HTMLElement} train
 * @property {HTMLElement} main
 * @property {HTMLElement} panel
 * @property {(text: string) => void} say
 */

/** Fills the frame's places, and follows what changes. */
export class Actions {
  /**
   * @param {Explorer} explorer
   * @param {Selection} selection
   * @param {Places} frame
   */
  constructor(explorer, selection, frame) {
    this.explorer = explorer;
    this.selection = selection;
    this.frame = frame;
    const say = (/** @type {string} */ text) => frame.say(text);
    this.drawers = new Drawers(
      (isOpen) => frame.panel.classList.toggle("with-drawer", isOpen),
      (address) => selection.go(address),
    );
    this.whatIf = new WhatIf(explorer);
    this.chips = new WordChips(explorer, selection, say);
    this.edits = new EditBar(explorer, selection, say);
    this.bar = explorer.contents.run ? new TrainBar(explorer, (text) => this.#told(text)) : null;
    this.note = h("p", { class: "note", hidden: true });
    this.tools = h("div", { class: "tools", role: "group", "aria-label": said("tools") });
    const code = this.#tools(this.bar);
    this.tour = new Tour(explorer, selection, { say, showCode: (isShown) => code.show(isShown) });
    frame.words.append(this.chips.element);
    frame.main.prepend(this.edits.element, this.note);
    frame.panel.append(this.tools, this.drawers.element, this.tour.start);
    const update = oncePerFrame(() => this.update());
    explorer.listen(update);
    selection.listen((what) => {
      if (what === "number") this.drawers.arrived();
      update();
    });
    this.update();
    // Once more when there is room: for what depends on how wide it is.
    update();
  }

  /**
   * The control that changes a number, for the panel about it; none for what is only worked out when asked for.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @returns {HTMLElement | null}
   */
  control(tensor, place) {
    if (tensor.at < 0) return null;
    this.whatIf.show(addressOf(tensor.name, place), tensor);
    return this.whatIf.element;
  }

  /** All that is shown follows the numbers. */
  update() {
    const { spot } = this.selection;
    this.chips.update();
    this.edits.update();
    this.bar?.update();
    this.tour.update();
    this.tour.start.hidden = spot !== null;
    this.drawers.update();
    if (spot && spot.tensor.at >= 0) this.whatIf.show(spot.address, spot.tensor);
    if (this.bar) this.#chart(this.bar);
  }

  /**
   * What the training has come to is said where all see it.
   * @param {string} text
   */
  #told(text) {
    this.frame.say(text);
    const diverged = !Number.isFinite(this.explorer.losses.at(-1)?.[1] ?? 0);
    this.note.hidden = !diverged;
    this.note.textContent = diverged ? text : "";
  }

  /**
   * @param {TrainBar | null} bar
   * @returns {Drawer} of the code
   */
  #tools(bar) {
    const { explorer, selection, drawers } = this;
    const all = [
      bar && drawers.add("losses", said("tools.train"), () => trainingSheet(explorer, bar)),
      drawers.add("write", said("tools.write"), () => new WritingSheet(explorer, selection)),
      drawers.add("why", said("tools.why"), () => new WhySheet(explorer, selection)),
      settingsOf(explorer).length > 0 && drawers.add("settings", said("tools.settings"), () => settingsSheet(explorer)),
    ];
    const code = drawers.add("code", said("tools.code"), () => codeSheet(explorer, selection));
    code.stays = true;
    replace(this.tools, ...[...all, code].map((drawer) => drawer && drawer.button));
    this.losses = all[0] || null;
    if (bar && this.losses) {
      this.chartButton = this.losses.opener();
      this.frame.chart.append(this.chartButton);
      this.frame.train.append(bar.element);
    }
    return code;
  }

  /** @param {TrainBar} bar */
  #chart(bar) {
    const shown = chartOf(this.explorer);
    const { iteration } = this.explorer;
    if (!this.chartButton) return;
    const sentence = bar.runner.running ? "" : chartSentence(shown, iteration);
    const heard = h("span", { class: "heard" }, `${said("chart.show")}. ${sentence}`);
    replace(this.chartButton, lossChart(shown, iteration, SMALL_CHART, false), heard);
  }
}
