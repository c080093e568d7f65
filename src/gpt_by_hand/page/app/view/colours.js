// Colours of numbers: blue below zero, orange above, the paper at 0; grey for what is masked or stands for a word.

const LEVELS = 256;
/** Colours grow faster than numbers near 0, so that small ones can be told from none. */
const CONTRAST = 0.65;

/**
 * How much of the strongest colour a number has.
 * @param {number} strength from -1 to 1
 * @returns {number} from 0 to 1
 */
export function visibleShare(strength) {
  return Math.min(1, Math.abs(strength)) ** CONTRAST;
}

/** The page's colours, as they are now: dark, light, or those that a system forces. */
export class Colours {
  constructor() {
    const style = getComputedStyle(document.documentElement);
    const [paper, below, above, masked, soft] = ["paper", "below", "above", "masked", "soft"].map((name) =>
      channels(style.getPropertyValue(`--${name}`)),
    );
    this.masked = packed(masked);
    this.blank = packed(paper);
    this.above = ramp(paper, above);
    this.below = ramp(paper, below);
    this.words = ramp(paper, soft);
  }

  /**
   * @param {number} strength from -1, the largest below zero, to 1
   * @returns {number} a pixel
   */
  heat(strength) {
    const levels = strength < 0 ? this.below : this.above;
    return levels[Math.round(visibleShare(strength) * (LEVELS - 1))];
  }

  /**
   * @param {number} part from 0 to 1
   * @returns {number} a pixel for what is a word's number, and neither large nor small
   */
  word(part) {
    return this.words[Math.round(Math.min(1, Math.max(0, part)) * 0.7 * (LEVELS - 1))];
  }
}

/**
 * @param {number[]} from
 * @param {number[]} to
 * @returns {Uint32Array} pixels from one colour to the other
 */
function ramp(from, to) {
  const mixed = (/** @type {number} */ part) => from.map((one, n) => Math.round(one + (to[n] - one) * part));
  return Uint32Array.from({ length: LEVELS }, (_, level) => packed(mixed(level / (LEVELS - 1))));
}

/**
 * @param {string} colour #rgb or #rrggbb
 * @returns {number[]} red, green and blue
 */
function channels(colour) {
  const digits = colour.trim().slice(1);
  const step = digits.length > 3 ? 2 : 1;
  return [0, 1, 2].map((n) => parseInt(digits.slice(n * step, (n + 1) * step).repeat(3 - step), 16));
}

/**
 * @param {number[]} colour
 * @returns {number} as a canvas keeps a pixel, in the byte order of this machine
 */
function packed([red, green, blue]) {
  return new Uint32Array(Uint8Array.of(red, green, blue, 255).buffer)[0];
}
