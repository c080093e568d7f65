// Starts the page: reads what it is made of, and shows it. If that is not as it was written, nothing is shown.

import { Explorer } from "./explorer.js";
import { explorerApi } from "./view/api.js";
import { startViews } from "./view/start.js";
import { writtenContents } from "./view/written.js";

const FORMAT = 1;

function start() {
  /** @type {import("./types.js").Contents} */
  const contents = writtenContents(FORMAT);
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
