// Which 32-bit values of the random stream a drawn number is made from: Python's `data/sources.py`.

/** @import { Draw } from "../types.js" */
/**
 * A standard normal number is `sqrt(-2 ln(1 - length)) cos(2 pi angle)`, or the same with the sine; `length` and
 * `angle` are positions in the stream, where the uniform number starts that they are made from (Box & Muller 1958).
 * @typedef {{ length: number, angle: number, sine: boolean, double: boolean }} NormalSource
 */
/** @typedef {{ std: number, source: (flat: number) => NormalSource }} Drawn the numbers of a parameter */

// PyTorch makes normals sixteen at a time: eight lengths and eight angles. Fewer than sixteen it makes in another way.
const BLOCK = 16;
const HALF = BLOCK / 2;

/**
 * For each parameter where its numbers come from, in the order of the stream; what is drawn again takes the place of
 * what was drawn before.
 * @param {Draw[]} draws
 * @returns {Map<string, Drawn>}
 */
export function followed(draws) {
  const found = new Map();
  const sources = new NormalSources();
  for (const [parameter, count, std] of draws) {
    if (parameter) found.set(parameter, { std, source: sources.normals(count) });
    else sources.at += count;
  }
  return found;
}

/** Follows a stream from its seed through the normal numbers that are drawn from it, without drawing them. */
class NormalSources {
  constructor() {
    /** how many 32-bit values have been taken */
    this.at = 0;
    /** @type {NormalSource | null} */
    this.spare = null;
  }

  /** @param {number} count drawn in one go @returns {Drawn["source"]} */
  normals(count) {
    if (count < BLOCK) {
      const few = Array.from({ length: count }, () => this.one());
      return (flat) => few[flat];
    }
    const start = this.at;
    const rest = count % BLOCK;
    this.at += count + (rest ? BLOCK : 0);
    // The last block, if it is not full, is drawn afresh and covers the last sixteen numbers.
    return (flat) =>
      rest && flat >= count - BLOCK ? inBlocks(start + count, flat - count + BLOCK) : inBlocks(start, flat);
  }

  /** Fewer are drawn one by one, in double precision: the angle first, and a pair at a time. @returns {NormalSource} */
  one() {
    if (this.spare !== null) {
      const found = this.spare;
      this.spare = null;
      return found;
    }
    const [angle, length] = [this.at, this.at + 2];
    this.at += 4;
    this.spare = { length, angle, sine: true, double: true };
    return { length, angle, sine: false, double: true };
  }
}

/** @param {number} start @param {number} n @returns {NormalSource} the n-th number of blocks that start there */
function inBlocks(start, n) {
  const position = n % BLOCK;
  const length = start + n - position + (position % HALF);
  return { length, angle: length + HALF, sine: position >= HALF, double: false };
}
