// Where one number comes from: its formula, its own numbers, and the working, stage by stage, down to its value.

import { roundingNotes } from "../explain/rounding.js";
import { many, parts, said, withCapital } from "../explain/sentences.js";
import { find, key } from "../notation/nodes.js";
import { addressOf, text } from "../printers/text.js";
import { h } from "./dom.js";
import { FormulaView, tensorsIn } from "./formula.js";
import { ledgerTable } from "./ledger.js";
import { decidedCondition, markedNumbers } from "./marked.js";
import { breakable, numberText, shortAddress, SHOWN_DIGITS } from "./names.js";
import { foldedList, fullNumber, numberRow, shareText, termBar } from "./numbers.js";
import { sign } from "./signs.js";

/** @import { Access, Explanation, Index, Instance, Ledger, Node, Numbers, Operand, Tensor, Use } from "../types.js" */
/** @import { Children } from "./dom.js" */

const FOLDED_OPERANDS = { first: 9, last: 2 };

/**
 * A part of the panel under a heading.
 * @param {string} title
 * @param {...Children} children
 * @returns {HTMLElement}
 */
export function panelSection(title, ...children) {
  return h("section", null, h("h3", null, title), ...children);
}

/** Shows one explanation's derivation. */
export class Derivation {
  /** @param {Explanation} explanation @param {Numbers} numbers what names stand for now */
  constructor(explanation, numbers) {
    this.explanation = explanation;
    this.numbers = numbers;
    const { instance, short, uses } = explanation;
    const assignment = instance && instance.assignment;
    const named = tensorsIn([assignment && assignment.expression, short, ...uses.map((use) => use.arriving)]);
    this.view = new FormulaView([...named, explanation.tensor.of ?? explanation.tensor, explanation.tensor]);
    this.operands = new Map(explanation.operands.map((operand) => [operand.address, operand]));
  }

  /** @returns {(HTMLElement | null)[]} */
  sections() {
    return [this.formula(), this.ownNumbers(), this.working(), this.notes(), this.uses()];
  }

  /** The formula, and how its conditions were decided. @returns {HTMLElement | null} */
  formula() {
    const { instance } = this.explanation;
    if (!instance || instance.assignment.expression.kind === "constant") return null;
    const { assignment } = instance;
    return panelSection(
      said("panel.formula"),
      h("div", { class: "sideways formula" }, this.view.formula(assignment)),
      this.conditions(instance),
    );
  }

  /** @param {Instance} instance @returns {HTMLElement[]} */
  conditions({ assignment, conditions }) {
    const asked = find(assignment.expression, "where");
    return conditions.slice(0, asked.length).map(([condition, holds], n) => {
      const values = {
        condition: this.view.expression(asked[n].condition),
        numbers: this.view.expression(decidedCondition(condition, holds, this.numbers)),
      };
      const line = holds ? parts("panel.holds", values) : parts("panel.holds-not", values);
      return h("p", { class: "note" }, line);
    });
  }

  /** Long sums as ledgers, and all else in a line, its operands beside it. @returns {HTMLElement | null} */
  ownNumbers() {
    const { address, value, substituted, ledgers, working } = this.explanation;
    if (working.length === 0) return null;
    const section = panelSection(
      said("panel.own-numbers"),
      ledgers
        .map((ledger) => [
          ledgers.length > 1 ? this.ledgerName(ledger) : null,
          ledgerTable(ledger, this.view, ledgers.length),
        ])
        .flat(),
      this.firstLine(),
      this.sources(),
    );
    section.classList.add("own-numbers");
    Object.assign(section.dataset, { of: address, value: fullNumber(value), substituted: substituted ?? "" });
    return section;
  }

  /** @param {Ledger} ledger @returns {HTMLElement} */
  ledgerName({ name }) {
    return h("h4", null, name);
  }

  /** The formula with its numbers, or with names for its long sums. @returns {HTMLElement | null} */
  firstLine() {
    const { short, ledgers, working } = this.explanation;
    if (!short || (ledgers.length && short.kind === "constant")) return null;
    const shown = ledgers.length ? short : this.marked(working[0]);
    return h("div", { class: "sideways stage" }, this.view.stage(shown));
  }

  /**
   * The first stage with operands that show which kind they are; as it is, where its numbers are not theirs alone.
   * @param {Node} stage
   * @returns {Node}
   */
  marked(stage) {
    const plain = this.view.read(stage);
    const { short } = this.explanation;
    const found = short && markedNumbers(short, this.operands, this.numbers);
    return found && key(found) === key(plain) && text(found) === text(plain) ? found : plain;
  }

  /** The stages behind the first one, each once. @returns {HTMLElement | null} */
  working() {
    const { ledgers, working } = this.explanation;
    const [first, ...rest] = working.map((stage) => this.view.read(stage));
    if (first === undefined) return null;
    const shown = new Map((ledgers.length ? [first, ...rest] : rest).map((stage) => [text(stage), stage]));
    if (!ledgers.length) shown.delete(text(first));
    if (shown.size === 0) return null;
    const stages = [...shown.values()].map((stage) => h("li", { class: "sideways stage" }, this.view.stage(stage)));
    return panelSection(said("panel.working"), h("ol", { class: "stages", role: "list" }, stages));
  }

  /** What the numbers are that it is computed from; those in a ledger have one meaning for each column. */
  sources() {
    const { ledgers, operands } = this.explanation;
    const listed = new Set(
      ledgers.flatMap(({ entries }) => entries.flatMap((entry) => entry.operands.map((o) => o.address))),
    );
    const columns = ledgers.flatMap((ledger) => ledger.columns);
    const heads = [...new Map(columns.map((column) => [key(column.element), column])).values()];
    const rest = operands.filter((operand) => !listed.has(operand.address));
    const rows = foldedList(
      rest,
      FOLDED_OPERANDS,
      (operand) => h("li", null, this.source(operand)),
      (button) => h("li", null, button),
    );
    return [
      heads.length
        ? h(
            "dl",
            { class: "columns" },
            heads.map((column) => this.column(column.element, column.meaning())),
          )
        : null,
      rows.length ? h("ul", { class: "sources", role: "list", "aria-label": said("panel.from") }, rows) : null,
    ];
  }

  /** @param {Operand} operand @returns {HTMLElement} */
  source(operand) {
    return numberRow(operand, this.shortOf(operand.address), asSentence(operand.meaning()));
  }

  /** @param {Access} element @param {string} meaning @returns {HTMLElement[]} */
  column(element, meaning) {
    const place = /** @type {(number | Index)[]} */ (element.subscripts);
    return [
      h(
        "dt",
        { title: addressOf(element.tensor.name, place) },
        sign(element.tensor.role),
        this.shortName(element.tensor, place),
      ),
      h("dd", null, asSentence(meaning)),
    ];
  }

  /** @param {Tensor} tensor @param {(number | Index)[]} place @returns {HTMLElement} */
  shortName(tensor, place) {
    return h("code", null, breakable(shortAddress(this.view.short, tensor, place)));
  }

  /** @param {string} address @returns {string} an operand's address with the short name of its tensor */
  shortOf(address) {
    const element = this.elements.get(address);
    return element
      ? shortAddress(this.view.short, element.tensor, /** @type {number[]} */ (element.subscripts))
      : address;
  }

  /** @returns {Map<string, Access>} the elements that the formula reads, by address */
  get elements() {
    const found = this.explanation.instance?.operands ?? [];
    return new Map(found.map((one) => [addressOf(one.tensor.name, /** @type {number[]} */ (one.subscripts)), one]));
  }

  /** @returns {HTMLElement | null} what rounding does, and all else that there is to say */
  notes() {
    const { instance, notes } = this.explanation;
    const told = (instance ? find(instance.assignment.expression, "where") : []).map(
      ({ condition }) => `${text(condition)}: `,
    );
    const rest = notes.filter((note) => !told.some((start) => note.startsWith(start)));
    const all = [...roundingNotes(this.explanation, SHOWN_DIGITS), ...rest];
    return all.length
      ? h(
          "div",
          { class: "notes" },
          all.map((note) => h("p", { class: "note" }, asSentence(note))),
        )
      : null;
  }

  /** Where a number is used, of a gradient: what each place contributes, but for those that ledgers tell. */
  uses() {
    const { ledgers, uses } = this.explanation;
    const told = new Set(ledgers.flatMap(({ entries }) => entries.map((entry) => entry.use)));
    const rest = uses.filter((use) => !told.has(use));
    if (uses.length < 2 || rest.length === 0) return null;
    return panelSection(
      said("panel.uses"),
      h("p", { class: "soft" }, many("panel.places", uses.length)),
      usesList(rest),
    );
  }
}

/**
 * What each place where a number is used contributes to its gradient, and which part of it that is; the largest first.
 * @param {Use[]} uses
 * @returns {HTMLElement}
 */
export function usesList(uses) {
  const largest = Math.max(...uses.map((use) => Math.abs(use.value)).filter(Number.isFinite), 0) || 1;
  const sorted = [...uses].sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  const rows = foldedList(
    sorted,
    { first: 8, added: 100 },
    (use) => useRow(use, largest),
    (button) => h("li", null, button),
  );
  return h("ul", { class: "uses", role: "list" }, rows);
}

/** @param {Use} use @param {number} largest @returns {HTMLElement} */
function useRow({ through, role, value, share }, largest) {
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: ["link", role], data: { address: through } },
      sign(role),
      h("code", null, breakable(through)),
    ),
    h("span", { class: "number" }, numberText(value)),
    h("span", { class: "number share" }, shareText(share)),
    termBar(value / largest),
  );
}

/**
 * A note or a question as a sentence: with a capital at its start, and a full stop behind what has no end.
 * @param {string} note
 * @returns {string}
 */
export function asSentence(note) {
  const begins = withCapital(note);
  return /[.?!:)]$/.test(begins) ? begins : `${begins}.`;
}
