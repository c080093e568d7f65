// Why a score is what it is: Python's `explain/why.py`, with the formulas that travel in the page.

import { LOGITS } from "../explain/concepts.js";
import { chosenPositions } from "../notation/evaluate.js";
import { about } from "../notation/program.js";
import { addressOf } from "../printers/text.js";

/** @import { Contents, Index, Tensor } from "../types.js" */
/** @import { Engine } from "./engine.js" */

/**
 * What one part adds: of which tensor, at which positions of what is apart (such as a head), and under which address.
 * @typedef {{ of: Tensor, address: string, value: number, apart: [Index, number][] }} Part
 */

/**
 * A score and its parts, in the order of the formulas. `rest` is what they leave: what numbers add that are set on the
 * way, or nothing but rounding.
 * @typedef {{ tensor: Tensor, place: number[], value: number, parts: Part[], rest: number }} Parts
 */

/**
 * What the model would have said after `tensor`, a residual, in numbers of the tensor `name`.
 * @typedef {{ tensor: Tensor, name: string, probabilities: number[] }} Said
 */

/**
 * @param {Engine} engine
 * @param {Contents["shares"]} shares
 * @param {number[]} place of the score among the logits
 * @returns {Parts}
 */
export function partsOfScore(engine, shares, place) {
  const { program } = engine;
  const tensor = /** @type {Tensor} */ (about(program, LOGITS));
  const value = engine.at(tensor, place);
  const at = Object.fromEntries(tensor.indices.map((index, n) => [index.name, place[n]]));
  const parts = shares.flatMap(([share, of]) =>
    partsOfShare(engine, program.tensors[share], at).map((part) => ({ of: program.tensors[of], ...part })),
  );
  return { tensor, place, value, parts, rest: parts.reduce((rest, part) => rest - part.value, value) };
}

/**
 * One part, or one for each position of what is apart.
 * @param {Engine} engine
 * @param {Tensor} share
 * @param {Record<string, number>} at
 * @returns {Omit<Part, "of">[]}
 */
function partsOfShare(engine, share, at) {
  const apart = share.indices.filter((index) => !(index.name in at));
  return chosenPositions(apart).map((chosen) => {
    const place = share.indices.map(({ name }) => ({ ...at, ...chosen })[name]);
    const of = /** @type {[Index, number][]} */ (apart.map((index) => [index, chosen[index.name]]));
    return { address: addressOf(share.name, place), value: engine.at(share, place), apart: of };
  });
}

/**
 * What the last norm and the head make of the residual before the first layer and after each, at one position.
 * Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
 * @param {Engine} engine
 * @param {Contents["lens"]} pairs each residual, and the probabilities that are made of it
 * @param {number} row
 * @param {number} position
 * @returns {Said[]}
 */
export function saidAfter(engine, pairs, row, position) {
  const { tensors } = engine.program;
  return pairs.map(([residual, probabilities]) => {
    const by = tensors[probabilities];
    const words = Array.from({ length: by.shape[2] }, (_, word) => engine.at(by, [row, position, word]));
    return { tensor: tensors[residual], name: by.name, probabilities: words };
  });
}
