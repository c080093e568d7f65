import { toldProblem } from "./sentences.js";

/** Something that the reader gave does not make sense: one line that says what, where, and what to do about it. */
export class UserError extends Error {
  /** @param {string} message in English, or as the language that is spoken says it */
  constructor(message) {
    super(toldProblem(message));
  }
}

/** An address that nothing has. */
export class AddressError extends UserError {}
