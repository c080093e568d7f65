// The settings of training, each with what it means; the formulas read them, so all that follows is computed anew.

import { said } from "../explain/sentences.js";
import { h } from "./dom.js";
import { NumberField, plainNumber } from "./number_field.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */

/** What the model's own settings mean, which no command line sets. @type {Record<string, () => string>} */
const OWN_SETTINGS = { eps: () => said("settings.eps") };

/**
 * @param {Explorer} explorer
 * @returns {[name: string, meaning: string][]} the settings that the formulas have a name for, and a meaning
 */
export function settingsOf(explorer) {
  const { settings } = explorer.contents;
  const meaning = (/** @type {string} */ name) => settings[name] ?? (name in OWN_SETTINGS ? OWN_SETTINGS[name]() : "");
  const known = explorer.program.constants.map(({ name }) => /** @type {[string, string]} */ ([name, meaning(name)]));
  const order = [...Object.keys(settings), ...Object.keys(OWN_SETTINGS)];
  return known.filter(([, means]) => means).sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
}

/**
 * The sheet with a field for each.
 * @param {Explorer} explorer
 * @returns {import("./drawers.js").Held}
 */
export function settingsSheet(explorer) {
  const fields = settingsOf(explorer).map(([name, meaning]) => settingField(explorer, name, meaning));
  const element = h(
    "div",
    { class: "settings-sheet" },
    h("p", { class: "hint" }, said("settings.hint")),
    fields.map((field) => field.element),
  );
  return { element, update: () => fields.forEach((field) => field.update()) };
}

/**
 * @param {Explorer} explorer
 * @param {string} name
 * @param {string} meaning
 */
function settingField(explorer, name, meaning) {
  const id = `setting-${name}`;
  const field = new NumberField(id, (value) => explorer.set(name, value), `${id}-means`);
  const undo = () => {
    explorer.remove(name);
    field.input.focus();
  };
  const props = { type: "button", "aria-label": said("settings.back.name", { name }), on: { click: undo } };
  const back = h("button", props, said("settings.back"));
  const label = h("label", { for: id }, h("code", null, name));
  const means = h("p", { id: `${id}-means` }, meaning);
  const element = h("div", { class: "setting" }, label, field.input, back, means, field.problem);
  const update = () => {
    const value = explorer.value(name);
    back.hidden = !explorer.edits.some(({ address }) => address === name);
    field.show(name, value, plainNumber(value));
  };
  return { element, update };
}
