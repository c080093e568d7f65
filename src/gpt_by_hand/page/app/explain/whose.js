// Whose numbers a page shows: of which model, as far as it is trained, and over which sequences.
import { general } from "../numbers/formats.js";
import { decimal, many, said } from "./sentences.js";

/** @import { Whose } from "../types.js" */

/**
 * One line for the top of a page.
 * @param {Whose} whose
 * @param {[address: string, value: number][]} [settings] what somebody has set
 * @returns {string}
 */
export function whoseLine(whose, settings = []) {
  const set = settings.map(([address, value]) => `${address} = ${decimal(general(value, 6))}`);
  return [
    said("whose", { model: modelOf(whose) }),
    iterationOf(whose),
    whose.window && said("whose.window", { seen: whose.window[0], given: whose.window[1] }),
    whose.targets && said("whose.targets"),
    precisionOf(whose.precision),
    set.length > 0 && said("whose.set", { settings: set.join(", ") }),
  ]
    .filter(Boolean)
    .join("; ");
}

/** @param {Whose} whose @returns {string} which model, and what it has seen */
function modelOf({ source, seed, before, here }) {
  const known = source && before !== null;
  const then = here ? many(known ? "whose.then" : "whose.here", here) : "";
  const seen = [source, known ? many("whose.trained", before) : "", then];
  const trained = seen.filter(Boolean).join(", ");
  if (source || seed === null) return trained || said("whose.given");
  return said("whose.seed", { trained: trained || said("whose.untrained"), seed });
}

/** @param {Whose} whose @returns {string} which iteration, and over how many sequences */
function iterationOf({ iteration, rows: own, usual, by_hand: byHand }) {
  if (iteration === null || own === null) return "";
  const [steps, sequences] = own;
  const few = said("whose.rows", { steps: many("micro-steps", steps), sequences: many("sequences", sequences) });
  const isUsual = usual === null || (usual[0] === steps && usual[1] === sequences);
  const rows = isUsual ? few : said("whose.usual", { rows: few, steps: usual[0], sequences: usual[1] });
  return byHand ? said("whose.by-hand", { iteration, rows }) : said("whose.iteration", { iteration, rows });
}

/** @param {string} precision @returns {string} what numbers are computed in, if that is known */
function precisionOf(precision) {
  if (!precision) return "";
  return precision === "float32" ? said("whose.as-trained", { precision }) : said("whose.precision", { precision });
}
