// Formulas for what a program is given, and their numbers: from a start weight or a token down to random numbers.
//
// The formulas are Python's, as templates: their indices are what differs from number to number.
import { value } from "../notation/evaluate.js";
import { instance, made } from "../notation/instance.js";
import { access, constant } from "../notation/nodes.js";
import { about } from "../notation/program.js";
import { RandomStream } from "../numbers/random.js";
import { position } from "./address.js";
import { DATA, DOUBLE, POSITIONS, RANDOM, STARTS, TARGETS, TOKENS, UNIFORM } from "./concepts.js";
import { AddressError } from "./errors.js";
import { followed } from "./sources.js";

/** @import { Access, Assignment, Instance, Node, Numbers, Origin, Program, Template, Tensor } from "../types.js" */

const BEGINNINGS = [RANDOM, UNIFORM, DOUBLE, STARTS, DATA];
// Of a random number's position: more would take too long to draw.
const LIMIT = 2 ** 28;
// Random numbers that are drawn together.
const AT_ONCE = 2 ** 16;

/** What a program begins with, and the numbers of it. */
export class Beginnings {
  /**
   * @param {Program} program
   * @param {Numbers} numbers of the program
   * @param {Origin | null} origin where it starts from now: it may change while the page trains
   */
  constructor(program, numbers, origin) {
    this.program = program;
    this.origin = origin;
    this.tensors = program.tensors.filter((tensor) => BEGINNINGS.includes(tensor.concept));
    this.random = about(program, RANDOM);
    this.starts = about(program, STARTS);
    this.data = about(program, DATA);
    /** @type {Numbers} the program's, and these */
    this.numbers = {
      at: (tensor, place) => (this.has(tensor) ? this.at(tensor, place[0]) : numbers.at(tensor, place)),
      constant: (node) => (node.fixed ? node.value : numbers.constant(node)),
    };
    /** @type {Map<number, Uint32Array>} */
    this.blocks = new Map();
    this.stream = new RandomStream(origin?.seed ?? 0);
    this.drawn = followed(origin?.drawn ?? []);
  }

  /** @param {Tensor} tensor @returns {boolean} is it a random number, a start, or the training text? */
  has(tensor) {
    return this.tensors.includes(tensor);
  }

  /**
   * The n-th number of a beginning.
   * @param {Tensor} tensor
   * @param {number} n
   * @returns {number}
   */
  at(tensor, n) {
    if (tensor === this.random) return this.raw(n);
    const formula = this.formula(tensor, n);
    if (formula !== null) return value(formula, this.numbers);
    const { starts, data } = /** @type {Origin} */ (this.origin);
    return Number((tensor === this.starts ? starts : data)?.[n]);
  }

  /** @param {number} at @returns {number} the 32-bit value at a position of the stream */
  raw(at) {
    const block = Math.floor(at / AT_ONCE);
    let found = this.blocks.get(block);
    if (!found) {
      if (this.stream.draws > block * AT_ONCE) this.stream = new RandomStream(this.stream.seed);
      this.stream.skip(block * AT_ONCE - this.stream.draws);
      this.blocks.set(block, (found = this.stream.raw(AT_ONCE)));
    }
    return found[at % AT_ONCE];
  }

  /** @param {Tensor} tensor @param {number} n @returns {Node | null} null where it is simply there */
  formula(tensor, n) {
    if (tensor.concept === DOUBLE) return this.filled({ of: DOUBLE }, [n, n + 1]);
    const drawn = tensor === this.starts ? this.origin?.draws?.[n] : n;
    return drawn === undefined || drawn === null ? null : this.filled({ of: tensor.concept }, [drawn]);
  }

  /**
   * A template with positions in place of its indices; null if there is none that is so.
   * @param {Partial<Template>} wanted
   * @param {number[]} at
   * @returns {Node | null}
   */
  filled(wanted, at) {
    const asked = /** @type {[keyof Template, unknown][]} */ (Object.entries(wanted));
    const found = this.program.templates.find((template) => asked.every(([name, want]) => template[name] === want));
    return found ? instance(/** @type {any} */ (found), at, this.numbers).expression : null;
  }

  /**
   * The formula of an input, a start weight or a random number; null for what is simply given.
   * @param {Tensor} tensor
   * @param {number[]} place
   * @returns {Instance | null}
   */
  instance(tensor, place) {
    const [formula, ...lookups] = this.made(tensor, place) ?? [];
    return formula === undefined ? null : started(tensor, place, formula, /** @type {Access[]} */ (lookups));
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {(Node | Access)[]} a formula, and what is looked up */
  made(tensor, place) {
    const { origin } = this;
    if (origin === null) return [];
    if (this.has(tensor)) return some(this.formula(tensor, place[0]));
    if (tensor.given === "parameter" && origin.fresh) return some(this.ofWeight(tensor, place));
    if (tensor.concept === TOKENS || tensor.concept === TARGETS) return this.ofWord(tensor, place);
    if (tensor.concept === POSITIONS) return [constant(BigInt(place[0]))];
    return tensor.role === "state" && !origin.iteration && !origin.saved ? [constant(0n)] : [];
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {Node | null} */
  ofWeight(tensor, place) {
    const drawn = this.drawn.get(tensor.name);
    if (!drawn) return constant(tensor.start);
    const flat = place.reduce((sum, at, axis) => sum * tensor.shape[axis] + at, 0);
    const { length, angle, sine, double } = drawn.source(flat);
    return this.filled({ of: "", std: drawn.std, sine, double }, [length, angle]);
  }

  /** @param {Tensor} tensor @param {number[]} place @returns {Access[]} */
  ofWord(tensor, [row, at]) {
    const start = this.origin?.starts?.[row];
    if (start === undefined || this.data === null || this.starts === null) return [];
    return [access(this.data, [start + at + Number(tensor.concept === TARGETS)]), access(this.starts, [row])];
  }

  /**
   * The place of one of its numbers.
   * @param {Tensor} tensor
   * @param {string | null} inside what stands between the brackets of its address
   * @returns {number[]}
   * @throws {AddressError}
   */
  place(tensor, inside) {
    const { starts, data } = /** @type {Origin} */ (this.origin);
    let end = LIMIT;
    if (tensor === this.starts || tensor === this.data) {
      if (!starts || !data) {
        throw new AddressError(`${tensor.name} does not exist here: a prompt is no training text; use --iteration`);
      }
      end = (tensor === this.starts ? starts : data).length;
    }
    return position(inside ?? "", { ...tensor, indices: [{ name: "n", extent: end, axis: null }] }, null);
  }
}

/** @template T @param {T | null} one @returns {T[]} */
function some(one) {
  return one === null ? [] : [one];
}

/**
 * @param {Tensor} tensor
 * @param {number[]} place
 * @param {Node} expression
 * @param {Access[]} lookups
 * @returns {Instance}
 */
function started(tensor, place, expression, lookups) {
  const { title } = tensor;
  const scope = { name: "", title: "", short: "", layer: null, part: "" };
  /** @type {Assignment} */
  const own = {
    target: tensor,
    subscripts: place,
    expression,
    title,
    question: title,
    phase: "start",
    scope,
    number: -1,
  };
  return made(own, place, expression, lookups);
}
