// One element's own formula: positions in place of indices, sums written out, conditions decided.

import { factors, isNumber, negate, ZERO } from "./algebra.js";
import { chosenPositions, value } from "./evaluate.js";
import { access, children, compare, constant, distinct, find, isLookup, rebuild, terms } from "./nodes.js";

/** @import { Access, Assignment, Compare, Instance, Node, Numbers } from "../types.js" */
/** @import { Program, Reduction, Tensor, Where } from "../types.js" */
/** @import { Positions } from "./evaluate.js" */

/**
 * The assignment that defines an element; null where none does: inputs and parameters are given.
 * @param {Program} program
 * @param {Tensor} tensor
 * @param {number[]} place
 * @returns {Assignment | null}
 */
export function defining(program, tensor, place) {
  const found = program.definitions.get(tensor) ?? [];
  return (
    found.find((assignment) =>
      assignment.subscripts.every((subscript, n) => typeof subscript !== "number" || subscript === place[n]),
    ) ?? null
  );
}

/** @param {Access} element @returns {number[]} where it is: its subscripts, which are all positions */
export function placeOf(element) {
  return /** @type {number[]} */ (element.subscripts);
}

/**
 * The formula of the element at `place`; numbers decide its conditions and what is looked up.
 * @param {Assignment} assignment
 * @param {number[]} place
 * @param {Numbers} numbers
 * @returns {Instance}
 */
export function instance(assignment, place, numbers) {
  /** @type {Positions} */
  const at = {};
  assignment.subscripts.forEach((subscript, n) => {
    if (typeof subscript !== "number") at[subscript.name] = place[n];
  });
  const maker = new Maker(numbers);
  const expression = maker.make(assignment.expression, at);
  return made(assignment, place, expression, distinct(maker.lookups), maker.conditions, maker.leftOut);
}

/**
 * An instance, whose operands are the elements that it has in it.
 * @param {Assignment} assignment
 * @param {number[]} place
 * @param {Node} expression every access in it has positions for subscripts
 * @param {Access[]} lookups what subscripts were looked up in
 * @param {[Compare, boolean][]} conditions those outside of sums, and whether they hold
 * @param {number} leftOut how many terms of sums a condition makes 0
 * @returns {Instance}
 */
export function made(assignment, place, expression, lookups = [], conditions = [], leftOut = 0) {
  const parts = [expression, ...conditions.map(([condition]) => condition), ...lookups];
  const operands = distinct(parts.flatMap((part) => find(part, "access")));
  return { assignment, place, expression, lookups, conditions, leftOut, operands };
}

/**
 * An instance in which some elements count as nothing: what they are factors of is gone.
 * @param {Instance} found
 * @param {(element: Access) => boolean} isNothing
 * @returns {Instance}
 */
export function without(found, isNothing) {
  const stopped = found.operands.filter(isNothing);
  if (stopped.length === 0) return found;
  const { assignment, place, expression, lookups, conditions, leftOut } = found;
  return { ...made(assignment, place, cleared(expression, isNothing), lookups, conditions, leftOut), stopped };
}

/** @param {Node} node @param {(element: Access) => boolean} isNothing @returns {Node} without what is nothing */
function cleared(node, isNothing) {
  if (node.kind === "access") return isNothing(node) ? ZERO : node;
  const below = children(node).map((child) => cleared(child, isNothing));
  if (node.kind === "terms" && node.how === "sum") return sumOf(below.filter((term) => !isNumber(term, 0)));
  if (node.kind === "negate") return negate(below[0]);
  if (node.kind !== "binary") return rebuild(node, below);
  const [left, right] = below;
  if (node.operator === "*" && (isNumber(left, 0) || isNumber(right, 0))) return ZERO;
  if (node.operator === "/" && isNumber(left, 0)) return ZERO;
  if ((node.operator === "+" || node.operator === "-") && isNumber(right, 0)) return left;
  if (node.operator === "+" && isNumber(left, 0)) return right;
  return node.operator === "-" && isNumber(left, 0) ? negate(right) : rebuild(node, below);
}

/** @param {Node[]} list @returns {Node} */
function sumOf(list) {
  return list.length > 0 ? terms("sum", list) : ZERO;
}

/** Makes the expression of an instance, and keeps what it meets on its way. */
class Maker {
  /** @param {Numbers} numbers */
  constructor(numbers) {
    this.numbers = numbers;
    /** @type {Access[]} */
    this.lookups = [];
    /** @type {[Compare, boolean][]} */
    this.conditions = [];
    this.leftOut = 0;
    /** how many sums the walk is inside of */
    this.inside = 0;
  }

  /** @param {Node} node @param {Positions} at @returns {Node} */
  make(node, at) {
    switch (node.kind) {
      case "index":
        return constant(BigInt(at[node.index.name]));
      case "access":
        return this.element(node, at);
      case "where":
        return this.decided(node, at);
      case "reduction":
        return this.writtenOut(node, at);
      default:
        return rebuild(
          node,
          children(node).map((child) => this.make(child, at)),
        );
    }
  }

  /** @param {Access} node @param {Positions} at @returns {Access} */
  element(node, at) {
    const place = node.subscripts.map((subscript) => {
      if (typeof subscript === "number") return subscript;
      return isLookup(subscript) ? this.looked(subscript, at) : at[subscript.name];
    });
    return access(node.tensor, place);
  }

  /** @param {Access} subscript @param {Positions} at @returns {number} */
  looked(subscript, at) {
    const found = this.element(subscript, at);
    this.lookups.push(found);
    return Math.trunc(value(found, this.numbers));
  }

  /** @param {Where} node @param {Positions} at @returns {Node} */
  decided(node, at) {
    const { operator, left, right } = node.condition;
    const found = compare(operator, this.make(left, at), this.make(right, at));
    const holds = Boolean(value(found, this.numbers));
    if (this.inside === 0) this.conditions.push([found, holds]);
    return this.make(holds ? node.then : node.otherwise, at);
  }

  /** @param {Reduction} node @param {Positions} at @returns {Node} */
  writtenOut(node, at) {
    /** @type {Node[]} */
    const found = [];
    this.inside += 1;
    for (const chosen of chosenPositions(node.indices)) {
      const term = this.make(node.body, { ...at, ...chosen });
      if (node.how === "sum" && factors(term)[0].some((factor) => isNumber(factor, 0))) this.leftOut += 1;
      else found.push(term);
    }
    this.inside -= 1;
    return found.length > 0 ? terms(node.how, found) : ZERO;
  }
}
