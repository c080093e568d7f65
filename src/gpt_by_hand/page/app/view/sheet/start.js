// The page of worksheets: it shows the copy whose number stands in its address, or asks for that number.

import { h, replace } from "../dom.js";
import { themes } from "../themes.js";
import { Sheet } from "../../practice/sheet.js";
import { sheetCopy } from "./contents.js";
import { Kept } from "./kept.js";
import { keysWindow } from "./keys.js";
import { askedNumber, numberInAddress } from "./number.js";
import { printOnPaper, Paper } from "./paper.js";
import { openProjector } from "./projector.js";
import { SheetPage } from "./sheet_page.js";

/** @typedef {import("../../types.js").SheetContents} SheetContents */

/**
 * Throws: an Error where the copy is not what was written.
 * @param {SheetContents} contents
 * @param {Element} start in whose place the page is put
 */
export async function startSheets(contents, start) {
  const root = h("div", { class: "sheets" });
  const paper = new Paper(contents);
  const look = themes(() => {});
  /** @type {SheetPage | null} */
  let page = null;
  const show = async () => {
    const number = contents.copies > 1 ? numberInAddress(contents.copies) : 1;
    page = number ? opened(contents, await sheetCopy(number), number, look, paper) : null;
    paper.page = page;
    replace(root, page ? page.element : askedNumber(contents, look));
  };
  await show();
  start.replaceWith(root);
  addEventListener("hashchange", async () => {
    if (contents.copies === 1 || numberInAddress(contents.copies) === page?.number) return;
    await show();
    root.querySelector("h1")?.focus();
  });
  addEventListener("storage", ({ key }) => page?.kept.name === key && follow(page));
  const keys = { p: () => page && project(page), "?": () => void keysWindow() };
  document.addEventListener("keydown", (event) => pressed(event, keys));
}

/**
 * @param {SheetContents} contents
 * @param {import("../../types.js").SheetCopy} copy
 * @param {number} number
 * @param {HTMLElement} look the choice of colours
 * @param {Paper} paper
 */
function opened(contents, copy, number, look, paper) {
  const sheet = new Sheet(copy);
  const kept = new Kept(copy);
  const page = new SheetPage(contents, sheet, number, kept, look, {
    project: () => project(page),
    keys: () => void keysWindow(),
    print: (mode) => printOnPaper(paper, mode),
  });
  follow(page);
  sheet.listen(() => {
    kept.save(sheet.saved());
    page.update();
  });
  page.update();
  return page;
}

/**
 * Go on with what was answered in another window that shows the same copy, so that neither forgets it.
 * @param {SheetPage} page
 */
function follow(page) {
  const data = page.kept.load();
  if (data !== null) page.sheet.restore(/** @type {any} */ (data));
}

/** @param {SheetPage} page */
function project(page) {
  openProjector(page.sheet, page.nearest());
}

/**
 * A key of the page, unless it was typed into something, or is one of the browser.
 * @param {KeyboardEvent} event
 * @param {Record<string, () => void>} keys
 */
function pressed(event, keys) {
  const typing = event.target instanceof Element && event.target.closest("input, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
}
