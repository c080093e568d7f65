// What the parts of a logit are called: Python's `explain/listing.py`. No DOM here.

import { FEED_FORWARD, POSITION_VECTOR, PROJECTION, TOKEN_VECTOR } from "../explain/concepts.js";
import { said } from "../explain/sentences.js";
import { reads } from "../notation/program.js";

/** @import { Index, Program, Tensor } from "../types.js" */

/**
 * @param {Program} program
 * @param {{ of: Tensor, apart: [Index, number][] }} part
 * @param {{ word: string, position: number }} read the word whose vector it is, and its position
 * @returns {string} such as "attention 0, head 1"
 */
export function partName(program, { of, apart }, read) {
  return apart.reduce(
    (name, [index, at]) => {
      const spoken = index.axis ? index.axis.spoken.replace("{}", String(at)) : `${index.name} ${at}`;
      return said("why.part.at", { of: name, at: spoken });
    },
    ownerName(program, of, read),
  );
}

/**
 * @param {Program} program
 * @param {Tensor} tensor
 * @param {{ word: string, position: number }} read
 * @returns {string}
 */
function ownerName(program, tensor, read) {
  const layer = program.definitions.get(tensor)?.[0].scope.layer ?? null;
  if (tensor.concept === TOKEN_VECTOR) return said("why.part.token", { word: read.word });
  if (tensor.concept === POSITION_VECTOR) return said("why.part.place", { position: read.position });
  if (tensor.concept === PROJECTION && layer !== null) return said("why.part.attention", { layer });
  if (tensor.concept === FEED_FORWARD && layer !== null) return said("why.part.feed-forward", { layer });
  if (tensor.role !== "bias") return tensor.name;
  const adding = program.assignments.find((one) => reads(one).some((access) => access.tensor === tensor));
  return adding ? said("why.part.bias", { of: ownerName(program, adding.target, read) }) : tensor.name;
}
