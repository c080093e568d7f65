// Formulas as one says them, for those who hear a page: "the sum over d of q times k, divided by the square root of D".

import { decimal, said, spokenLanguage } from "../explain/sentences.js";
import { isLookup } from "../notation/nodes.js";
import { needsParentheses, termNeedsParentheses } from "../notation/precedence.js";
import { digitsOf } from "./text.js";

/** @import { Binary, Compare, Constant, Node, Subscript, Tensor, Terms, Where } from "../types.js" */

/** @type {Record<string, (left: string, right: string) => string>} */
const SAID_BETWEEN = {
  "+": (left, right) => said("spoken.plus", { left, right }),
  "-": (left, right) => said("spoken.minus", { left, right }),
  "*": (left, right) => said("spoken.times", { left, right }),
  "/": (left, right) => said("spoken.over", { left, right }),
  "%": (left, right) => said("spoken.modulo", { left, right }),
  "**": (left, right) => said("spoken.power", { left, right }),
  "<": (left, right) => said("spoken.below", { left, right }),
  "<=": (left, right) => said("spoken.at-most", { left, right }),
  ">": (left, right) => said("spoken.above", { left, right }),
  ">=": (left, right) => said("spoken.at-least", { left, right }),
  "==": (left, right) => said("spoken.equal", { left, right }),
};
/** @type {Record<string, (argument: string) => string>} */
const SAID_OF = {
  sqrt: (argument) => said("spoken.sqrt", { argument }),
  exp: (argument) => said("spoken.exp", { argument }),
  log: (argument) => said("spoken.log", { argument }),
  erf: (argument) => said("spoken.erf", { argument }),
  tanh: (argument) => said("spoken.tanh", { argument }),
  cos: (argument) => said("spoken.cos", { argument }),
  sin: (argument) => said("spoken.sin", { argument }),
  round: (argument) => said("spoken.round", { argument }),
};

/** Says formulas; `named` says how a tensor is called. */
export class SpokenPrinter {
  /** @param {(tensor: Tensor) => string} named */
  constructor(named) {
    this.named = named;
  }

  /** @param {Node} node @returns {string} a whole expression, with one comma where several ends meet */
  say(node) {
    return this.print(node).replace(/,+(?=,|$)/g, "");
  }

  /** @param {Tensor} tensor @param {Subscript[]} subscripts @returns {string} */
  element(tensor, subscripts) {
    if (tensor.role === "gradient" && tensor.of)
      return said("spoken.gradient", { of: this.element(tensor.of, subscripts) });
    const inside = subscripts.map((one) =>
      typeof one === "number" ? one : isLookup(one) ? this.print(one) : one.name,
    );
    return [this.named(tensor), ...inside].join(" ");
  }

  /** @param {Node} node @returns {string} */
  print(node) {
    switch (node.kind) {
      case "index":
        return node.index.name;
      case "constant":
        return node.name || saidNumber(node);
      case "access":
        return this.element(node.tensor, node.subscripts);
      case "binary":
      case "compare":
        return this.operation(node);
      case "negate":
        return said("spoken.negative", {
          operand: this.inside(node.operand, needsParentheses(node, node.operand, false)),
        });
      case "where":
        return this.where(node);
      case "call":
        return SAID_OF[node.name](this.print(node.argument));
      case "reduction":
        return this.reduction(node.how, node.indices.map((index) => index.name).join(", "), this.print(node.body));
      case "terms":
        return this.terms(node);
    }
  }

  /** @param {Binary | Compare} node @returns {string} */
  operation(node) {
    const left = this.inside(node.left, needsParentheses(node, node.left, false));
    return SAID_BETWEEN[node.operator](left, this.inside(node.right, needsParentheses(node, node.right, true)));
  }

  /** @param {Node} node @param {boolean} apart @returns {string} */
  inside(node, apart) {
    const inside = this.print(node);
    return apart ? said("spoken.quantity", { inside }) : inside;
  }

  /** @param {Where} node @returns {string} */
  where(node) {
    const [then, condition, otherwise] = [node.then, node.condition, node.otherwise].map((part) => this.print(part));
    return said("spoken.where", { then, condition, otherwise });
  }

  /** @param {"sum" | "max"} how @param {string} indices @param {string} body @returns {string} */
  reduction(how, indices, body) {
    return how === "sum" ? said("spoken.sum", { indices, body }) : said("spoken.max", { indices, body });
  }

  /** @param {Terms} node @returns {string} */
  terms(node) {
    const terms = node.terms.map((term, n) => this.inside(term, termNeedsParentheses(node, n)));
    if (node.how === "max") return said("spoken.largest", { terms: terms.join(spokenLanguage().between) });
    return terms.length ? terms.reduce((left, right) => said("spoken.plus", { left, right })) : "0";
  }
}

/** @param {Constant} node @returns {string} */
function saidNumber(node) {
  const [mantissa, exponent] = decimal(digitsOf(node)).split("e");
  const infinite = mantissa.endsWith("inf") ? said("spoken.infinity") : "";
  const size = infinite || mantissa.replace("-", "");
  const whole = exponent === undefined ? size : said("spoken.ten", { size, exponent: String(Number(exponent)) });
  return mantissa.startsWith("-") ? said("spoken.negative", { operand: whole }) : whole;
}
