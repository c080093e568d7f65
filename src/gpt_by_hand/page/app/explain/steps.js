// The working of one number: numbers in place of names, then one stage of results after the other.

import { result } from "../notation/evaluate.js";
import { children, constant, rebuild, transform } from "../notation/nodes.js";
import { COMPARISONS, FUNCTIONS, OPERATORS } from "../numbers/arithmetic.js";
import { Fraction, rounded } from "../numbers/exact.js";
import { digitsOf } from "../printers/text.js";

/** @import { Binary, Call, Compare, Constant, Node, Numbers, Terms } from "../types.js" */
/** @typedef {number | Fraction} Exact a fraction, or a double where a function or an infinity has made it one */

const LARGEST_WHOLE = 1e15;
/** That fractions are raised to. */
const LARGEST_POWER = 64;
/** Operators that go on from left to right: a + b - c. */
const CHAINS = [
  ["+", "-"],
  ["*", "/"],
];

/** What is read where an expression has numbers only. @type {Numbers} */
export const NUMBERS_ONLY = { at: () => NaN, constant: (node) => node.value };

/**
 * The expression with the value of each element and each named constant in its place.
 * @param {Node} node
 * @param {Numbers} numbers
 * @returns {Node}
 */
export function withNumbers(node, numbers) {
  return transform(node, (part) => (part.kind === "access" || part.kind === "constant" ? result(part, numbers) : null));
}

/**
 * From the expression with its numbers put in, by stages, down to one number. Each stage computes what stands
 * innermost: products first, then the sum of them, then its root, and so on.
 * @param {Node} node
 * @param {Numbers} numbers
 * @returns {Node[]}
 */
export function steps(node, numbers) {
  let stage = signed(withNumbers(node, numbers));
  const stages = [stage];
  while (stage.kind !== "constant") {
    stage = signed(worked(stage));
    stages.push(stage);
  }
  return stages;
}

/** @param {Node} node @returns {Node} every operation whose operands are numbers, as its result */
function worked(node) {
  if (node.kind === "constant") return node;
  const below = children(node);
  const ready = below.every((child) => child.kind === "constant" || isChain(node, child));
  return ready && node.kind !== "compare" ? result(node, NUMBERS_ONLY) : rebuild(node, below.map(worked));
}

/**
 * Is it the beginning of a sum, or of a product, of numbers that goes on in `node`, as in a + b + c?
 * @param {Node} node
 * @param {Node} child
 * @returns {boolean}
 */
function isChain(node, child) {
  if (node.kind !== "binary" || child !== node.left || child.kind !== "binary") return false;
  const alike = CHAINS.some((chain) => chain.includes(node.operator) && chain.includes(child.operator));
  return alike && child.right.kind === "constant" && (child.left.kind === "constant" || isChain(child, child.left));
}

/** @param {Node} node @returns {Node} -(0.5) is the number -0.5 already, and a sum of one term is that term */
function signed(node) {
  const found = rebuild(node, children(node).map(signed));
  if (found.kind === "negate" && found.operand.kind === "constant") return result(found, NUMBERS_ONLY);
  return found.kind === "terms" && found.terms.length === 1 ? found.terms[0] : found;
}

/**
 * The expression with every number in it rounded to so many significant digits.
 * @param {Node} node
 * @param {number} digits
 * @returns {Node}
 */
export function allRounded(node, digits) {
  return eachNumber(node, (number) => roundedConstant(number, digits));
}

/**
 * The same, with whole numbers written without a point: to be read, not to be computed with.
 * @param {Node} node
 * @param {number} digits
 * @returns {Node}
 */
export function readable(node, digits) {
  return eachNumber(node, (number) => {
    const short = roundedConstant(number, digits);
    const isWhole = Number.isInteger(short.value) && Math.abs(short.value) < LARGEST_WHOLE;
    return isWhole ? constant(short.value, short.name, true) : short;
  });
}

/** @param {Constant} number @param {number} digits @returns {Constant} whole numbers, infinities and NaN as they are */
function roundedConstant(number, digits) {
  return number.whole ? number : constant(rounded(number.value, digits), number.name);
}

/**
 * The expression with every number in it changed.
 * @param {Node} node
 * @param {(number: Constant) => Constant} change
 * @returns {Node}
 */
function eachNumber(node, change) {
  return transform(node, (part) => (part.kind === "constant" ? change(part) : null));
}

/**
 * The value of an expression of numbers, each taken for the decimal that it is written as: 0.1 is a tenth.
 * @param {Node} node
 * @returns {Exact}
 * @throws {TypeError} for what is no arithmetic on numbers
 */
export function exactly(node) {
  switch (node.kind) {
    case "constant":
      return Number.isFinite(node.value) ? Fraction.read(digitsOf(node)) : node.value;
    case "negate":
      return exactlyNegated(exactly(node.operand));
    case "call":
      return exactCall(node, exactly(node.argument));
    case "terms":
      return exactTerms(node);
    case "binary":
      return exactOperation(node.operator, exactly(node.left), exactly(node.right));
    case "compare":
      return Number(COMPARISONS[node.operator](exactlyCompared(exactly(node.left), exactly(node.right)), 0));
    default:
      throw new TypeError(`${node.kind} is no arithmetic on numbers`);
  }
}

/** @param {Exact} part @returns {Exact} */
function exactlyNegated(part) {
  return part instanceof Fraction ? part.negated() : -part;
}

/** @param {Call} node @param {Exact} argument @returns {number} */
function exactCall(node, argument) {
  if (node.name === "round" && argument instanceof Fraction) return Number(argument.nearest());
  return FUNCTIONS[node.name](double(argument));
}

/** @param {Terms} node @returns {Exact} */
function exactTerms(node) {
  const parts = node.terms.map(exactly);
  if (node.how === "sum") return parts.reduce((sum, part) => exactOperation("+", sum, part), new Fraction(0n));
  return parts.reduce((largest, part) => (exactlyCompared(part, largest) > 0 ? part : largest));
}

/** @param {Binary["operator"]} operator @param {Exact} left @param {Exact} right @returns {Exact} */
function exactOperation(operator, left, right) {
  const found = left instanceof Fraction && right instanceof Fraction ? ofFractions(operator, left, right) : null;
  return found ?? /** @type {number} */ (OPERATORS[operator](double(left), double(right)));
}

/**
 * @param {Binary["operator"]} operator
 * @param {Fraction} left
 * @param {Fraction} right
 * @returns {Fraction | null} null where it is no fraction, such as a root
 */
function ofFractions(operator, left, right) {
  if (operator === "+") return left.plus(right);
  if (operator === "-") return left.minus(right);
  if (operator === "*") return left.times(right);
  if (operator === "**") return powerOfFraction(left, right);
  if (right.isZero()) return null;
  return operator === "/" ? left.over(right) : left.modulo(right);
}

/** @param {Fraction} base @param {Fraction} exponent @returns {Fraction | null} */
function powerOfFraction(base, exponent) {
  const whole = exponent.whole();
  const isLarge = Math.abs(exponent.toNumber()) > LARGEST_POWER;
  return whole === null || isLarge || (whole < 0n && base.isZero()) ? null : base.power(whole);
}

/** @param {Exact} left @param {Exact} right @returns {number} below 0, 0, above 0, or NaN beside NaN */
function exactlyCompared(left, right) {
  const [one, other] = [double(left), double(right)];
  if (one !== other || !Number.isFinite(one)) return one > other ? 1 : one < other ? -1 : one === other ? 0 : NaN;
  return asFraction(left).compared(asFraction(right));
}

/** @param {Exact} part a finite one @returns {Fraction} */
function asFraction(part) {
  return part instanceof Fraction ? part : Fraction.of(part);
}

/** @param {Exact} part @returns {number} the nearest double */
function double(part) {
  return part instanceof Fraction ? part.toNumber() : part;
}
