// Addresses: `h.0.attn.scores[0,1,3,2]`, the same with names, `h.0.attn.scores[b=0,h=1,i=3,j=2]`, or with words; and by
// the axes that a weight is stored with, where those are others.
import { about, reads, storedAxes, storedShape, wrapping } from "../notation/program.js";
import { addressOf } from "../printers/text.js";
import { LOSS } from "./concepts.js";
import { AddressError, UserError } from "./errors.js";
import { nearest, perhaps } from "./nearest.js";
import { quotedText, stripped, WHITE } from "./texts.js";

/** @import { Absent, Index, Program, Tensor } from "../types.js" */
/** @import { Words } from "./words.js" */
/** @typedef {{ indices: Index[], chosen: (number | null)[] }} Part null stands for all positions */

const QUOTED = String.raw`'(?:[^'\\]|\\[^\n])*'|"(?:[^"\\]|\\[^\n])*"`;
const PART = new RegExp(
  `[${WHITE}]*(?:([A-Za-z][\\p{L}\\p{N}_]*)[${WHITE}]*=[${WHITE}]*)?` +
    `((?:${QUOTED})(?=[${WHITE}]*(?:,|$))|[^,]*?)[${WHITE}]*(?=,|$)`,
  "yu",
);
const WHOLE = /^[+-]?[0-9]{1,18}$/;
const ALL = ":";

/**
 * The tensor's name, and what stands between the brackets; null if there are none.
 * @param {string} address
 * @returns {[string, string | null]}
 * @throws {AddressError} for text that is no address
 */
export function split(address) {
  const at = address.indexOf("[");
  const name = stripped(at < 0 ? address : address.slice(0, at));
  const rest = at < 0 ? "]" : stripped(address.slice(at + 1));
  const unquoted = rest.slice(0, -1).replace(new RegExp(QUOTED, "gu"), "");
  if (!name || name.includes("]") || !rest.endsWith("]") || /[[\]]/.test(unquoted)) {
    throw new AddressError(`${quotedText(address)} is no address: write one such as h.0.attn.scores[0,1,3,2]`);
  }
  return [name, at < 0 ? null : rest.slice(0, -1)];
}

/**
 * The place of the element that `0,1,3,2` or `b=0,h=1,i=3,j=2` means; null says that there are no brackets at all.
 * @param {string | null} inside
 * @param {Tensor} tensor
 * @param {Words | null} words
 * @returns {number[]}
 * @throws {AddressError} with the index ranges, when there is no such element
 */
export function position(inside, tensor, words) {
  const { name, indices } = tensor;
  if (inside === null && indices.length > 0) {
    throw new AddressError(`${name} is a whole tensor: say which number, with the indices ${ranges(tensor)}`);
  }
  const found = inside === null ? { indices, chosen: [] } : part(inside, tensor, words);
  if (found.chosen.includes(null)) {
    const first = addressOf(
      name,
      found.chosen.map((at) => at ?? 0),
    );
    throw new AddressError(
      `${name}[${inside}] means several numbers: ask for one of them, such as ${first}; ` +
        `gpt-by-hand trace --only '${name}[${inside}]' shows them all`,
    );
  }
  const chosen = /** @type {number[]} */ (found.chosen);
  return found.indices === indices ? chosen : inFormulas(tensor, chosen);
}

/**
 * What stands between an address's brackets. Index names are the formulas'; so are positions, where there is one for
 * each of the formulas' indices. A word may stand for its number.
 * @param {string} inside
 * @param {Tensor} tensor
 * @param {Words | null} words
 * @returns {Part}
 * @throws {AddressError}
 */
function part(inside, tensor, words) {
  const parts = insideParts(inside);
  const axes = storedAxes(tensor);
  const isStored = parts.length === axes.length && axes.length !== tensor.indices.length;
  const indices = isStored && !parts.some(([name]) => name) ? axes.map(together) : tensor.indices;
  if (parts.length > 0 && indices.length === 0) {
    throw new AddressError(
      `${tensor.name}[${inside}] does not exist: ${tensor.name} is a single number, without indices`,
    );
  }
  const given = byIndex(parts, indices);
  if (given.size !== parts.length || given.size !== indices.length) throw noElement(inside, tensor, "");
  return { indices, chosen: chosenPlaces(inside, tensor, indices, given, words) };
}

/** @param {[string, string][]} parts @param {Index[]} indices @returns {Map<string, string>} what is said of each */
function byIndex(parts, indices) {
  const names = indices.map((index) => index.name);
  if (parts.length > 0 && parts.every(([name]) => name)) {
    return new Map(parts.filter(([name]) => names.includes(name)));
  }
  const pairs = parts.slice(0, names.length).map(([name, text], n) => [name, names[n], text]);
  return new Map(pairs.filter(([name]) => !name).map(([, index, text]) => [index, text]));
}

/**
 * The position along each index: first of the sequence, and then of its words.
 * @param {string} inside
 * @param {Tensor} tensor
 * @param {Index[]} indices
 * @param {Map<string, string>} given
 * @param {Words | null} words
 * @returns {(number | null)[]}
 */
function chosenPlaces(inside, tensor, indices, given, words) {
  /** @type {Map<Index, number | null>} */
  const found = new Map();
  const row = indices.find((index) => words?.countsSequences(index)) ?? null;
  for (const index of row ? [row, ...indices.filter((one) => one !== row)] : indices) {
    const at = placeSaid(inside, tensor, index, given.get(index.name) ?? "", words, row && (found.get(row) ?? null));
    if (at !== null && (at < 0 || at >= index.extent)) {
      throw new AddressError(
        `${tensor.name}[${inside}] does not exist: ${tensor.name} has the indices ${ranges(tensor)}`,
      );
    }
    found.set(index, at);
  }
  return indices.map((index) => found.get(index) ?? null);
}

/**
 * What is said of one index.
 * @param {string} inside
 * @param {Tensor} tensor
 * @param {Index} index
 * @param {string} text
 * @param {Words | null} words
 * @param {number | null} row
 * @returns {number | null} null for all positions
 */
function placeSaid(inside, tensor, index, text, words, row) {
  if (text === ALL) return null;
  if (WHOLE.test(text)) return Number(text) + 0;
  if (!text || words === null) throw noElement(inside, tensor, "");
  try {
    return words.position(index, text, row);
  } catch (error) {
    throw error instanceof UserError ? noElement(inside, tensor, error.message) : error;
  }
}

/** @param {string} inside @returns {[string, string][]} the name of an index, or nothing, and what is said of it */
function insideParts(inside) {
  /** @type {[string, string][]} */
  const found = [];
  let at = stripped(inside) ? 0 : inside.length + 1;
  while (at <= inside.length) {
    PART.lastIndex = at;
    const [whole, name, text] = PART.exec(inside) ?? ["", "", ""];
    found.push([name ?? "", text]);
    at += whole.length + 1;
  }
  return found;
}

/** @param {string} inside @param {Tensor} tensor @param {string} reason @returns {AddressError} */
function noElement(inside, tensor, reason) {
  const why = reason ? ` (${reason})` : "";
  const { name } = tensor;
  return new AddressError(`${name}[${inside}] is no element${why}: ${name} has the indices ${ranges(tensor)}`);
}

/** @param {Tensor} tensor @returns {string} */
function ranges(tensor) {
  const found = tensor.indices.map((index) => `${index.name} 0…${index.extent - 1}`).join(", ");
  if (storedAxes(tensor).length === tensor.indices.length) return found;
  const stored = storedShape(tensor).map((extent) => `0…${extent - 1}`);
  return `${found}, or as it is stored ${stored.join(", ")}`;
}

/**
 * Where it is stored what stands at a place of the formulas; null where that is the same.
 * @param {Tensor} tensor
 * @param {number[]} place
 * @returns {number[] | null}
 */
export function storedAt(tensor, place) {
  const axes = storedAxes(tensor);
  if (axes.every((axis) => axis.length === 1)) return null;
  let next = 0;
  return axes.map((axis) => axis.reduce((sum, index) => sum * index.extent + place[next++], 0));
}

/** @param {Tensor} tensor @param {number[]} stored @returns {number[]} the place in formulas of what is stored there */
function inFormulas(tensor, stored) {
  return storedAxes(tensor).flatMap((axis, n) => {
    let rest = stored[n];
    const found = axis.toReversed().map((index) => {
      const at = rest % index.extent;
      rest = Math.floor(rest / index.extent);
      return at;
    });
    return found.toReversed();
  });
}

/** @param {Index[]} axis @returns {Index} one index for those that share an axis */
function together(axis) {
  if (axis.length === 1) return axis[0];
  const name = `(${axis.map((index) => index.name).join(" ")})`;
  return { name, extent: axis.reduce((product, index) => product * index.extent, 1), axis: null };
}

/**
 * The error for an address that fits no name.
 * @param {string} asked
 * @param {Program} program
 * @param {string[]} more names of what the program begins with
 * @param {Absent} absent
 * @returns {AddressError}
 */
export function missing(asked, program, more, absent) {
  const own = program.tensors.filter((tensor) => tensor.at >= 0).map((tensor) => tensor.name);
  const [name] = asked.split("[", 1);
  const subject = gradientOf(name);
  const there = `${name} does not exist`;
  const [tied, instead] = absent.tied;
  const other = name.replaceAll(tied, instead);
  if (other !== name && own.includes(other)) {
    const address = other + asked.slice(name.length);
    return new AddressError(`${there}: the head's weight is the word table (they are tied); ask for ${address}`);
  }
  return (
    withoutGradient(there, name, subject !== null && own.includes(subject) ? subject : null, program, absent) ??
    (absent.update.includes(name)
      ? new AddressError(`${there} here: a prompt updates no weights: use --iteration in place of --prompt`)
      : unknown(name && asked.endsWith("]") ? name : asked, [...own, ...more]))
  );
}

/**
 * The error where a gradient is asked for that is not computed.
 * @param {string} there
 * @param {string} name
 * @param {string | null} subject what it would be the gradient of
 * @param {Program} program
 * @param {Absent} absent
 * @returns {AddressError | null}
 */
function withoutGradient(there, name, subject, program, absent) {
  const loss = about(program, LOSS);
  if (loss !== null && wrapping(program, "gradient", loss) !== null) {
    return subject === null ? null : heldConstant(there, program, subject, loss);
  }
  if (subject === null && !absent.backward.includes(name)) return null;
  return new AddressError(
    `${there} here: a prompt has no targets, so no loss and no gradients: add --gradients, which takes each word's ` +
      "next one as its target, or use --iteration in place of --prompt",
  );
}

/** @param {string} name @returns {string | null} what stands behind `d.` in what somebody has asked for */
function gradientOf(name) {
  return name.startsWith("d.") ? name.slice("d.".length) : null;
}

/** @param {string} name @param {string[]} names @returns {AddressError} with the nearest names */
function unknown(name, names) {
  const hint = perhaps(nearest(name, names, 3, 0.4)) || `there are, for example, ${names.slice(0, 3).join(", ")}`;
  return new AddressError(`there is no tensor ${quotedText(name)} here: ${hint}`);
}

/** @param {string} there @param {Program} program @param {string} name @param {Tensor} loss @returns {AddressError} */
function heldConstant(there, program, name, loss) {
  const tensor = /** @type {Tensor} */ (program.named.get(name));
  if (!program.definitions.has(tensor)) {
    return new AddressError(`${there}: ${name} is given, and no weight, so no gradient is computed for it`);
  }
  if (!computedFrom(program, loss).has(tensor)) {
    return new AddressError(`${there}: the loss is not computed from ${name}, so it has no gradient`);
  }
  return new AddressError(`${there}: ${name} is held constant on the way back, so no gradient goes through it`);
}

/** @param {Program} program @param {Tensor} tensor @returns {Set<Tensor>} itself, and all that it is computed from */
function computedFrom(program, tensor) {
  const found = new Set([tensor]);
  for (const one of found) {
    const formulas = program.definitions.get(one) ?? [];
    formulas.flatMap(reads).forEach((read) => found.add(read.tensor));
  }
  return found;
}
