// Where the tours stop: numbers of the program at hand, found by what they are, whatever they are called. No DOM here.

import {
  EMBEDDING,
  LOGITS,
  LOSS,
  PROBABILITIES,
  QUERY,
  SCORES,
  SURPRISE,
  TARGETS,
  TOKENS,
} from "../explain/concepts.js";
import { about, wrapping } from "../notation/program.js";
import { addressOf } from "../printers/text.js";
import { likeliest } from "./drawn.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("../types.js").Tensor} Tensor */
/**
 * @typedef {"loss" | "surprise" | "chance" | "guess" | "logit" | "score" | "weight" | "update"} Stop
 * @typedef {"box" | "parts" | "tensors" | "formulas" | "derivatives" | "code"} Level
 */

/**
 * The first questions, from the loss, or from a guess where nothing is learnt, down to a weight and what becomes of it.
 * @param {Explorer} explorer
 * @returns {[stop: Stop, address: string][]}
 */
export function firstStops(explorer) {
  const { program } = explorer;
  const score = scoreAddress(explorer);
  const weight = weightBelow(explorer, score);
  /** @type {[Stop, string | null][]} */
  const down = [
    ["score", score],
    ["weight", weight?.address ?? null],
    ["update", weight && updateOf(explorer, weight)],
  ];
  const loss = about(program, LOSS);
  const surprise = about(program, SURPRISE);
  /** @type {[Stop, string | null][]} */
  const above =
    loss && surprise
      ? [
          ["loss", loss.name],
          ["surprise", addressOf(surprise.name, wordPlace(explorer))],
          ["chance", chanceAddress(explorer, PROBABILITIES)],
        ]
      : [
          ["guess", chanceAddress(explorer, PROBABILITIES)],
          ["logit", chanceAddress(explorer, LOGITS)],
        ];
  return /** @type {[Stop, string][]} */ ([...above, ...down].filter(([, address]) => address !== null));
}

/**
 * One number for each level, from outside to inside. Without a loss there are no derivatives.
 * @param {Explorer} explorer
 * @returns {[level: Level, address: string][]}
 */
export function levelStops(explorer) {
  const score = scoreAddress(explorer);
  const gradient = gradientAddress(explorer);
  const parts = about(explorer.program, EMBEDDING);
  /** @type {[Level, string | null][]} */
  const found = [
    ["box", chanceAddress(explorer, PROBABILITIES)],
    ["parts", parts && addressOf(parts.name, [...wordPlace(explorer), 0])],
    ["tensors", queryAddress(explorer)],
    ["formulas", score],
    ["derivatives", gradient],
    ["code", score],
  ];
  return /** @type {[Level, string][]} */ (found.filter(([, address]) => address !== null));
}

/**
 * The word that the tours look at: in the first sequence, in the middle; the last one of a prompt.
 * @param {Explorer} explorer
 * @returns {[number, number]} sequence and position
 */
function wordPlace({ program }) {
  const length = about(program, TOKENS)?.shape[1] ?? 1;
  return [0, about(program, TARGETS) ? Math.floor((length - 1) / 2) : length - 1];
}

/** @param {Explorer} explorer @param {string} concept @returns {string | null} of the word that follows, or may */
function chanceAddress(explorer, concept) {
  const { program, engine } = explorer;
  const tensor = about(program, concept);
  const probabilities = about(program, PROBABILITIES);
  if (!tensor || !probabilities) return null;
  const place = wordPlace(explorer);
  const targets = about(program, TARGETS);
  const each = explorer.contents.vocabulary.labels.map((_, word) => engine.at(probabilities, [...place, word]));
  const word = targets ? engine.at(targets, place) : (likeliest(each, 1)[0] ?? 0);
  return addressOf(tensor.name, [...place, word]);
}

/** @param {Explorer} explorer @returns {string | null} how well an earlier word fits the one that is looked at */
function scoreAddress(explorer) {
  const tensor = about(explorer.program, SCORES);
  return tensor && addressOf(tensor.name, scorePlace(explorer, tensor));
}

/** @param {Explorer} explorer @param {Tensor} tensor with indices b, h, i, j @returns {number[]} */
function scorePlace(explorer, tensor) {
  const [sequence, position] = wordPlace(explorer);
  return [sequence, tensor.shape[1] - 1, position, Math.min(1, position)];
}

/** @param {Explorer} explorer @returns {string | null} */
function gradientAddress(explorer) {
  const tensor = about(explorer.program, SCORES);
  const gradient = tensor && wrapping(explorer.program, "gradient", tensor);
  return gradient && addressOf(gradient.name, scorePlace(explorer, gradient));
}

/** @param {Explorer} explorer @returns {string | null} what the word that is looked at looks for */
function queryAddress(explorer) {
  const tensor = about(explorer.program, QUERY);
  const [sequence, position] = wordPlace(explorer);
  return tensor && addressOf(tensor.name, [sequence, tensor.shape[1] - 1, position, 0]);
}

/**
 * The first weight that a number is made of, by way of its first operands.
 * @param {Explorer} explorer
 * @param {string | null} address
 * @returns {{ address: string, tensor: Tensor, place: number[] } | null}
 */
function weightBelow(explorer, address) {
  for (let here = address, steps = 0; here !== null && steps < 8; steps++) {
    const { operands } = explorer.explain(here);
    const weight = operands.find(({ role }) => role === "weight");
    if (weight) {
      const { tensor, place } = explorer.explain(weight.address);
      return { address: weight.address, tensor, place };
    }
    here = operands[0]?.address ?? null;
  }
  return null;
}

/** @param {Explorer} explorer @param {{ tensor: Tensor, place: number[] }} weight @returns {string | null} */
function updateOf({ program }, { tensor, place }) {
  const made = wrapping(program, "update", tensor);
  return made && addressOf(made.name, place);
}
