// Answers to "where do you come from?", for any number of the page.
import { defining, instance, placeOf, without } from "../notation/instance.js";
import { key } from "../notation/nodes.js";
import { addressOf } from "../printers/text.js";
import { python } from "../printers/python.js";
import { missing, position, split, storedAt } from "./address.js";
import { Beginnings } from "./beginnings.js";
import { Bookkeeper } from "./ledgers.js";
import { meaning } from "./meaning.js";
import { notes } from "./notes.js";
import { steps } from "./steps.js";
import { usesOf } from "./uses.js";

/** @import { Absent, Access, Explanation, Index, Instance, Numbers, Operand, Origin } from "../types.js" */
/** @import { Program, Tensor, Use, Whose } from "../types.js" */
/** @import { Words } from "./words.js" */
/**
 * What else is known; all of it is asked for when it is needed, so it may change.
 * @typedef {object} Beside
 * @property {Whose} whose
 * @property {Absent} absent
 * @property {(tensor: Tensor, place: number[]) => boolean} [isSet] has somebody set this number?
 * @property {(element: Access) => boolean} [isStopped] is it a gradient of which nothing passes, as its number is set?
 * @property {(tensor: Tensor, place: number[]) => number | null} [before] what it was before anything was set
 * @property {(tensor: Tensor) => boolean} [isSingle] are its numbers those that training left, in float32?
 */

/** Explains the numbers of a program. */
export class Explainer {
  /**
   * @param {Program} program
   * @param {Numbers} numbers
   * @param {Words} words
   * @param {Origin | null} origin where it starts from; it is read when it is needed, so it may change
   * @param {Beside} beside
   */
  constructor(program, numbers, words, origin, beside) {
    this.program = program;
    this.words = words;
    this.origin = origin;
    this.whose = beside.whose;
    this.absent = beside.absent;
    this.isSet = beside.isSet ?? (() => false);
    this.isStopped = beside.isStopped ?? (() => false);
    this.before = beside.before ?? (() => null);
    this.isSingle = beside.isSingle ?? isGivenSingle;
    this.beginnings = new Beginnings(program, numbers, origin);
    /** The program's, and those of what it begins with. */
    this.numbers = this.beginnings.numbers;
  }

  /**
   * The tensor and the place that an address means.
   * @param {string} where
   * @returns {[Tensor, number[]]}
   * @throws {AddressError} with the nearest names or the index ranges, if there is no such number
   */
  find(where) {
    const [name, inside] = split(where);
    const tensor = this.program.named.get(name);
    const isBeginning = tensor !== undefined && this.beginnings.has(tensor);
    if (tensor === undefined || (isBeginning && this.origin === null)) {
      const more = this.origin === null ? [] : this.beginnings.tensors.map((beginning) => beginning.name);
      throw missing(where, this.program, more, this.absent);
    }
    return [tensor, isBeginning ? this.beginnings.place(tensor, inside) : position(inside, tensor, this.words)];
  }

  /** @param {string} where @returns {number} the number at an address */
  value(where) {
    return this.numbers.at(...this.find(where));
  }

  /** @param {string} where @returns {Explanation} */
  explain(where) {
    return this.explainElement(...this.find(where));
  }

  /**
   * What the number means, in words.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @param {(number | Index)[]} [written] with letters, of all numbers along them
   * @returns {string}
   */
  meaning(tensor, place, written = place) {
    return this.beginnings.has(tensor) ? tensor.title : meaning(this.program, this.words, tensor, place, written);
  }

  /**
   * The formula of one element; null if it is given, or set.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @returns {Instance | null}
   */
  instance(tensor, place) {
    if (this.isSet(tensor, place)) return null;
    const formula = defining(this.program, tensor, place);
    if (formula === null) return this.beginnings.instance(tensor, place);
    const found = instance(formula, place, this.numbers);
    return tensor.role === "gradient" ? without(found, this.isStopped) : found;
  }

  /** @param {Access} element @param {number} choice @returns {Operand} */
  operand(element, choice) {
    const { tensor } = element;
    const place = placeOf(element);
    return {
      address: addressOf(tensor.name, place),
      value: this.numbers.at(tensor, place),
      role: tensor.role,
      whole: tensor.integer,
      choice,
      meaning: () => this.meaning(tensor, place),
    };
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {Explanation} */
  explainElement(tensor, place) {
    const found = this.instance(tensor, place);
    const given = {
      address: addressOf(tensor.name, place),
      value: this.numbers.at(tensor, place),
      tensor,
      place,
      title: tensor.title || (found?.assignment.title ?? ""),
      meaning: this.meaning(tensor, place),
      phase: found?.assignment.phase ?? (tensor.given === "parameter" ? "parameter" : "input"),
      role: tensor.role,
      stored: storedAt(tensor, place),
      precision: /** @type {"float32" | "float64"} */ (this.isSingle(tensor) ? "float32" : "float64"),
      notes: notes(this, tensor, place, found),
      instance: found,
    };
    return { ...given, ...(found === null ? NOTHING_WORKED_OUT : this.workedOut(found, tensor)) };
  }

  /** @param {Instance} found @param {Tensor} tensor @returns {WorkedOut} */
  workedOut(found, tensor) {
    const { expression } = found;
    const uses = tensor.role === "gradient" ? usesOf(expression, this.numbers) : [];
    const operands = found.operands.map((element, choice) => this.operand(element, choice));
    const books = this.books(found, operands, uses);
    const short = books.withoutSums(expression);
    const stages = steps(expression, this.numbers);
    const working = steps(short, this.numbers);
    return { stages, short, working, ledgers: books.ledgers, operands, uses, substituted: python(stages[0]) };
  }

  /** @param {Instance} found @param {Operand[]} operands @param {Use[]} uses @returns {Bookkeeper} */
  books(found, operands, uses) {
    const through = uses.map((use) => key(use.arriving));
    const once = uses.filter(
      (_, n) => uses.length > 1 && through.indexOf(through[n]) === through.lastIndexOf(through[n]),
    );
    return new Bookkeeper({
      general: found.assignment.expression,
      numbers: this.numbers,
      operands: new Map(found.operands.map((element, n) => [key(element), operands[n]])),
      label: (element, axis) => this.words.label(element.tensor, element.subscripts, axis, placeOf(element)[axis]),
      asked: (element, first) => this.meaning(first.tensor, placeOf(first), /** @type {any} */ (element.subscripts)),
      uses: new Map(once.map((use) => [key(use.arriving), use])),
    });
  }
}

/**
 * What there is of a number that has a formula.
 * @typedef {"stages" | "short" | "working" | "ledgers" | "operands" | "uses" | "substituted"} Worked
 * @typedef {Pick<Explanation, Worked>} WorkedOut
 */
/** @type {WorkedOut} */
const NOTHING_WORKED_OUT = {
  ...{ stages: [], short: null, working: [], ledgers: [], operands: [], uses: [] },
  substituted: null,
};

/** @param {Tensor} tensor @returns {boolean} do weights and states begin as training left them, in float32? */
export function isGivenSingle(tensor) {
  return tensor.given === "parameter" || (tensor.given === "input" && ["mask", "state"].includes(tensor.role));
}
