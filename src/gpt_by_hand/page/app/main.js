// Starts the page: reads what it is made of, and shows it. If that is not as it was written, nothing is shown.

import { Explorer } from "./explorer.js";
import { useSentences } from "./explain/sentences.js";
import { crc32 } from "./numbers/crc32.js";
import { explorerApi } from "./view/api.js";
import { startViews } from "./view/start.js";

const FORMAT = 1;

/** @returns {import("./types.js").Contents} Throws: an Error where it is not what was written */
function readContents() {
  const holder = /** @type {HTMLElement} */ (document.getElementById("contents"));
  const text = holder.textContent ?? "";
  if (crc32(text) !== Number(holder.dataset.crc32)) throw new Error("the content is not as it was written");
  const contents = JSON.parse(text);
  if (contents.format !== FORMAT) throw new Error(`the format is ${contents.format}, and must be ${FORMAT}`);
  return contents;
}

function start() {
  const contents = readContents();
  useSentences(contents.sentences);
  const explorer = new Explorer(contents, makeForms);
  const { selection } = startViews(explorer, document.body);
  Object.assign(window, { explorer: explorerApi(explorer, selection) });
}

try {
  start();
} catch (error) {
  const said = document.getElementById("not-started");
  if (said && !said.isConnected) document.body.replaceChildren(said);
  said?.classList.add("shown");
  throw error;
}
