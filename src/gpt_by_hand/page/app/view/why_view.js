// Why a word is predicted: the parts that its score adds up from, where heads look, and what each layer would say.

import { LOGITS, PROBABILITIES, TARGETS, TOKENS, WEIGHTS } from "../explain/concepts.js";
import { decimal, parts, said } from "../explain/sentences.js";
import { about } from "../notation/program.js";
import { fixed, general } from "../numbers/formats.js";
import { addressOf } from "../printers/text.js";
import { Colours } from "./colours.js";
import { h, replace } from "./dom.js";
import { likeliest } from "./drawn.js";
import { colouring, heatMap, paint, pictureOf, shownSheets } from "./heat.js";
import { addressButton, headedTable } from "./number_button.js";
import { termBar, writtenColumn } from "./numbers.js";
import { partName } from "./part_names.js";
import { WordPicker } from "./word_picker.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("./selection.js").Selection} Selection */

/** Words that a layer would say, as many as are shown. */
const SAID_WORDS = 3;

/** Of the largest part: what is less is rounding. */
const NOTHING_LEFT = 1e-12;

/** The sheet: why one word at the chosen position. */
export class WhySheet {
  /**
   * @param {Explorer} explorer
   * @param {Selection} selection
   */
  constructor(explorer, selection) {
    this.explorer = explorer;
    this.selection = selection;
    /** @type {number | null} the word that is asked about, if somebody chose one */
    this.asked = null;
    this.question = h("p", { class: "question" });
    this.change = h("button", { type: "button", "aria-haspopup": "listbox" }, said("why.other"));
    this.change.addEventListener("click", () => this.picker.open(this.word));
    this.picker = new WordPicker(explorer.contents.vocabulary, said("why.pick"), (word) => {
      this.asked = word ?? this.asked;
      this.change.focus();
      this.update();
    });
    this.ledger = h("div", { class: "parts" });
    this.looks = h("div", { class: "looks" });
    this.layers = h("div", { class: "layers" });
    const top = h("div", { class: "why-top" }, this.question, this.change, this.picker.element);
    this.element = h("div", { class: "why-sheet" }, top, this.ledger, this.looks, this.layers);
  }

  /** @returns {number} the word that is asked about: the one that follows in the text, or else the likeliest */
  get word() {
    const { sequence, position } = this.selection;
    const targets = about(this.explorer.program, TARGETS);
    if (this.asked !== null) return this.asked;
    return targets ? this.explorer.engine.at(targets, [sequence, position]) : likeliest(this.#probabilities(), 1)[0];
  }

  /** Follows the chosen word, and numbers that have changed. */
  update() {
    const { vocabulary } = this.explorer.contents;
    const probability = this.#probabilities()[this.word];
    const quoted = (/** @type {number} */ word) => h("span", { class: "together" }, vocabulary.quoted[word]);
    const values = { word: quoted(this.word), after: quoted(this.#read()) };
    /** @type {Record<string, string | HTMLElement>} */
    const numbers = { ...values, position: `${this.selection.position}`, probability: percentText(probability) };
    replace(this.question, parts("why.question", numbers));
    replace(this.ledger, this.#parts());
    replace(this.looks, this.#attention());
    replace(this.layers, this.#lens());
  }

  /** @returns {number} the word at the chosen position */
  #read() {
    const tokens = /** @type {Tensor} */ (about(this.explorer.program, TOKENS));
    return this.explorer.engine.at(tokens, [this.selection.sequence, this.selection.position]);
  }

  /** @returns {number[]} of each word to come next */
  #probabilities() {
    const { engine, program, contents } = this.explorer;
    const tensor = /** @type {Tensor} */ (about(program, PROBABILITIES));
    const { sequence, position } = this.selection;
    return contents.vocabulary.labels.map((_, word) => engine.at(tensor, [sequence, position, word]));
  }

  #parts() {
    const { explorer, selection, word } = this;
    const { sequence, position } = selection;
    const logits = /** @type {Tensor} */ (about(explorer.program, LOGITS));
    const address = addressOf(logits.name, [sequence, position, word]);
    const { parts, rest } = explorer.parts(address);
    const found = parts.filter(({ value }) => value !== 0);
    const total = explorer.value(address);
    const most = Math.max(...found.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
    const left = Math.abs(rest) > NOTHING_LEFT * Math.max(most, Math.abs(total)) ? [rest] : [];
    const { caption, texts } = writtenColumn([...found.map(({ value }) => value), total, ...left]);
    const read = { word: explorer.contents.vocabulary.quoted[this.#read()], position };
    const rows = found.map((part, n) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, partName(explorer.program, part, read)),
        h("td", null, addressButton(explorer, part.address, texts[n])),
        h("td", { class: "bar-cell" }, termBar(part.value / most)),
      ),
    );
    const sum = h(
      "tr",
      { class: "total" },
      h("th", { scope: "row" }, said("why.sum")),
      h("td", null, addressButton(explorer, address, texts[found.length])),
      h("td", null),
    );
    const set = left.map(() => [
      h("th", { scope: "row" }, said("why.set")),
      h("td", null, texts.at(-1)),
      h("td", null),
    ]);
    const heads = [said("why.head"), `${said("why.adds")} ${caption}`, said("why.bar")];
    return [
      h("h3", null, said("why.parts")),
      headedTable({ class: "part-ledger", heads, unseen: 2 }, [
        ...rows,
        ...set.map((cells) => h("tr", null, cells)),
        sum,
      ]),
      h("p", { class: "hint" }, said("why.parts.hint")),
    ];
  }

  #attention() {
    const { program, contents } = this.explorer;
    const tensors = program.tensors.filter((tensor) => tensor.concept === WEIGHTS && tensor.at >= 0);
    const word = contents.vocabulary.quoted[this.#read()];
    return [h("h3", null, said("why.looks", { word })), tensors.map((tensor) => this.#layer(tensor))];
  }

  /** @param {Tensor} tensor of the shares [b, h, i, j] of a layer */
  #layer(tensor) {
    const { sequence } = this.selection;
    const colour = colouring(this.explorer, tensor, new Colours(), false);
    const heads = shownSheets(tensor, sequence).map((sheet, head) => {
      const label = said("why.looks.picture", { head, tensor: tensor.name });
      const picture = heatMap(tensor, sheet, "several", label);
      const canvas = picture.querySelector("canvas");
      if (canvas && pictureOf(canvas)) paint(canvas, sequence, colour);
      return h("figure", null, picture, h("figcaption", null, said("why.looks.head", { head })));
    });
    const pictures = h("div", { class: "heads", style: { "--position": this.selection.position } }, heads);
    return h(
      "section",
      { class: "attention" },
      h("h4", null, h("code", null, tensor.name)),
      pictures,
      this.#shares(tensor),
    );
  }

  /** @param {Tensor} tensor @returns {HTMLElement} what each head makes of the words before, from the chosen one */
  #shares(tensor) {
    const { sequence, position } = this.selection;
    const { labels } = this.explorer.contents.vocabulary;
    const tokens = /** @type {Tensor} */ (about(this.explorer.program, TOKENS));
    const seen = Array.from({ length: position + 1 }, (_, at) => at);
    const words = seen.map((at) => labels[this.explorer.engine.at(tokens, [sequence, at])]);
    const rows = Array.from({ length: tensor.shape[1] }, (_, head) =>
      h(
        "tr",
        null,
        h("th", { scope: "row" }, said("why.looks.head", { head })),
        seen.map((at) => {
          const place = [sequence, head, position, at];
          const share = this.explorer.engine.at(tensor, place);
          const button = addressButton(this.explorer, addressOf(tensor.name, place), decimal(fixed(share, 3)));
          return h("td", { style: { "--share": share } }, button);
        }),
      ),
    );
    const columns = words.map((word, at) => h("th", { scope: "col" }, h("small", null, at), word));
    const corner = h("td", null);
    const head = h("thead", null, h("tr", null, corner, columns));
    const caption = h("caption", null, said("why.looks.shares"));
    const name = `${tensor.name}: ${said("why.looks.shares")}`;
    const table = h("table", { class: "shares" }, caption, head, h("tbody", null, rows));
    return h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": name }, table);
  }

  #lens() {
    const { explorer, selection, word } = this;
    const { quoted } = explorer.contents.vocabulary;
    const { sequence, position } = selection;
    const rows = explorer.lens(sequence, position).map(({ tensor, name, probabilities }) => {
      const address = addressOf(name, [sequence, position, word]);
      const rank = Array.from(probabilities).filter((one) => one > probabilities[word]).length + 1;
      const best = likeliest(probabilities, SAID_WORDS).map(
        (one) => `${quoted[one]} ${percentText(probabilities[one])}`,
      );
      return h(
        "tr",
        null,
        h("th", { scope: "row" }, h("code", null, tensor.name)),
        h("td", null, addressButton(explorer, address, percentText(probabilities[word]))),
        h("td", null, rank),
        h("td", { class: "best-words" }, best.join(", ")),
      );
    });
    const heads = [said("why.lens.head"), quoted[word], said("why.lens.rank"), said("why.lens.likeliest")];
    return [h("h3", null, said("why.lens")), headedTable({ class: "lens", heads }, rows)];
  }
}

/** @param {number} value @returns {string} three digits, as Python's `why` writes it */
function percentText(value) {
  const written = Array.from({ length: 15 }, (_, n) => general(100 * value, n + 3));
  return `${decimal(written.find((one) => value >= 1 || one !== "100") ?? 100)}%`;
}
