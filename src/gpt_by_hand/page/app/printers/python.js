// Expressions as Python: numbers with all their digits, functions from `math`, so that Python computes the value.

import { termNeedsParentheses } from "../notation/precedence.js";
import { digitsOf, inParentheses, TextPrinter } from "./text.js";

/** @import { Access, Call, Constant, IndexNode, Node, Reduction, Terms, Where } from "../types.js" */

/** Terms: a longer sum is written with sum(), since parsers don't nest operators without end. */
const FLAT = 100;

/** Arithmetic on numbers, as one instance of a formula has it; it needs `math`, and nothing else. */
class PythonPrinter extends TextPrinter {
  /** @param {IndexNode} node @returns {string} */
  index(node) {
    return notYet(node);
  }

  /** @param {Access} node @returns {string} */
  access(node) {
    return notYet(node);
  }

  /** @param {Where} node @returns {string} */
  where(node) {
    return notYet(node);
  }

  /** @param {Reduction} node @returns {string} */
  reduction(node) {
    return notYet(node);
  }

  /** @param {Constant} node @returns {string} */
  constant(node) {
    if (Number.isFinite(node.value)) return digitsOf(node);
    return Number.isNaN(node.value) ? "math.nan" : node.value > 0 ? "math.inf" : "-math.inf";
  }

  /** @param {Call} node @returns {string} */
  call(node) {
    return `${node.name === "round" ? "" : "math."}${super.call(node)}`;
  }

  /** @param {Terms} node @returns {string} */
  terms(node) {
    if (node.how === "sum" && node.terms.length <= FLAT) return super.terms(node);
    return `${node.how}([${this.list(node.terms)}])`;
  }

  /** @param {Terms} node @param {number} position @param {string} printed @returns {string} */
  term(node, position, printed) {
    return inParentheses(printed, termNeedsParentheses(node, position) || (position > 0 && printed.startsWith("-")));
  }
}

/** @param {Node} node @returns {never} @throws {TypeError} for what is no number yet */
function notYet(node) {
  throw new TypeError(`${node.kind} has no form in Python: put its numbers in first`);
}

/** @param {Node} node @returns {string} the expression, which has numbers only, in Python */
export function python(node) {
  return new PythonPrinter().print(node);
}
