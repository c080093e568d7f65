// Numbers put into a formula so that each knows which operand it is.

import { readable, withNumbers } from "../explain/steps.js";
import { value } from "../notation/evaluate.js";
import { children, rebuild } from "../notation/nodes.js";
import { addressOf } from "../printers/text.js";
import { SHOWN_DIGITS } from "./names.js";

/** @import { Access, Compare, Constant, Node, Numbers, Operand } from "../types.js" */
/** @typedef {Constant & { operand?: Operand }} Marked a number that stands for an operand */

/** Enough to tell any two doubles apart. */
const ALL_DIGITS = 17;

/**
 * The formula of one element with its numbers, to be read; as the first stage of its working has them.
 * @param {Node} node
 * @param {Map<string, Operand>} operands by address
 * @param {Numbers} numbers
 * @returns {Node}
 */
export function markedNumbers(node, operands, numbers) {
  if (node.kind === "constant") return readable(withNumbers(node, numbers), SHOWN_DIGITS);
  if (node.kind === "access") return markedOperand(node, operands, numbers);
  const found = rebuild(
    node,
    children(node).map((child) => markedNumbers(child, operands, numbers)),
  );
  if (found.kind === "terms" && found.terms.length === 1) return found.terms[0];
  if (found.kind !== "negate" || found.operand.kind !== "constant") return found;
  return { ...found.operand, value: -found.operand.value };
}

/** @param {Access} node @param {Map<string, Operand>} operands @param {Numbers} numbers @returns {Marked} */
function markedOperand(node, operands, numbers) {
  const operand = operands.get(addressOf(node.tensor.name, /** @type {number[]} */ (node.subscripts)));
  const number = readable(withNumbers(node, numbers), SHOWN_DIGITS);
  return { .../** @type {Constant} */ (number), operand };
}

/**
 * A condition with its numbers: few digits, unless two would then look alike that are not.
 * @param {Compare} condition
 * @param {boolean} holds
 * @param {Numbers} numbers
 * @returns {Node}
 */
export function decidedCondition(condition, holds, numbers) {
  const exactNumbers = withNumbers(condition, numbers);
  const few = readable(exactNumbers, SHOWN_DIGITS);
  return Boolean(value(few, numbers)) === holds ? few : readable(exactNumbers, ALL_DIGITS);
}
