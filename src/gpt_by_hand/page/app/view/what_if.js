// "What if it were": another value for a number, typed or a step away, and back again.

import { TARGETS, TOKENS } from "../explain/concepts.js";
import { UserError } from "../explain/errors.js";
import { decimal, said } from "../explain/sentences.js";
import { number } from "../numbers/digits.js";
import { readTyped } from "../numbers/typed.js";
import { h } from "./dom.js";
import { NumberField, plainNumber } from "./number_field.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("../types.js").Tensor} Tensor */

/** The power of ten below which no step goes. */
const SMALLEST_STEP = -300;

/** The control for one number at a time; `element` stays, and `show` says which number it is about. */
export class WhatIf {
  /** @param {Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.address = "";
    this.step = 0.1;
    this.isWord = false;
    this.field = new NumberField("what-if", (value) => explorer.set(this.address, value));
    this.field.read = (text) => (this.isWord ? this.#word(text) : readTyped(text));
    this.back = h("button", { type: "button", on: { click: () => this.#undo() } }, said("what-if.undo"));
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.field.taken();
    };
    this.element = h(
      "form",
      { class: "what-if", on: { submit } },
      h("label", { for: "what-if" }, said("what-if")),
      this.#stepButton(-1, "−", said("what-if.less")),
      this.field.input,
      this.#stepButton(1, "+", said("what-if.more")),
      this.back,
      this.field.problem,
    );
  }

  /**
   * It is about this number from now on.
   * @param {string} address
   * @param {Tensor} tensor whose number it is
   */
  show(address, tensor) {
    this.address = address;
    this.step = tensor.integer || tensor.role === "mask" ? 1 : powerBelow(largestOf(this.explorer, tensor));
    this.isWord = [TOKENS, TARGETS].includes(tensor.concept);
    this.back.hidden = !this.explorer.edits.some((edit) => edit.address === address);
    const value = this.explorer.value(address);
    this.field.show(address, value, this.isWord ? this.explorer.words.wordLabel(value) : decimal(number(value)));
  }

  /** @param {string} text a word, or the number that stands for one @returns {number} */
  #word(text) {
    try {
      return this.explorer.words.token(text);
    } catch (error) {
      if (error instanceof UserError && /^\d{1,9}$/.test(text)) return Number(text);
      throw error;
    }
  }

  /** @param {number} direction */
  #stepBy(direction) {
    const shown = Number(number(this.explorer.value(this.address)));
    const value = stepped(shown, direction * this.step);
    this.field.set(this.isWord ? this.explorer.words.wordLabel(value) : plainNumber(value), value);
  }

  #undo() {
    this.explorer.remove(this.address);
    this.field.input.focus();
  }

  /**
   * @param {number} direction
   * @param {string} text
   * @param {string} name
   */
  #stepButton(direction, text, name) {
    const props = { type: "button", class: "step", "aria-label": name, on: { click: () => this.#stepBy(direction) } };
    return h("button", props, text);
  }
}

/**
 * A value a step away, without digits that only rounding makes: 0.3, not 0.30000000000000004.
 * @param {number} value
 * @param {number} step
 * @returns {number}
 */
export function stepped(value, step) {
  return Number.isFinite(value) ? Number((value + step).toPrecision(15)) : step;
}

/** @param {Explorer} explorer @param {Tensor} tensor @returns {number} the size of its largest finite number */
function largestOf(explorer, tensor) {
  const numbers = explorer.engine.numbers(tensor);
  return numbers.reduce((most, one) => (Number.isFinite(one) ? Math.max(most, Math.abs(one)) : most), 0);
}

/**
 * @param {number} largest
 * @returns {number} the power of ten below half of it; a tenth, where all is 0
 */
export function powerBelow(largest) {
  return largest > 0 ? Number(`1e${Math.max(SMALLEST_STEP, Math.floor(Math.log10(largest / 2)))}`) : 0.1;
}
