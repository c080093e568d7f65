// All keys of the page.

import { said } from "../../explain/sentences.js";
import { h } from "../dom.js";
import { openWindow, textButton } from "./window.js";

/** @returns {HTMLDialogElement} */
export function keysWindow() {
  const enter = h("kbd", null, "Enter");
  const onPage = [
    [enter, said("keys.enter")],
    [h("kbd", null, "p"), said("keys.projector")],
    [h("kbd", null, "?"), said("keys.keys")],
  ];
  const projecting = [
    [
      [h("kbd", null, "→"), h("kbd", null, said("keys.page-down")), h("kbd", null, said("keys.space"))],
      said("projector.next"),
    ],
    [[h("kbd", null, "←"), h("kbd", null, said("keys.page-up"))], said("projector.previous")],
    [[h("kbd", null, said("keys.home")), h("kbd", null, said("keys.end"))], said("projector.ends")],
    [[h("kbd", null, "↓"), h("kbd", null, "↑")], said("projector.scroll")],
    [[h("kbd", null, "Enter"), h("kbd", null, "a")], said("projector.answer")],
    [h("kbd", null, "h"), said("projector.hint")],
    [[h("kbd", null, "Esc"), h("kbd", null, "p")], said("projector.close")],
  ];
  return openWindow(said("keys.title"), (close) => [
    keyList(onPage),
    h("h3", null, said("projector.name")),
    keyList(projecting),
    h("div", { class: "ways" }, textButton(said("keys.close"), close, { class: "main" })),
  ]);
}

/** @param {any[][]} rows */
function keyList(rows) {
  return h(
    "dl",
    { class: "keys" },
    rows.map(([keys, meaning]) => h("div", null, h("dt", null, keys), h("dd", null, meaning))),
  );
}
