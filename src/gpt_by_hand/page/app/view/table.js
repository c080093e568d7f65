// An opened tensor: all of its numbers as tables, with words at their sides.

import { said } from "../explain/sentences.js";
import { TOKENS } from "../explain/concepts.js";
import { placeAt } from "../explain/tables.js";
import { cellOf, isInWindow, windowAround } from "../explain/windows.js";
import { about } from "../notation/program.js";
import { addressOf } from "../printers/text.js";
import { h } from "./dom.js";
import { shownSheets } from "./heat.js";
import { Look } from "./look.js";

/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("../types.js").Index} Index */
/** @typedef {import("../explain/tables.js").Sheet} Sheet */
/** @typedef {import("../explain/windows.js").Window} Window */
/** @typedef {import("./selection.js").Selection} Selection */

/** The tables of one tensor, of the chosen sequence. */
export class Tables {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {Selection} selection
   * @param {Tensor} tensor
   * @param {(address: string) => void} enter what a number does that is chosen by a key
   */
  constructor(explorer, selection, tensor, enter) {
    this.explorer = explorer;
    this.selection = selection;
    this.tensor = tensor;
    this.enter = enter;
    this.sheets = shownSheets(tensor, selection.sequence);
    this.element = h("div", { class: "tables" });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("click", (event) => this.#click(event));
    this.element.addEventListener("focusin", (event) => this.#focused(event));
    this.look = new Look(explorer, selection.sequence, tensor);
    /** @type {Window} */
    this.window = windowAround(
      this.sheets,
      this.#chosen() ?? { sheet: 0, row: Math.max(0, this.#wordRow()), column: 0 },
    );
    this.draw();
  }

  /** Shows the numbers as they are now. */
  draw() {
    this.sheets = shownSheets(this.tensor, this.selection.sequence);
    this.look = new Look(this.explorer, this.selection.sequence, this.tensor);
    const shown = this.sheets.slice(...this.window.sheets);
    this.element.replaceChildren(
      h("p", { class: "unit" }, this.#axes(), " ", this.look.unit()),
      ...this.#movers(),
      h(
        "div",
        { class: "frame" },
        shown.map((sheet) => this.#table(sheet)),
      ),
    );
    this.mark();
  }

  /** Marks the chosen number and the row of the chosen word. */
  mark() {
    const { address } = this.selection;
    const cells = /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll("[data-address]")]);
    for (const cell of cells) {
      const chosen = cell.dataset.address === address;
      cell.classList.toggle("chosen", chosen);
      cell.setAttribute("aria-selected", String(chosen));
    }
    const word = this.#wordRow();
    for (const row of this.element.querySelectorAll("tr[data-position]")) {
      row.classList.toggle("word", row.getAttribute("data-position") === String(word));
    }
    for (const table of this.element.querySelectorAll("table")) {
      const first =
        table.querySelector(".chosen") ?? table.querySelector("[tabindex='0']") ?? table.querySelector("tbody td");
      for (const cell of table.querySelectorAll("[tabindex='0']")) cell.setAttribute("tabindex", "-1");
      first?.setAttribute("tabindex", "0");
    }
  }

  /** Makes sure that the chosen number is among them. */
  show() {
    const chosen = this.#chosen();
    if (chosen) this.#reach(chosen);
  }

  /** @param {{ sheet: number, row: number, column: number }} at what is to be in the window */
  #reach(at) {
    if (isInWindow(this.window, at)) return;
    this.window = windowAround(this.sheets, at);
    this.draw();
  }

  /** @param {Sheet} sheet */
  #table(sheet) {
    const [rows, columns] = [range(this.window.rows), range(this.window.columns)];
    const label = (/** @type {Index | null} */ index) => this.look.labels(index);
    const [left, above] = [label(sheet.rows), label(sheet.columns)];
    const heads = columns.map(above).map((text) => (text ? h("th", { scope: "col" }, text) : h("td")));
    const body = rows.map((row) => {
      const cells = columns.map((column) => this.#cell(sheet, row, column));
      return h("tr", { data: { position: row } }, h("th", { scope: "row" }, left(row)), cells);
    });
    const caption = sheet.caption && h("caption", null, sheet.caption);
    const name = sheet.caption ? `${this.tensor.name}, ${sheet.caption}` : this.tensor.name;
    const size = { "aria-rowcount": sheet.height + 1, "aria-colcount": sheet.width + 1 };
    const head = h("thead", null, h("tr", null, h("td", null), heads));
    return h("table", { role: "grid", "aria-label": name, ...size }, caption, head, h("tbody", null, body));
  }

  /**
   * @param {Sheet} sheet
   * @param {number} row
   * @param {number} column
   */
  #cell(sheet, row, column) {
    const at = sheet.first + row * sheet.down + column * sheet.across;
    const { text, more, value, strength, classes, title } = this.look.cell(at);
    const address = addressOf(this.tensor.name, placeAt(this.tensor.indices, at));
    const props = { class: classes, tabindex: "-1", title, data: { address, value: String(value) } };
    const cell = h("td", props, text, more && h("small", null, ` ${more}`));
    if (strength) cell.style.setProperty("--strength", `${strength}%`);
    return cell;
  }

  /** What rows and columns are of. */
  #axes() {
    const { rows, columns } = this.sheets[0];
    const counts = (/** @type {Index} */ index) => index.axis?.counts ?? index.name;
    if (rows && columns) return said("page.table.axes", { rows: counts(rows), columns: counts(columns) });
    const one = rows ?? columns;
    return one ? said("page.table.axis", { of: counts(one) }) : "";
  }

  /** Buttons to other parts, where the tensor is too large to be shown whole. */
  #movers() {
    const { height, width } = this.sheets[0];
    const found = [
      this.#mover("sheets", this.sheets.length, (from, to, count) =>
        said("page.table.tables", { from: from + 1, to: to + 1, count }),
      ),
      this.#mover("rows", height, (from, to, count) => said("page.table.rows", { from, to, count })),
      this.#mover("columns", width, (from, to, count) => said("page.table.columns", { from, to, count })),
    ].filter((mover) => mover !== null);
    return found.length ? [h("div", { class: "movers" }, found)] : [];
  }

  /**
   * @param {keyof Window} which
   * @param {number} count
   * @param {(from: number, to: number, count: number) => string} sentence
   */
  #mover(which, count, sentence) {
    const [from, to] = this.window[which];
    if (to - from === count) return null;
    const button = (/** @type {number} */ first, /** @type {string} */ label, /** @type {boolean} */ possible) =>
      h(
        "button",
        {
          type: "button",
          disabled: !possible,
          "aria-label": label,
          on: { click: () => this.#move(which, first, to - from, count) },
        },
        label,
      );
    const where = h("span", null, sentence(from, to - 1, count));
    const back = button(2 * from - to, said("page.table.before"), from > 0);
    return h("span", { class: "mover" }, where, back, button(to, said("page.table.behind"), to < count));
  }

  /**
   * @param {keyof Window} which
   * @param {number} first
   * @param {number} room
   * @param {number} count
   */
  #move(which, first, room, count) {
    const from = Math.max(0, Math.min(first, count - room));
    this.window = { ...this.window, [which]: [from, from + room] };
    const at = [...this.element.querySelectorAll("button")].indexOf(/** @type {any} */ (document.activeElement));
    this.draw();
    const buttons = [...this.element.querySelectorAll("button")];
    (buttons[at]?.disabled ? buttons[at % 2 ? at - 1 : at + 1] : buttons[at])?.focus();
  }

  /** @returns {{ sheet: number, row: number, column: number } | null} where the chosen number stands */
  #chosen() {
    const { spot } = this.selection;
    if (!spot || spot.tensor !== this.tensor) return null;
    const at = spot.place.reduce((sum, one, axis) => sum * this.tensor.shape[axis] + one, 0);
    return cellOf(this.sheets, at);
  }

  /** @returns {number} the row of the chosen word; -1 if there is none */
  #wordRow() {
    const { sequence, position } = this.selection;
    const layout = this.sheets[0].rows?.axis?.layout;
    if (layout === "words") return position;
    const tokens = about(this.explorer.program, TOKENS);
    return layout === "vocabulary" && tokens ? this.explorer.engine.at(tokens, [sequence, position]) : -1;
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const cell = /** @type {HTMLElement} */ (event.target).closest("td[data-address]");
    if (cell instanceof HTMLElement && cell.dataset.address) this.selection.go(cell.dataset.address);
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const cell = /** @type {HTMLElement} */ (event.target).closest("td[data-address]");
    for (const other of cell?.closest("table")?.querySelectorAll("[tabindex='0']") ?? [])
      other.setAttribute("tabindex", "-1");
    cell?.setAttribute("tabindex", "0");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const cell = /** @type {HTMLElement} */ (event.target).closest("td[data-address]");
    if (!(cell instanceof HTMLElement) || event.altKey || event.metaKey) return;
    const table = /** @type {HTMLTableElement} */ (cell.closest("table"));
    const sheet = this.window.sheets[0] + [...this.element.querySelectorAll("table")].indexOf(table);
    const row = this.window.rows[0] + /** @type {HTMLTableRowElement} */ (cell.parentElement).sectionRowIndex;
    const column = this.window.columns[0] + /** @type {HTMLTableCellElement} */ (cell).cellIndex - 1;
    const to = this.#target(event, row, column);
    if (event.key === "Enter" || event.key === " ") this.enter(/** @type {string} */ (cell.dataset.address));
    else if (to) this.#focus({ sheet, ...to });
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * Where a key leads from a cell; null for other keys.
   * @param {KeyboardEvent} event
   * @param {number} row
   * @param {number} column
   */
  #target({ key, ctrlKey }, row, column) {
    const { height, width } = this.sheets[0];
    const page = this.window.rows[1] - this.window.rows[0] < height ? this.window.rows[1] - this.window.rows[0] : 5;
    /** @type {Record<string, [number, number]>} */
    const to = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [ctrlKey ? 0 : row, 0],
      End: [ctrlKey ? height - 1 : row, width - 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
    };
    if (!Object.hasOwn(to, key)) return null;
    const within = (/** @type {number} */ n, /** @type {number} */ count) => Math.max(0, Math.min(count - 1, n));
    return { row: within(to[key][0], height), column: within(to[key][1], width) };
  }

  /** @param {{ sheet: number, row: number, column: number }} at */
  #focus(at) {
    this.#reach(at);
    const table = this.element.querySelectorAll("table")[at.sheet - this.window.sheets[0]];
    const row = table.tBodies[0].rows[at.row - this.window.rows[0]];
    row.cells[at.column - this.window.columns[0] + 1].focus();
  }
}

/** @param {[number, number]} range @returns {number[]} */
function range([from, to]) {
  return Array.from({ length: to - from }, (_, n) => from + n);
}
