// What the positions along indices are called, in tables and in sentences, and which position a word means.
import { about } from "../notation/program.js";
import { TOKENS } from "./concepts.js";
import { UserError } from "./errors.js";
import { nearest } from "./nearest.js";
import { said } from "./sentences.js";
import { stripped } from "./texts.js";

/** @import { Index, Numbers, Program, Subscript, Tensor, Vocabulary } from "../types.js" */

// Words to offer for one that there is not, and those of a sequence that are listed.
const NEAR = 3;
const LISTED_WORDS = 8;

/** The vocabulary, and the sequences that the positions are of, if there are any. */
export class Words {
  /**
   * @param {Vocabulary} vocabulary
   * @param {Program} program
   * @param {Numbers} numbers the words of the sequences are read here whenever they are needed
   */
  constructor(vocabulary, program, numbers) {
    this.vocabulary = vocabulary;
    this.numbers = numbers;
    /** The words that go in, [b, t]. */
    this.tokens = about(program, TOKENS);
    /** @type {Map<string, number>} */
    this.byText = new Map(vocabulary.texts.map((text, token) => [text, token]));
    /** @type {Map<string, number>} */
    this.byLabel = new Map(vocabulary.labels.map((label, token) => [label, token]));
    vocabulary.labels
      .filter((label, token) => !this.isEntry(label, token))
      .forEach((label) => this.byLabel.delete(label));
  }

  /** @param {string} label @param {number} token @returns {boolean} or is it a number beyond the vocabulary's end? */
  isEntry(label, token) {
    return label !== `#${token}` || this.vocabulary.texts[token] !== "";
  }

  /** @returns {number} how many sequences there are */
  get sequences() {
    return this.tokens === null ? 0 : this.tokens.shape[0];
  }

  /** @param {Index} index @returns {boolean} does it count sequences? */
  countsSequences(index) {
    return this.tokens !== null && index.axis !== null && index.axis === this.tokens.indices[0].axis;
  }

  /**
   * The tokens of a sequence, or of the only one; null where nobody says which, and where there are none.
   * @param {number | null} [row]
   * @returns {number[] | null}
   */
  sequence(row = null) {
    const tokens = this.tokens;
    if (tokens === null || (row === null && this.sequences > 1)) return null;
    return Array.from({ length: tokens.shape[1] }, (_, at) => this.numbers.at(tokens, [row ?? 0, at]));
  }

  /** @param {number} token @returns {string} what a word is called in tables */
  wordLabel(token) {
    return this.vocabulary.labels[token] ?? `#${token}`;
  }

  /** @param {number} token @returns {string} the same, or as much of it as a table has room for */
  short(token) {
    return this.vocabulary.short[token] ?? this.wordLabel(token);
  }

  /** @param {number} token @returns {string} the word between quotation marks */
  quoted(token) {
    return this.vocabulary.quoted[token] ?? `"#${token}"`;
  }

  /**
   * What positions along an index are called in tables: `3 see` where they are words', of sequence `row`.
   * @param {Index} index
   * @param {number | null} [row]
   * @returns {(at: number) => string}
   */
  labels(index, row = null) {
    if (index.axis?.layout === "vocabulary") return (at) => `${at} ${this.short(at)}`;
    const sequence = index.axis?.layout === "words" ? this.sequence(row) : null;
    if (sequence !== null) return (at) => `${at} ${this.short(sequence[at])}`;
    const names = index.axis?.names ?? [];
    return names.length > 0 ? (at) => `${at} ${names[at]}` : String;
  }

  /**
   * What a position along an axis is called in tables, where the tensor has these subscripts along the others.
   * @param {Tensor} tensor
   * @param {Subscript[]} subscripts
   * @param {number} axis
   * @param {number} at
   * @returns {string}
   */
  label(tensor, subscripts, axis, at) {
    return this.labels(tensor.indices[axis], this.row(tensor, subscripts))(at);
  }

  /**
   * What to call the position along each index in a sentence: a word where it is one, else its number.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @returns {Map<string, string>}
   */
  spoken(tensor, place) {
    const row = this.row(tensor, place);
    return new Map(tensor.indices.map((index, n) => [index.name, this.spokenAt(index, place[n], row)]));
  }

  /** @param {Index} index @param {number} at @param {number | null} row @returns {string} */
  spokenAt(index, at, row) {
    if (index.axis?.layout === "vocabulary") return this.quoted(at);
    if (index.axis?.names.length) return index.axis.names[at];
    if (this.tokens === null || index.axis?.layout !== "words") return String(at);
    if (row === null) return said("meaning.position", { position: at });
    const tokens = /** @type {number[]} */ (this.sequence(row));
    const word = this.quoted(tokens[at]);
    const alone = tokens.filter((token) => token === tokens[at]).length === 1;
    return alone ? word : said("meaning.word", { word, position: at });
  }

  /** @param {Tensor} tensor @param {Subscript[]} subscripts @returns {number | null} the sequence that they are of */
  row(tensor, subscripts) {
    const axis = tensor.indices.findIndex((index) => this.countsSequences(index));
    const row = axis < 0 ? null : subscripts[axis];
    return typeof row === "number" ? row : null;
  }

  /**
   * The position along an index that a word means: its number in the vocabulary, or where sequence `row` has it.
   * @param {Index} index
   * @param {string} text may stand between quotation marks
   * @param {number | null} row
   * @returns {number}
   * @throws {UserError} with the word's number, or the nearest words' numbers, or where it stands
   */
  position(index, text, row) {
    const token = this.token(text);
    if (index.axis?.layout === "vocabulary") return token;
    const label = this.wordLabel(token);
    const known = `${label} is word ${token} of the vocabulary`;
    if (index.axis?.layout !== "words") throw new UserError(`${known}, but ${index.name} counts no words`);
    const sequence = this.sequence(row);
    if (sequence === null) throw new UserError(`${known}; ${index.name} counts positions: give a number`);
    const found = [...sequence.keys()].filter((at) => sequence[at] === token);
    if (found.length === 1) return found[0];
    if (found.length > 1) throw new UserError(`${label} stands at the positions ${listed(found)}: say which`);
    const words = sequence.slice(0, LISTED_WORDS).map((one, at) => `${at} ${this.wordLabel(one)}`);
    throw new UserError(`${known}, but not in the sequence, which has ${words.join(", ")}`);
  }

  /**
   * The number of a word.
   * @param {string} text as somebody writes it, or as tables show it
   * @returns {number}
   * @throws {UserError} with the nearest words
   */
  token(text) {
    const isQuoted = text.length > 1 && /^['"]/.test(text) && text[0] === text.at(-1);
    const plain = isQuoted ? text.slice(1, -1) : text;
    const found = this.entry(plain) ?? this.byLabel.get(text) ?? (isQuoted ? this.byLabel.get(plain) : undefined);
    if (found !== undefined) return found;
    const near = nearest(plain, this.byLabel.keys(), NEAR, 0.5).map((label) => `${label} (${this.byLabel.get(label)})`);
    const hint = near.length > 0 ? `; nearest: ${near.join(", ")}` : "";
    throw new UserError(`${text} is no word of the vocabulary${hint}`);
  }

  /** @param {string} text @returns {number | undefined} the entry that a text is; words also in lower case */
  entry(text) {
    const { kind, has_its_spaces: keepsSpaces } = this.vocabulary;
    if (!text) return undefined;
    if (kind !== "word") return this.byText.get(text);
    const cases = [text, text.toLowerCase(), ...(keepsSpaces ? [] : [stripped(text), stripped(text).toLowerCase()])];
    const known = cases.find((one) => one && this.byText.has(one));
    return known === undefined ? undefined : this.byText.get(known);
  }
}

/** @param {number[]} numbers @returns {string} */
function listed(numbers) {
  return `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}
