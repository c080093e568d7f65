// What is special about a number: masked, held constant, padding, left out, carried over.
import { value } from "../notation/evaluate.js";
import { constant, find } from "../notation/nodes.js";
import { addressOf, text } from "../printers/text.js";
import { DATA, POSITIONS, RANDOM, TARGETS, TOKENS } from "./concepts.js";
import { many, said } from "./sentences.js";
import { NUMBERS_ONLY, readable, withNumbers } from "./steps.js";

/** @import { Instance, Node, Numbers, Origin, Program, Tensor, Whose } from "../types.js" */
/** @import { Words } from "./words.js" */
/**
 * What is known of the numbers: `isSet` says whether somebody has set one, and `before` what it was before anything was
 * set; null where nothing is.
 * @typedef {object} Known
 * @property {Program} program
 * @property {Numbers} numbers
 * @property {Words} words
 * @property {Origin | null} origin
 * @property {Whose} whose
 * @property {(tensor: Tensor, place: number[]) => boolean} isSet
 * @property {(tensor: Tensor, place: number[]) => number | null} before
 */

// Entries that fill a vocabulary up, and numbers beyond its end.
const PADDING = /^(<PAD\p{Nd}+>|#\p{Nd}+)$/u;
// The fewest digits of a condition that show what holds.
const CONDITION_DIGITS = [8, 17];

/**
 * Sentences about one number, without a full stop.
 * @param {Known} known
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {Instance | null} found its formula
 * @returns {string[]}
 */
export function notes(known, tensor, place, found) {
  const ofFormula = found === null ? [] : [...notesOfConditions(found, known.numbers), ...notesOfFormula(found)];
  const given = found === null ? notesOfGiven(known, tensor, place) : notesOfStart(tensor, found);
  return [
    ...notesOfSetting(known, tensor, place),
    ...notesOfStops(found),
    ...ofFormula,
    ...notesOfWords(known, tensor, place),
    ...given,
  ];
}

/** @param {Known} known @param {Tensor} tensor @param {number[]} place @returns {string[]} */
function notesOfSetting(known, tensor, place) {
  const was = known.before(tensor, place);
  if (was === null) return [];
  const now = known.numbers.at(tensor, place);
  const [before, found] = [was, now].map((number) => text(readable(constant(number), CONDITION_DIGITS[0])));
  if (known.isSet(tensor, place)) return [said("given.set", { value: found, before })];
  return was === now || (Number.isNaN(was) && Number.isNaN(now)) ? [] : [said("given.was", { before })];
}

/** @param {Instance | null} found @returns {string[]} which gradients have no say in it, as their numbers are set */
function notesOfStops(found) {
  return (found?.stopped ?? []).map(({ tensor, subscripts }) => {
    const place = /** @type {number[]} */ (subscripts);
    const [gradient, number] = [tensor, /** @type {Tensor} */ (tensor.of)].map((one) => addressOf(one.name, place));
    return said("stopped", { gradient, number });
  });
}

/** @param {Instance} found @param {Numbers} numbers @returns {string[]} how each was decided, and what follows */
function notesOfConditions(found, numbers) {
  const general = find(found.assignment.expression, "where").map((node) => text(node.condition));
  const decided = found.conditions.slice(0, general.length).map(([condition, holds], n) => {
    const values = { condition: general[n], numbers: text(shownCondition(withNumbers(condition, numbers), holds)) };
    return holds ? said("holds", values) : said("holds.not", values);
  });
  const isMasked = found.conditions.length > 0 && value(found.expression, numbers) === -Infinity;
  return isMasked ? [...decided, said("masked")] : decided;
}

/** @param {Node} condition @param {boolean} holds @returns {Node} with few digits, unless they would not show it */
function shownCondition(condition, holds) {
  const [few, all] = CONDITION_DIGITS.map((digits) => readable(condition, digits));
  return Boolean(value(few, NUMBERS_ONLY)) === holds ? few : all;
}

/** @param {Instance} found @returns {string[]} */
function notesOfFormula(found) {
  const { expression } = found.assignment;
  const told = [];
  if (found.leftOut > 0) {
    const conditions = new Set(find(expression, "where").map((node) => text(node.condition)));
    const both = [...conditions].reduce((one, other) => said("or", { one, other }));
    told.push(many("left-out", found.leftOut, { count: found.leftOut, conditions: both }));
  }
  return expression.kind === "reduction" && expression.how === "max" ? [...told, said("constant")] : told;
}

/** @param {Known} known @param {Tensor} tensor @param {number[]} place @returns {string[]} which word a token is */
function notesOfWords(known, tensor, place) {
  const { words } = known;
  const isPadding = tensor.indices.map(
    (index, n) => index.axis?.layout === "vocabulary" && PADDING.test(words.wordLabel(place[n])),
  );
  const told = tensor.indices.flatMap(({ extent }, n) =>
    isPadding[n] ? [said("padding", { word: words.quoted(place[n]), count: extent })] : [],
  );
  if (![DATA, TOKENS, TARGETS].includes(tensor.concept)) return told;
  const token = Math.trunc(known.numbers.at(tensor, place));
  const start = tensor.concept === DATA ? undefined : known.origin?.starts?.[place[0]];
  const at = place.at(-1) ?? 0;
  return [
    ...told,
    said("token", { token, word: words.quoted(token) }),
    ...(start === undefined ? [] : [startOf(start, at + Number(tensor.concept === TARGETS))]),
  ];
}

/** @param {number} start @param {number} at @returns {string} */
function startOf(start, at) {
  return said("start", { start, at, found: start + at });
}

/** @param {Tensor} tensor @param {Instance} found @returns {string[]} of what starts with a number */
function notesOfStart(tensor, found) {
  if (found.expression.kind !== "constant") return [];
  if (tensor.role === "state") return [said("given.state")];
  return tensor.given === "parameter" ? [said("given.value")] : [];
}

/** @param {Known} known @param {Tensor} tensor @param {number[]} place @returns {string[]} where it comes from */
function notesOfGiven(known, tensor, place) {
  const { origin, program } = known;
  if (known.isSet(tensor, place)) return [];
  if (tensor.role === "mask") return [said("given.mask")];
  const isCarried = tensor.role === "state" || tensor.given === "parameter";
  const iteration = origin?.iteration ?? 0;
  if (isCarried && origin?.saved) return [many("given.saved", iteration, { count: iteration })];
  if (isCarried && iteration > 0) {
    const { name } = /** @type {Tensor} */ (program.tensors.find((made) => made.replaces === tensor));
    const update = { address: addressOf(name, place), iteration: iteration - 1 };
    return [origin?.here ? said("given.here", update) : said("given.before", update)];
  }
  if (tensor.given === "parameter") return [weightOf(known.whose)];
  if (tensor.concept === TOKENS || tensor.concept === POSITIONS) return [said("given.prompt")];
  return tensor.concept === RANDOM ? [said("given.random", { position: place[0], seed: origin?.seed ?? 0 })] : [];
}

/** @param {Whose} whose @returns {string} */
function weightOf(whose) {
  return whose.seed !== null && !whose.here ? said("given.drawn", { seed: whose.seed }) : said("given.trained");
}
