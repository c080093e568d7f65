// Writing text: how likely each next word is, the draw that takes one of them, and so on, word by word.

import { LOGITS, TOKENS } from "../explain/concepts.js";
import { UserError } from "../explain/errors.js";
import { decimal, many, said } from "../explain/sentences.js";
import { about } from "../notation/program.js";
import { percent, probability } from "../numbers/digits.js";
import { fixed } from "../numbers/formats.js";
import { addressOf } from "../printers/text.js";
import { h, replace, svg } from "./dom.js";
import { likeliest, segments, visibleSegments } from "./drawn.js";
import { NumberField, plainNumber } from "./number_field.js";
import { addressButton, headedTable } from "./number_button.js";
import { writtenColumn } from "./numbers.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./selection.js").Selection} Selection */
/** @typedef {{ token: number, probabilities: ArrayLike<number>, draw: number }} Drawn */

/** Words that are shown with a bar. */
const BARS = 12;
/** How wide the way from 0 to 1 is drawn, and a letter on it. */
const WAY = 432;
const LETTER = 8;
/** Words that one press of the longer button writes. */
const SEVERAL = 10;

/** The sheet: from the chosen word on. */
export class WritingSheet {
  /**
   * @param {Explorer} explorer
   * @param {Selection} selection
   */
  constructor(explorer, selection) {
    this.explorer = explorer;
    this.selection = selection;
    this.how = { temperature: 0.8, top_k: 0, seed: 1337 };
    /** @type {number[]} */
    this.start = [];
    this.count = 1;
    this.shown = 0;
    this.text = h("p", { class: "written" });
    this.bars = h("div", { class: "next-words" });
    this.drawn = h("div", { class: "draw" });
    this.problem = h("p", { class: "problem", role: "alert" });
    const next = h("button", { type: "button", on: { click: () => this.#write(1) } }, said("write.next"));
    const more = h("button", { type: "button", on: { click: () => this.#write(SEVERAL) } });
    more.textContent = many("write.several", SEVERAL);
    const again = h("button", { type: "button", on: { click: () => this.#again() } }, said("write.again"));
    this.element = h(
      "div",
      { class: "writing-sheet" },
      this.text,
      h("div", { class: "joined" }, next, more, again),
      h("div", { class: "how" }, this.#field("temperature"), this.#field("top_k"), this.#field("seed")),
      this.problem,
      this.drawn,
      this.bars,
    );
  }

  /** Follows the chosen word, and numbers that have changed. */
  update() {
    const start = this.#words();
    if (start.join() !== this.start.join()) {
      this.start = start;
      this.count = 1;
      this.shown = 0;
    }
    try {
      this.#draw();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.problem.textContent = error.message;
    }
  }

  /** @returns {number[]} the words up to the chosen one */
  #words() {
    const tokens = about(this.explorer.program, TOKENS);
    const { sequence, position } = this.selection;
    if (!tokens) return [];
    return Array.from({ length: position + 1 }, (_, at) => this.explorer.engine.at(tokens, [sequence, at]));
  }

  /** @param {number} more words; the last of them is shown with its draw */
  #write(more) {
    this.count += more;
    this.shown = this.count - 2;
    this.update();
  }

  #again() {
    this.count = 1;
    this.shown = 0;
    this.update();
  }

  /** Throws: UserError where there are no numbers to draw from. */
  #draw() {
    this.#show(this.explorer.generate({ tokens: this.start, ...this.how, max_tokens: this.count }));
    this.problem.textContent = "";
  }

  /** @param {Drawn[]} steps of which the last is not written yet: its bars say what may come */
  #show(steps) {
    const { labels } = this.explorer.contents.vocabulary;
    const written = steps.slice(0, -1).map((step, n) => this.#wordButton(labels[step.token], n));
    const blank = this.#wordButton(said("write.blank"), steps.length - 1);
    replace(this.text, h("span", { class: "start" }, this.start.map((word) => labels[word]).join(" ")), written, blank);
    const step = steps[this.shown];
    const isWritten = this.shown < steps.length - 1;
    replace(this.drawn, this.#drawing(step, isWritten));
    replace(this.bars, this.#barsOf(step, isWritten));
  }

  /**
   * @param {string} label
   * @param {number} n
   */
  #wordButton(label, n) {
    const click = () => {
      this.shown = n;
      this.update();
      /** @type {HTMLElement | undefined} */ ([...this.text.querySelectorAll("button")][n])?.focus();
    };
    const name = said("write.step", { step: n + 1, word: label });
    const props = { type: "button", class: "word", "aria-pressed": String(n === this.shown), "aria-label": name };
    return h("button", { ...props, on: { click } }, label);
  }

  /**
   * The words between 0 and 1, and the draw among them.
   * @param {Drawn} step
   * @param {boolean} isWritten
   */
  #drawing(step, isWritten) {
    const { labels, quoted } = this.explorer.contents.vocabulary;
    const laid = segments(step.probabilities);
    const hit = laid.find(({ word }) => word === step.token);
    const pieces = visibleSegments(laid, 1 / WAY, step.token).map(({ word, from, to, probability: size }) =>
      svg(
        "g",
        { class: ["segment", isWritten && word === step.token && "hit"] },
        svg("rect", { x: WAY * from, width: WAY * size, y: 10, height: 30 }),
        svg("text", { x: (WAY / 2) * (from + to), y: 30 }, word !== null && fitting(labels[word], WAY * size)),
      ),
    );
    const at = WAY * step.draw;
    const mark = svg("path", { class: "mark", d: `M${at} 44l-6 10h12zM${at} 6v38` });
    const [draw, from, to] = [step.draw, hit?.from ?? 0, hit?.to ?? 1].map((one) => decimal(fixed(one, 4)));
    const sentence = said("write.draw", { draw, from, to, word: quoted[step.token] });
    return [
      h("h3", null, said("write.draw.name", { step: this.shown + 1 })),
      /** @type {any} */ (
        svg("svg", { viewBox: `0 0 ${WAY} 56`, class: "stacked", "aria-hidden": "true" }, pieces, isWritten && mark)
      ),
      h("p", null, isWritten ? sentence : said("write.draw.open")),
    ];
  }

  /**
   * @param {Drawn} step
   * @param {boolean} isWritten
   */
  #barsOf(step, isWritten) {
    const { labels } = this.explorer.contents.vocabulary;
    const words = likeliest(step.probabilities, BARS);
    const most = step.probabilities[words[0]];
    if (isWritten && !words.includes(step.token)) words.push(step.token);
    const scores = this.#scores(words);
    const rows = words.map((word, n) => {
      const part = step.probabilities[word];
      const chosen = isWritten && word === step.token;
      const bar = h("span", { class: "share-bar", "aria-hidden": "true", style: { "--part": part / most } });
      return h(
        "tr",
        { class: [chosen && "drawn"] },
        h("th", { scope: "row" }, labels[word], chosen && h("small", null, said("write.drawn"))),
        h("td", { class: "bar-cell" }, bar),
        h("td", null, h("span", { data: { value: part } }, probability(part))),
        scores && h("td", null, scores[n]),
      );
    });
    const texts = [said("write.head.word"), said("write.head.bar"), said("write.head.probability")];
    if (scores) texts.push(said("write.head.score"));
    const rest = step.probabilities.length - words.length;
    return [
      headedTable({ caption: said("write.bars"), heads: texts, unseen: 1 }, rows),
      rest > 0 && h("p", { class: "hint" }, many("write.rest", rest, { share: percent(1 - chanceOf(step, words)) })),
    ];
  }

  /** @param {number[]} words @returns {HTMLElement[] | null} their scores, where the page has them: of the next word */
  #scores(words) {
    const logits = about(this.explorer.program, LOGITS);
    if (!logits || this.shown !== 0) return null;
    const { sequence, position } = this.selection;
    const addresses = words.map((word) => addressOf(logits.name, [sequence, position, word]));
    const values = addresses.map((address) => this.explorer.value(address));
    const { texts } = writtenColumn(values);
    return addresses.map((address, n) => addressButton(this.explorer, address, texts[n]));
  }

  /** @param {"temperature" | "top_k" | "seed"} name */
  #field(name) {
    const texts = { temperature: said("write.temperature"), top_k: said("write.top-k"), seed: said("write.seed") };
    const field = new NumberField(`write-${name}`, (value) => this.#choose({ ...this.how, [name]: value }));
    field.show(name, this.how[name], plainNumber(this.how[name]));
    return h("p", null, h("label", { for: `write-${name}` }, texts[name]), field.input, field.problem);
  }

  /** @param {WritingSheet["how"]} how to write from now on; what makes no sense is left as it was */
  #choose(how) {
    const before = this.how;
    this.how = how;
    try {
      this.#draw();
    } catch (error) {
      this.how = before;
      throw error;
    }
  }
}

/** @param {string} label @param {number} room @returns {string} as much of it as there is room for */
function fitting(label, room) {
  const fits = Math.floor(room / LETTER);
  return label.length <= fits || fits >= 3 ? [...label].slice(0, fits).join("") : "";
}

/** @param {Drawn} step @param {number[]} words */
function chanceOf(step, words) {
  return words.reduce((sum, word) => sum + step.probabilities[word], 0);
}
