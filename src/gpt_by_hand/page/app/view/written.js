// The data that Python wrote into the file.

import { crc32 } from "../numbers/crc32.js";

/**
 * What the page is made of. Throws: an Error where that is not as it was written, or in another format.
 * @param {number} format
 * @returns {any}
 */
export function writtenContents(format) {
  const contents = JSON.parse(writtenText("contents"));
  if (contents.format !== format) throw new Error(`the format is ${contents.format}, and must be ${format}`);
  return contents;
}

/**
 * What an element holds. Throws: an Error where that is not as it was written.
 * @param {string} id
 * @returns {string}
 */
export function writtenText(id) {
  const holder = document.getElementById(id);
  const text = holder?.textContent ?? "";
  if (crc32(text) !== Number(holder?.dataset.crc32)) throw new Error(`${id} is not as it was written`);
  return text;
}
