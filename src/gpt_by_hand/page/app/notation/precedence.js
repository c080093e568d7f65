// Where parentheses are needed: one rule, used by every printer that writes arithmetic as Python does.

/** @import { Constant, Node, Terms } from "../types.js" */

/** @type {Record<string, number>} */
export const LEVEL = { "<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3, "**": 5 };
const NEGATION = 4;
const ATOM = 6;

/**
 * How tightly the node's outermost operator binds; calls, elements and numbers bind tightest.
 * @param {Node} node
 * @returns {number}
 */
export function precedence(node) {
  switch (node.kind) {
    case "binary":
    case "compare":
      return LEVEL[node.operator];
    case "negate":
      return NEGATION;
    case "constant":
      return !node.name && isNegative(node) ? NEGATION : ATOM;
    case "terms":
      return precedenceOfTerms(node);
    default:
      return ATOM;
  }
}

/** @param {Constant} node @returns {boolean} is a minus in front of it? */
function isNegative(node) {
  return node.value < 0 || Object.is(node.value, -0);
}

/** @param {Terms} node @returns {number} */
function precedenceOfTerms(node) {
  if (node.how !== "sum" || node.terms.length === 0) return ATOM;
  return node.terms.length > 1 ? LEVEL["+"] : precedence(node.terms[0]);
}

/**
 * Must `child` be put in parentheses inside `parent`? The right-hand operand keeps its parentheses even where the
 * mathematics would not need them, as in a + (b + c): floating-point numbers are added in the order that is written.
 * @param {Node} parent
 * @param {Node} child
 * @param {boolean} onTheRight
 * @returns {boolean}
 */
export function needsParentheses(parent, child, onTheRight) {
  const [outer, inner] = [precedence(parent), precedence(child)];
  const isPower = parent.kind === "binary" && parent.operator === "**";
  const isStrict = isPower ? !onTheRight : onTheRight;
  const isNegated = parent.kind === "negate" && (inner === NEGATION || isLiteral(child));
  return inner < outer || (isStrict && inner === outer) || isNegated;
}

/**
 * Must a term of a sum that is written out be put in parentheses? A sum inside of it must, but for the first.
 * @param {Terms} total
 * @param {number} position
 * @returns {boolean}
 */
export function termNeedsParentheses(total, position) {
  const inner = precedence(total.terms[position]);
  return total.terms.length > 1 && (inner < LEVEL["+"] || (inner === LEVEL["+"] && position > 0));
}

/** @param {Node} node @returns {boolean} digits: -(2) is the negation of a number, and -2 is a number */
function isLiteral(node) {
  return node.kind === "constant" && !node.name && Math.abs(node.value) !== Infinity;
}
