// The address of the number in the link, so that a link leads to it and Back leads back.

import { UserError } from "../explain/errors.js";
import { scrollerOf } from "./scrolling.js";

/** @typedef {import("./selection.js").Selection} Selection */
const REST = 150; // milliseconds

/** @typedef {{ phase: import("../explain/stream.js").Phase, scroll: number }} Remembered */

/**
 * Keeps the link and the browser's history in step with the selection. It is to be made before the views that follow
 * that: then it still sees how far the map was scrolled.
 */
export class Routing {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {Selection} selection
   * @param {HTMLElement} map
   * @param {(message: string) => void} complain of a link that makes no sense
   */
  constructor(explorer, selection, map, complain) {
    this.explorer = explorer;
    this.selection = selection;
    this.map = map;
    this.complain = complain;
    this.quiet = false;
    this.waiting = 0;
    history.scrollRestoration = "manual";
    selection.listen((what) => {
      if (!this.quiet && (what === "number" || what === "phase")) this.#push();
    });
    addEventListener("popstate", (event) => this.#pop(event.state));
    addEventListener("scroll", () => this.#scrolled(), { capture: true, passive: true });
  }

  /** Goes to the number that the link names, if it names one, with the changes that it carries. */
  open() {
    this.#quietly(() => this.#take());
    this.#remember();
  }

  /** All that the link says. */
  #take() {
    const link = location.hash.slice(1);
    const address = link.includes("&") ? this.explorer.restore(link) : addressInLink();
    if (address) this.selection.go(address);
    else if (this.selection.address !== null) this.selection.home();
  }

  /** Scrolling has begun, or goes on: where it ends is to be remembered. */
  #scrolled() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#remember(), REST);
  }

  #push() {
    clearTimeout(this.waiting);
    this.#remember();
    const { address } = this.selection;
    remember("pushState", this.#state(), `#${address ? linked(address) : ""}`);
  }

  /** What Back has to bring again of where one is now. */
  #remember() {
    const kept = history.state ?? this.#state();
    remember("replaceState", { ...kept, scroll: scrollerOf(this.map).scrollTop }, location.hash);
  }

  /** @returns {Remembered} */
  #state() {
    return { phase: this.selection.phase, scroll: scrollerOf(this.map).scrollTop };
  }

  /** @param {Remembered | null} state null where somebody has changed the link by hand */
  #pop(state) {
    clearTimeout(this.waiting);
    this.#quietly(() => {
      if (state) this.selection.restore(addressInLink(), state.phase);
      else this.#take();
    });
    if (state) scrollerOf(this.map).scrollTo({ top: state.scroll, behavior: "instant" });
    else this.#remember();
  }

  /** @param {() => void} change of which no step of the history is to be made */
  #quietly(change) {
    this.quiet = true;
    try {
      change();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.complain(error.message);
    } finally {
      this.quiet = false;
    }
  }
}

/**
 * @param {"pushState" | "replaceState"} how
 * @param {Remembered} state
 * @param {string} link
 */
function remember(how, state, link) {
  try {
    history[how](state, "", link || location.pathname + location.search);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    // the frame of a notebook has no link of its own
  }
}

/** @returns {string} the address in the link; empty if there is none */
function addressInLink() {
  const [text] = location.hash.slice(1).split("&"); // changes stand behind it
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {string} address
 * @returns {string} as it stands in a link: brackets and commas as they are, so that it can be read
 */
function linked(address) {
  return encodeURIComponent(address).replace(/%(5B|5D|2C|3D)/g, (code) => decodeURIComponent(code));
}
