// What is said of an answer, as Python's `practice/quiz.py` and `practice/page.py` say it.

import { UserError } from "../explain/errors.js";
import { decimal, parts, said, withCapital } from "../explain/sentences.js";
import { judged } from "./judging.js";
import { readAnswer } from "./reading.js";

/** @typedef {import("../types.js").AnswerBox} AnswerBox */
/** @typedef {import("../types.js").Markup} Markup */
/** @typedef {import("../types.js").SheetQuestion} SheetQuestion */
/** @typedef {"right" | "rough" | "wrong" | "unreadable"} ReplyKind */
/** @typedef {{ kind: ReplyKind, lines: Markup[], mistake: number }} Reply `mistake`: the box's likeliest one, or -1 */

const ONE_NUMBER = /^[-−+]?\d+(\.\d+)?(e[-+]?\d+)?$/;
/** @type {Record<"right" | "rough" | "wrong", (box: AnswerBox, typed: string, mistakes: string[]) => Markup[]>} */
const LINES = {
  right: ({ solution }) => [["span", {}, ...parts("answer.right", { working: solution })]],
  rough: ({ asked }) => [said("answer.rough", { digits: asked })],
  wrong: wrongly,
};

/**
 * What is said of an answer.
 * @param {SheetQuestion} question
 * @param {number} b
 * @param {string} typed
 * @returns {Reply}
 */
export function replyTo(question, b, typed) {
  const box = question.boxes[b];
  try {
    const { kind, mistakes } = judged(box, readAnswer(typed));
    const told = mistakes.map((n) => question.says[box.mistakes[n][0]]);
    return { kind, lines: LINES[kind](box, typed, told), mistake: mistakes[0] ?? -1 };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "unreadable", lines: [`${withCapital(error.message)}.`], mistake: -1 };
  }
}

/** @param {AnswerBox} box @param {string} text @param {string[]} mistakes @returns {Markup[]} */
function wrongly(box, text, [best, ...others]) {
  const typed = ONE_NUMBER.test(text) ? decimal(text) : text;
  if (best === undefined) return [said("answer.no mistake", { typed }), box.check];
  const more = others.map((mistake) => said("answer.other mistake", { mistake }));
  return [said("answer.mistake", { typed, mistake: best }), ...more];
}
