// How the numbers of a tensor look in its tables: all in one unit, coloured to the largest, what is masked apart.

import { TARGETS, TOKENS } from "../explain/concepts.js";
import { masking } from "../explain/masked.js";
import { said } from "../explain/sentences.js";
import { Writing } from "../numbers/digits.js";
import { fixed, powerOf, scientific } from "../numbers/formats.js";
import { visibleShare } from "./colours.js";
import { h } from "./dom.js";
import { isBySequence } from "./selection.js";
import { raised, typeset } from "./typeset.js";

/** @typedef {import("../types.js").Index} Index */
/** @typedef {import("../types.js").Tensor} Tensor */

const DIGITS = 4;
const STRONGEST = 46; // percent: more, and a number would be hard to read on its colour
/** The concepts of tensors whose numbers stand for words. */
const OF_WORDS = [TOKENS, TARGETS];

/** The look of one tensor's numbers, or of those of one sequence, as they are now. */
export class Look {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {number} sequence
   * @param {Tensor} tensor
   */
  constructor(explorer, sequence, tensor) {
    this.explorer = explorer;
    this.tensor = tensor;
    this.sequence = isBySequence(tensor) ? sequence : null;
    this.x = explorer.engine.x;
    const part = this.sequence === null ? tensor.size : tensor.size / tensor.shape[0];
    const from = tensor.at + part * (this.sequence ?? 0);
    const values = [...this.x.slice(from, from + part)];
    this.writing = new Writing(values, DIGITS, tensor.integer);
    this.largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
    this.masked = masking(explorer.program, tensor, this.x);
    this.power = this.writing.scientific ? powerOf(this.largest, DIGITS) : this.writing.exponent;
  }

  /** @returns {HTMLElement | ""} the power of ten that the numbers count */
  unit() {
    return this.power ? h("strong", null, said("page.table.unit", { power: `10${raised(this.power)}` })) : "";
  }

  /**
   * What positions along an index are called.
   * @param {Index | null} index
   * @returns {(at: number) => string}
   */
  labels(index) {
    return index ? this.explorer.words.labels(index, this.sequence) : () => "";
  }

  /** @param {number} at where a number is in the tensor */
  cell(at) {
    const value = this.x[this.tensor.at + at];
    const before = this.explorer.before?.[this.tensor.at + at] ?? value;
    const changed = !Object.is(before, value);
    const masked = this.masked(at);
    const part = masked || !this.largest || this.tensor.integer ? 0 : Math.abs(value) / this.largest;
    return {
      value,
      text: typeset(this.#text(value)),
      more: OF_WORDS.includes(this.tensor.concept) ? this.explorer.contents.vocabulary.labels[value] : "",
      strength: Math.round(STRONGEST * visibleShare(part)),
      classes: [value < 0 ? "below" : "above", masked && "masked", changed && "changed"],
      title: changed ? said("page.table.was", { value: typeset(String(before)) }) : null,
    };
  }

  /**
   * A number in the table's unit; where that would leave no digits of it, it has a power of ten of its own besides.
   * @param {number} value
   * @returns {string}
   */
  #text(value) {
    if (!this.writing.scientific || value === 0 || !Number.isFinite(value)) return this.writing.text(value);
    const inUnit = value / 10 ** this.power;
    return Math.abs(inUnit) < 10 ** (2 - DIGITS) ? scientific(inUnit, 1) : fixed(inUnit, DIGITS - 1);
  }
}
