// What a person types as an answer: a number, a fraction, or arithmetic. Read by hand, never run as code; the rules of
// Python's `practice/arithmetic.py`, with the same sentences for what is wrong.

import { UserError } from "../explain/errors.js";
import { decimal, said } from "../explain/sentences.js";
import { FUNCTIONS, OPERATORS } from "../numbers/arithmetic.js";

/** @typedef {{ value: number, halfUnit: number }} Typed of its last digit; 0 for arithmetic */

const LONGEST = 300;
const DEEPEST = 50;
/** @type {Record<string, string>} */
const SPELLINGS = { "−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "∞": "inf", π: "pi", "√": "sqrt" };
const SPELLED = new RegExp(`[${Object.keys(SPELLINGS).join("")}]`, "gu");
const SPACES = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const TOKEN = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z]\w*|\*\*|[^ ]/gu;
// Between the digits of one number, and the only one there.
const DECIMAL_COMMA = /(?<![\w,])(\d*),(\d+)(?![\d,])/g;
const LITERAL = /^[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/;
const LITERAL_START = /^\.?\d/;
// The operations of a level bind less tightly than those of the next.
const LEVELS = ["+-", "*/"];
const NAMES = new Map([
  ["pi", Math.PI],
  ["e", Math.E],
  ["inf", Infinity],
]);
const CALLED = new Map(["sqrt", "exp", "log", "erf", "tanh", "cos"].map((name) => [name, FUNCTIONS[name]]));
CALLED.set("ln", FUNCTIONS.log);

/** Arithmetic without a result: the key of the reason. */
class NoResult extends Error {}

/**
 * The number that the text stands for: `0.31`, `.31`, `0,31`, `3.1e-1`, `3/8`, `-inf`, `(0.2*0.5+0.1)/sqrt(8)`. Throws:
 * UserError, in one line, for anything else and where the result is no number.
 * @param {string} text
 * @returns {Typed}
 */
export function readAnswer(text) {
  const plain = withPoints(inOneLine(text.replace(SPELLED, (sign) => SPELLINGS[sign])));
  const count = [...plain].length;
  if (count > LONGEST) throw new UserError(said("read.long", { count, most: LONGEST, help: said("read.help") }));
  try {
    const value = new Reader(plain).all();
    const halfUnit = lastDigit(plain);
    if (!Number.isNaN(value)) return { value, halfUnit };
  } catch (error) {
    if (!(error instanceof NoResult)) throw error;
    throw new UserError(said("read.no result because", { reason: said(error.message), text: decimal(plain) }));
  }
  throw new UserError(said("read.no result", { text: decimal(plain) }));
}

/**
 * The text with one blank between its words, and none around them.
 * @param {string} text
 * @returns {string}
 */
export function inOneLine(text) {
  return text.split(SPACES).filter(Boolean).join(" ");
}

/** @param {string} text @returns {string} with decimal points for its decimal commas */
function withPoints(text) {
  if (!text.includes(",")) return text;
  if (text.includes(".")) {
    throw new UserError(said("read.point and comma", { text: [...text].slice(0, LONGEST).join("") }));
  }
  const found = text.replace(DECIMAL_COMMA, "$1.$2");
  if (found.includes(",")) throw new UserError(said("read.commas", { help: said("read.help") }));
  return found;
}

/** @param {string} text @returns {number} half a unit of the last digit of a literal such as 0.31; else 0 */
function lastDigit(text) {
  const [found, , decimals = "", power = ""] = LITERAL.exec(text) ?? [];
  if (found === undefined || !(decimals || power) || power.length > 3) return 0;
  return checked(Number(`1e${Number(power) - decimals.length}`), 1) / 2;
}

/**
 * What is computed from these numbers, if Python gives a result there and no error. Throws: NoResult.
 * @param {number} found
 * @param {number[]} from
 * @returns {number}
 */
function checked(found, ...from) {
  if (Number.isNaN(found) && !from.some(Number.isNaN)) throw new NoResult("read.because.undefined");
  const isEndless = !Number.isFinite(found) && from.every(Number.isFinite);
  if (isEndless) throw new NoResult(from[0] === 0 ? "read.because.undefined" : "read.because.large");
  return found;
}

/** @param {string} word @returns {UserError} */
function problem(word) {
  const help = said("read.help");
  return new UserError(
    word ? said("read.unexpected", { word: quoted(word), help }) : said("read.incomplete", { help }),
  );
}

/** @param {string} word @returns {string} as Python's `repr` writes it */
function quoted(word) {
  const quote = word === "'" ? '"' : "'";
  return quote + [...word].map((sign) => (/[\p{C}\p{Z}\\]/u.test(sign) ? escaped(sign) : sign)).join("") + quote;
}

/** @param {string} sign @returns {string} */
function escaped(sign) {
  if (sign === "\\") return "\\\\";
  const hexadecimal = Number(sign.codePointAt(0)).toString(16);
  const [letter, digits] = hexadecimal.length < 3 ? ["x", 2] : hexadecimal.length < 5 ? ["u", 4] : ["U", 8];
  return `\\${letter}${hexadecimal.padStart(Number(digits), "0")}`;
}

/** Recursive descent: a sum of products of signed powers of atoms, with Python's precedence. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    /** @type {string[]} */
    this.tokens = text.match(TOKEN) ?? [];
    this.next = 0;
    this.depth = 0;
  }

  get peek() {
    return this.tokens[this.next] ?? "";
  }

  /** @returns {string} */
  take() {
    return this.tokens[this.next++] ?? "";
  }

  /** @returns {number} */
  all() {
    const value = this.chain();
    if (this.peek) throw problem(this.peek);
    return value;
  }

  /**
   * Operations of one level, one after the other, on the results of those that bind more tightly.
   * @param {number} [level]
   * @returns {number}
   */
  chain(level = 0) {
    if (level === LEVELS.length) return this.signed();
    let value = this.chain(level + 1);
    while (this.peek && LEVELS[level].includes(this.peek)) {
      const operator = this.take();
      const right = this.chain(level + 1);
      if (operator === "/" && right === 0) throw new NoResult("read.because.zero");
      value = Number(OPERATORS[operator](value, right));
    }
    return value;
  }

  /** @returns {number} */
  signed() {
    this.depth++;
    if (this.depth > DEEPEST) throw new UserError(said("read.deep", { most: DEEPEST, help: said("read.help") }));
    const sign = this.peek === "+" || this.peek === "-" ? this.take() : "";
    const value = sign ? this.signed() : this.power();
    this.depth--;
    return sign === "-" ? -value : value;
  }

  /** @returns {number} */
  power() {
    const base = this.atom();
    if (this.peek !== "**" && this.peek !== "^") return base;
    this.take();
    const exponent = this.signed();
    return checked(Number(OPERATORS["**"](base, exponent)), base, exponent);
  }

  /** @returns {number} */
  atom() {
    const token = this.take();
    if (token === "(") return this.inside();
    const computed = CALLED.get(token);
    if (computed) return this.call(token, computed);
    const constant = NAMES.get(token) ?? (LITERAL_START.test(token) ? Number(token) : undefined);
    if (constant === undefined) throw problem(token);
    return token === "inf" ? constant : checked(constant, 1);
  }

  /** @param {string} name @param {(argument: number) => number} computed @returns {number} */
  call(name, computed) {
    if (this.take() !== "(") throw new UserError(said("read.function", { name }));
    const argument = this.inside();
    return checked(computed(argument), argument);
  }

  /** @returns {number} */
  inside() {
    const value = this.chain();
    if (this.take() !== ")") throw new UserError(said("read.open", { help: said("read.help") }));
    return value;
  }
}
