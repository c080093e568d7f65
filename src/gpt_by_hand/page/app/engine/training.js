// How training goes on: Python's `training/trainer.py` and `loop.py`, in double precision.

import { ITERATION, SEQUENCE_LOSS, TARGETS, TOKENS } from "../explain/concepts.js";
import { stepsFor } from "./engine.js";
import { bytesOf } from "./given.js";
import { about } from "../notation/program.js";
import { RandomStream } from "../numbers/random.js";

/** @import { Origin, Run, Tensor, Tokens } from "../types.js" */
/** @import { Engine } from "./engine.js" */

/**
 * Where training is: the stream behind what was drawn by now, the iteration whose batch is drawn, where its rows start
 * and which draws said so, and the same of the next iteration's first micro-step.
 * @typedef {object} Place
 * @property {RandomStream} stream
 * @property {number} iteration
 * @property {number[]} starts
 * @property {(number | null)[]} draws
 * @property {number[]} nextStarts
 * @property {(number | null)[]} nextDraws
 */

/** Goes from an iteration to the next, with the batches, masks and evaluations that `train` draws. */
export class Training {
  /**
   * @param {Engine} engine
   * @param {Run} run
   * @param {Origin} origin
   */
  constructor(engine, run, origin) {
    const { program } = engine;
    this.engine = engine;
    this.run = run;
    this.data = { train: decodedTokens(run.data.train), val: decodedTokens(run.data.val) };
    this.iterationTensor = /** @type {Tensor} */ (about(program, ITERATION));
    this.tokens = /** @type {Tensor} */ (about(program, TOKENS));
    this.targets = /** @type {Tensor} */ (about(program, TARGETS));
    this.losses = /** @type {Tensor} */ (about(program, SEQUENCE_LOSS));
    this.forward = stepsFor(program, this.losses, engine.steps.length);
    const stream = new RandomStream(run.stream.seed);
    stream.skip(run.stream.draws);
    /** @type {Place} */
    this.place = {
      ...{ stream, iteration: origin.iteration ?? 0, starts: origin.starts ?? [], draws: origin.draws ?? [] },
      ...{ nextStarts: run.next_starts, nextDraws: run.next_draws },
    };
  }

  /** @returns {Place} a copy */
  copy() {
    return { ...this.place, stream: this.place.stream.copy() };
  }

  /** @param {Place} place */
  restore(place) {
    this.place = { ...place, stream: place.stream.copy() };
  }

  /**
   * Go on to the next iteration: put new weights and moments in the place of old, evaluate if that is due, draw the
   * batch, and compute.
   * @param {boolean} evaluate shall an evaluation be computed? Its numbers are drawn in any case
   * @returns {[train: number, val: number] | null} what an evaluation has found
   */
  step(evaluate = true) {
    const { engine, place } = this;
    for (const [made, old] of engine.program.carried) {
      engine.x.copyWithin(old.at, made.at, made.at + made.size);
    }
    place.iteration += 1;
    engine.x[this.iterationTensor.at] = place.iteration;
    const found = this.isDue() ? this.evaluation(place.stream, evaluate) : null;
    this.drawBatch();
    engine.compute();
    return found;
  }

  /** @returns {boolean} is there an evaluation before this iteration? */
  isDue() {
    return this.place.iteration % this.run.eval_interval === 0;
  }

  /** @returns {[train: number, val: number] | null} what the evaluation before the first iteration finds, if one is */
  first() {
    const { run, engine } = this;
    if (run.evaluated !== null) return run.evaluated;
    if (run.evaluation === null) return null;
    const stream = new RandomStream(run.stream.seed);
    stream.skip(run.evaluation);
    const before = engine.x.slice();
    const found = this.evaluation(stream, true);
    engine.x.set(before);
    return found;
  }

  /**
   * The mean loss over some batches of each part of the data, without dropout and without computed numbers that are
   * set; settings and weights are what they are now. The given batch is lost.
   * @param {RandomStream} stream
   * @param {boolean} compute
   * @returns {[train: number, val: number] | null}
   */
  evaluation(stream, compute) {
    const count = this.run.eval_iters * this.run.batch_size;
    const starts = [this.data.train, this.data.val].map((data) => this.drawn(stream, data, count));
    if (!compute) return null;
    return this.engine.plainly(() => [
      this.meanLoss(this.data.train, starts[0]),
      this.meanLoss(this.data.val, starts[1]),
    ]);
  }

  /** @param {Uint32Array} data @param {number[]} starts @returns {number} in nats per token */
  meanLoss(data, starts) {
    const rows = this.tokens.shape[0];
    let sum = 0;
    for (let first = 0; first < starts.length; first += rows) {
      const some = starts.slice(first, first + rows);
      this.gather(data, some);
      this.engine.run(this.forward);
      for (let row = 0; row < some.length; row++) sum += this.engine.x[this.losses.at + row];
    }
    return sum / starts.length;
  }

  /** Draw the next batch, and the masks of each micro-step before the micro-step that comes after it. */
  drawBatch() {
    const { place, run } = this;
    const size = run.batch_size;
    const starts = [...place.nextStarts];
    const draws = [...place.nextDraws];
    for (let step = 0; step < run.gradient_accumulation_steps; step++) {
      for (const mask of this.engine.masks) this.drawMask(mask, step * size, size);
      const perStart = this.data.train.length - this.tokens.shape[1] < 2 ** 28 ? 1 : 2;
      for (let row = 0; row < size; row++) draws.push(place.stream.draws + row * perStart);
      starts.push(...this.drawn(place.stream, this.data.train, size));
    }
    [place.starts, place.nextStarts] = [starts.slice(0, -size), starts.slice(-size)];
    [place.draws, place.nextDraws] = [draws.slice(0, -size), draws.slice(-size)];
    this.gather(this.data.train, place.starts);
  }

  /** @param {Tensor} mask @param {number} first of the rows @param {number} count of rows */
  drawMask(mask, first, count) {
    const perRow = mask.size / mask.shape[0];
    const rate = Math.fround(this.run.dropout_rate);
    const numbers = this.engine.numbers(mask);
    for (let n = first * perRow; n < (first + count) * perRow; n++) {
      numbers[n] = this.place.stream.uniform() >= rate ? 1 : 0;
    }
  }

  /** @param {RandomStream} stream @param {Uint32Array} data @param {number} count @returns {number[]} starts */
  drawn(stream, data, count) {
    return stream.integers(data.length - this.tokens.shape[1], count);
  }

  /**
   * Put the words that rows read, and those that they must predict, in place; the targets are one position later.
   * @param {Uint32Array} data
   * @param {number[]} starts
   */
  gather(data, starts) {
    const { x } = this.engine;
    const length = this.tokens.shape[1];
    starts.forEach((start, row) => {
      x.set(data.subarray(start, start + length), this.tokens.at + row * length);
      x.set(data.subarray(start + 1, start + 1 + length), this.targets.at + row * length);
    });
  }
}

/** @param {Tokens} tokens @returns {Uint32Array} */
function decodedTokens({ bytes, count, base64 }) {
  const found = new Uint32Array(count);
  bytesOf(base64).forEach((byte, n) => (found[Math.floor(n / bytes)] += byte * 2 ** (8 * (n % bytes))));
  return found;
}
