// Formulas as one reads them in a terminal: `h.0.attn.q[b, h, t, d] = sum(c, h.0.ln_1[b, t, c] * ...)`.

import { decimal, spokenLanguage } from "../explain/sentences.js";
import { needsParentheses, termNeedsParentheses } from "../notation/precedence.js";
import { children } from "../notation/nodes.js";
import { repr } from "../numbers/repr.js";

/** @import { Access, Assignment, Binary, Call, Compare, Constant, Index, IndexNode } from "../types.js" */
/** @import { Negate, Node, Reduction, Subscript, Terms, Where } from "../types.js" */

/** A line of text that reads back to the same expression. */
export class TextPrinter {
  /** @param {Node} node @returns {string} */
  print(node) {
    return /** @type {(node: any) => string} */ (this[node.kind]).call(this, node);
  }

  /** @param {IndexNode} node @returns {string} */
  index(node) {
    return node.index.name;
  }

  /** @param {Constant} node @returns {string} */
  constant(node) {
    return node.name || decimal(digitsOf(node));
  }

  /** @param {Access} node @returns {string} */
  access(node) {
    return elementText(node.tensor.name, node.subscripts);
  }

  /** @param {Binary | Compare} node @returns {string} */
  binary(node) {
    const [left, right] = [this.print(node.left), this.print(node.right)];
    const negativeBase = node.operator === "**" && left.startsWith("-");
    const signed = right.startsWith("-") && node.kind !== "compare";
    const looseLeft = needsParentheses(node, node.left, false) || negativeBase;
    const looseRight = needsParentheses(node, node.right, true) || signed;
    return `${inParentheses(left, looseLeft)} ${node.operator} ${inParentheses(right, looseRight)}`;
  }

  /** @param {Compare} node @returns {string} */
  compare(node) {
    return this.binary(node);
  }

  /** @param {Negate} node @returns {string} */
  negate(node) {
    const operand = this.print(node.operand);
    return `-${inParentheses(operand, needsParentheses(node, node.operand, false) || operand.startsWith("-"))}`;
  }

  /** @param {Where} node @returns {string} */
  where(node) {
    return `where(${this.list(children(node))})`;
  }

  /** @param {Call} node @returns {string} */
  call(node) {
    return `${node.name}(${this.print(node.argument)})`;
  }

  /** @param {Reduction} node @returns {string} */
  reduction(node) {
    const names = node.indices.map((index) => index.name);
    return `${node.how}(${[...names, this.print(node.body)].join(spokenLanguage().between)})`;
  }

  /** @param {Terms} node @returns {string} */
  terms(node) {
    if (node.how !== "sum") return `${node.how}(${this.list(node.terms)})`;
    return node.terms.map((term, n) => this.term(node, n, this.print(term))).join(" + ") || "0";
  }

  /**
   * A term of a sum that is written out; a minus stands in parentheses, with the first factor alone.
   * @param {Terms} node
   * @param {number} position
   * @param {string} printed
   * @returns {string}
   */
  term(node, position, printed) {
    if (termNeedsParentheses(node, position)) return `(${printed})`;
    if (position === 0 || !printed.startsWith("-")) return printed;
    const [factor] = printed.split(" ", 1);
    const isAlone = node.terms[position].kind === "binary" && /^-[\d.,]+(e[-+]?\d+)?$/.test(factor);
    return isAlone ? `(${factor})${printed.slice(factor.length)}` : `(${printed})`;
  }

  /** @param {Node[]} nodes @returns {string} */
  list(nodes) {
    return nodes.map((node) => this.print(node)).join(spokenLanguage().between);
  }
}

/** @param {string} printed @param {boolean} loose @returns {string} */
export function inParentheses(printed, loose) {
  return loose ? `(${printed})` : printed;
}

/** @param {Constant} node @returns {string} its number as Python writes it, a whole one without a point */
export function digitsOf(node) {
  return node.whole ? String(node.exact ?? node.value) : repr(node.value);
}

/** @param {Node} node @returns {string} the expression as text */
export function text(node) {
  return new TextPrinter().print(node);
}

/** @param {Assignment} assignment @returns {string} one assignment as text */
export function formulaText(assignment) {
  return `${elementText(assignment.target.name, assignment.subscripts)} = ${text(assignment.expression)}`;
}

/** @param {string} name @param {Subscript[]} subscripts @returns {string} `name[b, t, 0]`; the bare name of a scalar */
export function elementText(name, subscripts) {
  const inner = subscripts.map((one) => (typeof one === "number" ? one : "kind" in one ? text(one) : one.name));
  return inner.length > 0 ? `${name}[${inner.join(", ")}]` : name;
}

/**
 * The address of one element, `h.0.attn.scores[0,1,3,2]`, or of several, with letters in place of what differs.
 * @param {string} name
 * @param {(number | Index)[]} place
 * @returns {string}
 */
export function addressOf(name, place) {
  const inner = place.map((one) => (typeof one === "number" ? one : one.name));
  return inner.length > 0 ? `${name}[${inner.join(",")}]` : name;
}
