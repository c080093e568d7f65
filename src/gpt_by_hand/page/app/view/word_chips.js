// The words of the chosen sequence, each over the word that should follow: one is chosen, and can be another one.

import { TARGETS, TOKENS } from "../explain/concepts.js";
import { UserError } from "../explain/errors.js";
import { said } from "../explain/sentences.js";
import { about } from "../notation/program.js";
import { h, onKeys, replace } from "./dom.js";
import { WordPicker } from "./word_picker.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./selection.js").Selection} Selection */

/** The chips; `element` is to be put into the frame. */
export class WordChips {
  /**
   * @param {Explorer} explorer
   * @param {Selection} selection
   * @param {(text: string) => void} say
   */
  constructor(explorer, selection, say) {
    this.explorer = explorer;
    this.selection = selection;
    this.say = say;
    this.tokens = about(explorer.program, TOKENS);
    this.targets = about(explorer.program, TARGETS);
    this.chips = h("div", { class: "chips", role: "group", "aria-label": said("words.group") });
    this.chips.addEventListener("keydown", this.#keys());
    this.change = h("button", { type: "button", class: "change", "aria-haspopup": "listbox" }, said("words.change"));
    this.change.addEventListener("click", () => this.#open());
    this.picker = new WordPicker(explorer.contents.vocabulary, said("words.pick"), (word) => this.#chosen(word));
    this.element = h("div", { class: "word-chips" }, this.chips, this.change, this.picker.element);
    this.update();
  }

  /** Shows the words as they are now, and which one is chosen. */
  update() {
    if (!this.tokens) return;
    const length = this.tokens.shape[1];
    while (this.chips.children.length < length) this.chips.append(this.#chip(this.chips.children.length));
    [...this.chips.children].forEach((chip, position) => this.#fill(/** @type {HTMLElement} */ (chip), position));
    this.#reveal();
    this.change.setAttribute("aria-label", said("words.change.name", { word: this.#label(this.selection.position) }));
  }

  /** The chosen word is in sight, where there are more than fit. */
  #reveal() {
    const chip = /** @type {HTMLElement | undefined} */ (this.chips.children[this.selection.position]);
    if (!chip) return;
    const [left, right] = [
      chip.offsetLeft - this.chips.offsetLeft,
      chip.offsetLeft + chip.offsetWidth - this.chips.offsetLeft,
    ];
    const { scrollLeft, clientWidth } = this.chips;
    if (left < scrollLeft) this.chips.scrollLeft = left;
    if (right > scrollLeft + clientWidth) this.chips.scrollLeft = right - clientWidth;
  }

  /** @param {number} position */
  #chip(position) {
    const click = () => this.selection.choose(this.selection.sequence, position);
    return h("button", { type: "button", class: "chip", on: { click } });
  }

  /**
   * @param {HTMLElement} chip
   * @param {number} position
   */
  #fill(chip, position) {
    const { sequence } = this.selection;
    const isChosen = position === this.selection.position;
    const { labels } = this.explorer.contents.vocabulary;
    const target = this.#word(this.targets, position);
    const isSet = this.explorer.edits.some(
      ({ address }) => address === `${this.tokens?.name}[${sequence},${position}]`,
    );
    chip.setAttribute("aria-pressed", String(isChosen));
    chip.classList.toggle("set", isSet);
    chip.tabIndex = isChosen ? 0 : -1;
    const word = this.#label(position);
    const name = target === null ? said("words.chip", { word, position }) : "";
    chip.setAttribute("aria-label", name || said("words.chip.target", { word, position, target: labels[target ?? 0] }));
    replace(chip, h("b", null, word), target !== null && h("small", null, `→ ${labels[target]}`));
  }

  /** @param {number} position */
  #label(position) {
    return this.explorer.contents.vocabulary.labels[this.#word(this.tokens, position) ?? 0];
  }

  /**
   * @param {import("../types.js").Tensor | null} tensor
   * @param {number} position
   * @returns {number | null} the word that stands there
   */
  #word(tensor, position) {
    return tensor && this.explorer.engine.at(tensor, [this.selection.sequence, position]);
  }

  #open() {
    if (this.picker.isOpen) this.picker.close();
    else this.picker.open(this.#word(this.tokens, this.selection.position) ?? 0);
  }

  /** @param {number | null} word */
  #chosen(word) {
    const { sequence, position } = this.selection;
    this.change.focus();
    if (word === null || word === this.#word(this.tokens, position)) return;
    try {
      this.explorer.setWord(sequence, position, word);
      this.say(said("words.changed", { position, word: this.#label(position) }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.say(error.message);
    }
  }

  #keys() {
    const last = () => this.chips.children.length - 1;
    const { selection } = this;
    const choose = (/** @type {number} */ position) => {
      selection.choose(selection.sequence, Math.max(0, Math.min(last(), position)));
      /** @type {HTMLElement} */ (this.chips.children[selection.position]).focus();
    };
    return onKeys({
      ArrowRight: () => choose(selection.position + 1),
      ArrowLeft: () => choose(selection.position - 1),
      Home: () => choose(0),
      End: () => choose(last()),
    });
  }
}
