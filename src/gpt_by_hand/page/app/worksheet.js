// Starts a page of worksheets: reads what it is made of, and shows it. If that is not as it was written, nothing is.

import { useSentences } from "./explain/sentences.js";
import { sheetContents } from "./view/sheet/contents.js";
import { startSheets } from "./view/sheet/start.js";

const start = /** @type {HTMLElement} */ (document.getElementById("not-started"));
started().catch((error) => {
  if (!start.isConnected) document.body.replaceChildren(start);
  start.classList.add("shown");
  throw error;
});

async function started() {
  const contents = sheetContents();
  useSentences(contents.sentences, contents.language);
  await startSheets(contents, start);
}
