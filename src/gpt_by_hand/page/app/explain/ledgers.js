// Sums of three terms or more as ledgers: a row for each term, its operands side by side.

import { result, value } from "../notation/evaluate.js";
import { access, children, constant, distinct, find, isIndex, key, rebuild } from "../notation/nodes.js";
import { said } from "./sentences.js";
import { withNumbers } from "./steps.js";

/** @import { Access, Column, Constant, Entry, Index, Ledger, Node, Numbers } from "../types.js" */
/** @import { Operand, Subscript, Tensor, Terms, Use } from "../types.js" */
/** @typedef {{ index: Index, slot: number, axis: number }} Label what runs, and from where to read where it is */

/** Terms: two are as easily read in a line. */
const FEWEST = 3;
const LEDGER_NAMES = { sum: "ledger.sum", max: "ledger.max" };

/** Takes the long sums out of a formula's instance and writes a ledger for each. */
export class Bookkeeper {
  /**
   * @param {object} known
   * @param {Node} known.general the formula of all elements
   * @param {Numbers} known.numbers
   * @param {Map<string, Operand>} known.operands those of the formula, by the key of their element
   * @param {(element: Access, axis: number) => string} known.label what a position is called
   * @param {(element: Access, first: Access) => string} known.asked what a column's elements mean, whatever their
   *   letters are
   * @param {Map<string, Use>} known.uses the places that a gradient's terms stand for, by the key of the element
   *   through which each of them goes
   */
  constructor({ general, numbers, operands, label, asked, uses }) {
    this.known = { general, numbers, operands, label, asked, uses };
    /** @type {Ledger[]} */
    this.ledgers = [];
    /** @type {Terms[]} */
    this.long = [];
  }

  /**
   * The formula of one element with a name in place of each long sum, whose ledger is then in `ledgers`.
   * @param {Node} formula
   * @returns {Node}
   */
  withoutSums(formula) {
    this.long = find(formula, "terms").filter(isLong);
    return this.short(formula);
  }

  /** @param {Node} node @returns {Node} */
  short(node) {
    const found = rebuild(
      node,
      children(node).map((child) => this.short(child)),
    );
    if (!isLong(found)) return found;
    const total = result(found, this.known.numbers);
    const ledger = this.ledger(found, total);
    this.ledgers.push(ledger);
    return { ...constant(total.value, ledger.name, total.whole), fixed: true };
  }

  /** @param {Terms} node @param {Constant} total @returns {Ledger} */
  ledger(node, total) {
    const rows = node.terms.map(elementsOf);
    const { columns, labels } = columnsOf(rows, this.spoken(rows[0]));
    const taken = [...columns.keys()].filter((slot) => columns[slot] !== null);
    return {
      name: this.name(node),
      how: node.how,
      running: labels.map((label) => label.index.name),
      columns: taken.map((slot) => this.column(/** @type {Access} */ (columns[slot]), rows[0][slot])),
      entries: node.terms.map((term, n) => this.entry(term, rows[n], taken, labels)),
      total: total.value,
      product: node.terms.every((term) => isProduct(term) && find(term, "access").length === taken.length),
    };
  }

  /** @param {Terms} node @returns {string} what the working calls it: with a number, if there are more of its kind */
  name(node) {
    const before = this.ledgers.filter((ledger) => ledger.how === node.how).length;
    const isOnly = this.long.filter((one) => one.how === node.how).length === 1;
    const name = said(LEDGER_NAMES[node.how]);
    return isOnly ? name : `${name} ${before + 1}`;
  }

  /** @param {Node} term @param {Access[]} row @param {number[]} taken @param {Label[]} labels @returns {Entry} */
  entry(term, row, taken, labels) {
    const { label, numbers, operands, uses } = this.known;
    return {
      labels: labels.map(({ slot, axis }) => label(row[slot], axis)),
      operands: taken.map((slot) => /** @type {Operand} */ (operands.get(key(row[slot])))),
      term: withNumbers(term, numbers),
      value: value(term, numbers),
      use: row.map((element) => uses.get(key(element))).find((use) => use !== undefined) ?? null,
    };
  }

  /**
   * The subscripts of a term's elements as the general formula has them; none where its sums do not tell.
   * @param {Access[]} elements
   * @returns {Subscript[][]}
   */
  spoken(elements) {
    const tensors = elements.map((element) => element.tensor);
    for (const node of find(this.known.general, "reduction")) {
      const found = elementsOf(node.body).filter((element) => tensors.includes(element.tensor));
      if (isAlike(found, elements)) return found.map((element) => element.subscripts);
    }
    return tensors.map(() => []);
  }

  /** @param {Access} element @param {Access} first @returns {Column} */
  column(element, first) {
    return { element, meaning: () => this.known.asked(element, first) };
  }
}

/** @param {Node} node @returns {node is Terms} */
function isLong(node) {
  return node.kind === "terms" && node.terms.length >= FEWEST;
}

/** @param {Node} term @returns {boolean} is it a product of elements? */
function isProduct(term) {
  if (term.kind === "binary") return term.operator === "*" && isProduct(term.left) && isProduct(term.right);
  return term.kind === "access";
}

/** @param {Node} term @returns {Access[]} the elements that a term reads, each once */
function elementsOf(term) {
  return distinct(find(term, "access"));
}

/** @param {Access[]} one @param {Access[]} other @returns {boolean} are they elements of the same tensors? */
function isAlike(one, other) {
  return one.length === other.length && one.every((element, n) => element.tensor === other[n].tensor);
}

/**
 * For each slot the element with letters in place of what runs, null where it is the same in all rows.
 *
 * The letters are those of the formula above, which are `spoken` of in its sum; where that has none, they are the
 * tensor's own, one for all that run alike. Nothing where the terms are not alike: other tensors, or as many letters
 * that nobody could tell them apart.
 * @param {Access[][]} rows
 * @param {Subscript[][]} spoken
 * @returns {{ columns: (Access | null)[], labels: Label[] }}
 */
function columnsOf(rows, spoken) {
  if (!rows.every((row) => isAlike(row, rows[0]))) return { columns: [], labels: [] };
  const letters = new Letters();
  const columns = rows[0].map((first, slot) => {
    const subscripts = first.tensor.indices.map((index, axis) => {
      const positions = rows.map((row) => /** @type {number} */ (row[slot].subscripts[axis]));
      if (positions.every((position) => position === positions[0])) return positions[0];
      return letters.at(slot, axis, positions, index, spoken[slot][axis]);
    });
    return subscripts.some(isIndex) ? access(first.tensor, subscripts) : null;
  });
  return letters.areDistinct() ? { columns, labels: [...letters.labels.values()] } : { columns: [], labels: [] };
}

/** A letter for each thing that runs along the rows of a ledger. */
class Letters {
  constructor() {
    /** @type {Map<string, Index>} */
    this.chosen = new Map();
    /** @type {Map<string, Label>} */
    this.labels = new Map();
  }

  /**
   * @param {number} slot
   * @param {number} axis
   * @param {number[]} positions those of all rows
   * @param {Index} own the tensor's index
   * @param {Subscript | undefined} said what the formula above says there
   * @returns {Index}
   */
  at(slot, axis, positions, own, said) {
    const spoken = said !== undefined && isIndex(said) ? said : null;
    const runs = spoken ? key(spoken) : String(positions);
    const letter = this.chosen.get(runs) ?? spoken ?? own;
    if (!this.chosen.has(runs)) this.labels.set(key(letter), { index: letter, slot, axis });
    this.chosen.set(runs, letter);
    return letter;
  }

  /** @returns {boolean} has each thing that runs a name of its own? */
  areDistinct() {
    return new Set([...this.labels.values()].map((label) => label.index.name)).size === this.chosen.size;
  }
}
