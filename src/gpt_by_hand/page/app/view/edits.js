// The bar above the map: what changes did, undo and redo, the list of changes, and a link that carries them.

import { many, parts, said, thousands } from "../explain/sentences.js";
import { number } from "../numbers/digits.js";
import { general } from "../numbers/formats.js";
import { h, replace } from "./dom.js";
import { typeset } from "./typeset.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./selection.js").Selection} Selection */

/** Digits of a loss that are shown, more where two differ only behind them. */
const LOSS_DIGITS = [6, 9, 12, 17];

/** The bar; `element` is to be put above the map. */
export class EditBar {
  /**
   * @param {Explorer} explorer
   * @param {Selection} selection
   * @param {(text: string) => void} say
   */
  constructor(explorer, selection, say) {
    this.explorer = explorer;
    this.selection = selection;
    this.say = say;
    this.sentence = h("p", { class: "edited" });
    this.compare = edited("compare", () => selection.compare(!selection.comparing));
    this.undo = edited("undo", () => this.#step(() => explorer.undo()), said("edits.undo"));
    this.redo = edited("redo", () => this.#step(() => explorer.redo()), said("edits.redo"));
    this.share = edited("share", () => this.#copy(), said("edits.share"));
    this.listed = edited("list", () => this.#toggle());
    this.listed.setAttribute("aria-controls", "edits-list");
    this.list = h("ul", { id: "edits-list", hidden: true });
    this.link = h("input", {
      type: "text",
      class: "link",
      readonly: true,
      hidden: true,
      "aria-label": said("edits.link"),
    });
    const buttons = h("div", { class: "edit-buttons" }, this.compare, this.undo, this.redo, this.listed, this.share);
    this.element = h("section", { class: "edits", "aria-label": said("edits.name") }, this.sentence, buttons);
    this.element.append(this.list, this.link);
    this.update();
  }

  /** Says what there is now. */
  update() {
    const { edits, canUndo, canRedo } = this.explorer;
    this.element.hidden = !edits.length && !canRedo;
    if (this.element.hidden) return;
    replace(this.sentence, edits.length ? changesSentence(this.explorer) : said("edits.none"));
    this.compare.hidden = !edits.length;
    this.compare.textContent = said(this.selection.comparing ? "edits.numbers" : "edits.differences");
    this.undo.disabled = !canUndo;
    this.redo.hidden = !canRedo;
    this.share.hidden = !edits.length;
    this.listed.hidden = !edits.length;
    this.listed.textContent = many("edits.list", edits.length);
    this.listed.setAttribute("aria-expanded", String(!this.list.hidden));
    if (!edits.length) this.list.hidden = true;
    this.link.hidden = true;
    replace(
      this.list,
      edits.map((edit) => this.#entry(edit)),
      this.#all(),
    );
  }

  #toggle() {
    this.list.hidden = !this.list.hidden;
    this.listed.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  /** @param {() => void} action after which what has the focus may be gone */
  #step(action) {
    const from = document.activeElement;
    action();
    this.update();
    if (from instanceof HTMLButtonElement && (from.disabled || from.hidden || !from.isConnected)) {
      const next = [this.undo, this.redo].find((button) => !button.disabled && !button.hidden);
      next?.focus();
    }
    this.say(this.sentence.textContent ?? "");
  }

  /** @param {{ address: string, before: number, after: number }} edit */
  #entry({ address, before, after }) {
    const values = { before: valueOf(before), after: valueOf(after) };
    const go = h("button", { type: "button", class: "address", on: { click: () => this.#go(address) } }, address);
    const name = said("edits.remove.name", { address });
    const click = () => this.#step(() => this.explorer.remove(address));
    const remove = h("button", { type: "button", "aria-label": name, on: { click } }, said("edits.remove"));
    return h("li", null, go, h("span", { class: "was" }, parts("edits.change", values)), remove);
  }

  #all() {
    const click = () =>
      this.#step(() => [...this.explorer.edits].forEach(({ address }) => this.explorer.remove(address)));
    return h("li", { class: "all" }, h("button", { type: "button", on: { click } }, said("edits.remove.all")));
  }

  /** @param {string} address of a number; a setting has no place on the map */
  #go(address) {
    if (this.explorer.program.constants.some(({ name }) => name === address)) return;
    this.selection.go(address);
  }

  /** Copies the link; where that is refused, shows it. */
  async #copy() {
    const link = `${location.href.split("#")[0]}#${this.explorer.share(this.selection.address ?? "")}`;
    try {
      await navigator.clipboard.writeText(link);
      this.say(said("edits.copied"));
    } catch {
      this.link.hidden = false;
      this.link.value = link;
      this.link.focus();
      this.link.select();
      this.say(said("edits.not-copied"));
    }
  }
}

/**
 * @param {string} name
 * @param {() => void} click
 * @param {string} [text]
 */
function edited(name, click, text = "") {
  return h("button", { type: "button", class: name, on: { click } }, text);
}

/** @param {number} value @returns {HTMLElement} */
function valueOf(value) {
  return h("span", { data: { value } }, typeset(number(value)));
}

/**
 * @param {Explorer} explorer
 * @returns {(string | HTMLElement)[]} how many numbers changed, and the loss before and after
 */
function changesSentence(explorer) {
  const { count, of, loss } = explorer.differing();
  const changed = h("strong", null, thousands(count));
  const pieces = parts("edits.changed", { count: changed, of: thousands(of) });
  if (!loss) return pieces;
  const [before, after] = lossTexts(loss);
  const difference = typeset(withSign(loss[1] - loss[0]));
  const values = { before: typeset(before), after: h("strong", null, typeset(after)), difference };
  const told = loss[0] === loss[1] ? parts("edits.loss.same", values) : parts("edits.loss", values);
  return [...pieces, " ", h("span", { class: "together" }, told)];
}

/**
 * Two losses with as many digits as tell them apart, six if they can.
 * @param {[number, number]} loss
 * @returns {[string, string]}
 */
export function lossTexts([before, after]) {
  const written = LOSS_DIGITS.map(
    (digits) => /** @type {[string, string]} */ ([general(before, digits), general(after, digits)]),
  );
  return written.find(([one, other]) => one !== other || Object.is(before, after)) ?? written[0];
}

/** @param {number} value @returns {string} three digits, with its sign */
function withSign(value) {
  return `${value > 0 ? "+" : ""}${general(value, 3)}`;
}
