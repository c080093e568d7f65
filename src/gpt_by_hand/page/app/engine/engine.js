// All numbers of a program in one array, computed by what is printed from its formulas.

import { flat, OnDemand } from "./demand.js";
import { defining } from "../notation/instance.js";
import { find } from "../notation/nodes.js";
import { reads, wrapping } from "../notation/program.js";

/** @import { Assignment, Constant, Program, Step, Tensor } from "../types.js" */

/**
 * A computed number that is set: after which step, and to what.
 * @typedef {{ tensor: Tensor, place: number[], value: number, step: number }} Pin
 */

/**
 * What is given to a computation: the numbers that no formula computes, those of settings, and what is set.
 * @typedef {{ given: Float64Array, cells: Float64Array, pins: Map<number, Pin> }} Given
 */

/**
 * Computes a program.
 *
 * A number that is set keeps its value, and all behind it follows. Of a gradient, nothing passes through a number that
 * is set (Python's `notation/override.py`): formulas of gradients read 0 there, and it still has its value afterwards.
 */
export class Engine {
  /**
   * @param {Program} program
   * @param {Step[]} steps for each formula that is computed
   * @param {(x: Float64Array) => ((...at: number[]) => void)[]} forms
   */
  constructor(program, steps, forms) {
    this.program = program;
    this.x = new Float64Array(program.size);
    const made = forms(this.x);
    this.steps = steps.map(([form, ...called], n) => {
      const own = program.assignments[n].target.number;
      return { run: made[form], at: called.map((said) => begin(program, own, said)) };
    });
    /** @type {Map<string, number>} */
    this.cells = new Map(program.constants.map(({ name, at }) => [name, at]));
    for (const { at, value } of program.constants) this.x[at] = value;
    const given = program.tensors.filter((tensor) => tensor.at >= 0 && tensor.given !== "");
    this.givenSize = given.reduce((sum, tensor) => sum + tensor.size, 0);
    this.computedSize = program.size - program.constants.length - this.givenSize;
    this.masks = program.tensors.filter((tensor) => tensor.role === "mask");
    this.kept = constantsBeside(program, this.masks);
    /** @type {Map<Tensor, Tensor>} of shares, the tensors that they are shares of */
    this.ways = new Map();
    /** @type {Map<number, Pin>} what is set of what formulas compute, by its position in x */
    this.pins = new Map();
    /** @type {Map<number, number[]>} by step: the pins behind it */
    this.pinned = new Map();
    /** @type {Map<number, number[]>} by step: where it reads 0 */
    this.hidden = new Map();
    this.demand = new OnDemand(program, (tensor, place) => this.known(tensor, place), this.constant.bind(this));
  }

  /** Compute every number anew. */
  compute() {
    this.run(this.steps.keys());
  }

  /**
   * Some of the formulas, in this order.
   * @param {Iterable<number>} numbers
   */
  run(numbers) {
    this.demand.forget();
    if (this.pins.size > 0) return this.runPinned(numbers);
    for (const n of numbers) {
      const { run, at } = this.steps[n];
      run(...at);
    }
  }

  /** @param {Iterable<number>} numbers */
  runPinned(numbers) {
    for (const n of numbers) {
      const { run, at } = this.steps[n];
      const hidden = (this.hidden.get(n) ?? []).map((position) => [position, this.x[position]]);
      for (const [position] of hidden) this.x[position] = 0;
      run(...at);
      for (const [position, value] of hidden) this.x[position] = value;
      for (const position of this.pinned.get(n) ?? []) this.x[position] = this.pin(position).value;
    }
  }

  /**
   * What follows from weights and settings alone: without dropout, and without computed numbers that are set.
   * @template T
   * @param {() => T} compute
   * @returns {T}
   */
  plainly(compute) {
    const { x, pins, masks, kept } = this;
    const rates = kept.map((cell) => x[cell]);
    for (const mask of masks) this.numbers(mask).fill(1);
    for (const cell of kept) x[cell] = 1;
    this.pins = new Map();
    const found = compute();
    this.pins = pins;
    kept.forEach((cell, n) => (x[cell] = rates[n]));
    return found;
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {number} */
  at(tensor, place) {
    return this.demand.at(tensor, place);
  }

  /** @param {Constant} constant @returns {number} what a name stands for now */
  constant(constant) {
    const cell = this.cells.get(constant.name);
    return cell === undefined ? constant.value : this.x[cell];
  }

  /**
   * What need not be worked out. Where a number is set, what goes back to others has no share of it; and it is set
   * wherever its formula is computed once more.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @returns {number | undefined}
   */
  known(tensor, place) {
    if (tensor.at >= 0) return this.x[this.position(tensor, place)];
    if (this.pins.size === 0) return undefined;
    const whole = this.ways.get(tensor);
    if (whole !== undefined) return this.isPinned(whole, placeIn(whole, tensor, place)) ? 0 : undefined;
    return tensor.of && this.isPinned(tensor.of, place) ? this.x[this.position(tensor.of, place)] : undefined;
  }

  /** @param {Tensor} tensor @returns {Float64Array} its numbers, as they lie in x */
  numbers(tensor) {
    return this.x.subarray(tensor.at, tensor.at + tensor.size);
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {boolean} is this a computed number that is set? */
  isPinned(tensor, place) {
    return tensor.at >= 0 && this.pins.has(this.position(tensor, place));
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {boolean} does nothing of this gradient pass? */
  isStopped(tensor, place) {
    const of = tensor.role === "gradient" ? tensor.of : null;
    return of !== null && of.given === "" && this.isPinned(of, place);
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {number} where a number lies in x */
  position(tensor, place) {
    return tensor.at + flat(tensor, place);
  }

  /**
   * Set a number; what follows from it is computed with the next computation.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @param {number} value
   */
  set(tensor, place, value) {
    const position = this.position(tensor, place);
    if (tensor.given !== "") {
      this.x[position] = value;
      return;
    }
    const { number } = /** @type {Assignment} */ (defining(this.program, tensor, place));
    this.pins.set(position, { tensor, place, value, step: number });
    this.arrange();
  }

  /** @param {Tensor} tensor @param {number[]} place */
  unset(tensor, place) {
    this.pins.delete(this.position(tensor, place));
    this.arrange();
  }

  /** @param {string} name @param {number} value */
  setConstant(name, value) {
    this.x[/** @type {number} */ (this.cells.get(name))] = value;
  }

  /** @returns {Given} a copy */
  given() {
    const cells = this.x.slice(this.x.length - this.program.constants.length);
    return { given: this.x.slice(0, this.givenSize), cells, pins: new Map(this.pins) };
  }

  /** @param {Given} state what was given before; the numbers follow with the next computation */
  restore({ given, cells, pins }) {
    this.x.set(given);
    this.x.set(cells, this.x.length - cells.length);
    this.pins = new Map(pins);
    this.arrange();
  }

  /** Which step each pin stands behind, and which ones read 0 in place of its gradient. */
  arrange() {
    this.pinned.clear();
    this.hidden.clear();
    for (const [position, { tensor, place, step }] of this.pins) {
      added(this.pinned, step, position);
      const gradient = wrapping(this.program, "gradient", tensor);
      if (gradient === null || gradient.at < 0) continue;
      for (const reader of this.readers(gradient)) added(this.hidden, reader, this.position(gradient, place));
    }
  }

  /** @param {Tensor} gradient @returns {number[]} the formulas of other gradients that read it */
  readers(gradient) {
    return this.program.assignments
      .slice(0, this.steps.length)
      .filter((one) => one.target.role === "gradient" && reads(one).some((access) => access.tensor === gradient))
      .map((one) => one.number);
  }

  /** @param {number} position @returns {Pin} */
  pin(position) {
    return /** @type {Pin} */ (this.pins.get(position));
  }
}

/**
 * Where the numbers begin that a function is called with.
 * @param {Program} program
 * @param {number} own the number of the tensor that it computes
 * @param {number | number[]} said
 * @returns {number}
 */
function begin(program, own, said) {
  if (typeof said === "number") return program.tensors[own - said].at;
  const [tensor, behind] = said;
  return said.length === 1 ? program.constants[tensor].at : program.tensors[own - tensor].at + behind;
}

/**
 * The steps that a tensor needs, in the program's order.
 * @param {Program} program
 * @param {Tensor} tensor
 * @param {number} computed how many formulas are computed
 * @returns {number[]}
 */
export function stepsFor(program, tensor, computed) {
  const wanted = new Set([tensor]);
  const steps = [];
  for (let n = computed - 1; n >= 0; n--) {
    const assignment = program.assignments[n];
    if (!wanted.has(assignment.target)) continue;
    steps.unshift(n);
    for (const access of reads(assignment)) wanted.add(access.tensor);
  }
  return steps;
}

/**
 * The cells of settings in formulas that read a mask: what share of it is kept.
 * @param {Program} program
 * @param {Tensor[]} masks
 * @returns {number[]}
 */
function constantsBeside(program, masks) {
  const formulas = program.assignments.filter((one) => reads(one).some((access) => masks.includes(access.tensor)));
  const names = new Set(formulas.flatMap((one) => find(one.expression, "constant")).map((constant) => constant.name));
  return program.constants.filter(({ name }) => names.has(name)).map(({ at }) => at);
}

/** @param {Tensor} whole @param {Tensor} share @param {number[]} place @returns {number[]} without what is apart */
function placeIn(whole, share, place) {
  return whole.indices.map(({ name }) => place[share.indices.findIndex((index) => index.name === name)]);
}

/** @param {Map<number, number[]>} lists @param {number} key @param {number} value */
function added(lists, key, value) {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
