// In place of the page's main.js: iterations, and nothing on the screen. `window.iterate(count)` gives milliseconds.

import { Explorer } from "../src/gpt_by_hand/page/app/explorer.js";
import { useSentences } from "../src/gpt_by_hand/page/app/explain/sentences.js";

const contents = JSON.parse(document.getElementById("contents").textContent);
useSentences(contents.sentences);
const { training } = new Explorer(contents, makeForms);
training.run.eval_interval = Infinity;

window.iterate = (count) => {
  const start = performance.now();
  for (let n = 0; n < count; n++) training.step();
  return performance.now() - start;
};
