// What stands around the map and the panel: name, words, training, phases, where to go, colours, whose model it is.

import { LOSS, TOKENS } from "../explain/concepts.js";
import { said, thousands } from "../explain/sentences.js";
import { phasesOf } from "../explain/stream.js";
import { about } from "../notation/program.js";
import { Writing } from "../numbers/digits.js";
import { h } from "./dom.js";
import { GoTo } from "./goto.js";
import { themes } from "./themes.js";
import { typeset } from "./typeset.js";

/** @typedef {import("../explain/stream.js").Phase} Phase */
/** @typedef {import("./selection.js").Selection} Selection */

/** What a phase is called. @type {Record<Phase, () => string>} */
const CALLED_PHASES = {
  forward: () => said("page.phase.forward"),
  loss: () => said("page.phase.loss"),
  backward: () => said("page.phase.backward"),
  update: () => said("page.phase.update"),
};

/** Sequences for which there is a button each. */
const MOST_BUTTONS = 4;

/** The frame; its slots are filled by others. */
export class Frame {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {Selection} selection
   * @param {{ recolour: () => void }} map
   */
  constructor(explorer, selection, map) {
    this.explorer = explorer;
    this.selection = selection;
    this.phases = phasesOf(explorer.program);
    this.loss = about(explorer.program, LOSS);
    this.words = h("div", { class: "words" });
    this.chart = h("div", { class: "chart" });
    this.train = h("div", { class: "train" });
    this.main = h("main", { id: "map", tabindex: "-1", "aria-label": said("page.map") });
    this.close = h("button", { type: "button", class: "close", "aria-label": said("page.close") }, "×");
    this.panel = h("aside", { id: "panel", tabindex: "-1", "aria-label": said("page.panel") }, this.close);
    this.live = h("p", { class: "heard", role: "status" });
    this.whose = h("span", null);
    this.sequences = h("div", { class: "sequences", role: "group", "aria-label": said("page.sequences") });
    this.tabs = h("div", { class: "phases" });
    this.skip = h("a", { class: "skip", href: "#map", on: { click: (event) => this.#skip(event) } }, said("page.skip"));
    const words = h("div", { class: "words-bar" }, this.sequences, this.words);
    const brand = h("div", { class: "brand" }, h("h1", null, said("page.name")), h("p", null, said("page.motto")));
    this.goTo = new GoTo(explorer, selection);
    const ways = h("nav", { class: "ways", "aria-label": said("page.ways") }, this.goTo.element, themes(map.recolour));
    this.elements = [
      this.skip,
      h("header", { class: "top" }, brand, words, this.chart, this.train),
      h("nav", { class: "phase-bar", "aria-label": said("page.phases") }, this.tabs),
      ways,
      this.main,
      this.panel,
      h("footer", { class: "whose" }, h("p", { tabindex: "0" }, this.whose)),
      this.live,
    ];
    this.update();
  }

  /** Shows phase, loss, sequence and model as they are now. */
  update() {
    this.whose.textContent = said("page.precision", { whose: this.explorer.whose() });
    this.tabs.replaceChildren(...[...this.phases].flatMap(([phase, count], n) => this.#tab(phase, count, n)));
    this.#showSequences();
  }

  /** The sequences of the batch, to choose one: many in a list. */
  #showSequences() {
    const count = this.#sequenceCount();
    const { sequence } = this.selection;
    this.sequences.hidden = count < 2;
    if (this.sequences.dataset.shown === `${sequence} of ${count}`) return;
    this.sequences.dataset.shown = `${sequence} of ${count}`;
    const all = Array.from({ length: count }, (_, at) => at);
    const ways = count > MOST_BUTTONS ? [this.#sequenceList(all)] : all.map((at) => this.#sequence(at));
    this.sequences.replaceChildren(h("span", { "aria-hidden": "true" }, said("page.sequence")), ...ways);
  }

  /** @param {number[]} all */
  #sequenceList(all) {
    const { selection } = this;
    const options = all.map((at) => h("option", { value: at, selected: at === selection.sequence }, String(at)));
    const change = (/** @type {Event} */ event) =>
      selection.choose(Number(/** @type {HTMLSelectElement} */ (event.target).value), selection.position);
    return h("select", { "aria-label": said("page.sequence"), on: { change } }, options);
  }

  /** The keys go on in the panel: at its question. */
  focusPanel() {
    const question = /** @type {HTMLElement | null} */ (this.panel.querySelector("#panel-question"));
    (question ?? this.panel).focus();
  }

  /** @param {string} text for those who listen */
  say(text) {
    this.live.textContent = text;
  }

  /**
   * @param {Phase} phase
   * @param {number} count of its numbers
   * @param {number} n
   */
  #tab(phase, count, n) {
    const current = this.selection.phase === phase ? "true" : null;
    const number = phase === "loss" ? this.#lossText() : thousands(count);
    const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, "→");
    const click = () =>
      phase === "loss" && this.loss ? this.selection.go(this.loss.name) : this.selection.show(phase);
    const props = { type: "button", "aria-current": current, data: { phase }, on: { click } };
    return [n > 0 && arrow, h("button", props, CALLED_PHASES[phase](), h("small", null, number))].filter(
      (one) => one !== false,
    );
  }

  #lossText() {
    if (!this.loss) return "";
    const value = this.explorer.engine.x[this.loss.at];
    return typeset(new Writing([value], 5).text(value));
  }

  /** @param {number} at */
  #sequence(at) {
    const pressed = String(at === this.selection.sequence);
    const label = said("page.sequence.one", { number: at });
    const click = () => this.selection.choose(at, this.selection.position);
    return h("button", { type: "button", "aria-pressed": pressed, "aria-label": label, on: { click } }, String(at));
  }

  /** @returns {number} how many there are in the batch */
  #sequenceCount() {
    return about(this.explorer.program, TOKENS)?.shape[0] ?? 1;
  }

  /** @param {Event} event */
  #skip(event) {
    event.preventDefault();
    this.main.focus();
  }
}
