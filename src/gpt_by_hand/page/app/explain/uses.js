// Where a number is used: the numbers that are computed from it, and what each place contributes to its gradient.

import { divide, isNumber, multiply, negate } from "../notation/algebra.js";
import { value } from "../notation/evaluate.js";
import { instance } from "../notation/instance.js";
import { access, find, isIndex, isLookup, key, walk } from "../notation/nodes.js";
import { reads } from "../notation/program.js";
import { exactSum } from "../numbers/exact.js";
import { addressOf } from "../printers/text.js";
import { withNumbers } from "./steps.js";

/** @import { Access, Assignment, Node, Numbers, Program, Tensor, Use } from "../types.js" */

/**
 * What each place contributes to the gradient that `expression`, one element's formula, computes.
 *
 * Gradients are linear in the gradients that arrive, so the formula is a sum of terms with one of those in each.
 * Shares are parts of the sum as it is without rounding: they add up to 1 where rounding has left nothing of it.
 * @param {Node} expression
 * @param {Numbers} numbers
 * @returns {Use[]} none where a term has no arriving gradient in it
 */
export function usesOf(expression, numbers) {
  const found = multipliedOut(expression).filter((term) => !isNumber(term, 0));
  const values = found.map((term) => value(term, numbers));
  const total = values.every(Number.isFinite) ? exactSum(values) : values.reduce((sum, part) => sum + part, 0);
  const uses = found.map((term, n) => useOf(withNumbers(term, numbers), arriving(term), values[n], total));
  return uses.some((use) => use === null) ? [] : /** @type {Use[]} */ (uses);
}

/** @param {Node} term @param {Access | null} from @param {number} part @param {number} total @returns {Use | null} */
function useOf(term, from, part, total) {
  const of = from?.tensor.of;
  if (!from || !of) return null;
  const through = addressOf(of.name, /** @type {number[]} */ (from.subscripts));
  return { through, role: of.role, term, value: part, share: total === 0 ? 0 : part / total, arriving: from };
}

/** @param {Node} node @returns {Node[]} the node as a sum, multiplied out as far as gradients reach */
function multipliedOut(node) {
  if (node.kind === "terms" && node.how === "sum") return node.terms.flatMap(multipliedOut);
  if (node.kind === "negate") return multipliedOut(node.operand).map(negate);
  if (node.kind !== "binary") return [node];
  const { operator, left, right } = node;
  if (operator === "+") return [...multipliedOut(left), ...multipliedOut(right)];
  if (operator === "-") return [...multipliedOut(left), ...multipliedOut(right).map(negate)];
  if (operator === "/") return multipliedOut(left).map((term) => divide(term, right));
  if (operator !== "*") return [node];
  return arriving(left) === null
    ? multipliedOut(right).map((term) => multiply(left, term))
    : multipliedOut(left).map((term) => multiply(term, right));
}

/** @param {Node} node @returns {Access | null} the gradient that the node is a multiple of */
function arriving(node) {
  for (const part of walk(node)) if (part.kind === "access" && part.tensor.role === "gradient") return part;
  return null;
}

/**
 * Every element whose formula reads the element at `place`, in the order of the program, of what is computed each time.
 * @param {Program} program
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {Numbers} numbers
 * @returns {[Tensor, number[]][]}
 */
export function followers(program, tensor, place, numbers) {
  const wanted = key(access(tensor, place));
  return program.assignments
    .filter((assignment) => assignment.target.at >= 0)
    .flatMap((assignment) => {
      const found = mayRead(assignment, tensor, place);
      const doRead = isPlain(assignment)
        ? found
        : found.filter((at) => instance(assignment, at, numbers).operands.some((operand) => key(operand) === wanted));
      return doRead.map((at) => /** @type {[Tensor, number[]]} */ ([assignment.target, at]));
    });
}

/** @param {Assignment} assignment @returns {boolean} is nothing looked up, and nothing left out by a condition? */
function isPlain(assignment) {
  const looksUp = reads(assignment).some((read) => read.subscripts.some(isLookup));
  return !looksUp && find(assignment.expression, "where").length === 0;
}

/**
 * The elements whose formula may read the one at `place`, each once, in order.
 * @param {Assignment} assignment
 * @param {Tensor} tensor
 * @param {number[]} place
 * @returns {number[][]}
 */
function mayRead(assignment, tensor, place) {
  /** @type {Map<string, number[]>} */
  const found = new Map();
  for (const read of reads(assignment).filter((one) => one.tensor === tensor)) {
    const bound = boundBy(read, place);
    for (const at of bound ? placesWith(assignment, bound) : []) found.set(String(at), at);
  }
  return [...found.values()].sort(inOrder);
}

/**
 * The positions of indices with which an access may read the element; null if it never does.
 * @param {Access} read
 * @param {number[]} place
 * @returns {Map<string, number> | null}
 */
function boundBy(read, place) {
  /** @type {Map<string, number>} */
  const found = new Map();
  for (const [axis, subscript] of read.subscripts.entries()) {
    if (typeof subscript === "number" && subscript !== place[axis]) return null;
    if (!isIndex(subscript)) continue;
    if ((found.get(subscript.name) ?? place[axis]) !== place[axis]) return null;
    found.set(subscript.name, place[axis]);
  }
  return found;
}

/** @param {Assignment} assignment @param {Map<string, number>} bound @returns {number[][]} of the left-hand side */
function placesWith(assignment, bound) {
  /** @type {number[][]} */
  let found = [[]];
  for (const subscript of assignment.subscripts) {
    const at = typeof subscript === "number" ? subscript : bound.get(subscript.name);
    const range = at === undefined ? Array.from({ length: /** @type {any} */ (subscript).extent }, (_, n) => n) : [at];
    found = found.flatMap((before) => range.map((n) => [...before, n]));
  }
  return found;
}

/** @param {number[]} one @param {number[]} other @returns {number} which comes first */
function inOrder(one, other) {
  const axis = one.findIndex((at, n) => at !== other[n]);
  return axis < 0 ? 0 : one[axis] - other[axis];
}
