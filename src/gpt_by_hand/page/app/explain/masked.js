// Which numbers of a tensor are masked, and so count for nothing: as Python's `explain/heats.py` has it.

import { reads } from "../notation/program.js";

/** @typedef {import("../types.js").Program} Program */
/** @typedef {import("../types.js").Tensor} Tensor */

/**
 * Is a number masked: -inf, or 0 because of one that is? That is one at the same place which its formula reads: a
 * score that is masked, its power of e, and its share.
 * @param {Program} program
 * @param {Tensor} tensor
 * @param {ArrayLike<number>} x all numbers
 * @returns {(at: number) => boolean} of the number that stands there in the tensor
 */
export function masking(program, tensor, x) {
  if (tensor.at < 0) return () => false;
  const sources = sameShaped(program, tensor).map((source) => masking(program, source, x));
  return (at) => {
    const value = x[tensor.at + at];
    return value === -Infinity || (value === 0 && sources.some((masked) => masked(at)));
  };
}

/**
 * The tensors that a tensor's formulas read at the very place that they compute.
 * @param {Program} program
 * @param {Tensor} tensor
 * @returns {Tensor[]}
 */
function sameShaped(program, tensor) {
  const formulas = (program.definitions.get(tensor) ?? []).filter((one) => isSame(one.subscripts, tensor.indices));
  const accesses = formulas.flatMap(reads).filter((access) => isSame(access.subscripts, tensor.indices));
  return [...new Set(accesses.map((access) => access.tensor))];
}

/**
 * @param {unknown[]} one
 * @param {unknown[]} other
 */
function isSame(one, other) {
  return one.length === other.length && one.every((part, n) => part === other[n]);
}
