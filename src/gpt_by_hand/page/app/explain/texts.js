// Texts as Python writes them.

// What Python's `str.isspace` says of a character; JavaScript's own `\s` has others.
export const WHITE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AROUND = new RegExp(`^[${WHITE}]+|[${WHITE}]+$`, "g");
const UNSEEN = /[\p{C}\p{Z}]/u;
const ESCAPES = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * The text without white space at its ends: Python's `strip`.
 * @param {string} text
 * @returns {string}
 */
export function stripped(text) {
  return text.replace(AROUND, "");
}

/**
 * The text between quotation marks, with escapes for what would not be seen: Python's `repr`.
 * @param {string} text
 * @returns {string}
 */
export function quotedText(text) {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return (
    quote + Array.from(text, (character) => (character === quote ? `\\${quote}` : seen(character))).join("") + quote
  );
}

/** @param {string} character @returns {string} */
function seen(character) {
  const code = character.codePointAt(0) ?? 0;
  if (ESCAPES.has(character)) return ESCAPES.get(character) ?? "";
  if (character === " " || !UNSEEN.test(character)) return character;
  const [mark, width] = code > 0xffff ? ["U", 8] : code > 0xff ? ["u", 4] : ["x", 2];
  return `\\${mark}${code.toString(16).padStart(Number(width), "0")}`;
}
