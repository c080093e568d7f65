// What one number means: the question that its formula answers, asked of its own words, head and channel.
import { defining } from "../notation/instance.js";
import { subject } from "../notation/program.js";
import { addressOf } from "../printers/text.js";
import { behindColon, said, spokenLanguage, withCapital } from "./sentences.js";

/** @import { Index, Program, Tensor } from "../types.js" */
/** @import { Words } from "./words.js" */
/** @typedef {Map<string, string>} Names what to call the position along an index, by its letter */

// {t|this word} or {i|each query|the query of @}: a letter, what is said of all its positions, and of one of them.
const PLACEHOLDER = /\{([\p{L}\p{N}_]+)\|([^|{}]*)(?:\|([^|{}]*))?\}/gu;

/**
 * The title as it stands over a whole tensor.
 * @param {string} title
 * @returns {string}
 */
function ofAll(title) {
  return title.replace(PLACEHOLDER, (_, index, all) => all);
}

/**
 * The title of one element.
 * @param {string} title
 * @param {Names} names
 * @returns {string}
 */
function ofOne(title, names) {
  return title.replace(PLACEHOLDER, (_, index, all, one) => {
    const name = names.get(index);
    return name === undefined ? all : (one || "@").replaceAll("@", () => name);
  });
}

/** @param {string} title @returns {string[]} the indices that the title itself names */
function spokenOf(title) {
  return Array.from(title.matchAll(PLACEHOLDER), ([, index]) => index);
}

/**
 * The question that one element answers, in words: `head 1: how well does the query of "by" match ...?`. What the
 * question does not name itself (sequence, head, channel) stands in front of it. Where `written` has letters for
 * subscripts, it is the question of all elements along them.
 * @param {Program} program
 * @param {Words} words
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {(number | Index)[]} [written]
 * @returns {string}
 */
export function meaning(program, words, tensor, place, written = place) {
  const running = tensor.indices.filter((_, n) => typeof written[n] !== "number").map((index) => index.name);
  const names = words.spoken(tensor, place);
  running.forEach((letter) => names.delete(letter));
  const question = questionOf(program, tensor, place);
  const of = subject(tensor);
  let asked = ofOne(question, names);
  if (of !== null && place.length > 0) {
    asked = asked.replaceAll(` ${of.name} `, () => ` ${addressOf(of.name, written)} `);
  }
  asked = ofSubject(program, tensor, place, written, names, asked);
  return inFront(words, tensor, names, spokenOf(question), asked);
}

/**
 * A question behind the positions that it does not name itself: `sequence 1, channel 2: what ...?`.
 * @param {Words} words
 * @param {Tensor} tensor
 * @param {Names} names
 * @param {string[]} spoken indices that the question names itself
 * @param {string} asked
 * @returns {string}
 */
function inFront(words, tensor, names, spoken, asked) {
  const silent = tensor.indices.filter((index) => names.has(index.name) && !spoken.includes(index.name));
  const told = silent.filter((index) => !words.countsSequences(index) || words.sequences > 1);
  const nouns = told.map(nounOf);
  const where = told.map((index) => {
    const apart = nouns.filter((noun) => noun === nounOf(index)).length > 1 ? (index.axis?.apart ?? "") : "";
    const phrase = index.axis?.spoken ?? `${index.name} {}`;
    return phrase.replace("{}", () => names.get(index.name) ?? "") + apart;
  });
  if (where.length === 0) return asked;
  const begins = spokenLanguage().small ? where.join(", ") : withCapital(where.join(", "));
  return said("meaning.after", { where: begins, question: behindColon(asked) });
}

/** @param {Index} index @returns {string} */
function nounOf(index) {
  return index.axis?.noun ?? index.name;
}

/** @param {Program} program @param {Tensor} tensor @param {number[]} place @returns {string} */
function questionOf(program, tensor, place) {
  const found = defining(program, tensor, place);
  return found === null ? tensor.title : found.question || found.title;
}

/**
 * The question, for a gradient, a moment or a new weight with whose it is, and what that means.
 * @param {Program} program
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {(number | Index)[]} written
 * @param {Names} names
 * @param {string} asked
 * @returns {string}
 */
function ofSubject(program, tensor, place, written, names, asked) {
  const of = subject(tensor);
  if (of === null) return asked;
  const title = behindColon(place.length > 0 ? ofAll(ofOne(questionOf(program, of, place), names)) : of.title);
  if (tensor.role === "gradient") return title ? said("meaning.gradient", { question: asked, title }) : asked;
  return said("meaning.of", { question: asked, address: addressOf(of.name, written), title });
}
