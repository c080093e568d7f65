// In place of main.js: the same page again and again, each time with another vocabulary.

import { Explorer } from "../../src/gpt_by_hand/page/app/explorer.js";
import { useSentences } from "../../src/gpt_by_hand/page/app/explain/sentences.js";
import { explorerApi } from "../../src/gpt_by_hand/page/app/view/api.js";
import { startViews } from "../../src/gpt_by_hand/page/app/view/start.js";

const contents = JSON.parse(document.getElementById("contents").textContent);
useSentences(contents.sentences);

window.again = (vocabulary) => {
  const explorer = new Explorer({ ...contents, vocabulary }, makeForms);
  const { selection } = startViews(explorer, document.body);
  window.explorer = explorerApi(explorer, selection);
};
window.again(contents.vocabulary);
