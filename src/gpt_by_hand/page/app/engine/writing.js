// What writes text in a page: its own program, or a longer one where that reads less than the model can.

import { POSITIONS } from "../explain/concepts.js";
import { decode } from "../notation/decode.js";
import { about } from "../notation/program.js";
import { Engine } from "./engine.js";
import { TextWriter } from "./sampling.js";

/** @import { Contents } from "../types.js" */

/**
 * @param {Contents} contents
 * @param {(x: Float64Array) => ((...at: number[]) => void)[]} forms
 * @param {Engine} own the page's
 * @returns {TextWriter}
 */
export function writerOf({ writing, sampling, vocabulary }, forms, own) {
  if (writing === null) return new TextWriter(own, decode(sampling), vocabulary.known);
  const engine = new Engine(decode(writing.program), writing.steps, forms);
  const positions = about(engine.program, POSITIONS);
  if (positions) engine.numbers(positions).forEach((_, n, all) => (all[n] = n));
  return new TextWriter(engine, decode(sampling), vocabulary.known);
}

/**
 * Gives another engine the weights and settings that one has.
 * @param {Engine} from
 * @param {Engine} to
 */
export function handOver(from, to) {
  if (from === to) return;
  for (const tensor of to.program.tensors) {
    const own = from.program.named.get(tensor.name);
    if (own && tensor.given === "parameter") to.numbers(tensor).set(from.numbers(own));
  }
  for (const [name, at] of to.cells) to.x[at] = from.x[from.cells.get(name) ?? -1];
}
