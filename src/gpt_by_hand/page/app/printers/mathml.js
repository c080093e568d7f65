// Formulas as MathML, a tree of arrays: Python's `printers/paper.py` and `printers/mathml.py`.
//
// A sum and a maximum reach over the factors behind them, as in any paper, so they are put in parentheses where that
// would be too far; fractions and roots need none.

import { spokenLanguage } from "../explain/sentences.js";
import { isLookup } from "../notation/nodes.js";
import { LEVEL, precedence } from "../notation/precedence.js";
import {
  constantMarkup,
  markupTag,
  markupWidth,
  mcommas,
  mfenced,
  mfrac,
  mi,
  minfix,
  mminus,
  mraised,
  mrow,
  mspace,
  mtr,
  nameMarkup,
  numberMarkup,
} from "./markup.js";
import {
  baseIsLoose,
  betweenFactors,
  isSum,
  leftIsLoose,
  operandIsLoose,
  paperBegins,
  rightIsLoose,
  termIsLoose,
} from "./paper_rules.js";
import { digitsOf } from "./text.js";

/** @import { Assignment, Binary, Call, Compare, Constant, Index, Negate, Node, Reduction } from "../types.js" */
/** @import { Subscript, Tensor, Terms, Where } from "../types.js" */
/** @import { Markup, Pieces } from "./markup.js" */

const FUNCTION_NAMES = { exp: "exp", erf: "erf", tanh: "tanh", cos: "cos", sin: "sin", round: "round", log: "ln" };
const WIDEST_FORMULA = 90;
// Between a function and its argument; not to be seen.
const APPLIED = markupTag("mo", "\u2061");

/** Prints formulas. */
export class MathmlPrinter {
  /**
   * @param {(tensor: Tensor) => Markup} [named] how a tensor is called, if not by its full name
   * @param {number} [widest] characters: a wider sum is broken over lines
   */
  constructor(named = (tensor) => mi(tensor.name), widest = WIDEST_FORMULA) {
    this.named = named;
    this.widest = widest;
  }

  /**
   * One formula.
   * @param {Assignment} assignment
   * @returns {Pieces}
   */
  formula(assignment) {
    return minfix(this.element(assignment.target, assignment.subscripts), "=", this.whole(assignment.expression));
  }

  /**
   * An element under its address; of a gradient, the derivative of the loss with respect to what it is of.
   * @param {Tensor} tensor
   * @param {Subscript[]} subscripts
   * @returns {Pieces}
   */
  element(tensor, subscripts) {
    if (tensor.role === "gradient" && tensor.of) {
      const below = this.element(tensor.of, subscripts);
      return [mfrac([markupTag("mo", "∂"), markupTag("mi", "ℒ")], [markupTag("mo", "∂"), ...below])];
    }
    const name = this.named(tensor);
    if (!subscripts.length) return [name];
    return [markupTag("msub", name, mrow(mcommas(subscripts.map((subscript) => this.subscript(subscript)))))];
  }

  /** @param {Subscript} subscript @returns {Pieces} */
  subscript(subscript) {
    if (typeof subscript === "number") return numberMarkup(String(subscript));
    return isLookup(subscript) ? this.print(subscript) : [nameMarkup(subscript.name)];
  }

  /**
   * An expression; a wide sum gets several lines, since a browser breaks no formula.
   * @param {Node} node
   * @returns {Pieces}
   */
  whole(node) {
    const printed = this.print(node);
    if (markupWidth(printed) <= this.widest || !isSum(node)) return printed;
    // A row of no width: a sign at the beginning of a line stays one between two terms.
    const lines = this.lines(node).map((line) => mtr([mrow([]), ...line]));
    return [["mtable", { displaystyle: "true" }, ...lines]];
  }

  /** @param {Node} node @returns {Pieces[]} a sum in lines that are no wider than they may be, where terms allow it */
  lines(node) {
    /** @type {Pieces[]} */
    const found = [[]];
    for (const [sign, term] of this.signedTerms(node)) {
      const last = found[found.length - 1];
      if (last.length && markupWidth(last) + markupWidth(term) > this.widest) found.push([]);
      found[found.length - 1].push(...(sign ? minfix([], sign, term) : term));
    }
    return found;
  }

  /** @param {Node} node @returns {[string, Pieces][]} the terms of a sum with their signs, from left to right */
  signedTerms(node) {
    if (node.kind === "terms" && isSum(node)) return node.terms.map((_, n) => [n ? "+" : "", this.term(node, n)]);
    if (node.kind !== "binary" || !isSum(node)) return [["", this.print(node)]];
    /** @type {[string, Pieces][]} */
    const first = leftIsLoose(node) ? [["", this.left(node)]] : this.signedTerms(node.left);
    return [...first, [node.operator, this.right(node)]];
  }

  /**
   * A part of an expression.
   * @param {Node} node
   * @returns {Pieces}
   * @throws {TypeError} for what is no node
   */
  print(node) {
    switch (node.kind) {
      case "index":
        return [nameMarkup(node.index.name)];
      case "constant":
        return this.constant(node);
      case "access":
        return this.element(node.tensor, node.subscripts);
      case "binary":
      case "compare":
        return this.operation(node);
      case "negate":
        return mminus(operandIsLoose(node) ? this.parentheses(node.operand) : this.print(node.operand));
      case "where":
        return this.where(node);
      case "call":
        return this.call(node);
      case "reduction":
        return this.reduction(node);
      case "terms":
        return this.terms(node);
    }
  }

  /** @param {Constant} node @returns {Pieces} */
  constant(node) {
    return node.name ? [constantMarkup(node.name)] : numberMarkup(digitsOf(node));
  }

  /** @param {Node} node @returns {Pieces} */
  parentheses(node) {
    return mfenced(this.whole(node));
  }

  /** @param {Binary | Compare} node @returns {Pieces} */
  operation(node) {
    if (node.operator === "/") return [mfrac(this.whole(node.left), this.whole(node.right))];
    if (node.operator === "**") {
      return mraised(
        baseIsLoose(node.left) ? this.parentheses(node.left) : this.print(node.left),
        this.whole(node.right),
      );
    }
    const operator = node.operator === "*" ? betweenFactors(/** @type {Binary} */ (node)) : node.operator;
    return minfix(this.left(node), operator, this.right(node));
  }

  /** @param {Binary | Compare} node @returns {Pieces} */
  left(node) {
    return leftIsLoose(node) ? this.parentheses(node.left) : this.print(node.left);
  }

  /** @param {Binary | Compare} node @returns {Pieces} */
  right(node) {
    return rightIsLoose(node) ? this.parentheses(node.right) : this.print(node.right);
  }

  /** @param {Reduction} node @returns {Pieces} */
  reduction(node) {
    const { body } = node;
    const loose = precedence(body) < LEVEL["*"] || paperBegins(body) === "-";
    const below = mrow(mcommas(node.indices.map((index) => [nameMarkup(index.name)])));
    const inside = loose ? this.parentheses(body) : this.print(body);
    return [markupTag("munder", reductionSign(node.how), below), mspace(), ...inside];
  }

  /** @param {Terms} node @returns {Pieces} */
  terms(node) {
    if (node.how === "max") {
      return [markupTag("mi", "max"), APPLIED, ...mfenced(this.arguments(node.terms))];
    }
    if (!node.terms.length) return numberMarkup("0");
    return node.terms.map((_, n) => this.term(node, n)).reduce((total, term) => minfix(total, "+", term));
  }

  /** @param {Node[]} nodes @returns {Pieces} what a function is called with */
  arguments(nodes) {
    return mcommas(
      nodes.map((node) => this.print(node)),
      spokenLanguage().between.trim(),
    );
  }

  /** @param {Terms} node @param {number} n @returns {Pieces} */
  term(node, n) {
    return termIsLoose(node, n) ? this.parentheses(node.terms[n]) : this.print(node.terms[n]);
  }

  /** @param {Call} node @returns {Pieces} */
  call(node) {
    if (node.name === "sqrt") return [markupTag("msqrt", ...this.whole(node.argument))];
    const name = FUNCTION_NAMES[/** @type {keyof typeof FUNCTION_NAMES} */ (node.name)];
    return [markupTag("mi", name), APPLIED, ...this.parentheses(node.argument)];
  }

  /** Cases; a `Where` in the last one goes on with more of them. @param {Where} node @returns {Pieces} */
  where(node) {
    const rows = [];
    /** @type {Node} */
    let last = node;
    while (last.kind === "where") {
      rows.push(mcase(this.whole(last.then), spokenLanguage().cases[rows.length ? 1 : 0], this.print(last.condition)));
      last = last.otherwise;
    }
    rows.push(mcase(this.whole(last), spokenLanguage().cases[2], []));
    const brace = /** @type {Markup} */ (["mo", { form: "prefix", stretchy: "true" }, "{"]);
    return [mrow([brace, ["mtable", { class: "cases", displaystyle: "true" }, ...rows]])];
  }
}

/** @param {Pieces} value @param {string} word @param {Pieces} condition @returns {Markup} */
function mcase(value, word, condition) {
  return mtr(value, [markupTag("mtext", `${word}\u00a0`), ...condition]);
}

/** @param {Reduction["how"]} how @returns {Markup} */
function reductionSign(how) {
  return how === "sum" ? markupTag("mo", "∑") : ["mo", { lspace: "0", rspace: "0", movablelimits: "true" }, "max"];
}
