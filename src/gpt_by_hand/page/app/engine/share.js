// What a link carries: which number is looked at, and all that was changed, at which iteration.
//
//     h.0.mid[0,3,1]&tokens[0,2]=7&@5&beta1=0.5&@12
//
// This is the number h.0.mid[0,3,1] at iteration 12: word 7 was put in at the start, and beta1 was set at iteration 5.

import { UserError } from "../explain/errors.js";
import { quotedText } from "../explain/texts.js";
import { repr } from "../numbers/repr.js";

/** @import { Change } from "./history.js" */

/** What a link may say: as many changes, and as many iterations further. */
const MOST_CHANGES = 10_000;
const MOST_ITERATIONS = 20_000;
const NUMBER = /^[+-]?(\d+\.?\d*([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?|inf)$/;

/** @typedef {{ address: string, changes: Change[], iteration: number }} Shared */

/**
 * @param {Shared} shared
 * @param {number} first the iteration that it all begins with
 * @returns {string} for a link's hash
 */
export function sharedText({ address, changes, iteration }, first) {
  const said = [address];
  let at = first;
  const goTo = (/** @type {number} */ next) => {
    if (next !== at) said.push(`@${next}`);
    at = next;
  };
  for (const change of changes) {
    goTo(change.iteration);
    said.push(`${change.address}=${change.value === null ? "" : exactText(change.value)}`);
  }
  goTo(iteration);
  return said.map(inLink).join("&");
}

/** @param {number} value @returns {string} all digits that tell it from its neighbours */
function exactText(value) {
  return Number.isInteger(value) && !Object.is(value, -0) ? String(value) : repr(value);
}

/** @param {string} text @returns {string} what can be read in a link stays as it is */
function inLink(text) {
  return encodeURIComponent(text).replace(/%(5B|5D|2C|3D|3A|40)/g, decodeURIComponent);
}

/**
 * What a link says. Throws: UserError where it makes no sense.
 * @param {string} text its hash, without the sign in front
 * @param {number} first
 * @returns {Shared}
 */
export function readShared(text, first) {
  const [address, ...said] = text.split("&").map(outOfLink);
  /** @type {Change[]} */
  const changes = [];
  let iteration = first;
  for (const one of said) {
    if (one.startsWith("@")) iteration = readIteration(one, iteration, first);
    else changes.push(readChange(one, iteration));
  }
  if (changes.length > MOST_CHANGES) throw new UserError(`the link makes ${changes.length} changes, which is too many`);
  return { address, changes, iteration };
}

/** @param {string} text @returns {string} */
function outOfLink(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new UserError(`the link says ${quotedText(text)}, which is no text: copy the whole link`);
  }
}

/** @param {string} said @param {number} before @param {number} first @returns {number} */
function readIteration(said, before, first) {
  const iteration = /^@\d{1,15}$/.test(said) ? Number(said.slice(1)) : NaN;
  if (!(iteration >= before && iteration <= first + MOST_ITERATIONS)) {
    throw new UserError(
      `the link goes on to iteration ${quotedText(said.slice(1))}: it must be a whole number from ${before} to ` +
        `${first + MOST_ITERATIONS}`,
    );
  }
  return iteration;
}

/** @param {string} said @param {number} iteration @returns {Change} */
function readChange(said, iteration) {
  const end = said.lastIndexOf("=");
  const [address, value] = [said.slice(0, end), said.slice(end + 1)];
  if (end <= 0 || (value !== "" && !NUMBER.test(value))) {
    throw new UserError(`the link says ${quotedText(said)}: it must be an address and a number, such as beta1=0.5`);
  }
  return { iteration, address, value: value === "" ? null : Number(value.replace("inf", "Infinity")) };
}
