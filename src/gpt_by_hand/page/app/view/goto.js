// The field for an address: suggestions while one types, and what may have been meant where there is no such number.

import { UserError } from "../explain/errors.js";
import { said } from "../explain/sentences.js";
import { addressOf } from "../printers/text.js";
import { h } from "./dom.js";

/** @typedef {import("./selection.js").Selection} Selection */

const SUGGESTED = 12;

/** The field. `complain` says in it what is wrong with an address. */
export class GoTo {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {Selection} selection
   */
  constructor(explorer, selection) {
    this.explorer = explorer;
    this.selection = selection;
    this.list = h("datalist", { id: "addresses" });
    this.problem = h("p", { class: "problem", id: "no-address", role: "alert", hidden: true });
    this.field = h("input", {
      type: "text",
      list: "addresses",
      placeholder: said("page.go"),
      "aria-label": said("page.go"),
      "aria-describedby": "no-address",
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      on: { input: () => this.#typed() },
    });
    const submit = (/** @type {Event} */ event) => this.#submit(event);
    this.element = h("form", { class: "go", role: "search", on: { submit } }, this.field, this.list, this.problem);
    selection.listen(() => this.complain(""));
  }

  /** @param {string} message nothing: all is well */
  complain(message) {
    this.problem.textContent = message;
    this.problem.hidden = message === "";
    this.field.setAttribute("aria-invalid", String(message !== ""));
  }

  #typed() {
    this.complain("");
    this.list.replaceChildren(...suggested(this.explorer, this.field.value).map((value) => h("option", { value })));
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    try {
      this.selection.go(withPlace(this.explorer, this.field.value));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.complain(error.message);
    }
  }
}

/**
 * @param {import("../explorer.js").Explorer} explorer
 * @param {string} text
 * @returns {string[]} names in which the text stands
 */
function suggested(explorer, text) {
  const wanted = text.trim().toLowerCase();
  const names = explorer.program.tensors.map((tensor) => tensor.name);
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  return wanted ? found.sort((one, other) => one.length - other.length).slice(0, SUGGESTED) : [];
}

/**
 * A whole tensor's name means its first number.
 * @param {import("../explorer.js").Explorer} explorer
 * @param {string} text
 * @returns {string}
 */
function withPlace(explorer, text) {
  const tensor = explorer.program.named.get(text.trim());
  return tensor?.indices.length
    ? addressOf(
        tensor.name,
        tensor.indices.map(() => 0),
      )
    : text;
}
