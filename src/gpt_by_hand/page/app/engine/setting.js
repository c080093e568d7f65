// What a number may be set to: Python's `trace/changed.py`.

import { LOSS, POWER_OF_E, TOTAL_OF_POWERS } from "../explain/concepts.js";
import { UserError } from "../explain/errors.js";
import { quotedText } from "../explain/texts.js";
import { isLookup } from "../notation/nodes.js";
import { about, reads, wrapping } from "../notation/program.js";
import { general } from "../numbers/formats.js";

/** @import { Program, Tensor } from "../types.js" */
/** @import { Words } from "../explain/words.js" */

/**
 * The number that something is set to. Throws: UserError where that is none, or does not fit.
 * @param {{ program: Program, words: Words }} page
 * @param {string} where its address, as somebody has written it
 * @param {Tensor | null} tensor null for a setting
 * @param {number | string} value a word may be said as text
 * @returns {number}
 */
export function checkSetting({ program, words }, where, tensor, value) {
  if (tensor) checkGradients(program, where, tensor);
  if (typeof value === "string" && !tensor?.integer) {
    throw new UserError(`${where} is set to ${quotedText(value)}: it must be a number`);
  }
  const number = typeof value === "string" ? words.token(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) throw new UserError(`${where} is set to nan: give a number`);
  if (tensor?.integer) checkWhole(program, where, tensor, number);
  return number;
}

/** @param {Program} program @param {string} where @param {Tensor} tensor @param {number} number */
function checkWhole(program, where, tensor, number) {
  const most = Math.min(Infinity, ...extents(program, tensor));
  if (Number.isInteger(number) && number >= 0 && number < most) return;
  throw new UserError(
    `${where} is set to ${general(number, 6)}: it must be a whole number from 0 to ${general(most - 1, 6)}`,
  );
}

/** @param {Program} program @param {Tensor} tensor @returns {number[]} of each axis that it says a position of */
function extents(program, tensor) {
  return program.assignments
    .flatMap(reads)
    .flatMap((access) =>
      access.subscripts.flatMap((subscript, axis) =>
        isLookup(subscript) && subscript.tensor === tensor ? [access.tensor.shape[axis]] : [],
      ),
    );
}

/**
 * Throws a UserError for what makes gradients wrong: they hold the maximum in a softmax constant. It cancels out, but
 * not if only some of the powers of e, or only their total, still follow from it.
 * @param {Program} program
 * @param {string} where
 * @param {Tensor} tensor
 */
function checkGradients(program, where, tensor) {
  const loss = about(program, LOSS);
  if (!loss || !wrapping(program, "gradient", loss) || ![POWER_OF_E, TOTAL_OF_POWERS].includes(tensor.concept)) return;
  throw new UserError(
    `${where} cannot be set where there are gradients: they hold the largest score as it is, which is right only ` +
      "while all powers of e and their total follow from it; set scores or shares, or leave the " +
      "gradients out, with a prompt",
  );
}
