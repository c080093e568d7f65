// A program read from the data that Python's `page/program.py` has written.

import { access, binary, call, compare, constant, either, indexNode, negation, reduction, terms } from "./nodes.js";

/** @import { Access, Assignment, Binary, Compare, Constant, Index } from "../types.js" */
/** @import { Node, Program, Scope, Subscript, Template, Tensor } from "../types.js" */

/** What data leaves out of a tensor. */
const USUAL = { role: "activation", concept: "", given: "", integer: false, part: "", start: 0 };

/**
 * The program. Its tensors lie one behind the other in the array of all numbers, and behind them the named constants;
 * what it begins with (behind the first `own` ones) does not, nor what only assignments from `computed` on define.
 * @param {any} data as `page/program.py` writes it, read from JSON
 * @param {{ computed?: number }} options how many assignments run with each computation: all, if nothing is said
 * @returns {Program}
 */
export function decode(data, { computed = data.assignments.length - 1 } = {}) {
  const read = { ...data, tensors: records(data.tensors), assignments: records(data.assignments) };
  return new Decoder(read, computed).program();
}

/** @param {any[][]} table rows below their names; what is null is not there @returns {any[]} a record for each */
function records([names, ...rows]) {
  return rows.map((row) =>
    Object.fromEntries(names.map((name, n) => [name, row[n] ?? undefined]).filter(([, value]) => value !== undefined)),
  );
}

/** Builds a program's parts, those first that others are made of. */
class Decoder {
  /** @param {any} data @param {number} computed */
  constructor(data, computed) {
    this.data = data;
    this.axes = data.axes.map((/** @type {any} */ axis) => ({ layout: "numbers", names: [], apart: "", ...axis }));
    /** @type {Index[]} */
    this.indices = data.indices.map((/** @type {any} */ [name, extent, axis]) => ({
      name,
      extent,
      axis: axis === undefined ? null : this.axes[axis],
    }));
    /** @type {Scope[]} */
    this.scopes = data.scopes.map((/** @type {any} */ scope) => ({
      name: "",
      title: "",
      layer: null,
      part: "",
      short: "",
      ...scope,
    }));
    /** @type {Tensor[]} */
    this.tensors = data.tensors.map((/** @type {any} */ tensor, /** @type {number} */ n) => this.tensor(tensor, n));
    this.tensors.forEach((tensor, n) => this.relate(tensor, data.tensors[n]));
    this.size = this.lay(computed);
    /** @type {Program["constants"]} */
    this.constants = data.constants.map((/** @type {any} */ [name, said], /** @type {number} */ n) => {
      const { value, whole } = decodedNumber(said);
      return { name, value, whole, at: this.size + n };
    });
  }

  /** @returns {Program} */
  program() {
    /** @type {Assignment[]} */
    const assignments = this.data.assignments.map((/** @type {any} */ said, /** @type {number} */ n) =>
      this.assignment(said, n),
    );
    const { axes, indices, scopes, tensors, constants } = this;
    return {
      ...{ axes, indices, scopes, tensors, assignments, constants },
      named: new Map(tensors.toReversed().map((tensor) => [tensor.name, tensor])),
      definitions: grouped(assignments),
      carried: this.data.carried.map((/** @type {number[]} */ pair) => pair.map((n) => tensors[n])),
      size: this.size + constants.length,
      templates: (this.data.templates ?? []).map((/** @type {any} */ said) => this.template(said)),
    };
  }

  /** Where each tensor's numbers begin. @param {number} computed @returns {number} where they end */
  lay(computed) {
    const targets = this.data.assignments.map((/** @type {any} */ assignment) => assignment.target);
    const now = new Set(targets.slice(0, computed));
    const onDemand = new Set(targets.slice(computed).filter((/** @type {number} */ n) => !now.has(n)));
    let end = 0;
    for (const tensor of this.tensors.slice(0, this.data.own)) {
      if (onDemand.has(tensor.number)) continue;
      tensor.at = end;
      end += tensor.size;
    }
    return end;
  }

  /** @param {any} said @param {number} number @returns {Tensor} */
  tensor(said, number) {
    const indices = this.some(said.indices ?? []);
    const shape = indices.map((index) => index.extent);
    return {
      ...USUAL,
      ...said,
      ...{ number, indices, shape, at: -1, of: null, replaces: null, title: this.text(said.title) },
      size: shape.reduce((product, extent) => product * extent, 1),
      stored: said.stored?.map((/** @type {number[]} */ axis) => this.some(axis)) ?? null,
    };
  }

  /** @param {Tensor} tensor @param {any} said */
  relate(tensor, said) {
    tensor.of = this.tensors[said.of] ?? null;
    tensor.replaces = this.tensors[said.replaces] ?? null;
  }

  /** @param {any} said @param {number} number @returns {Assignment} */
  assignment(said, number) {
    const target = this.tensors[said.target];
    return {
      target,
      subscripts: said.subscripts
        ? /** @type {(number | Index)[]} */ (this.subscripts(said.subscripts))
        : target.indices,
      expression: this.tree(said.tree),
      title: this.text(said.title ?? said.question),
      question: this.text(said.question),
      phase: said.phase ?? "forward",
      scope: this.scopes[said.scope],
      number,
    };
  }

  /** @param {any} said @returns {Template} */
  template(said) {
    const subscripts = this.some(said.subscripts);
    return { of: "", std: 0, double: false, sine: false, ...said, subscripts, expression: this.tree(said.tree) };
  }

  /** @param {number} [number] none for what is empty @returns {string} */
  text(number = 0) {
    return this.data.texts[number];
  }

  /** @param {number[]} numbers @returns {Index[]} */
  some(numbers) {
    return numbers.map((n) => this.indices[n]);
  }

  /** @param {any[]} said @returns {Subscript[]} an index by its number, a position in brackets, a lookup */
  subscripts(said) {
    return said.map((one) => {
      if (typeof one === "number") return this.indices[one];
      return one.length === 1 ? one[0] : /** @type {Access} */ (this.tree(one));
    });
  }

  /** @param {any} said a number, or a list that begins with what it is @returns {Node} */
  tree(said) {
    if (typeof said === "number") return decodedNumber(said);
    const [kind, ...parts] = said;
    switch (kind) {
      case "f":
      case "w":
        return decodedNumber(said);
      case "c":
        return { ...decodedNumber(parts[1]), name: parts[0], fixed: true };
      case "n":
        return this.named(parts[0]);
      case "i":
        return indexNode(this.indices[parts[0]]);
      case "a":
        return access(this.tensors[parts[0]], this.subscripts(parts.slice(1)));
      case "neg":
        return negation(this.tree(parts[0]));
      case "where":
        return either(/** @type {Compare} */ (this.tree(parts[0])), this.tree(parts[1]), this.tree(parts[2]));
      case "call":
        return call(parts[0], this.tree(parts[1]));
      case "sum":
      case "max":
        return reduction(kind, this.some(parts[0]), this.tree(parts[1]));
      case "terms":
        return terms(
          parts[0],
          parts.slice(1).map((/** @type {any} */ one) => this.tree(one)),
        );
      default:
        return this.operation(kind, this.tree(parts[0]), this.tree(parts[1]));
    }
  }

  /** @param {string} sign @param {Node} left @param {Node} right @returns {Node} */
  operation(sign, left, right) {
    if (["+", "-", "*", "/", "**", "%"].includes(sign)) {
      return binary(/** @type {Binary["operator"]} */ (sign), left, right);
    }
    return compare(/** @type {Compare["operator"]} */ (sign), left, right);
  }

  /** @param {number} n @returns {Constant} */
  named(n) {
    const { name, value, whole } = this.constants[n];
    return constant(value, name, whole);
  }
}

/** @param {Assignment[]} assignments @returns {Program["definitions"]} by what they define */
function grouped(assignments) {
  /** @type {Program["definitions"]} */
  const found = new Map();
  for (const one of assignments) found.set(one.target, [...(found.get(one.target) ?? []), one]);
  return found;
}

/** @param {any} said @returns {Constant} a number; what has a point in Python is marked where JSON would lose that */
function decodedNumber(said) {
  if (typeof said === "number") return constant(said, "", Number.isSafeInteger(said));
  const [kind, value] = said;
  if (kind === "w") return constant(BigInt(value));
  const words = { inf: Infinity, "-inf": -Infinity, nan: NaN };
  return constant(typeof value === "number" ? value : words[/** @type {"inf"} */ (value)]);
}
