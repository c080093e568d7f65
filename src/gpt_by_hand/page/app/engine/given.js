// What no formula computes, from the text that travels in a page.

import { drawNormals } from "../numbers/normals.js";
import { RandomStream } from "../numbers/random.js";

/** @import { Contents, Draw, Program, Tensor } from "../types.js" */
/** @import { Engine } from "./engine.js" */

const FIRST_LETTER = 35;

/**
 * Put the numbers that are given in their place; what is left out is 0.
 * @param {Engine} engine
 * @param {Contents["given"]} given
 */
export function loadGiven(engine, given) {
  for (const [tensor, numbers] of givenNumbers(engine.program, given)) {
    if (numbers.length !== tensor.size) throw new RangeError(`${tensor.name} has ${tensor.size} numbers`);
    engine.numbers(tensor).set(numbers);
  }
}

/** @param {Program} program @param {Contents["given"]} given @returns {[Tensor, ArrayLike<number>][]} */
function givenNumbers(program, { whole, real, drawn }) {
  const named = (/** @type {string} */ name) => {
    const tensor = program.named.get(name);
    if (!tensor) throw new RangeError(`there is no tensor ${name}`);
    return tensor;
  };
  /** @type {[Tensor, ArrayLike<number>][]} */
  const found = Object.entries(whole).map(([name, numbers]) => [named(name), numbers]);
  const numbers = unpacked(real);
  let at = 0;
  for (const tensor of real.names.map(named)) {
    found.push([tensor, numbers.subarray(at, at + tensor.size)]);
    at += tensor.size;
  }
  return drawn ? [...found, ...startWeights(program, drawn)] : found;
}

/**
 * What all parameters start with: what the stream draws, or a number of their own.
 * @param {Program} program
 * @param {{ seed: number, draws: Draw[] }} drawn
 * @returns {[Tensor, ArrayLike<number>][]}
 */
function startWeights(program, { seed, draws }) {
  const stream = new RandomStream(seed);
  const found = new Map();
  for (const [name, count, deviation] of draws) {
    if (name) found.set(name, drawNormals(stream, count, deviation));
    else stream.skip(count);
  }
  const parameters = program.tensors.filter((tensor) => tensor.given === "parameter");
  return parameters.map((one) => [one, found.get(one.name) ?? new Float32Array(one.size).fill(one.start)]);
}

/**
 * Float32 numbers, from their three lower bytes, and a letter for the highest.
 * @param {Contents["given"]["real"]} real
 */
function unpacked({ base64, highest, bytes }) {
  const found = new Uint8Array(4 * highest.length);
  bytesOf(base64).forEach((byte, n) => (found[4 * (n % highest.length) + Math.floor(n / highest.length)] = byte));
  for (let n = 0; n < highest.length; n++) found[4 * n + 3] = bytes[highest.charCodeAt(n) - FIRST_LETTER];
  return new Float32Array(found.buffer);
}

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
export function bytesOf(base64) {
  const text = atob(base64);
  const found = new Uint8Array(text.length);
  for (let n = 0; n < text.length; n++) found[n] = text.charCodeAt(n);
  return found;
}

/** @param {number | string} said "inf" where it is no number that JSON has @returns {number} */
export function spelledOut(said) {
  return Number(String(said).replace("inf", "Infinity"));
}
