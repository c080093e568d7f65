// One copy of a worksheet, as somebody works on it: what was answered, what is said of it, and what came out.

import { said } from "../explain/sentences.js";
import { crc32 } from "../numbers/crc32.js";
import { codeOf, numberOfMistakes } from "./code.js";
import { inOneLine } from "./reading.js";
import { replyTo } from "./reply.js";

/** @typedef {import("../types.js").Markup} Markup */
/** @typedef {import("../types.js").SheetCopy} SheetCopy */
/** @typedef {import("../types.js").SheetQuestion} SheetQuestion */
/** @typedef {import("./reply.js").ReplyKind} ReplyKind */
/** @typedef {{ text: string, missed: boolean, hinted: number, solved: boolean }} BoxRecord */
/** @typedef {{ skipped: boolean, mistakes: number[], boxes: BoxRecord[] }} QuestionRecord */
/** @typedef {"untouched" | "open" | "at once" | "right" | "skipped"} QuestionState */
/** @typedef {{ text: string, kind: ReplyKind | "skipped" | "", lines: Markup[], hints: Markup[] }} BoxSeen */
/** @typedef {BoxSeen & { solved: boolean }} BoxState */
/** @typedef {{ title: string, command: string, mistakes: string[] }} Practise */

const LONGEST_KEPT = 2000;
const PRACTISED = 2; // mistakes that are named beside a topic
const OUTCOMES = { untouched: 0, "at once": 1, right: 2, open: 3, skipped: 3 };

export class Sheet {
  /** @param {SheetCopy} copy */
  constructor(copy) {
    this.copy = copy;
    this.questions = copy.sheets.flatMap(({ questions }) => questions);
    this.records = this.questions.map(untouched);
    /** @type {(() => void)[]} */
    this.listeners = [];
  }

  /**
   * Take an answer to a box of a question; what `exercise` says of it. What is solved stays so, and counts as it did;
   * what is skipped stays as it is.
   * @param {number} q
   * @param {number} b
   * @param {string} text
   * @returns {{ kind: ReplyKind, lines: Markup[] }}
   */
  answer(q, b, text) {
    const [record, own] = [this.records[q], this.records[q].boxes[b]];
    const typed = inOneLine(text).slice(0, LONGEST_KEPT);
    const { kind, lines, mistake } = replyTo(this.questions[q], b, typed);
    if (record.skipped) return { kind, lines };
    own.text = typed;
    if (!own.solved) {
      own.solved = kind === "right";
      own.missed ||= kind === "wrong";
      if (mistake >= 0) record.mistakes.push(mistake + mistakesBefore(this.questions[q], b));
      record.mistakes = [...new Set(record.mistakes)];
    }
    this.changed();
    return { kind, lines };
  }

  /**
   * The next step on the way; the answer itself is left.
   * @param {number} q
   * @param {number} b
   * @returns {Markup}
   */
  hint(q, b) {
    const own = this.records[q].boxes[b];
    if (!own.solved && !this.records[q].skipped) {
      own.hinted = Math.min(own.hinted + 1, this.questions[q].boxes[b].hints.length + 1);
      this.changed();
    }
    return this.box(q, b).hints.at(-1) ?? said("hint.last");
  }

  /** @param {number} q a question whose solutions are shown from here on */
  skip(q) {
    this.records[q].skipped = !this.isSolved(q);
    this.changed();
  }

  /** Begin again. */
  clear() {
    this.records = this.questions.map(untouched);
    this.changed();
  }

  /** @param {number} q @returns {QuestionState} */
  state(q) {
    const { skipped, boxes } = this.records[q];
    if (skipped) return "skipped";
    if (this.isSolved(q)) return boxes.some(({ missed, hinted }) => missed || hinted) ? "right" : "at once";
    return boxes.some(({ text, missed, hinted }) => text || missed || hinted) ? "open" : "untouched";
  }

  /**
   * What stands in a box, what is said of it, and the hints shown so far.
   * @param {number} q
   * @param {number} b
   * @returns {BoxState}
   */
  box(q, b) {
    const { hints, solution } = this.questions[q].boxes[b];
    const { text, hinted, solved } = this.records[q].boxes[b];
    const shown = [...hints, said("hint.last")].slice(0, hinted);
    if (this.records[q].skipped && !solved) return { text, kind: "skipped", lines: [solution], hints: shown, solved };
    const { kind, lines } = text ? replyTo(this.questions[q], b, text) : NOTHING;
    return { text, kind, lines, hints: shown, solved };
  }

  /**
   * How a question went, as codes have it: 0 untouched, 1 right at once, 2 right in the end, 3 not; and 1 + the place
   * of the first mistake among those of its boxes, or 0.
   * @param {number} q
   * @returns {{ state: number, mistake: number }}
   */
  outcome(q) {
    const state = this.isTried(q) || this.records[q].skipped ? OUTCOMES[this.state(q)] : OUTCOMES.untouched;
    const [first = -1] = this.records[q].mistakes;
    return { state, mistake: first + 1 };
  }

  /**
   * How many of those that were tried were right at once, and what to practise, as `exercise` says it at its end.
   * @returns {{ right: number, count: number, practise: Practise[] }}
   */
  summary() {
    const tried = this.questions.map((_, q) => q).filter((q) => this.isTried(q));
    const weak = tried.filter((q) => this.state(q) !== "at once");
    const topics = [...new Set(weak.map((q) => this.questions[q].topic))];
    const practise = topics.map((topic) => this.practise(tried.filter((q) => this.questions[q].topic === topic)));
    return { right: tried.length - weak.length, count: tried.length, practise };
  }

  /** @param {number[]} those questions of one topic @returns {Practise} */
  practise(those) {
    const { title, command } = this.questions[those[0]];
    const made = those.flatMap((q) => this.records[q].mistakes.map((place) => saysOf(this.questions[q], place)));
    return { title, command, mistakes: [...new Set(made)].slice(0, PRACTISED) };
  }

  /** @returns {string} what came out, in a few letters */
  code() {
    return codeOf(
      this.copy,
      this.questions.map((_, q) => this.outcome(q)),
    );
  }

  /** @returns {{ sheet: number, questions: QuestionRecord[] }} what `restore` reads */
  saved() {
    return { sheet: this.identity, questions: structuredClone(this.records) };
  }

  /**
   * Go on with what was saved; what is damaged, or of another sheet, is left out.
   * @param {any} data
   */
  restore(data) {
    if (data?.sheet !== this.identity || !Array.isArray(data.questions)) return;
    this.records = this.questions.map((question, q) => restored(question, data.questions[q]) ?? this.records[q]);
    this.changed();
  }

  /** @param {() => void} callback what to do after each change */
  listen(callback) {
    this.listeners.push(callback);
  }

  changed() {
    for (const callback of this.listeners) callback();
  }

  /** @param {number} q */
  isSolved(q) {
    return this.records[q].boxes.every(({ solved }) => solved);
  }

  /** @param {number} q @returns {boolean} was anything said of the answer, or on the way to it? */
  isTried(q) {
    return this.records[q].boxes.some(({ missed, hinted, solved }) => missed || hinted || solved);
  }

  /** @returns {number} what tells this copy from all others */
  get identity() {
    const asked = this.questions.map(({ boxes }) => boxes.map(({ address, shown }) => [address, shown]));
    return crc32(JSON.stringify([this.copy.seed, this.copy.header, asked]));
  }
}

/** @type {{ kind: "", lines: Markup[] }} */
const NOTHING = { kind: "", lines: [] };

/** @param {SheetQuestion} question @returns {QuestionRecord} */
function untouched({ boxes }) {
  const empty = () => ({ text: "", missed: false, hinted: 0, solved: false });
  return { skipped: false, mistakes: [], boxes: boxes.map(empty) };
}

/** @param {SheetQuestion} question @param {number} b @returns {number} how many mistakes the boxes before it have */
function mistakesBefore({ boxes }, b) {
  return numberOfMistakes({ boxes: boxes.slice(0, b) });
}

/** @param {SheetQuestion} question @param {number} place among the mistakes of all boxes @returns {string} */
function saysOf({ boxes, says }, place) {
  return says[boxes.flatMap(({ mistakes }) => mistakes)[place][0]];
}

/**
 * The record of a question, if the data are one.
 * @param {SheetQuestion} question
 * @param {any} data
 * @returns {QuestionRecord | null}
 */
function restored(question, data) {
  const count = numberOfMistakes(question);
  const isPlace = (/** @type {unknown} */ place) =>
    Number.isInteger(place) && 0 <= Number(place) && Number(place) < count;
  const isRecord = typeof data?.skipped === "boolean" && Array.isArray(data.mistakes) && data.mistakes.every(isPlace);
  if (!isRecord || !Array.isArray(data.boxes)) return null;
  const boxes = question.boxes.map((_, b) => restoredBox(question, b, data.boxes[b]));
  const [skipped, mistakes] = [data.skipped, [...new Set(data.mistakes)]];
  return boxes.includes(null) ? null : /** @type {QuestionRecord} */ ({ skipped, mistakes, boxes });
}

/** @param {SheetQuestion} question @param {number} b @param {any} data @returns {BoxRecord | null} */
function restoredBox(question, b, data) {
  const isKind = typeof data?.text === "string" && typeof data.missed === "boolean" && typeof data.solved === "boolean";
  if (!isKind || data.text.length > LONGEST_KEPT || !Number.isInteger(data.hinted)) return null;
  const { text, missed, hinted, solved } = data;
  const isRight = text !== "" && replyTo(question, b, text).kind === "right";
  const isPossible = hinted >= 0 && hinted <= question.boxes[b].hints.length + 1 && (solved || !isRight);
  return isPossible ? { text, missed, hinted, solved } : null;
}
