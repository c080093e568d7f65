// Normal numbers, to the last bit as training draws its first weights: Python's `data/box_muller.py`.
//
// All numbers are float32: each result is rounded to that, and a fused multiply-add once. Source: Box and Muller 1958;
// logarithm, sine and cosine are the Cephes library's polynomials in single precision, as PyTorch takes them.

/** @import { RandomStream } from "./random.js" */

const NORMALS_AT_ONCE = 16;
const LOG = [
  ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1],
  ...[-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
];
const SINE = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COSINE = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
// The natural logarithm of 2 in two parts, and minus pi / 4 in three; the first ones are exact in few bits.
const LN_2 = [-2.1219444e-4, 0.693359375];
const QUARTER_PI = [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8];

/**
 * Normal numbers with a standard deviation, made 16 at a time; a last block that is not full covers the last 16 afresh.
 * @param {RandomStream} stream
 * @param {number} count 16 or more
 * @param {number} deviation
 * @returns {Float32Array}
 */
export function drawNormals(stream, count, deviation) {
  const found = Float32Array.from({ length: count }, () => stream.uniform());
  const whole = count - (count % NORMALS_AT_ONCE);
  for (let at = 0; at < whole; at += NORMALS_AT_ONCE) {
    makeNormal(found.subarray(at, at + NORMALS_AT_ONCE), deviation);
  }
  if (whole < count) {
    const last = found.subarray(count - NORMALS_AT_ONCE);
    last.forEach((_, n) => (last[n] = stream.uniform()));
    makeNormal(last, deviation);
  }
  return found;
}

/**
 * Normals in place of 16 uniform numbers, of which the first half makes lengths.
 * @param {Float32Array} block
 * @param {number} deviation
 */
function makeNormal(block, deviation) {
  const half = NORMALS_AT_ONCE / 2;
  for (let n = 0; n < half; n++) {
    const length = Math.fround(Math.sqrt(-2 * logarithm(Math.fround(1 - block[n]))));
    const [sine, cosine] = sineAndCosine(Math.fround(Math.fround(2 * Math.PI) * block[n + half]));
    block[n] = fused(length * cosine, deviation, 0);
    block[n + half] = fused(length * sine, deviation, 0);
  }
}

/**
 * `a * b + c`, rounded once: in doubles, a product of two float32 is exact.
 * @param {number} a
 * @param {number} b
 * @param {number} c
 */
function fused(a, b, c) {
  return Math.fround(Math.fround(a) * Math.fround(b) + Math.fround(c));
}

/** Horner's rule, the highest power first. @param {number[]} coefficients @param {number} x */
function polynomial(coefficients, x) {
  return coefficients.reduce((value, coefficient) => fused(value, x, coefficient));
}

/** @param {number} x from above 0 to 1 @returns {number} */
function logarithm(x) {
  const whole = (new Uint32Array(Float32Array.of(x).buffer)[0] >>> 23) - 126;
  const part = x / 2 ** whole; // from 1/2 on, below 1
  const isSmall = part < Math.fround(Math.SQRT1_2);
  const power = whole - Number(isSmall);
  const m = Math.fround(part - 1 + (isSmall ? part : 0));
  const square = Math.fround(m * m);
  const tail = fused(polynomial(LOG, m) * m, square, power * Math.fround(LN_2[0]));
  return fused(power, LN_2[1], m + fused(-square, 0.5, tail));
}

/** @param {number} angle in radians, not below 0 @returns {[sine: number, cosine: number]} */
function sineAndCosine(angle) {
  const octant = (Math.trunc(Math.fround(angle * Math.fround(4 / Math.PI))) + 1) & ~1;
  const x = QUARTER_PI.reduce((rest, part) => fused(octant, part, rest), angle);
  const z = Math.fround(x * x);
  const cosine = Math.fround(fused(polynomial(COSINE, z) * z, z, -z / 2) + 1);
  const sine = fused(polynomial(SINE, z) * z, x, x);
  const [first, second] = octant & 2 ? [cosine, sine] : [sine, cosine];
  return [octant & 4 ? -first : first, (octant + 2) & 4 ? -second : second];
}
