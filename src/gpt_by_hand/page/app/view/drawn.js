// How a word is drawn from probabilities: where the words lie between 0 and 1, and into which of them a draw falls.

/**
 * @typedef {object} Segment
 * @property {number} word
 * @property {number} probability
 * @property {number} from the probabilities of all words before it, added up
 * @property {number} to those with its own
 */

/**
 * The words that may be drawn, in the vocabulary's order, as they lie one behind the other.
 * @param {ArrayLike<number>} probabilities
 * @returns {Segment[]}
 */
export function segments(probabilities) {
  let to = 0;
  const found = [];
  for (let word = 0; word < probabilities.length; word++) {
    const from = to;
    to += probabilities[word];
    if (probabilities[word] > 0) found.push({ word, probability: probabilities[word], from, to });
  }
  return found;
}

/**
 * What can be told apart of segments: narrow ones that lie beside each other become one, of no word.
 * @param {Segment[]} laid
 * @param {number} least how wide a segment must be to be seen
 * @param {number} kept the word that stays, however narrow it is
 * @returns {(Omit<Segment, "word"> & { word: number | null })[]}
 */
export function visibleSegments(laid, least, kept) {
  /** @type {(Omit<Segment, "word"> & { word: number | null })[]} */
  const found = [];
  for (const segment of laid) {
    const last = found.at(-1);
    const isNarrow = segment.probability < least && segment.word !== kept;
    if (isNarrow && last?.word === null) {
      last.to = segment.to;
      last.probability += segment.probability;
    } else {
      found.push({ ...segment, word: isNarrow ? null : segment.word });
    }
  }
  return found;
}

/**
 * The likeliest words, most likely first; of equals, the first in the vocabulary.
 * @param {ArrayLike<number>} probabilities
 * @param {number} count
 * @returns {number[]}
 */
export function likeliest(probabilities, count) {
  const words = Array.from(probabilities, (_, word) => word).filter((word) => probabilities[word] > 0);
  return words.sort((one, other) => probabilities[other] - probabilities[one] || one - other).slice(0, count);
}
