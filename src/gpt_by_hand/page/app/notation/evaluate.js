// The number that an expression stands for: Python's `engines/reference.py`.

import { constant, isLookup } from "./nodes.js";
import { COMPARISONS, FUNCTIONS, OPERATORS } from "../numbers/arithmetic.js";

/** @import { Access, Constant, Index, Node, Numbers, Reduction } from "../types.js" */
/** @import { Real } from "../numbers/arithmetic.js" */
/** @typedef {Record<string, number>} Positions where indices are, by name */

/**
 * The number that an expression stands for, where its free indices have the given positions.
 * @param {Node} node
 * @param {Numbers} numbers
 * @param {Positions} at
 * @returns {number} 1 or 0 for a condition
 */
export function value(node, numbers, at = {}) {
  return Number(real(node, numbers, at));
}

/**
 * The same as a node, which is whole where Python's number is.
 * @param {Node} node
 * @param {Numbers} numbers
 * @returns {Constant}
 */
export function result(node, numbers) {
  return constant(real(node, numbers, {}));
}

/**
 * Which element of its tensor an access reads.
 * @param {Access} node
 * @param {Numbers} numbers
 * @param {Positions} at
 * @returns {number[]}
 */
function placeRead(node, numbers, at = {}) {
  return node.subscripts.map((subscript) => {
    if (typeof subscript === "number") return subscript;
    return isLookup(subscript) ? Math.trunc(value(subscript, numbers, at)) : at[subscript.name];
  });
}

/** @param {Node} node @param {Numbers} numbers @param {Positions} at @returns {Real} whole numbers as BigInts */
function real(node, numbers, at) {
  switch (node.kind) {
    case "constant":
      return realConstant(node, numbers);
    case "index":
      return BigInt(at[node.index.name]);
    case "access":
      return asReal(numbers.at(node.tensor, placeRead(node, numbers, at)), node.tensor.integer);
    case "binary":
      return OPERATORS[node.operator](real(node.left, numbers, at), real(node.right, numbers, at));
    case "compare":
      return COMPARISONS[node.operator](real(node.left, numbers, at), real(node.right, numbers, at)) ? 1n : 0n;
    case "negate":
      return -real(node.operand, numbers, at);
    case "where":
      return real(real(node.condition, numbers, at) ? node.then : node.otherwise, numbers, at);
    case "call":
      return FUNCTIONS[node.name](Number(real(node.argument, numbers, at)));
    case "terms":
      return reduced(
        node.how,
        node.terms.map((term) => real(term, numbers, at)),
      );
    case "reduction":
      return reduced(
        node.how,
        chosenPositions(node.indices).map((chosen) => real(node.body, numbers, { ...at, ...chosen })),
      );
  }
}

/** @param {Constant} node @param {Numbers} numbers @returns {Real} what a name stands for now, or the number itself */
function realConstant(node, numbers) {
  return node.exact ?? asReal(node.name && !node.fixed ? numbers.constant(node) : node.value, node.whole);
}

/** @param {number} number @param {boolean} whole @returns {Real} a number that has been set may be none any more */
function asReal(number, whole) {
  return whole && Number.isInteger(number) ? BigInt(number) : number;
}

/** @param {"sum" | "max"} how @param {Real[]} parts @returns {Real} from left to right; NaN is larger than all */
function reduced(how, parts) {
  if (how === "sum") return parts.reduce((sum, part) => Number(sum) + Number(part), 0);
  return parts.reduce((largest, part) => (part > largest || Number.isNaN(part) ? part : largest), -Infinity);
}

/**
 * Every choice of positions for several indices, the last one running fastest.
 * @param {Index[]} indices
 * @returns {Positions[]}
 */
export function chosenPositions(indices) {
  /** @type {Positions[]} */
  let found = [{}];
  for (const { name, extent } of indices) {
    found = found.flatMap((before) => Array.from({ length: extent }, (_, n) => ({ ...before, [name]: n })));
  }
  return found;
}
