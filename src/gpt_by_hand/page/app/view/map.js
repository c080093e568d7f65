// The map of a phase: tiles in the order in which the numbers are passed; one of them may be opened as a table.

import { many, said } from "../explain/sentences.js";
import { backwardStretches, forwardStretches, updateRows, updateScalars } from "../explain/stream.js";
import { LOSS, TOKENS } from "../explain/concepts.js";
import { about } from "../notation/program.js";
import { Colours } from "./colours.js";
import { h } from "./dom.js";
import { colouring, paint, pictureOf } from "./heat.js";
import { markRail, movedScopes, rail } from "./rail.js";
import { scrollerOf } from "./scrolling.js";
import { Tables } from "./table.js";
import { columnName, fillScalar, isSingle, nameButton, tile } from "./tiles.js";
import { legendItems } from "./legend.js";

/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("../explain/stream.js").Stretch} Stretch */
/** @typedef {import("./selection.js").Selection} Selection */

/** What is said above each phase. @type {Record<import("../explain/stream.js").Phase, () => string>} */
const LEADS = {
  forward: () => said("page.lead.forward"),
  loss: () => said("page.lead.forward"),
  backward: () => said("page.lead.backward"),
  update: () => said("page.lead.update"),
};

/** The map, in an element that it fills. */
export class NumbersMap {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {Selection} selection
   * @param {HTMLElement} element
   * @param {(address: string) => void} enter what a number does that is chosen by a key
   */
  constructor(explorer, selection, element, enter) {
    this.explorer = explorer;
    this.selection = selection;
    this.element = element;
    this.enter = enter;
    this.colours = new Colours();
    /** @type {Tensor | null} the opened tensor */
    this.open = null;
    /** @type {Tables | null} */
    this.tables = null;
    const { program } = explorer;
    this.forward = forwardStretches(program);
    this.backward = backwardStretches(program);
    this.rows = updateRows(program);
    this.loss = about(program, LOSS);
    this.tokens = about(program, TOKENS);
    this.body = h("div", { class: "map-body" });
    /** @type {HTMLElement[]} the parts that are in view */
    this.seen = [];
    this.lead = h("p", { class: "lead" });
    this.legend = h("ul", { class: "legend", "aria-label": said("page.legend") });
    element.append(this.lead, this.legend, this.body);
    element.addEventListener("click", (event) => this.#click(event));
  }

  /** Draws the phase, from its beginning. */
  begin() {
    this.draw();
    scrollerOf(this.element).scrollTo({ top: 0, behavior: "instant" });
  }

  /** Draws the phase anew. */
  draw() {
    const { phase } = this.selection;
    this.drawn = phase;
    this.#lead();
    this.tables = null;
    if (phase === "update") this.body.replaceChildren(...this.#update());
    else this.body.replaceChildren(...this.#stream(phase === "backward" ? this.backward : this.forward));
    const shown = [...this.body.querySelectorAll("[data-tensor]")].map((one) => this.#tensorOf(one).role);
    this.legend.replaceChildren(...legendItems(new Set(shown)));
    this.#unfold();
    this.repaint();
  }

  /** Shows the numbers as they are now, in the same tiles. */
  repaint() {
    this.#lead();
    const { sequence, comparing } = this.selection;
    this.painted = sequence;
    const colours = new Map();
    for (const canvas of this.body.querySelectorAll("canvas")) {
      const picture = pictureOf(canvas);
      if (!picture) continue;
      const { tensor } = picture;
      if (!colours.has(tensor)) colours.set(tensor, colouring(this.explorer, tensor, this.colours, comparing));
      paint(canvas, sequence, colours.get(tensor));
    }
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.body.querySelectorAll(".scalar"))) {
      fillScalar(button, this.#tensorOf(button), sequence, this.explorer.engine.x);
    }
    this.tables?.draw();
    this.mark();
  }

  /** The colours have changed: from light to dark, for example. */
  recolour() {
    this.colours = new Colours();
    this.repaint();
  }

  /** Marks the chosen number and the chosen word. */
  mark() {
    const { sequence, position } = this.selection;
    this.element.style.setProperty("--position", String(position));
    this.element.style.setProperty(
      "--word",
      String(this.tokens ? this.explorer.engine.at(this.tokens, [sequence, position]) : -1),
    );
    for (const button of this.body.querySelectorAll(".scalar")) {
      button.classList.toggle("chosen", button.getAttribute("data-address") === this.selection.address);
    }
    this.tables?.mark();
    this.#markRail();
  }

  /** The part that is looked at: of the open tensor, where that is in view, else the first one in view. */
  #markRail() {
    const open = this.open && this.#tileOf(this.open)?.closest("section");
    const current = this.seen.find((section) => section === open) ?? this.seen[0];
    if (this.nav) markRail(this.nav, current?.dataset.scope ?? null, this.#changedScopes());
  }

  /** The keys go on at the selected number, or where the map begins. */
  focus() {
    const chosen = /** @type {HTMLElement | null} */ (this.body.querySelector("td.chosen, .scalar.chosen"));
    (chosen ?? this.element).focus();
  }

  /** The selected number's tensor is opened where it stands. */
  follow() {
    const { spot, phase } = this.selection;
    if (phase !== this.drawn || (spot && this.#isLeftOut(spot.tensor))) this.draw();
    if (spot && spot.tensor !== this.open && !isSingle(spot.tensor)) this.toggle(spot.tensor);
    else if (this.painted !== this.selection.sequence) this.repaint();
    else this.mark();
    this.tables?.show();
    this.show(spot?.tensor ?? null);
  }

  /**
   * Opens a tensor, and closes the one that was open; or closes it.
   * @param {Tensor | null} tensor
   */
  toggle(tensor) {
    const kept = tensor && this.#tileOf(tensor);
    const top = kept?.getBoundingClientRect().top ?? 0;
    this.#fold();
    this.open = tensor === this.open ? null : tensor;
    this.#unfold();
    this.repaint();
    const moved = tensor ? (this.#tileOf(tensor)?.getBoundingClientRect().top ?? top) - top : 0;
    if (moved) scrollerOf(this.element).scrollBy({ top: moved, behavior: "instant" });
  }

  /**
   * Brings a tensor into view, if it is not.
   * @param {Tensor | null} tensor
   */
  show(tensor) {
    const found = tensor && this.#tileOf(tensor);
    const chosen = found?.querySelector("td.chosen") ?? found;
    chosen?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  }

  /** @param {Stretch[]} stretches */
  #stream(stretches) {
    const sections = stretches.map((stretch) => this.#section(stretch));
    this.nav = rail(stretches, ({ scope }) => {
      const section = sections.find((one) => one.dataset.scope === scope.name);
      section?.scrollIntoView();
      section?.querySelector("h2")?.focus({ preventScroll: true });
    });
    this.#watch(sections);
    return [this.nav, h("div", { class: "stream" }, sections)];
  }

  /** @param {Stretch} stretch */
  #section({ scope, tensors }) {
    const count = tensors.reduce((sum, tensor) => sum + tensor.size, 0);
    const heading = h("h2", { tabindex: "-1" }, scope.title, h("small", null, many("page.numbers", count)));
    const tiles = tensors.map((tensor) => tile(tensor, { question: this.#question(tensor) }));
    return h("section", { class: "stretch", data: { scope: scope.name } }, heading, h("ul", { class: "tiles" }, tiles));
  }

  #update() {
    this.nav = null;
    const scalars = updateScalars(this.explorer.program).map((tensor) =>
      tile(tensor, { question: this.#question(tensor) }),
    );
    const rows = this.rows.map(({ parameter, tensors, others }) => {
      const shown = [
        ...tensors,
        ...others.filter((tensor) => tensor === this.open || tensor === this.selection.spot?.tensor),
      ];
      const heading = h("h2", { tabindex: "-1" }, parameter.name, h("small", null, parameter.title));
      const tiles = shown.map((tensor) => tile(tensor, { label: columnName(tensor) }));
      return h("section", { class: "update-row" }, heading, h("ul", { class: "tiles" }, tiles));
    });
    return [h("ul", { class: "tiles scalars" }, scalars), ...rows];
  }

  /**
   * The question of a tensor; the one of all gradients is said once, above them.
   * @param {Tensor} tensor
   */
  #question(tensor) {
    return tensor.role === "gradient" && tensor.of !== this.loss ? "" : this.#title(tensor);
  }

  /** @param {Tensor} tensor */
  #title(tensor) {
    return tensor.title || (this.explorer.program.definitions.get(tensor)?.[0].title ?? "");
  }

  /**
   * In the update not all is shown of each parameter: what is asked for has to be.
   * @param {Tensor} tensor
   */
  #isLeftOut(tensor) {
    return this.drawn === "update" && this.rows.some(({ others }) => others.includes(tensor)) && !this.#tileOf(tensor);
  }

  #lead() {
    const { phase, comparing } = this.selection;
    this.lead.textContent = comparing && this.explorer.before ? said("page.lead.changes") : LEADS[phase]();
  }

  #fold() {
    const old = this.open && this.#tileOf(this.open);
    if (!old || !this.open) return;
    this.tables = null;
    const label = this.selection.phase === "update" ? columnName(this.open) : undefined;
    old.replaceWith(tile(this.open, { label, question: label === undefined ? this.#question(this.open) : "" }));
  }

  #unfold() {
    const { open: tensor } = this;
    const old = tensor && this.#tileOf(tensor);
    if (!tensor || !old) return;
    this.tables = new Tables(this.explorer, this.selection, tensor, this.enter);
    const asked = h("p", { class: "asked" }, this.#title(tensor));
    const head = nameButton(tensor, undefined, true);
    old.classList.add("open");
    old.replaceChildren(head, asked, this.tables.element);
  }

  /**
   * @param {Tensor} tensor
   * @returns {HTMLElement | null}
   */
  #tileOf(tensor) {
    return this.body.querySelector(`[data-tensor="${tensor.number}"]`);
  }

  /**
   * @param {Element} element
   * @returns {Tensor}
   */
  #tensorOf(element) {
    const tile = /** @type {HTMLElement} */ (element.closest("[data-tensor]"));
    return this.explorer.program.tensors[Number(tile.dataset.tensor)];
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = /** @type {Element} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("button.tensor-name, button.scalar"));
    if (button?.classList.contains("tensor-name")) {
      const tensor = this.#tensorOf(button);
      this.toggle(tensor);
      this.#tileOf(tensor)?.querySelector("button")?.focus({ preventScroll: true });
    } else if (button?.dataset.address) this.selection.go(button.dataset.address);
  }

  /** @returns {Set<string>} the names of the scopes in which numbers have changed */
  #changedScopes() {
    const { before, engine } = this.explorer;
    if (!before || !this.selection.comparing) return new Set();
    const stretches = this.selection.phase === "backward" ? this.backward : this.forward;
    return movedScopes(stretches, before, engine.x);
  }

  /** @param {HTMLElement[]} sections */
  #watch(sections) {
    this.observer?.disconnect();
    const seen = new Set();
    this.observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? seen.add(target) : seen.delete(target);
      this.seen = sections.filter((section) => seen.has(section));
      this.#markRail();
    });
    for (const section of sections) this.observer.observe(section);
  }
}
