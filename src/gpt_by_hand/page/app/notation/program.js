// What is asked about the tensors and the formulas of a program.

import { find } from "./nodes.js";

/** @import { Access, Assignment, Index, Program, Role, Tensor } from "../types.js" */

/** Roles of what is of another tensor. */
const WRAPPING = ["gradient", "clipped", "state", "update", "step"];

/** Roles of parameters. */
const TRAINED = ["weight", "gain", "bias"];

/**
 * Every element that a formula reads, lookups included, left to right.
 * @param {Assignment} assignment
 * @returns {Access[]}
 */
export function reads(assignment) {
  let found = READS.get(assignment);
  if (!found) READS.set(assignment, (found = find(assignment.expression, "access")));
  return found;
}

/** @type {WeakMap<Assignment, Access[]>} */
const READS = new WeakMap();

/** @param {Tensor} tensor @returns {Tensor | null} what a gradient, a moment or a new weight is of, and nothing else */
export function subject(tensor) {
  return WRAPPING.includes(tensor.role) ? tensor.of : null;
}

/** @param {Tensor} tensor @returns {boolean} is it a parameter's? */
export function isTrained(tensor) {
  return TRAINED.includes(tensor.role);
}

/** @param {Program} program @param {string} concept @returns {Tensor | null} the first tensor with this concept */
export function about(program, concept) {
  return program.tensors.find((tensor) => tensor.concept === concept) ?? null;
}

/**
 * The gradient of a tensor, or its clipped gradient or its update, if the program has it.
 * @param {Program} program
 * @param {Role} role
 * @param {Tensor} tensor
 * @returns {Tensor | null}
 */
export function wrapping(program, role, tensor) {
  return program.tensors.findLast((other) => other.role === role && subject(other) === tensor) ?? null;
}

/**
 * The indices of each axis that a tensor has in a checkpoint, from the outermost; what is of a tensor and has its
 * indices is stored as that is.
 * @param {Tensor} tensor
 * @returns {Index[][]}
 */
export function storedAxes(tensor) {
  const of = subject(tensor);
  if (tensor.stored === null && of !== null && sameIndices(of, tensor)) return storedAxes(of);
  return tensor.stored ?? tensor.indices.map((index) => [index]);
}

/** @param {Tensor} tensor @returns {number[]} the shape that it has in a checkpoint */
export function storedShape(tensor) {
  return storedAxes(tensor).map((axis) => axis.reduce((product, index) => product * index.extent, 1));
}

/** @param {Tensor} one @param {Tensor} other @returns {boolean} have they the same letters, each as far? */
function sameIndices(one, other) {
  return (
    one.indices.length === other.indices.length &&
    one.indices.every(({ name, extent }, n) => name === other.indices[n].name && extent === other.indices[n].extent)
  );
}
