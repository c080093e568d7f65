// In which order the numbers of a model are passed, there and back: what stands where on the map.

import { reads, subject } from "../notation/program.js";

/** @typedef {import("../types.js").Assignment} Assignment */
/** @typedef {import("../types.js").Program} Program */
/** @typedef {import("../types.js").Scope} Scope */
/** @typedef {import("../types.js").Tensor} Tensor */

/**
 * A part of the model with the tensors that are met there.
 * @typedef {object} Stretch
 * @property {Scope} scope
 * @property {Tensor[]} tensors
 * @property {boolean} rejoins is a branch added to the stream in it?
 */

/**
 * A parameter with all that the update makes of it, in order.
 * @typedef {object} UpdateRow
 * @property {Tensor} parameter
 * @property {Tensor[]} tensors the parameter, its gradient, the clipped one, the mean, the mean square, the new one
 * @property {Tensor[]} others what is not always shown: moments before this iteration, squares
 */

/** @typedef {"forward" | "loss" | "backward" | "update"} Phase */

/** The concepts of what the stream is after a branch has been added to it. */
const REJOINED = ["residual after attention", "residual after the feed-forward layer"];

/** The phases of formulas that each phase of the page shows. */
const SHOWN = { forward: ["forward"], loss: ["loss"], backward: ["backward"], update: ["update", "clip"] };

/**
 * The parts of the model in the order in which words pass through them, up to the loss.
 *
 * What is given stands where it is read first.
 * @param {Program} program
 * @returns {Stretch[]}
 */
export function forwardStretches(program) {
  /** @type {Map<string, Stretch>} */
  const found = new Map();
  const seen = new Set();
  for (const assignment of assignmentsOf(program, ["forward", "loss"])) {
    const { scope, target } = assignment;
    const stretch = found.get(scope.name) ?? { scope, tensors: [], rejoins: false };
    found.set(scope.name, stretch);
    for (const tensor of [...readBy(assignment).filter((one) => one.given), target]) {
      if (!seen.has(tensor)) stretch.tensors.push(tensor);
      seen.add(tensor);
    }
    stretch.rejoins ||= REJOINED.includes(target.concept);
  }
  return [...found.values()];
}

/**
 * The same parts on the way back, each with the gradients of its tensors.
 * @param {Program} program
 * @returns {Stretch[]}
 */
export function backwardStretches(program) {
  const gradients = new Map(
    program.tensors.flatMap((tensor) => (tensor.role === "gradient" && tensor.of ? [[tensor.of, tensor]] : [])),
  );
  return forwardStretches(program)
    .reverse()
    .map((stretch) => ({ ...stretch, tensors: stretch.tensors.flatMap((one) => gradients.get(one) ?? []).reverse() }))
    .filter((stretch) => stretch.tensors.length);
}

/**
 * What the update makes of each parameter.
 * @param {Program} program
 * @returns {UpdateRow[]}
 */
export function updateRows(program) {
  const parameters = program.tensors.filter((tensor) => tensor.given === "parameter");
  return parameters.map((parameter) => {
    const about = program.tensors.filter((tensor) => subject(tensor) === parameter);
    const other = (/** @type {Tensor} */ tensor) => tensor.given !== "" || tensor.role === "step";
    return {
      parameter,
      tensors: [parameter, ...about.filter((tensor) => !other(tensor))],
      others: about.filter(other),
    };
  });
}

/**
 * What the update computes that belongs to no single parameter: the learning rate, the length of the gradient.
 * @param {Program} program
 * @returns {Tensor[]}
 */
export function updateScalars(program) {
  const made = assignmentsOf(program, SHOWN.update);
  const read = made.flatMap(readBy).filter((tensor) => tensor.given && !tensor.of && tensor.given !== "parameter");
  return [...new Set([...read, ...made.map((one) => one.target).filter((tensor) => !tensor.of)])];
}

/**
 * The phase in which a tensor stands on the map.
 * @param {Program} program
 * @param {Tensor} tensor
 * @returns {Phase}
 */
export function phaseOf(program, tensor) {
  const phase = program.definitions.get(tensor)?.[0].phase;
  if (phase === undefined) return givenPhase(program, tensor);
  const found = /** @type {Phase[]} */ (Object.keys(SHOWN)).find((one) => SHOWN[one].includes(phase));
  return found ?? "forward";
}

/**
 * The phases that a program has, each with how many numbers are computed in it.
 * @param {Program} program
 * @returns {Map<Phase, number>}
 */
export function phasesOf(program) {
  /** @type {Map<Phase, number>} */
  const found = new Map();
  for (const phase of /** @type {Phase[]} */ (Object.keys(SHOWN))) {
    const made = new Set(assignmentsOf(program, SHOWN[phase]).map((assignment) => assignment.target));
    if (made.size)
      found.set(
        phase,
        [...made].reduce((sum, tensor) => sum + tensor.size, 0),
      );
  }
  return found;
}

/**
 * The tensors that a formula reads, each once, in the order in which they stand in it.
 * @param {Assignment} assignment
 * @returns {Tensor[]}
 */
function readBy(assignment) {
  return [...new Set(reads(assignment).map((access) => access.tensor))];
}

/**
 * @param {Program} program
 * @param {string[]} phases
 * @returns {Assignment[]} those of the formulas that run with every computation
 */
function assignmentsOf(program, phases) {
  return program.assignments.filter((one) => phases.includes(one.phase) && one.target.at >= 0);
}

/**
 * @param {Program} program
 * @param {Tensor} tensor what no formula computes
 * @returns {Phase}
 */
function givenPhase(program, tensor) {
  const readers = program.assignments.filter((one) => readBy(one).includes(tensor));
  const early = readers.some((one) => one.phase === "forward" || one.phase === "loss");
  return early || !readers.length ? "forward" : "update";
}
