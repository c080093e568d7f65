// Numbers that are worked out when somebody asks for them.

import { value } from "../notation/evaluate.js";
import { defining } from "../notation/instance.js";

/** @import { Constant, Numbers, Program, Tensor } from "../types.js" */

/** The numbers of a program, of which some are known; others are worked out and then known until they are forgotten. */
export class OnDemand {
  /**
   * @param {Program} program
   * @param {(tensor: Tensor, place: number[]) => number | undefined} known
   * @param {Numbers["constant"]} constant
   */
  constructor(program, known, constant = (node) => node.value) {
    this.program = program;
    this.known = known;
    this.constant = constant;
    /** @type {Map<string, number>} */
    this.found = new Map();
  }

  /**
   * One number. Throws: RangeError for one that no formula defines.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @returns {number}
   */
  at(tensor, place) {
    const known = this.known(tensor, place);
    if (known !== undefined) return known;
    const key = `${tensor.number}:${flat(tensor, place)}`;
    let found = this.found.get(key);
    if (found === undefined) this.found.set(key, (found = this.workedOut(tensor, place)));
    return found;
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {number} */
  workedOut(tensor, place) {
    const assignment = defining(this.program, tensor, place);
    if (!assignment) throw new RangeError(`no formula defines ${tensor.name}[${place}]`);
    /** @type {Record<string, number>} */
    const at = {};
    assignment.subscripts.forEach((subscript, n) => {
      if (typeof subscript !== "number") at[subscript.name] = place[n];
    });
    return value(assignment.expression, this, at);
  }

  /** Work everything out anew, as other numbers have changed. */
  forget() {
    this.found.clear();
  }
}

/**
 * How far behind a tensor's first number one lies: the last axis is the innermost.
 * @param {Tensor} tensor
 * @param {number[]} place
 * @returns {number}
 */
export function flat(tensor, place) {
  return place.reduce((sum, at, axis) => sum * tensor.shape[axis] + at, 0);
}

/**
 * The position along each axis of the number that lies so far behind a tensor's first one.
 * @param {Tensor} tensor
 * @param {number} at
 * @returns {number[]}
 */
export function unflat(tensor, at) {
  const place = tensor.shape.slice();
  for (let axis = place.length - 1; axis >= 0; axis--) {
    place[axis] = at % tensor.shape[axis];
    at = Math.floor(at / tensor.shape[axis]);
  }
  return place;
}
