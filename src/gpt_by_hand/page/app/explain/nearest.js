// What somebody may have meant who wrote a name that there is not: Python's `difflib.get_close_matches`.

// From so many characters on, those that more than a hundredth of them are say nothing of a likeness.
const LONG = 200;

/**
 * The names most like the word, the likest first; none where nothing is alike.
 * @param {string} word
 * @param {Iterable<string>} known
 * @param {number} most
 * @param {number} cutoff
 * @returns {string[]}
 */
export function nearest(word, known, most, cutoff) {
  const matcher = new Matcher([...word]);
  const found = [...known].map((name) => ({ name, score: matcher.ratio([...name], cutoff) }));
  const alike = found.filter(({ score }) => score >= cutoff);
  alike.sort((one, other) => other.score - one.score || byCharacter(other.name, one.name));
  return alike.slice(0, most).map(({ name }) => name);
}

/**
 * The names as a guess; nothing if there are none.
 * @param {string[]} names
 * @returns {string}
 */
export function perhaps(names) {
  return names.length ? `perhaps you meant ${alternatives(names)}` : "";
}

/**
 * `a, b or c`.
 * @param {string[]} names
 * @returns {string}
 */
function alternatives(names) {
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}` : names.join("");
}

/**
 * Which text comes first, as Python orders them: by the numbers of their characters.
 * @param {string} one
 * @param {string} other
 * @returns {number} below 0, 0, or above 0
 */
function byCharacter(one, other) {
  const [left, right] = [one, other].map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const at = left.findIndex((code, n) => code !== right[n]);
  return at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
}

/** Says how like others are to a word (Ratcliff & Metzener 1988, Pattern matching: the gestalt approach). */
class Matcher {
  /** @param {string[]} word its characters */
  constructor(word) {
    this.word = word;
    this.counts = counted(word);
    /** @type {Map<string, number[]>} */
    this.places = new Map();
    word.forEach((character, n) => this.places.set(character, [...(this.places.get(character) ?? []), n]));
    const most = Math.floor(word.length / 100) + 1;
    for (const [character, places] of word.length >= LONG ? [...this.places] : []) {
      if (places.length > most) this.places.delete(character);
    }
  }

  /**
   * Twice the characters that match, by those that there are; something below the cutoff where it is not reached.
   * @param {string[]} other
   * @param {number} cutoff
   * @returns {number}
   */
  ratio(other, cutoff) {
    const longest = Math.min(other.length, this.word.length);
    if (share(longest, other, this.word) < cutoff || share(this.common(other), other, this.word) < cutoff) return -1;
    return share(this.matching(other, [0, other.length], [0, this.word.length]), other, this.word);
  }

  /** @param {string[]} other @returns {number} how many characters both have, wherever they are */
  common(other) {
    let found = 0;
    counted(other).forEach((count, character) => (found += Math.min(count, this.counts.get(character) ?? 0)));
    return found;
  }

  /**
   * How many characters are in the longest part that both have, and in those before it and behind it.
   * @param {string[]} other
   * @param {[number, number]} ours from and to in the other
   * @param {[number, number]} theirs from and to in the word
   * @returns {number}
   */
  matching(other, ours, theirs) {
    const [at, there, size] = this.longest(other, ours, theirs);
    if (!size) return 0;
    const before = this.matching(other, [ours[0], at], [theirs[0], there]);
    return before + size + this.matching(other, [at + size, ours[1]], [there + size, theirs[1]]);
  }

  /**
   * The longest part that both have, the first of several: where it is in the other, in the word, and how long.
   * @param {string[]} other
   * @param {[number, number]} ours
   * @param {[number, number]} theirs
   * @returns {[number, number, number]}
   */
  longest(other, ours, theirs) {
    /** @type {[number, number, number]} */
    let best = [ours[0], theirs[0], 0];
    /** @type {Map<number, number>} how long the part is that ends at each place of the word */
    let ending = new Map();
    for (let at = ours[0]; at < ours[1]; at++) {
      const next = new Map();
      for (const there of this.places.get(other[at]) ?? []) {
        if (there < theirs[0] || there >= theirs[1]) continue;
        const size = (ending.get(there - 1) ?? 0) + 1;
        next.set(there, size);
        if (size > best[2]) best = [at - size + 1, there - size + 1, size];
      }
      ending = next;
    }
    return this.widened(other, ours, theirs, best);
  }

  /**
   * The part with the characters beside it that both have, those too that are so frequent that they say nothing.
   * @param {string[]} other
   * @param {[number, number]} ours
   * @param {[number, number]} theirs
   * @param {[number, number, number]} best
   * @returns {[number, number, number]}
   */
  widened(other, ours, theirs, [at, there, size]) {
    while (at > ours[0] && there > theirs[0] && other[at - 1] === this.word[there - 1]) {
      [at, there, size] = [at - 1, there - 1, size + 1];
    }
    while (at + size < ours[1] && there + size < theirs[1] && other[at + size] === this.word[there + size]) {
      size += 1;
    }
    return [at, there, size];
  }
}

/** @param {string[]} characters @returns {Map<string, number>} */
function counted(characters) {
  const found = new Map();
  characters.forEach((character) => found.set(character, (found.get(character) ?? 0) + 1));
  return found;
}

/** @param {number} matches @param {string[]} one @param {string[]} other @returns {number} */
function share(matches, one, other) {
  const length = one.length + other.length;
  return length ? (2 * matches) / length : 1;
}
