// A window over the page: Escape closes it, and what had the focus has it again.

import { h } from "../dom.js";

let windows = 0;

/**
 * @param {string} title
 * @param {(close: () => void) => import("../dom.js").Children} filled what stands in it
 * @returns {HTMLDialogElement}
 */
export function openWindow(title, filled) {
  const id = `window-${windows++}`;
  const dialog = h("dialog", { class: "window", "aria-labelledby": id }, h("h2", { id }, title));
  dialog.append(...[filled(() => dialog.close())].flat(Infinity));
  return shownOver(dialog);
}

/** @param {HTMLDialogElement} dialog @returns {HTMLDialogElement} over the page, and gone when it is closed */
export function shownOver(dialog) {
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

/**
 * @param {string} text
 * @param {() => void} click
 * @param {Record<string, any>} [props]
 */
export function textButton(text, click, props = {}) {
  return h("button", { type: "button", ...props, on: { click } }, text);
}
