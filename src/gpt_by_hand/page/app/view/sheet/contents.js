// What a page of worksheets is made of, as it stands in the file.

import { bytesOf } from "../../engine/given.js";
import { writtenContents, writtenText } from "../written.js";

const FORMAT = 1;

/** @returns {import("../../types.js").SheetContents} Throws: an Error where it is not what was written */
export function sheetContents() {
  return writtenContents(FORMAT);
}

/**
 * A copy, which is packed. Throws: an Error where it is not what was written.
 * @param {number} number from 1
 * @returns {Promise<import("../../types.js").SheetCopy>}
 */
export async function sheetCopy(number) {
  const packed = new Blob([bytesOf(writtenText(`copy-${number}`))]);
  return new Response(packed.stream().pipeThrough(new DecompressionStream("deflate"))).json();
}
