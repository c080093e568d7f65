// What changes have done: the numbers without them, beside those that there are.

import { LOSS } from "../explain/concepts.js";
import { about } from "../notation/program.js";
import { stepsFor } from "./engine.js";

/** @import { Tensor } from "../types.js" */
/** @import { Engine, Given } from "./engine.js" */
/** @import { History } from "./history.js" */

/**
 * All numbers as they would follow from something else; those that there are stay.
 * @param {Engine} engine
 * @param {Given} given
 * @returns {Float64Array}
 */
export function following(engine, given) {
  const now = engine.given();
  const numbers = engine.x.slice();
  engine.restore(given);
  engine.compute();
  const found = engine.x.slice();
  engine.restore(now);
  engine.x.set(numbers);
  return found;
}

/**
 * The loss where a number is so much larger, everything behind it computed anew; those numbers that there are stay.
 * @param {Engine} engine
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {number} step
 * @returns {number}
 */
export function lossWith(engine, tensor, place, step) {
  const loss = /** @type {Tensor} */ (about(engine.program, LOSS));
  const given = engine.given();
  const numbers = engine.x.slice();
  engine.set(tensor, place, engine.at(tensor, place) + step);
  engine.run(stepsFor(engine.program, loss, engine.steps.length));
  const found = engine.x[loss.at];
  engine.restore(given);
  engine.x.set(numbers);
  return found;
}

/**
 * What is set, and what it would be otherwise.
 * @param {History} history
 * @param {Float64Array | null} before
 * @returns {{ address: string, before: number, after: number }[]}
 */
export function changesOf({ edits, engine }, before) {
  return [...edits.values()].map(({ address, tensor, place, value }) => {
    const at = tensor === null ? engine.cells.get(address) : engine.position(tensor, place);
    return { address, before: before?.[at ?? -1] ?? NaN, after: value };
  });
}

/**
 * How many of the numbers that formulas compute have other bits than before.
 * @param {Float64Array | null} before
 * @param {Engine} engine
 * @param {Tensor | null} loss
 * @returns {{ count: number, of: number, loss: [number, number] | null }}
 */
export function differing(before, { x, givenSize, computedSize }, loss) {
  let count = 0;
  for (let n = givenSize; before && n < givenSize + computedSize; n++) if (!Object.is(before[n], x[n])) count += 1;
  return { count, of: computedSize, loss: before && loss && [before[loss.at], x[loss.at]] };
}
