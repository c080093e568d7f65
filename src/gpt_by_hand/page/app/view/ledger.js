// A long sum as a ledger: a row for each term, its operands side by side, what it comes to, and a bar.

import { many, said } from "../explain/sentences.js";
import { addressOf } from "../printers/text.js";
import { h } from "./dom.js";
import { termBar, foldedList, operandButton, shareText, writtenColumn } from "./numbers.js";
import { breakable, numberText, shortAddress } from "./names.js";
import { KINDS, sign } from "./signs.js";

/** @import { Access, Column, Entry, Index, Ledger } from "../types.js" */
/** @import { FormulaView } from "./formula.js" */
/** @import { Children } from "./dom.js" */

/**
 * A column of the table: its head, the cell of each term, and what stands below them.
 * @typedef {{ kind: string, head: Children, cell: (entry: Entry, n: number) => Children, total?: Children }} Cells
 */

/** Rows of a long table where it is the only one, one of two, and one of more. */
const FOLDED_ROWS = [
  { first: 9, last: 2 },
  { first: 5, last: 1 },
  { first: 3, last: 1 },
];

/**
 * The table of a sum.
 * @param {Ledger} ledger
 * @param {FormulaView} view
 * @param {number} count how many there are
 * @returns {HTMLElement}
 */
export function ledgerTable(ledger, view, count) {
  const { entries } = ledger;
  const columns = [
    ...placeColumns(ledger, view),
    ...operandColumns(ledger, view),
    ...resultColumns(ledger),
    ...shareColumns(ledger),
    barColumn(ledger),
  ];
  const rows = foldedList(
    entries,
    FOLDED_ROWS[Math.min(count, FOLDED_ROWS.length) - 1],
    (entry, n) => ledgerRow(columns, entry, n),
    (button) => h("tr", { class: "gap" }, h("td", { colspan: columns.length }, button)),
  );
  return h(
    "div",
    { class: "sideways" },
    h(
      "table",
      { class: "ledger" },
      h("caption", { class: "heard" }, ledgerCaption(ledger)),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          columns.map(({ kind, head }) =>
            head ? h("th", { scope: "col", class: kind }, head) : h("td", { class: kind }),
          ),
        ),
      ),
      h("tbody", null, rows),
      h("tfoot", null, h("tr", null, ledgerTotals(ledger, columns))),
    ),
  );
}

/** @param {Ledger} ledger @returns {string} */
function ledgerCaption({ how, entries, total }) {
  const values = { total: numberText(total) };
  return how === "sum" ? many("panel.sum", entries.length, values) : many("panel.largest", entries.length, values);
}

/** @param {Cells[]} columns @param {Entry} entry @param {number} n @returns {HTMLElement} */
function ledgerRow(columns, entry, n) {
  return h(
    "tr",
    null,
    columns.map(({ kind, cell }) =>
      kind === "place" ? h("th", { scope: "row" }, cell(entry, n)) : h("td", { class: kind }, cell(entry, n)),
    ),
  );
}

/** @param {Ledger} ledger @param {Cells[]} columns @returns {HTMLElement[]} */
function ledgerTotals({ how, name, entries }, columns) {
  const values = { name, count: entries.length };
  const label = how === "sum" ? said("panel.sum-of", values) : said("panel.largest-of", values);
  const [labels, others] = [
    columns.filter(({ kind }) => kind === "place"),
    columns.filter(({ kind }) => kind !== "place"),
  ];
  return [
    h("th", { scope: "row", colspan: labels.length, class: others[0].total === undefined && "over" }, label),
    ...others.map(({ kind, total }) => h("td", { class: kind }, total)),
  ];
}

/** What tells the rows apart. @param {Ledger} ledger @param {FormulaView} view @returns {Cells[]} */
function placeColumns(ledger, view) {
  /** @type {Cells[]} */
  const labels = ledger.running.map((letter, n) => ({
    kind: "place",
    head: h("i", null, letter),
    cell: (entry) => entry.labels[n],
  }));
  if (ledger.columns.length) return labels;
  return [
    ...labels,
    { kind: "place", head: said("head.term"), cell: (entry) => view.expression(view.read(entry.term)) },
  ];
}

/** @param {Ledger} ledger @param {FormulaView} view @returns {Cells[]} */
function operandColumns(ledger, view) {
  return ledger.columns.flatMap((column, n) => {
    const written = writtenColumn(ledger.entries.map((entry) => entry.operands[n].value));
    /** @type {Cells[]} */
    const cells = [
      {
        kind: "number",
        head: columnHead(column, view, written.caption),
        cell: (entry, at) => operandButton(entry.operands[n], written.texts[at]),
      },
    ];
    const isLast = n === ledger.columns.length - 1;
    if (ledger.product) cells.push({ kind: "operator", head: "", cell: () => (isLast ? "=" : "×") });
    return isAlone(ledger) ? [{ ...cells[0], total: numberText(ledger.total) }] : cells;
  });
}

/** @param {Column} column @param {FormulaView} view @param {string} caption @returns {Children} */
function columnHead({ element }, view, caption) {
  const place = /** @type {(number | Index)[]} */ (element.subscripts);
  const name = shortAddress(view.short, element.tensor, place);
  return [
    h(
      "span",
      { class: ["column", KINDS[element.tensor.role]], title: addressOf(element.tensor.name, place) },
      sign(element.tensor.role, true),
      h("code", null, breakable(name)),
    ),
    caption ? h("span", { class: "unit" }, caption) : null,
  ];
}

/** @param {Ledger} ledger @returns {boolean} is each term one operand and nothing else? */
function isAlone({ columns, entries }) {
  return columns.length === 1 && entries.every((entry) => entry.value === entry.operands[0].value);
}

/** What a term comes to, where that is not the operand itself. @param {Ledger} ledger @returns {Cells[]} */
function resultColumns(ledger) {
  if (isAlone(ledger)) return [];
  return [
    valueColumn(
      ledger.product ? said("head.product") : said("head.value"),
      ledger,
      (entry) => entry.value,
      ledger.total,
    ),
  ];
}

/**
 * @param {string} head
 * @param {Ledger} ledger
 * @param {(entry: Entry) => number} value
 * @param {number} total
 * @returns {Cells}
 */
function valueColumn(head, ledger, value, total) {
  const { caption: unit, texts } = writtenColumn([...ledger.entries.map(value), total]);
  return {
    kind: "number",
    head: [head, unit ? h("span", { class: "unit" }, unit) : null],
    cell: (_, n) => texts[n],
    total: texts[ledger.entries.length],
  };
}

/**
 * What each term contributes to the gradient, and which part of it that is.
 * @param {Ledger} ledger
 * @returns {Cells[]}
 */
function shareColumns({ entries, ...ledger }) {
  const uses = entries.flatMap((entry) => entry.use ?? []);
  if (uses.length < entries.length || !uses.some((use) => use.share)) return [];
  const contributes = uses.some((use, n) => use.value !== entries[n].value);
  const sum = uses.reduce((total, use) => total + use.value, 0);
  const whole = uses.reduce((total, use) => total + use.share, 0);
  const parts = valueColumn(said("head.contributes"), { entries, ...ledger }, (entry) => entry.use?.value ?? NaN, sum);
  return [
    ...(contributes ? [{ ...parts, kind: "number part" }] : []),
    {
      kind: "number share",
      head: said("head.share"),
      cell: (_, n) => shareText(uses[n].share),
      total: shareText(whole),
    },
  ];
}

/** @param {Ledger} ledger @returns {Cells} */
function barColumn({ entries }) {
  const sizes = entries.map((entry) => Math.abs(entry.value)).filter(Number.isFinite);
  const largest = Math.max(...sizes, 0) || 1;
  return { kind: "bars", head: "", cell: (entry) => termBar(entry.value / largest), total: "" };
}
