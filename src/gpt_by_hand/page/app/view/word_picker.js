// A field in which a word of the vocabulary is looked for and chosen: a combobox with its list.

import { many, said } from "../explain/sentences.js";
import { h, onKeys, replace } from "./dom.js";
import { fittingWords } from "./word_list.js";

/** Words that the list shows at once; more are found by typing. */
const LISTED = 200;

/** Number of the pickers that there are, for ids. */
let pickers = 0;

/** The field and the list below it. `element` is to be put somewhere; `open` lets somebody choose. */
export class WordPicker {
  /**
   * @param {import("../types.js").Vocabulary} vocabulary
   * @param {string} label of the field
   * @param {(word: number | null) => void} chosen null where nothing was
   */
  constructor(vocabulary, label, chosen) {
    this.vocabulary = vocabulary;
    this.chosen = chosen;
    this.id = `words-${pickers++}`;
    /** @type {number[]} */
    this.words = [];
    this.active = 0;
    this.current = -1;
    this.field = h("input", {
      ...{ type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list" },
      ...{ id: `${this.id}-field`, "aria-controls": this.id, "aria-expanded": "true" },
    });
    this.list = h("ul", { id: this.id, role: "listbox", "aria-label": label });
    this.more = h("p", { class: "hint", role: "status" });
    const heading = h("label", { for: `${this.id}-field` }, label);
    const shut = h("button", { type: "button", on: { click: () => this.#done(null) } }, said("words.cancel"));
    this.element = h(
      "div",
      { class: "word-picker", hidden: true },
      h("div", { class: "picker-head" }, heading, this.field, shut),
      this.list,
      this.more,
    );
    this.field.addEventListener("input", () => this.#filter());
    this.element.addEventListener("keydown", this.#keys());
    this.list.addEventListener("click", (event) => {
      const option = /** @type {HTMLElement} */ (event.target).closest("[data-word]");
      if (option) this.#done(Number(option.getAttribute("data-word")));
    });
    // The field keeps the focus: what is active is said of it.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** @returns {boolean} */
  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {number} current the word that is there now */
  open(current) {
    this.current = current;
    this.field.value = "";
    this.element.hidden = false;
    this.#filter();
    this.field.focus();
  }

  close() {
    this.element.hidden = true;
  }

  /** @param {number | null} word */
  #done(word) {
    this.close();
    this.chosen(word);
  }

  #keys() {
    const last = () => this.words.length - 1;
    return onKeys({
      ArrowDown: () => this.#activate(Math.min(last(), this.active + 1)),
      ArrowUp: () => this.#activate(Math.max(0, this.active - 1)),
      PageDown: () => this.#activate(Math.min(last(), this.active + 10)),
      PageUp: () => this.#activate(Math.max(0, this.active - 10)),
      Enter: () => this.words.length && this.#done(this.words[this.active]),
      Escape: () => this.#done(null),
    });
  }

  #filter() {
    const { words, more } = fittingWords(this.vocabulary, this.field.value, LISTED);
    this.words = words;
    const { labels } = this.vocabulary;
    const options = words.map((word, n) => {
      const here = word === this.current;
      const props = { role: "option", id: `${this.id}-${n}`, "aria-selected": String(here), data: { word } };
      return h("li", props, labels[word], here && h("small", null, said("words.here")));
    });
    replace(this.list, options);
    this.more.textContent = words.length ? (more ? many("words.more", more) : "") : said("words.none");
    this.#activate(Math.max(0, this.field.value ? 0 : words.indexOf(this.current)));
  }

  /** @param {number} at */
  #activate(at) {
    this.list.querySelector(".active")?.classList.remove("active");
    this.active = at;
    const option = this.list.children[at];
    option?.classList.add("active");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }
}
