// A field for a number: what somebody types is taken as it is and stands there as it was typed; what is no number is
// said beside it.

import { UserError } from "../explain/errors.js";
import { decimal } from "../explain/sentences.js";
import { repr } from "../numbers/repr.js";
import { readTyped } from "../numbers/typed.js";
import { h } from "./dom.js";

/** @param {number} value @returns {string} all of its digits, as one types them */
export function plainNumber(value) {
  return decimal(repr(value).replace(/\.0$/, ""));
}

/** The field; `input` and `problem` are to be put somewhere. It is for one number after another, told apart by keys. */
export class NumberField {
  /**
   * @param {string} id
   * @param {(value: number) => void} take what was typed; it may throw a UserError
   * @param {string} [described] the id of what says what the number is for
   */
  constructor(id, take, described = "") {
    this.take = take;
    this.read = readTyped;
    this.key = "";
    this.shown = "";
    /** @type {Map<string, { text: string, value: number }>} */
    this.typed = new Map();
    const said = `${described} ${id}-problem`.trim();
    this.input = h("input", { type: "text", id, autocomplete: "off", spellcheck: "false", "aria-describedby": said });
    this.problem = h("p", { class: "problem", id: `${id}-problem`, role: "alert" });
    this.input.addEventListener("change", () => this.taken());
    this.input.addEventListener("focus", () => this.input.select());
  }

  /**
   * The number as it is now. What somebody is typing for the same one stays.
   * @param {string} key
   * @param {number} value
   * @param {string} plain how it is written, if nobody has typed it
   */
  show(key, value, plain) {
    const isTyping = key === this.key && this.input.value.trim() !== this.shown;
    this.key = key;
    if (isTyping) return;
    const typed = this.typed.get(key);
    this.#fill(typed && Object.is(typed.value, value) ? typed.text : plain);
  }

  /** Takes what was typed, if it is something else than what stood there. */
  taken() {
    const text = this.input.value.trim();
    if (text !== this.shown) this.#trying(() => this.#set(text, this.read(text)));
  }

  /**
   * @param {string} text
   * @param {number} value
   */
  set(text, value) {
    this.#trying(() => this.#set(text, value));
  }

  /**
   * @param {string} text
   * @param {number} value
   */
  #set(text, value) {
    this.take(value);
    this.typed.set(this.key, { text, value });
    this.#fill(text);
  }

  /** @param {string} text */
  #fill(text) {
    this.shown = text;
    this.input.value = text;
    this.#complain("");
  }

  /** @param {() => void} action */
  #trying(action) {
    try {
      action();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#complain(error.message);
    }
  }

  /** @param {string} problem */
  #complain(problem) {
    this.problem.textContent = problem;
    this.input.setAttribute("aria-invalid", String(problem !== ""));
  }
}
