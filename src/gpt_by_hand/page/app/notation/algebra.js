// Building formulas that are fit to read: no factor of 1, no doubled minus.

import { binary, constant, negation } from "./nodes.js";

/** @import { Node } from "../types.js" */

export const ZERO = constant(0n);

/** @param {Node} node @param {number} value @returns {boolean} is it this number, and nothing that has a name? */
export function isNumber(node, value) {
  return node.kind === "constant" && node.value === value && !node.name;
}

/** @param {Node} node @returns {Node} -node, without a doubled minus */
export function negate(node) {
  if (node.kind === "negate") return node.operand;
  return isNumber(node, 0) ? ZERO : negation(node);
}

/**
 * left * right: ones vanish, the sign goes to the front, a factor of 1 / x divides.
 * @param {Node} left
 * @param {Node} right
 * @returns {Node}
 */
export function multiply(left, right) {
  if (isNumber(left, 0) || isNumber(right, 0)) return ZERO;
  if (isNumber(left, 1)) return right;
  if (isNumber(right, 1)) return left;
  if (left.kind === "negate") return negate(multiply(left.operand, right));
  if (right.kind === "negate") return negate(multiply(left, right.operand));
  if (right.kind === "binary" && right.operator === "/" && isNumber(right.left, 1)) return divide(left, right.right);
  return binary("*", left, right);
}

/**
 * left / right: the sign goes to the front, and dividing by 1 is nothing.
 * @param {Node} left
 * @param {Node} right
 * @returns {Node}
 */
export function divide(left, right) {
  if (isNumber(right, 1) || isNumber(left, 0)) return left;
  if (left.kind === "negate") return negate(divide(left.operand, right));
  return binary("/", left, right);
}

/**
 * The node as a fraction of products: what is multiplied, and what is divided by.
 * @param {Node} node
 * @returns {[Node[], Node[]]}
 */
export function factors(node) {
  if (node.kind !== "binary" || (node.operator !== "*" && node.operator !== "/")) return [[node], []];
  const [above, below] = factors(node.left);
  const [aboveRight, belowRight] = factors(node.right);
  if (node.operator === "/") return [above.concat(belowRight), below.concat(aboveRight)];
  return [above.concat(aboveRight), below.concat(belowRight)];
}
