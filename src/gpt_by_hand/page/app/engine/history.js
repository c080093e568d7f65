// What has been done to the numbers, and the way back: changes, undo, redo, and every iteration that training has made.

import { following } from "./edits.js";
import { LOSS } from "../explain/concepts.js";
import { about } from "../notation/program.js";

/** @import { Tensor } from "../types.js" */
/** @import { Engine, Given } from "./engine.js" */
/** @import { Place, Training } from "./training.js" */

/**
 * A number that is set: an element of a tensor, or a setting, which has no tensor.
 * @typedef {{ address: string, tensor: Tensor | null, place: number[], value: number }} Edit
 */

/**
 * What was done at an iteration: a number set, or (null) let go again.
 * @typedef {{ iteration: number, address: string, value: number | null }} Change
 */

/**
 * All that numbers follow from, at one time.
 * @typedef {object} Moment
 * @property {Given} given
 * @property {Place | null} place
 * @property {Map<string, Edit>} edits by address: what is set, as long as it has a say
 * @property {Change[]} changes all that there were
 * @property {Float64Array | null} arrived what was given before any of it was set at this iteration
 */

/**
 * A moment, and what had been recorded by then.
 * @typedef {object} Step
 * @property {Moment} moment
 * @property {[number, number][]} losses
 * @property {[number, number, number][]} evaluations
 * @property {Map<number, Moment>} trail
 */

/** Copies are kept of each so many iterations; those between are computed again. */
const EVERY = 16;

/** Bytes that copies may take, of iterations and of what can be undone; and how many steps these are. */
const MOST_BYTES = 96 * 2 ** 20;
const MOST_STEPS = 200;

/** What can be gone back to and forward again, each number the same to the last bit. */
export class History {
  /**
   * @param {Engine} engine with all numbers computed
   * @param {Training | null} training
   */
  constructor(engine, training) {
    this.engine = engine;
    this.training = training;
    this.loss = about(engine.program, LOSS);
    /** @type {Map<string, Edit>} */
    this.edits = new Map();
    /** @type {Change[]} */
    this.changes = [];
    /** @type {Float64Array | null} */
    this.arrived = null;
    /** @type {Map<number, Moment>} by iteration: what it was like when training went on from there */
    this.trail = new Map();
    /** @type {[number, number][]} */
    this.losses = [];
    /** @type {[number, number, number][]} */
    this.evaluations = [];
    /** @type {Step[]} */
    this.past = [];
    /** @type {Step[]} */
    this.future = [];
    this.doing = "";
    /** @type {Float64Array | null} */
    this.unedited = null;
    this.first = this.moment();
    this.noteLoss();
    const found = training?.first() ?? null;
    if (found) this.evaluations.push([this.iteration, ...found]);
    this.firstEvaluations = this.evaluations.slice();
  }

  /** @returns {number} */
  get iteration() {
    return this.training?.place.iteration ?? 0;
  }

  /** @returns {number[]} the iterations that one can go to, the first one first */
  get recorded() {
    return this.losses.map(([iteration]) => iteration);
  }

  /** @returns {Moment} */
  moment() {
    const { edits, changes, arrived } = this;
    const place = this.training?.copy() ?? null;
    return { given: this.engine.given(), place, edits: new Map(edits), changes, arrived };
  }

  /** @param {Moment} moment @returns {void} all numbers are computed as they were then */
  restore({ given, place, edits, changes, arrived }) {
    this.engine.restore(given);
    if (place) this.training?.restore(place);
    [this.edits, this.changes, this.arrived, this.unedited] = [new Map(edits), changes, arrived, null];
    this.engine.compute();
  }

  /**
   * Remember what it is like now, as something is about to be done. Several steps of training are undone at once.
   * @param {"set" | "train" | "go" | "reset"} doing
   */
  begin(doing) {
    const goesOn = doing === this.doing && (doing === "train" || doing === "go");
    if (!goesOn) this.past.push(this.step());
    this.future = [];
    this.doing = doing;
    const most = Math.min(MOST_STEPS, Math.max(2, Math.floor(MOST_BYTES / (8 * this.engine.givenSize))));
    if (this.past.length > most) this.past.shift();
  }

  /** @returns {Step} */
  step() {
    const { losses, evaluations, trail } = this;
    return { moment: this.moment(), losses: losses.slice(), evaluations: evaluations.slice(), trail: new Map(trail) };
  }

  /**
   * Go back to what it was like before, or forward again.
   * @param {Step[]} from
   * @param {Step[]} to
   * @returns {boolean} was there anything?
   */
  go(from, to) {
    const step = from.pop();
    if (step === undefined) return false;
    to.push(this.step());
    this.doing = "";
    const { moment, losses, evaluations, trail } = step;
    [this.losses, this.evaluations, this.trail] = [losses, evaluations, trail];
    this.restore(moment);
    return true;
  }

  /** @returns {boolean} */
  undo() {
    return this.go(this.past, this.future);
  }

  /** @returns {boolean} */
  redo() {
    return this.go(this.future, this.past);
  }

  /**
   * Set numbers; all behind them is computed anew.
   * @param {Edit[]} edits
   */
  set(edits) {
    this.cut();
    for (const edit of edits) this.setOne(edit);
    this.changed();
  }

  /** @param {Edit} edit */
  setOne(edit) {
    const { address, tensor, place, value } = edit;
    if (tensor?.given) this.arrived ??= this.engine.given().given;
    this.note(address, value);
    if (tensor === null) this.engine.setConstant(address, value);
    else this.engine.set(tensor, place, value);
    if (tensor?.given !== "" && Object.is(value, this.original(edit))) this.edits.delete(address);
    else this.edits.set(address, edit);
  }

  /**
   * Let numbers go that are set: they are again what they would be.
   * @param {string[]} addresses
   */
  remove(addresses) {
    this.cut();
    for (const address of addresses) {
      const edit = this.edits.get(address);
      if (edit === undefined) continue;
      const { tensor, place } = edit;
      if (tensor === null) this.engine.setConstant(address, this.original(edit));
      else if (tensor.given) this.engine.set(tensor, place, this.original(edit));
      else this.engine.unset(tensor, place);
      this.edits.delete(address);
      this.note(address, null);
    }
    this.changed();
  }

  /** @param {Edit} edit @returns {number} what a given number or a setting was before it was set */
  original({ address, tensor, place }) {
    if (tensor !== null) return /** @type {Float64Array} */ (this.arrived)[this.engine.position(tensor, place)];
    return this.engine.program.constants.find(({ name }) => name === address)?.value ?? NaN;
  }

  /** @param {string} address @param {number | null} value */
  note(address, value) {
    const { iteration } = this;
    const others = this.changes.filter((change) => change.iteration !== iteration || change.address !== address);
    const isNews = value !== null || others.some((change) => change.address === address);
    this.changes = isNews ? [...others, { iteration, address, value }] : others;
  }

  /** After numbers were set: compute. */
  changed() {
    this.engine.compute();
    this.noteLoss();
  }

  /** What was recorded behind this iteration does not come any more. */
  cut() {
    const { iteration } = this;
    if ((this.losses.at(-1)?.[0] ?? iteration) <= iteration) return;
    this.losses = this.losses.filter(([at]) => at <= iteration);
    this.evaluations = this.evaluations.filter(([at]) => at <= iteration);
    for (const at of this.trail.keys()) if (at >= iteration) this.trail.delete(at);
  }

  /** The loss of this iteration, as it is by now. */
  noteLoss() {
    if (this.loss === null) return;
    if (this.losses.at(-1)?.[0] === this.iteration) this.losses.pop();
    this.losses.push([this.iteration, this.engine.x[this.loss.at]]);
  }

  /** Go on by one iteration; what was set of weights and words is a thing of the past then. */
  advance() {
    this.cut();
    this.keep();
    const found = this.passed(true);
    if (found) this.evaluations.push([this.iteration, ...found]);
    this.noteLoss();
  }

  /** @param {boolean} evaluate @returns {[number, number] | null} */
  passed(evaluate) {
    const found = /** @type {Training} */ (this.training).step(evaluate);
    if (this.edits.size > 0) this.edits = new Map([...this.edits].filter(([, { tensor }]) => !tensor?.given));
    this.arrived = this.unedited = null;
    return found;
  }

  /** Keep a copy of now, if it is one of those that are kept; never without those where something was set. */
  keep() {
    const { iteration, trail } = this;
    if (iteration % EVERY !== 0 && trail.size > 0 && !this.isChangedAt(iteration)) return;
    trail.set(iteration, this.moment());
    if (trail.size * this.engine.givenSize * 8 <= MOST_BYTES) return;
    const spare = [...trail.keys()].filter((at, n) => n > 0 && !this.isChangedAt(at));
    spare.forEach((at, n) => n % 2 === 0 && trail.delete(at));
  }

  /** @param {number} iteration @returns {boolean} */
  isChangedAt(iteration) {
    return this.changes.some((change) => change.iteration === iteration);
  }

  /**
   * Go to an iteration that was recorded.
   * @param {number} iteration
   */
  rewind(iteration) {
    if (iteration === this.iteration) return;
    if (this.isChangedAt(this.iteration)) this.trail.set(this.iteration, this.moment());
    const before = [...this.trail.keys()].filter((at) => at <= iteration);
    const nearest = this.trail.get(Math.max(...before));
    if (nearest !== undefined && (iteration < this.iteration || Math.max(...before) > this.iteration)) {
      this.restore(nearest);
    }
    while (this.iteration < iteration) this.passed(false);
  }

  /** Everything as it was in the beginning. */
  reset() {
    this.restore(this.first);
    this.trail = new Map();
    this.losses = [];
    this.evaluations = this.firstEvaluations.slice();
    this.noteLoss();
  }

  /** @returns {Float64Array | null} all numbers of this iteration, if nothing were set; null if nothing is */
  before() {
    if (this.edits.size === 0) return null;
    const given = this.arrived ?? this.engine.given().given;
    this.unedited ??= following(this.engine, { given, cells: this.first.given.cells, pins: new Map() });
    return this.unedited;
  }
}
