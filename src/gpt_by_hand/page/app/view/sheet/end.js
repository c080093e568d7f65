// The end of a sheet: what was right, what to practise, the code for the teacher; and how the sheet is made again.

import { many, said } from "../../explain/sentences.js";
import { h, replace } from "../dom.js";
import { openWindow, textButton } from "./window.js";

/** What stands below the questions. */
export class SheetEnd {
  /**
   * @param {import("../../practice/sheet.js").Sheet} sheet
   * @param {import("./kept.js").Kept} kept
   * @param {import("./sheet_page.js").Actions} actions
   */
  constructor(sheet, kept, { print }) {
    this.sheet = sheet;
    this.kept = kept;
    this.title = h("h2", { id: "summary", tabindex: "-1" });
    this.found = h("div", { class: "found" });
    this.code = h("output", { class: "code", "aria-labelledby": "code-title", tabindex: "0" });
    this.told = h("p", { class: "told", role: "status" });
    this.element = h(
      "section",
      { class: "card end", "aria-labelledby": "summary" },
      this.title,
      this.found,
      h("h3", { id: "code-title" }, said("summary.code")),
      h(
        "div",
        { class: "code-row" },
        this.code,
        textButton(said("summary.copy"), () => this.#copy(), { class: "main" }),
      ),
      this.told,
      h("p", { class: "about" }, said("summary.code.about")),
      h(
        "div",
        { class: "ways" },
        textButton(said("paper.typed"), () => print("typed")),
        textButton(said("cards.clear"), () => this.#askToClear(), { class: "quiet" }),
      ),
    );
    this.unkept = h("p", { class: "unkept", role: "status" });
    this.foot = this.#foot();
  }

  #foot() {
    const { again, seed } = this.sheet.copy;
    const commands = again.map((command) => h("li", null, h("code", null, command)));
    const same = h("p", null, said("cards.again", { seed }));
    return h("footer", null, same, h("ul", null, commands), h("p", null, said("cards.offline")));
  }

  update() {
    const states = this.sheet.questions.map((_, q) => this.sheet.state(q));
    const open = states.filter((state) => state === "untouched" || state === "open").length;
    const { right, practise } = this.sheet.summary();
    const count = states.filter((state) => state !== "untouched").length;
    replace(this.title, open ? said("summary.title") : said("summary.done"));
    replace(
      this.found,
      count > 0 && h("p", { class: "result" }, said("quiz.right", { right, count })),
      open > 0 && h("p", null, many("summary.open", open)),
      practise.length > 0 && [h("h3", null, said("summary.practise")), h("ul", null, practise.map(practised))],
    );
    const code = this.sheet.code();
    if (this.code.textContent !== code) replace(this.code, code);
    replace(this.unkept, this.kept.refused && said("cards.unkept"));
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.sheet.code());
      replace(this.told, said("summary.copied"));
    } catch {
      getSelection()?.selectAllChildren(this.code);
      this.code.focus();
      replace(this.told, said("summary.not-copied"));
    }
  }

  #askToClear() {
    openWindow(said("cards.clear.ask"), (close) => {
      const clear = () => {
        close();
        this.sheet.clear();
        document.querySelector("h1")?.focus();
      };
      const no = textButton(said("cards.clear.no"), close, { class: "main", autofocus: true });
      return [
        h("p", null, said("cards.clear.about")),
        h("div", { class: "ways" }, no, textButton(said("cards.clear.yes"), clear)),
      ];
    });
  }
}

/** @param {{ title: string, command: string, mistakes: string[] }} topic */
function practised({ title, command, mistakes }) {
  const made = mistakes.map((mistake) => h("li", null, mistake));
  return h("li", null, h("strong", null, title), " ", h("code", null, command), made.length > 0 && h("ul", null, made));
}
