// What one can do stands in drawers at the side: one at a time, each opened by its button and closed by it, or by Esc.

import { said } from "../explain/sentences.js";
import { h, onKeys } from "./dom.js";

/**
 * What a drawer holds: it is made when it is first opened, and follows what changes while it is open.
 * @typedef {object} Held
 * @property {HTMLElement} element
 * @property {() => void} update
 */

/** The drawers of a page; `element` is to be put beside the panel. */
export class Drawers {
  /**
   * @param {(isOpen: boolean) => void} tell whether one is open now
   * @param {(address: string) => void} go to a number that is clicked in one
   */
  constructor(tell, go) {
    this.tell = tell;
    this.element = h("div", { class: "drawers" });
    this.element.addEventListener("click", (event) => {
      const number = /** @type {Element} */ (event.target).closest("[data-address]");
      if (number) go(number.getAttribute("data-address") ?? "");
    });
    /** @type {Drawer[]} */
    this.all = [];
  }

  /**
   * A new drawer. Its button is to be put wherever it is looked for.
   * @param {string} name for its class
   * @param {string} label of its button and its heading
   * @param {() => Held} make
   * @returns {Drawer}
   */
  add(name, label, make) {
    const drawer = new Drawer(name, label, make, (isOpen) => this.#turned(drawer, isOpen));
    this.all.push(drawer);
    this.element.append(drawer.element);
    return drawer;
  }

  /** Closes all that are open: a number is explained in their place, unless it is explained there. */
  arrived() {
    for (const drawer of this.all) if (drawer.isOpen && !drawer.stays) drawer.close();
  }

  /** Closes the one that is open, if one is. */
  close() {
    for (const drawer of this.all) if (drawer.isOpen) drawer.close();
  }

  /**
   * @param {Drawer} drawer that was opened or closed
   * @param {boolean} isOpen
   */
  #turned(drawer, isOpen) {
    for (const other of this.all) if (isOpen && other !== drawer && other.isOpen) other.close();
    this.tell(this.all.some((one) => one.isOpen));
  }

  /** What is open follows what has changed. */
  update() {
    for (const drawer of this.all) if (drawer.isOpen) drawer.held?.update();
  }
}

/** One of them. */
export class Drawer {
  /**
   * @param {string} name
   * @param {string} label
   * @param {() => Held} make
   * @param {(isOpen: boolean) => void} tell that it was opened or closed
   */
  constructor(name, label, make, tell) {
    this.make = make;
    this.tell = tell;
    // Does it stay when another number is chosen?
    this.stays = false;
    /** @type {Held | null} */
    this.held = null;
    const id = `drawer-${name}`;
    this.heading = h("h2", { id: `${id}-name`, tabindex: "-1" }, label);
    const shut = h("button", { type: "button", on: { click: () => this.leave() } }, said("drawer.close"));
    this.element = h(
      "section",
      { class: ["drawer", name], id, hidden: true, "aria-labelledby": `${id}-name` },
      h("div", { class: "drawer-head" }, this.heading, shut),
    );
    this.element.addEventListener("keydown", onKeys({ Escape: () => this.leave() }));
    this.button = this.opener(label);
  }

  /** @returns {boolean} */
  get isOpen() {
    return !this.element.hidden;
  }

  /**
   * A button that opens and closes it.
   * @param {...import("./dom.js").Children} children
   * @returns {HTMLButtonElement}
   */
  opener(...children) {
    const props = { type: "button", "aria-expanded": "false", "aria-controls": this.element.id };
    const button = h("button", { ...props, on: { click: () => this.toggle(button) } }, ...children);
    return button;
  }

  /** @param {HTMLElement} [from] the button that opens it, and has the focus again when it is left */
  toggle(from = this.button) {
    if (this.isOpen) this.leave();
    else this.open(from);
  }

  /**
   * Opens it or closes it, and leaves the focus where it is.
   * @param {boolean} isShown
   */
  show(isShown) {
    if (!isShown) this.close();
    else if (!this.isOpen) this.#unfold();
  }

  /** @param {HTMLElement} [from] */
  open(from = this.button) {
    this.from = from;
    this.#unfold();
    this.heading.focus({ preventScroll: true });
  }

  #unfold() {
    if (!this.held) this.element.append((this.held = this.make()).element);
    this.element.hidden = false;
    this.held.update();
    this.#turned();
  }

  /** Closes it, and goes back to where one was. */
  leave() {
    this.close();
    this.from?.focus();
  }

  close() {
    this.element.hidden = true;
    this.#turned();
  }

  #turned() {
    this.tell(this.isOpen);
    for (const button of document.querySelectorAll(`[aria-controls="${this.element.id}"]`)) {
      button.setAttribute("aria-expanded", String(this.isOpen));
    }
  }
}
