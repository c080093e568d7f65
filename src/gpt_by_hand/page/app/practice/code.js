// What somebody made of a copy, as a code of a few letters: `practice/browser/codes.py` says how it is written.

/**
 * What came of a question: its state (0 untouched, 1 right at once, 2 right in the end, 3 not), and 1 + the place of
 * the first mistake among those of its boxes, or 0.
 * @typedef {{ state: number, mistake: number }} Outcome
 * @typedef {{ boxes: { shown: string, mistakes: unknown[] }[] }} CodeQuestion what a code needs to know of a question
 * @typedef {{ header: [digit: number, radix: number][], sheets: { questions: CodeQuestion[] }[] }} CodeCopy
 */

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MODULUS = 0b100101;
const STATES = 4;
const WITH_MISTAKE = 2; // states from here on have a mistake
const SEAL = 15; // bits
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * The code of a copy, of which this came out, a question after the other: "K7QM-2RX9-A".
 * @param {CodeCopy} copy
 * @param {Outcome[]} outcomes
 * @returns {string}
 */
export function codeOf(copy, outcomes) {
  const questions = copy.sheets.flatMap((sheet) => sheet.questions);
  const digits = [...copy.header, ...questions.flatMap((question, n) => outcomeDigits(question, outcomes[n]))];
  return written([...digits, [sealOf(digits, questions), 2 ** SEAL]]);
}

/**
 * How many mistakes are known of all boxes of a question.
 * @param {CodeQuestion} question
 * @returns {number}
 */
export function numberOfMistakes(question) {
  return question.boxes.reduce((sum, box) => sum + box.mistakes.length, 0);
}

/**
 * @param {CodeQuestion} question
 * @param {Outcome} outcome
 * @returns {[digit: number, radix: number][]}
 */
function outcomeDigits(question, { state, mistake }) {
  return state < WITH_MISTAKE
    ? [[state, STATES]]
    : [
        [state, STATES],
        [mistake, 1 + numberOfMistakes(question)],
      ];
}

/**
 * The number that the digits make, the first one lowest, in letters with one that checks them.
 * @param {[digit: number, radix: number][]} digits
 * @returns {string}
 */
function written(digits) {
  let number = digits.reduceRight((sum, [digit, radix]) => BigInt(digit) + BigInt(radix) * sum, 0n);
  let room = digits.reduce((product, [, radix]) => product * BigInt(radix), 1n);
  const values = [];
  for (; room > 1n; room = (room + 31n) / 32n) {
    values.push(Number(number % 32n));
    number /= 32n;
  }
  const check = timesX(values.reduce((sum, value) => timesX(sum) ^ value, 0));
  const letters = [...values, check].map((value) => LETTERS[value]).join("");
  return (letters.match(/.{1,4}/g) ?? []).join("-");
}

/**
 * @param {number} value
 * @returns {number}
 */
function timesX(value) {
  return (value << 1) ^ (value & 16 ? MODULUS : 0);
}

/**
 * The upper bits of a hash of all digits and of the answers.
 * @param {[digit: number, radix: number][]} digits
 * @param {CodeQuestion[]} questions
 * @returns {number}
 */
function sealOf(digits, questions) {
  const answers = questions.flatMap((question) => question.boxes.map((box) => plainNumber(box.shown)));
  const bytes = new TextEncoder().encode(`${digits.map(([digit]) => digit).join(" ")};${answers.join(" ")}`);
  const hash = bytes.reduce((found, byte) => Math.imul(found ^ byte, FNV_PRIME), FNV_START);
  return hash >>> (32 - SEAL);
}

/**
 * A number as all languages have it: with a point, and with a hyphen for a minus.
 * @param {string} shown
 * @returns {string}
 */
function plainNumber(shown) {
  return shown.replaceAll(",", ".").replaceAll("−", "-");
}
