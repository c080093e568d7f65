// The panel that explains one number.

import { decimal, said } from "../explain/sentences.js";
import { defining } from "../notation/instance.js";
import { SpokenPrinter } from "../printers/spoken.js";
import { asSentence, Derivation } from "./derivation.js";
import { h, replace } from "./dom.js";
import { fitFormulas } from "./fit.js";
import { growsBraces } from "./formula.js";
import { breakable, numberText } from "./names.js";
import { fullNumber } from "./numbers.js";
import { Related } from "./related.js";
import { kindName, KINDS, sign } from "./signs.js";

/** @import { Explanation, Tensor } from "../types.js" */
/** @import { Children } from "./dom.js" */
/** @import { Explorer } from "../explorer.js" */

/**
 * What the panel is given: who knows the numbers, who opens an address (null: the start), who makes a control for
 * changing a number (or null), and the link to an address.
 * @typedef {object} PanelOptions
 * @property {Explorer} explorer
 * @property {(address: string | null) => void} open
 * @property {(tensor: Tensor, place: number[]) => Element | null} [editSlot]
 * @property {(address: string) => string} [link]
 */

// Of a long trail only so many steps are shown.
const TRAIL = 3;
const COPIED_FOR = 2000;

// Lists that may be folded, and the button that unfolds one.
const LISTS = "tbody, .sources, .uses, .used-by";
const MORE = ":scope > * > .more, :scope > * > * > .more";

/** Explains the number that is open, and follows the reader from one to the next. */
export class Panel {
  /** @param {PanelOptions} options */
  constructor({ explorer, open, editSlot = () => null, link = linkTo }) {
    this.explorer = explorer;
    this.openAddress = open;
    this.editSlot = editSlot;
    this.link = link;
    /** @type {string[]} where the reader came from, and where they are */
    this.trail = [];
    /** @type {number[]} which lists the reader has unfolded, in this order */
    this.unfolded = [];
    /** @type {string | null} what was clicked here, and is about to be shown */
    this.following = null;
    this.crumbs = h("nav", { class: "crumbs", "aria-label": said("panel.trail") });
    this.head = h("header", null);
    this.slot = h("div", { class: "edit-slot" });
    this.body = h("div", { class: "derivation" });
    this.element = h(
      "section",
      {
        class: "panel",
        "aria-labelledby": "panel-question",
        hidden: true,
        on: { click: (event) => this.clicked(event), pointerover: tellName },
      },
      ...[this.crumbs, this.head, this.slot, this.body],
    );
    this.element.addEventListener("click", (event) => this.unfolding(event), true);
  }

  /** @returns {string | null} what is shown */
  get address() {
    return this.trail.at(-1) ?? null;
  }

  /**
   * Shows the number at an address; null closes the panel.
   * @param {string | null} address
   */
  show(address) {
    this.element.hidden = address === null;
    const followed = address !== null && this.following === address;
    this.trail = address === null ? [] : this.trailTo(address);
    this.following = null;
    if (address === null) return;
    const explanation = this.explorer.explain(address);
    replace(this.slot, this.editSlot(explanation.tensor, explanation.place));
    this.unfolded = [];
    this.element.classList.toggle("unstretched", !growsBraces(this.element));
    this.fill(explanation);
    this.scroller.scrollTop = 0;
    // what was clicked is not there any more
    if (followed) this.head.querySelector("h2")?.focus({ preventScroll: true });
  }

  /** Shows the same number anew, after numbers have changed: where the reader was, and what had been unfolded. */
  refresh() {
    if (this.address === null) return;
    const { scrollTop } = this.scroller;
    const focused = this.focusedButton();
    this.fill(this.explorer.explain(this.address));
    for (const at of [...this.unfolded]) buttonOf(lists(this.body)[at])?.click();
    this.scroller.scrollTop = scrollTop;
    focused?.();
  }

  /** @returns {Element} what the panel stands in, which scrolls */
  get scroller() {
    return this.element.parentElement ?? this.element;
  }

  /** @returns {(() => void) | null} puts the focus back to where it is now */
  focusedButton() {
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLElement) || !this.element.contains(activeElement)) return null;
    if (this.slot.contains(activeElement)) return null;
    const at = buttons(this.element).indexOf(activeElement);
    return () => buttons(this.element)[at]?.focus({ preventScroll: true });
  }

  /** @param {Explanation} explanation */
  fill(explanation) {
    replace(this.crumbs, this.path());
    replace(this.head, this.kind(explanation), this.question(explanation), this.value(explanation));
    replace(
      this.body,
      ...new Derivation(explanation, this.explorer.explainer.numbers).sections(),
      ...new Related(this.explorer, explanation).sections(),
    );
    fitFormulas(this.body);
  }

  /**
   * A number that was clicked here goes behind the others, one that has been on the way cuts it there, and any other
   * begins a new one.
   * @param {string} address
   * @returns {string[]}
   */
  trailTo(address) {
    const at = this.trail.indexOf(address);
    if (at >= 0) return this.trail.slice(0, at + 1);
    return this.following === address ? [...this.trail, address] : [address];
  }

  /** @param {MouseEvent} event */
  clicked(event) {
    const target = /** @type {Element} */ (event.target).closest("[data-address]");
    if (target === null || this.slot.contains(target) || target === this.head.querySelector("data")) return;
    const address = target.getAttribute("data-address") ?? "";
    this.following = address;
    this.openAddress(address || null);
  }

  /** @param {MouseEvent} event before a list unfolds: remembers which one */
  unfolding(event) {
    const more = /** @type {Element} */ (event.target);
    if (!event.isTrusted || !more.matches(".more")) return;
    this.unfolded.push(lists(this.body).findIndex((list) => list === more.closest(LISTS)));
  }

  /** @returns {HTMLElement} where the reader came from */
  path() {
    const before = this.trail.slice(0, -1);
    const steps = before.slice(-TRAIL).map((address) => crumb(address, h("code", null, breakable(address))));
    const left = before.length > TRAIL ? h("li", { "aria-hidden": "true" }, "…") : null;
    return h(
      "ol",
      { role: "list" },
      crumb("", said("panel.start")),
      left,
      steps,
      h("li", { "aria-current": "page" }, h("code", null, breakable(this.address ?? ""))),
    );
  }

  /** @param {Explanation} explanation @returns {HTMLElement} what kind of number it is, of which part of the model */
  kind({ address, tensor, place, role, stored }) {
    const scope = defining(this.explorer.program, tensor, place)?.scope.title;
    return h(
      "div",
      { class: "about" },
      h("p", { class: ["what", KINDS[role]] }, sign(role), [kindName(role), scope].filter(Boolean).join(", ")),
      stored ? h("p", { class: "what" }, said("panel.stored", { position: stored.join(",") })) : null,
      this.copyButton(address),
    );
  }

  /** @param {string} address @returns {HTMLElement} */
  copyButton(address) {
    const button = h("button", { type: "button", class: "copy", title: address }, said("panel.copy"));
    button.addEventListener("click", () => {
      copyText(this.link(address));
      replace(button, said("panel.copied"));
      setTimeout(() => replace(button, said("panel.copy")), COPIED_FOR);
    });
    return button;
  }

  /** @param {Explanation} explanation @returns {HTMLElement} */
  question(explanation) {
    return h("h2", { id: "panel-question", tabindex: "-1" }, asSentence(explanation.meaning));
  }

  /** @param {Explanation} explanation @returns {HTMLElement} the number, and what it was before a change */
  value(explanation) {
    const { address, value, tensor, place } = explanation;
    const before = this.before(tensor, place);
    const changed = before !== null && !Object.is(before, value);
    const data = { address, value: fullNumber(value) };
    const number = (/** @type {number} */ of) => numberText(of, tensor.integer);
    return h(
      "p",
      { class: "value" },
      changed ? h("del", null, h("span", { class: "heard" }, said("panel.before")), number(before)) : null,
      changed ? " " : null,
      h("span", { class: "heard" }, this.summary(explanation)),
      h("data", { class: "number", value: fullNumber(value), title: decimal(fullNumber(value)), data }, number(value)),
    );
  }

  /** @param {Explanation} explanation @returns {string} the number and its formula in a sentence, to be heard */
  summary({ address, instance }) {
    if (instance === null) return said("panel.heard", { address });
    const speaker = new SpokenPrinter((tensor) => tensor.name);
    return said("panel.heard-formula", { address, formula: speaker.say(instance.assignment.expression) });
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {number | null} the number before it was changed */
  before(tensor, place) {
    const { before } = this.explorer;
    if (!before || tensor.at < 0) return null;
    return before[tensor.at + place.reduce((sum, at, axis) => sum * tensor.shape[axis] + at, 0)];
  }
}

/** @param {string} address @param {Children} name @returns {HTMLElement} */
function crumb(address, name) {
  return h("li", null, h("button", { type: "button", class: "link", data: { address } }, name));
}

/** @param {Element} element @returns {HTMLElement[]} */
function buttons(element) {
  return [...element.querySelectorAll("button")];
}

/** @param {Element} element @returns {HTMLElement[]} */
function lists(element) {
  return [...element.querySelectorAll(LISTS)].map((list) => /** @type {HTMLElement} */ (list));
}

/** @param {HTMLElement | undefined} list @returns {HTMLElement | null | undefined} what unfolds more of it */
function buttonOf(list) {
  return list?.querySelector(MORE);
}

/** @param {PointerEvent} event tells the full name of a tensor that the pointer is on */
function tellName(event) {
  const target = /** @type {Element} */ (event.target);
  const formula = target.closest(".sideways");
  const name = target.closest("[data-name]")?.getAttribute("data-name");
  const address = target.closest("math [data-address]")?.getAttribute("data-address");
  if (formula) formula.setAttribute("title", address ?? name ?? "");
}

/** @param {string} address @returns {string} */
function linkTo(address) {
  return `${location.href.split("#")[0]}#${address}`;
}

/** Copies a text, also where the page is a file. @param {string} text */
function copyText(text) {
  const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error());
  copied.catch(() => {
    const field = h("textarea", { class: "heard", readonly: true, "aria-hidden": "true" }, text);
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  });
}
