/** @import { Language } from "../types.js" */

/** @type {Record<string, string>} */
let sentences = {};
/** @type {Language} */
const ENGLISH = {
  code: "en",
  point: ".",
  thousands: ",",
  between: ", ",
  cases: ["if", "else if", "otherwise"],
  small: true,
  problems: [],
};
let language = ENGLISH;
const POINT = /(?<=\d)\.(?=\d)/g;

/**
 * The templates that `said` and `many` fill in, by key, and how their language writes numbers.
 * @param {Record<string, string>} templates
 * @param {Partial<Language>} [spoken] English, as far as nothing is said
 */
export function useSentences(templates, spoken) {
  sentences = templates;
  language = { ...ENGLISH, ...spoken };
}

/** @returns {Language} that is spoken */
export function spokenLanguage() {
  return language;
}

/**
 * Numbers, written with a decimal point, as the language writes them.
 * @param {string | number} written
 * @returns {string}
 */
export function decimal(written) {
  return String(written).replace(POINT, language.point);
}

/**
 * What is wrong with what somebody typed, as the language says it; as it is in English, where nobody has translated it.
 * @param {string} english
 * @returns {string}
 */
export function toldProblem(english) {
  for (const [pattern, template] of language.problems) {
    const plain = pattern.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const found = new RegExp(`^${plain.join("(.*)")}$`, "s").exec(english)?.slice(1);
    if (found) return template.replaceAll("{}", () => found.shift() ?? "");
  }
  return english;
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
 * The sentence about so many things; `{count}` in it is in groups of thousands, unless the values say it otherwise.
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
 * A whole number in groups of thousands: 54,882.
 * @param {number} count
 * @returns {string}
 */
export function thousands(count) {
  return String(count).replace(/\B(?=(\d{3})+$)/g, language.thousands);
}

/** @param {string} text @returns {string} with a capital at its start, unless that is an address or a sign */
export function withCapital(text) {
  return beginsWithWord(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text;
}

/** @param {string} text @returns {string} as it goes on behind a colon; a word in capitals stays */
export function behindColon(text) {
  return language.small && beginsWithWord(text) ? text.slice(0, 1).toLowerCase() + text.slice(1) : text;
}

/** @param {string} text @returns {boolean} and not with an address, a sign, or a word in capitals */
function beginsWithWord(text) {
  return /^.[\p{Lowercase} ]/u.test(text);
}
