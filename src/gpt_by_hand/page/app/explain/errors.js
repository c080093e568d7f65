/** Something that the reader gave does not make sense: one line that says what, where, and what to do about it. */
export class UserError extends Error {}

/** An address that nothing has. */
export class AddressError extends UserError {}
