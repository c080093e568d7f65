/** @type {Record<string, string>} */
let sentences = {};

/**
 * The templates that `said` and `many` fill in, by key.
 * @param {Record<string, string>} templates
 */
export function useSentences(templates) {
  sentences = templates;
}

/**
 * The sentence with the values in it. Throws an Error where there is none, or a value is missing.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function said(key, values = {}) {
  return parts(key, values).join("");
}

/**
 * The sentence about so many things; `{count}` in it has commas between thousands, unless the values say it otherwise.
 * @param {string} key
 * @param {number} count
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function many(key, count, values = {}) {
  return said(`${key}.${count === 1 ? "one" : "many"}`, { count: thousands(count), ...values });
}

/**
 * The sentence in pieces, with anything in place of the names in braces, such as elements of a page; none is empty.
 * Throws an Error where there is no such sentence, or a value is missing.
 * @template T
 * @param {string} key
 * @param {Record<string, T>} values
 * @returns {(string | T)[]}
 */
export function parts(key, values) {
  if (!Object.hasOwn(sentences, key)) {
    throw new Error(`there is no sentence ${key}`);
  }
  const pieces = sentences[key].split(/\{(\w+)\}/);
  return pieces.map((piece, n) => (n % 2 ? valueFor(key, values, piece) : piece)).filter((piece) => piece !== "");
}

/**
 * @template T
 * @param {string} key
 * @param {Record<string, T>} values
 * @param {string} name
 * @returns {T}
 */
function valueFor(key, values, name) {
  if (!Object.hasOwn(values, name)) {
    throw new Error(`the sentence ${key} needs ${name}`);
  }
  return values[name];
}

/**
 * A whole number with commas between thousands: 54,882.
 * @param {number} count
 * @returns {string}
 */
export function thousands(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
