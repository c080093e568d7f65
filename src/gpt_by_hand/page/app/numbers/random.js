import { UserError } from "../explain/errors.js";

// 32-bit words in the generator's state, and how far apart those are that are mixed.
const STATE_WORDS = 624;
const STATE_SHIFT = 397;
// From here on PyTorch takes two draws for a whole number, to keep the skew of the remainder small.
const TWO_DRAWS = 2 ** 28;

/**
 * A seeded stream of random numbers, equal to `torch.manual_seed(seed)` on the CPU: MT19937 (Matsumoto & Nishimura
 * 1998), and what is made of its 32-bit values as in Python's `data/random.py`.
 *
 * `draws` counts the 32-bit values taken so far.
 */
export class RandomStream {
  /**
   * Throws a UserError when the seed is no whole number in [0, 2**32).
   * @param {number} seed
   */
  constructor(seed) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      throw new UserError(`seed is ${seed}: give a whole number from 0 to ${2 ** 32 - 1}`);
    }
    this.seed = seed;
    this.draws = 0;
    this.key = firstState(seed);
    this.position = STATE_WORDS;
  }

  /**
   * The same stream at the same place, which goes on by itself: what has been drawn can be drawn again.
   * @returns {RandomStream}
   */
  copy() {
    const copied = Object.assign(Object.create(RandomStream.prototype), this);
    copied.key = this.key.slice();
    return copied;
  }

  /**
   * The next 32-bit value.
   * @returns {number}
   */
  next() {
    this.draws += 1;
    if (this.position === STATE_WORDS) {
      twist(this.key);
      this.position = 0;
    }
    return tempered(this.key[this.position++]);
  }

  /**
   * The next `count` 32-bit values.
   * @param {number} count
   * @returns {Uint32Array}
   */
  raw(count) {
    const found = new Uint32Array(count);
    for (let n = 0; n < count; n++) {
      found[n] = this.next();
    }
    return found;
  }

  /**
   * Take the next `count` 32-bit values, and make nothing of them.
   * @param {number} count
   */
  skip(count) {
    this.draws += count;
    this.position += count;
    while (this.position > STATE_WORDS) {
      twist(this.key);
      this.position -= STATE_WORDS;
    }
  }

  /**
   * A number in [0, 1), exact in float32: the low 24 bits of one draw.
   * @returns {number}
   */
  uniform() {
    return (this.next() & 0xffffff) * 2 ** -24;
  }

  /**
   * Whole numbers in [0, below): one draw each, or two from 2**28 on. Throws a UserError where there is none.
   * @param {number} below
   * @param {number} count
   * @returns {number[]}
   */
  integers(below, count) {
    if (below < 1) {
      throw new UserError(`no integer is in [0, ${below}): the upper end must be at least 1`);
    }
    return Array.from({ length: count }, () => (below < TWO_DRAWS ? this.next() % below : this.large(below)));
  }

  /**
   * A whole number in [0, below) from 64 bits: the first draw is their upper half.
   * @param {number} below
   * @returns {number}
   */
  large(below) {
    const upper = BigInt(this.next());
    return Number(((upper << 32n) | BigInt(this.next())) % BigInt(below));
  }
}

/**
 * The first state for a seed: `init_genrand` of the authors' mt19937ar.c.
 * @param {number} seed
 * @returns {Uint32Array}
 */
function firstState(seed) {
  const key = new Uint32Array(STATE_WORDS);
  key[0] = seed;
  for (let n = 1; n < STATE_WORDS; n++) {
    key[n] = Math.imul(1812433253, key[n - 1] ^ (key[n - 1] >>> 30)) + n;
  }
  return key;
}

/**
 * All words of the state made anew.
 * @param {Uint32Array} key
 */
function twist(key) {
  for (let n = 0; n < STATE_WORDS; n++) {
    const mixed = (key[n] & 0x80000000) | (key[(n + 1) % STATE_WORDS] & 0x7fffffff);
    key[n] = key[(n + STATE_SHIFT) % STATE_WORDS] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
  }
}

/**
 * What is given out for a word of the state.
 * @param {number} word
 * @returns {number}
 */
function tempered(word) {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  return (word ^ (word >>> 18)) >>> 0;
}
