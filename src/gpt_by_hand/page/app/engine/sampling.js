// Text, one word at a time: Python's `training/generation.py`.

import { OnDemand } from "./demand.js";
import { stepsFor } from "./engine.js";
import { LOGITS, PROBABILITIES, TEMPERATURE, THRESHOLD, TOKENS } from "../explain/concepts.js";
import { UserError } from "../explain/errors.js";
import { about } from "../notation/program.js";
import { RandomStream } from "../numbers/random.js";
import { repr } from "../numbers/repr.js";

/** @import { Program, Tensor } from "../types.js" */
/** @import { Engine } from "./engine.js" */

/** Below it, logits divided by the temperature could overflow. */
const COLDEST = 1e-6;

/**
 * One drawn token, the model's scores of all, the probabilities made of them, and the draw in [0, 1).
 * @typedef {{ token: number, logits: number[], probabilities: number[], draw: number }} DrawnToken
 */

/** Draws token after token from a model's own probabilities. */
export class TextWriter {
  /**
   * @param {Engine} engine whose program reads as many tokens as the model can; its first row is used
   * @param {Program} sampling from scores to probabilities
   * @param {number} known how many words may come
   */
  constructor(engine, sampling, known) {
    this.engine = engine;
    this.sampling = sampling;
    this.known = known;
    this.tokens = /** @type {Tensor} */ (about(engine.program, TOKENS));
    this.logitsTensor = /** @type {Tensor} */ (about(engine.program, LOGITS));
    this.forward = stepsFor(engine.program, this.logitsTensor, engine.steps.length);
  }

  /**
   * Draw `max_tokens` tokens to follow others; the model sees the last of them that it can. Throws: UserError for a
   * setting that makes no sense, and for scores that are no numbers.
   * @param {number[]} tokens
   * @param {{ temperature: number, top_k: number, seed: number, max_tokens: number }} how
   * @returns {DrawnToken[]}
   */
  write(tokens, how) {
    checkSampling(tokens, how);
    const text = [...tokens];
    const stream = new RandomStream(how.seed);
    return Array.from({ length: how.max_tokens }, () => {
      const logits = this.logits(text);
      const probabilities = this.probabilities(logits, how);
      const draw = stream.uniform();
      const token = drawnWord(probabilities, draw);
      text.push(token);
      return { token, logits, probabilities, draw };
    });
  }

  /** @param {number[]} text @returns {number[]} the score of each word to come next */
  logits(text) {
    const scores = this.scores(text.slice(-this.tokens.shape[1])).fill(-Infinity, this.known);
    const most = scores.reduce((largest, one) => (one > largest || Number.isNaN(one) ? one : largest), -Infinity);
    if (!Number.isFinite(most)) {
      throw new UserError(
        `the model's scores are no numbers (${repr(most)}): its weights, or what is set, are too large`,
      );
    }
    return scores;
  }

  /**
   * The scores behind a window of tokens, in the first row; what stands behind the last token has no say. Afterwards
   * all numbers are what they were.
   * @param {number[]} window
   * @returns {number[]}
   */
  scores(window) {
    const { engine, tokens, logitsTensor: logits } = this;
    const before = engine.x.slice();
    engine.x.fill(0, tokens.at, tokens.at + tokens.shape[1]);
    engine.x.set(window, tokens.at);
    engine.plainly(() => engine.run(this.forward));
    const words = logits.shape[2];
    const first = logits.at + (window.length - 1) * words;
    const found = Array.from(engine.x.subarray(first, first + words));
    engine.x.set(before);
    return found;
  }

  /**
   * The probabilities that are made of scores. Temperature 0 is the limit: only the largest score may be drawn.
   * @param {number[]} logits
   * @param {{ temperature: number, top_k: number }} how
   * @returns {number[]}
   */
  probabilities(logits, how) {
    const [kept, temperature] = how.temperature === 0 ? [1, 1] : [how.top_k, how.temperature];
    const falling = [...logits].sort((one, other) => other - one);
    const threshold = kept > 0 && kept < logits.length ? falling[kept - 1] : -Infinity;
    const given = new Map([
      [LOGITS, logits],
      [TEMPERATURE, [temperature]],
      [THRESHOLD, [threshold]],
    ]);
    const numbers = new OnDemand(this.sampling, (tensor, place) => given.get(tensor.concept)?.[place[0] ?? 0]);
    const made = /** @type {Tensor} */ (about(this.sampling, PROBABILITIES));
    return logits.map((_, word) => numbers.at(made, [word]));
  }
}

/** @param {number[]} probabilities @param {number} draw @returns {number} the word that a draw in [0, 1) falls on */
function drawnWord(probabilities, draw) {
  let sum = 0;
  const found = probabilities.findIndex((one) => (sum += one) > draw);
  return found >= 0 ? found : probabilities.findLastIndex((one) => one !== 0);
}

/**
 * @param {number[]} tokens
 * @param {{ temperature: number, top_k: number, max_tokens: number }} how
 */
function checkSampling(tokens, { temperature, top_k: topK, max_tokens: count }) {
  if (tokens.length === 0) throw new UserError("the text holds no word: give one");
  if (temperature !== 0 && !(temperature >= COLDEST && temperature < Infinity)) {
    throw new UserError(
      `temperature is ${repr(temperature)}: it must be 0, which always takes the likeliest word, or a finite number ` +
        `from ${repr(COLDEST)} up`,
    );
  }
  if (!(Number.isInteger(topK) && topK >= 0)) {
    throw new UserError(`top_k is ${topK}: it must be 1 or more, or 0 to draw from all words`);
  }
  if (!(Number.isInteger(count) && count >= 1)) throw new UserError(`max_tokens is ${count}: it must be at least 1`);
}
