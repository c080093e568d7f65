// Which words of a vocabulary fit what somebody types. No DOM here.

/** @typedef {import("../types.js").Vocabulary} Vocabulary */

/**
 * The words that fit a text: the one that is written so, then those that begin with it, then those that contain it;
 * without a text all of them, in the vocabulary's order. Capitals count for nothing.
 * @param {Vocabulary} vocabulary
 * @param {string} text
 * @param {number} most
 * @returns {{ words: number[], more: number }} the first of them, and how many there are besides
 */
export function fittingWords({ labels, texts }, text, most) {
  const wanted = text.toLowerCase();
  /** @type {number[][]} */
  const ranks = [[], [], []];
  labels.forEach((label, word) => {
    const rank = Math.min(fitOf(label, wanted), fitOf(texts[word] ?? "", wanted));
    if (rank < ranks.length) ranks[rank].push(word);
  });
  const words = ranks.flat();
  return { words: words.slice(0, most), more: Math.max(0, words.length - most) };
}

/**
 * @param {string} word
 * @param {string} wanted
 * @returns {number} the lower, the better; 3 for what does not fit
 */
function fitOf(word, wanted) {
  const lower = word.toLowerCase();
  if (lower === wanted) return 0;
  const at =
    wanted.trim() === "" ? lower.indexOf(wanted) : Math.max(lower.indexOf(wanted), lower.trim().indexOf(wanted));
  return at === 0 ? 1 : at > 0 ? 2 : 3;
}
