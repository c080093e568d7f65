// What a typed number is: the answer, the answer with too few digits, or the answer to something else. The rules of
// Python's `practice/diagnosis.py`.

/** @typedef {import("../types.js").AnswerBox} AnswerBox */
/** @typedef {import("../types.js").MistakeRow} MistakeRow */
/** @typedef {import("../types.js").AnyNumber} AnyNumber */
/** @typedef {import("./reading.js").Typed} Typed */
/** @typedef {{ kind: "right" | "rough" | "wrong", mistakes: number[] }} Verdict mistakes of the box, likeliest first */

// Relative: floating-point arithmetic at the very edge of the tolerance.
const NOISE = 1e-9;
// Of the answer: fewer digits than that say too little to be right.
const COARSEST = 0.1;
// Of a mistake's value: fewer digits than that are not taken for its rounding.
const CLEAREST = 0.01;
// Relative: farther away, rounding is no explanation.
const FAR = 0.2;
const MOST_EXPLANATIONS = 3;
// What is closer than a thousandth, the last digits of the numbers would decide, so the first one counts.
const SHARP = 1000;
const USUAL_DECIMALS = 4;
const SIGNIFICANT = 3;

/**
 * Is the number the answer, within the tolerance; and if not, which mistakes lead to it?
 * @param {AnswerBox} box
 * @param {Typed} typed
 * @returns {Verdict}
 */
export function judged(box, typed) {
  if (isAccepted(box, typed.value, 0)) return { kind: "right", mistakes: [] };
  const answer = numberOf(box.answer);
  const wide = typed.halfUnit - unitOf(answer) / 2;
  const isCoarse = typed.value !== 0 && wide > 0 && typed.halfUnit <= COARSEST * Math.abs(answer);
  if (isCoarse && isAccepted(box, typed.value, wide)) return { kind: "rough", mistakes: [] };
  return { kind: "wrong", mistakes: explanations(box, typed) };
}

/** @param {AnyNumber} number as JSON has it @returns {number} */
function numberOf(number) {
  return typeof number === "string" ? Number(number.replace("inf", "Infinity")) : number;
}

/** @param {AnswerBox} box @param {number} value @param {number} wide how far outside it may be @returns {boolean} */
function isAccepted({ low, high }, value, wide) {
  return value >= numberOf(low) - wide && value <= numberOf(high) + wide;
}

/**
 * The mistakes that lead to this number: the simplest and closest first, and after it those that are as good.
 * @param {AnswerBox} box
 * @param {Typed} typed
 * @returns {number[]}
 */
function explanations(box, typed) {
  const found = box.mistakes.map((mistake, n) => ({ n, how: Math.round(SHARP * unlikeliness(box, mistake, typed)) }));
  const fitting = found.filter(({ how }) => how < Infinity).sort((one, other) => one.how - other.how);
  const [best, ...rest] = fitting.map(({ n }) => n);
  if (best === undefined) return [];
  const others = rest.filter((n) => isAsGood(box.mistakes[n], box.mistakes[best]));
  return [best, ...others.slice(0, MOST_EXPLANATIONS - 1)];
}

/** @param {MistakeRow} mistake @param {MistakeRow} best @returns {boolean} is it another one, as likely? */
function isAsGood([, written, , cost, node, kind], [, bestWritten, , bestCost, bestNode, bestKind]) {
  const value = numberOf(written);
  const isOther = kind !== bestKind && node !== bestNode && cost <= bestCost + 1;
  return isOther && Math.abs(value - numberOf(bestWritten)) <= unitOf(value) / 2;
}

/**
 * How far-fetched, and how far away; infinite where rounding cannot explain the distance.
 * @param {AnswerBox} box
 * @param {MistakeRow} mistake
 * @param {Typed} typed
 * @returns {number}
 */
function unlikeliness({ tolerance }, [, written, spread, cost], { value: given, halfUnit }) {
  const value = numberOf(written);
  if (!Number.isFinite(value) || !Number.isFinite(given)) return value === given ? cost : Infinity;
  const half = unitOf(value) / 2;
  const coarse = halfUnit <= CLEAREST * Math.abs(value) ? Math.max(0, halfUnit - half) : 0;
  const distance = Math.abs(value - given);
  if (distance > FAR * (Math.abs(value) + tolerance) + coarse) return Infinity;
  const allowed = numberOf(spread) + coarse;
  if (distance > allowed + NOISE * Math.abs(value)) return Infinity;
  const vague = Math.log10(Math.max(1, allowed / Math.max(tolerance, half)));
  return cost + distance / allowed + vague;
}

/** @param {number} number @returns {number} one in the last place that exercises show of it */
function unitOf(number) {
  if (number === 0 || !Number.isFinite(number)) return Number(`1e-${USUAL_DECIMALS}`);
  const power = Number(number.toExponential().split("e")[1]);
  return Number(`1e-${Math.max(USUAL_DECIMALS, SIGNIFICANT - 1 - power)}`);
}
