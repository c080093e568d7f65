// Puts the views together: all follow one selection, and one explorer.

import { TOKENS } from "../explain/concepts.js";
import { phaseOf } from "../explain/stream.js";
import { about } from "../notation/program.js";
import { addressOf } from "../printers/text.js";
import { onKeys, oncePerFrame } from "./dom.js";
import { Actions } from "./actions.js";
import { Frame } from "./frame.js";
import { NumbersMap } from "./map.js";
import { Panel } from "./panel.js";
import { readout } from "./readout.js";
import { Routing } from "./routing.js";
import { Selection } from "./selection.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */

/** The position of the word that is outlined at first: one that has others before it. */
const FIRST_WORD = 3;

/**
 * The page about a model, in an element whose content it takes away.
 * @param {Explorer} explorer
 * @param {HTMLElement} body
 */
export function startViews(explorer, body) {
  const selection = selectionOf(explorer);
  const frame = new Frame(explorer, selection, { recolour: () => map.recolour() });
  const map = new NumbersMap(explorer, selection, frame.main, (address) => {
    selection.go(address);
    frame.focusPanel();
  });
  const routing = new Routing(explorer, selection, frame.main, (message) => frame.goTo.complain(message));
  const actions = new Actions(explorer, selection, frame);
  const panel = new Panel({
    explorer,
    open: (address) => (address === null ? selection.home() : selection.go(address)),
    editSlot: (tensor, place) => actions.control(tensor, place),
  });
  frame.panel.append(panel.element, actions.tour.footer);
  const back = () => leavePanel(frame, map, actions);
  frame.close.addEventListener("click", back);
  frame.panel.addEventListener("keydown", onKeys({ Escape: back }));
  readout(explorer, selection, frame.main, (tensor) => map.toggle(tensor));
  selection.listen((what) => {
    frame.update();
    if (what === "number") {
      frame.panel.classList.remove("closed");
      frame.panel.classList.toggle("with-number", selection.spot !== null);
      panel.show(selection.address);
      frame.say(frame.panel.querySelector("#panel-question")?.textContent ?? "");
    }
    if (what === "phase") map.begin();
    else if (what === "number") map.follow();
    else map.repaint();
  });
  const follow = () => {
    frame.update();
    panel.refresh();
    map.repaint();
  };
  explorer.listen(oncePerFrame(follow));
  body.replaceChildren(...frame.elements);
  map.draw();
  routing.open();
  return { selection, frame, map };
}

/**
 * From the panel back to the map: to the number that it is about.
 * @param {Frame} frame
 * @param {NumbersMap} map
 * @param {Actions} actions
 */
function leavePanel(frame, map, actions) {
  for (const drawer of actions.drawers.all) if (drawer.isOpen) drawer.close();
  frame.panel.classList.add("closed"); // where it is a sheet over the map
  map.focus();
}

/** @param {Explorer} explorer */
function selectionOf(explorer) {
  const find = (/** @type {string} */ asked) => {
    const [tensor, place] = explorer.locate(asked);
    return { tensor, place, address: addressOf(tensor.name, place) };
  };
  const words = about(explorer.program, TOKENS)?.shape[1] ?? 1;
  return new Selection(find, (tensor) => phaseOf(explorer.program, tensor), Math.min(FIRST_WORD, words - 1));
}
