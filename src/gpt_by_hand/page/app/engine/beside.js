// What explanations need to know beside the numbers themselves: which of them are set, and which are as training left
// them.

import { isGivenSingle } from "../explain/explainer.js";
import { addressOf } from "../printers/text.js";

/** @import { Tensor } from "../types.js" */
/** @import { Beside } from "../explain/explainer.js" */
/** @import { Explorer } from "../explorer.js" */

/** @param {Explorer} explorer @returns {Beside} what asks it when that is needed, as it may change */
export function besideOf(explorer) {
  return {
    whose: explorer.model,
    absent: explorer.contents.absent,
    isSet: (tensor, place) => explorer.history.edits.has(addressOf(tensor.name, place)),
    isStopped: ({ tensor, subscripts }) => explorer.engine.isStopped(tensor, /** @type {number[]} */ (subscripts)),
    before: (tensor, place) =>
      tensor.at < 0 ? null : (explorer.before?.[explorer.engine.position(tensor, place)] ?? null),
    isSingle: (tensor) => isAsTrained(explorer, tensor),
  };
}

/** @param {Explorer} explorer @param {Tensor} tensor @returns {boolean} are its numbers as training left them? */
function isAsTrained(explorer, tensor) {
  const edited = [...explorer.history.edits.values()].some((edit) => edit.tensor === tensor);
  return isGivenSingle(tensor) && explorer.iteration === explorer.firstIteration && !edited;
}

/** Says where the numbers come from by now, and which model it is. @param {Explorer} explorer */
export function comeTo({ training, contents, origin, model, firstIteration }) {
  if (!training || !origin || !contents.origin) return;
  const { iteration, starts, draws } = training.place;
  const { fresh, saved } = contents.origin;
  const isFirst = iteration === firstIteration;
  const before = { fresh: fresh && isFirst, saved: saved && isFirst, here: !isFirst };
  Object.assign(origin, { iteration, starts, draws, ...before });
  Object.assign(model, { iteration, here: contents.whose.here + iteration - firstIteration });
}
