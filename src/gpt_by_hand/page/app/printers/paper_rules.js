// Where a formula on paper has parentheses, and what stands between factors: Python's `printers/paper_rules.py`.

import { LEVEL, needsParentheses, precedence } from "../notation/precedence.js";
import { digitsOf } from "./text.js";

/** @import { Binary, Compare, Negate, Node, Terms } from "../types.js" */

/** A node of these kinds stays as it is where something is raised to a power. */
const TIGHT = new Set(["index", "access"]);

/** @param {Binary | Compare} node @returns {boolean} is the left operand put in parentheses? */
export function leftIsLoose(node) {
  const last = paperEnd(node.left);
  const swallows = last.kind === "where" || (node.operator === "*" && last.kind === "reduction");
  return swallows || needsParentheses(node, node.left, false);
}

/** @param {Binary | Compare} node @returns {boolean} and the right one? One minus never follows another sign */
export function rightIsLoose(node) {
  const signed = paperBegins(node.right) === "-" && node.kind !== "compare";
  return signed || (needsParentheses(node, node.right, true) && !isFraction(node.right));
}

/** @param {Node} base @returns {boolean} and what is raised to a power? */
export function baseIsLoose(base) {
  if (base.kind === "access") return base.tensor.role === "gradient";
  if (base.kind === "constant") return !base.name && !/^([\d.]+|inf)$/.test(digitsOf(base));
  return !TIGHT.has(base.kind) && !(base.kind === "call" && base.name === "sqrt");
}

/** @param {Negate} node @returns {boolean} and what a minus stands in front of? */
export function operandIsLoose(node) {
  return needsParentheses(node, node.operand, false) && !isFraction(node.operand);
}

/** @param {Terms} node @param {number} n @returns {boolean} and a term of a sum that is written out? */
export function termIsLoose(node, n) {
  const term = node.terms[n];
  const loose = precedence(term) <= LEVEL["+"] || ["where", "reduction"].includes(paperEnd(term).kind);
  return node.terms.length > 1 && (loose || (n > 0 && paperBegins(term) === "-"));
}

/** @param {Node} node @returns {"-" | "digit" | "fraction" | "(" | ""} what one sees first */
export function paperBegins(node) {
  switch (node.kind) {
    case "binary":
    case "compare":
      return operationBegins(node);
    case "negate":
      return "-";
    case "constant":
      return node.name ? "" : digitsBegin(digitsOf(node));
    case "access":
      return node.tensor.role === "gradient" ? "fraction" : "";
    case "terms":
      return node.how === "sum" ? termsBegin(node) : "";
    default:
      return "";
  }
}

/** @param {Binary | Compare} node */
function operationBegins(node) {
  if (node.operator === "/") return "fraction";
  const loose = node.operator === "**" ? baseIsLoose(node.left) : leftIsLoose(node);
  return loose ? "(" : paperBegins(node.left);
}

/** @param {string} digits */
function digitsBegin(digits) {
  if (/^\d/.test(digits)) return "digit";
  return digits.startsWith("-") ? "-" : "";
}

/** @param {Terms} node */
function termsBegin(node) {
  if (!node.terms.length) return "digit";
  return termIsLoose(node, 0) ? "(" : paperBegins(node.terms[0]);
}

/**
 * What a node ends with, if that is a reduction or cases: they have no end of their own.
 * @param {Node} node
 * @returns {Node}
 */
function paperEnd(node) {
  if (node.kind === "negate") return paperEnd(node.operand);
  if (node.kind === "binary" && ["+", "-", "*"].includes(node.operator)) return paperEnd(node.right);
  if (node.kind !== "reduction") return node;
  const last = paperEnd(node.body);
  return last.kind === "where" ? last : node;
}

/**
 * A little space between factors, or a dot where two of them would run together or look like something else.
 * @param {Binary} node
 * @returns {"space" | "dot"}
 */
export function betweenFactors(node) {
  const first = rightIsLoose(node) ? "(" : paperBegins(node.right);
  let factor = node.left;
  while (factor.kind === "binary" && factor.operator === "*") factor = factor.right;
  const numbers = first === "digit" || (isDigits(factor) && (first === "fraction" || isDigits(node.right)));
  const names = isBareName(factor) && (isBareName(node.right) || first === "(");
  return numbers || names ? "dot" : "space";
}

/** @param {Node} node @returns {boolean} is it a number in digits? */
function isDigits(node) {
  return node.kind === "constant" && !node.name;
}

/** @param {Node} node @returns {boolean} is it written above and below a line? */
function isFraction(node) {
  return node.kind === "binary" && node.operator === "/";
}

/** @param {Node} node @returns {boolean} does it have terms, with signs between them? */
export function isSum(node) {
  if (node.kind === "terms") return node.how === "sum" && node.terms.length > 1;
  return node.kind === "binary" && (node.operator === "+" || node.operator === "-");
}

/**
 * Has it no subscripts, so that a parenthesis behind it would look like a function's?
 * @param {Node} node
 * @returns {boolean}
 */
function isBareName(node) {
  if (node.kind === "constant") return Boolean(node.name);
  return node.kind === "index" || (node.kind === "access" && !node.subscripts.length);
}
