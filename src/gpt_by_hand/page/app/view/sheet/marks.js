// The signs of verdicts: a colour is never all that tells them apart.

import { svg } from "../dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  right: "M3 8.5l3.5 3.5l6.5 -8",
  rough: "M2.5 6.5c2 -2.6 3.7 -2.2 5.5 -0.8s3.5 1.8 5.5 -0.8M2.5 11.5c2 -2.6 3.7 -2.2 5.5 -0.8s3.5 1.8 5.5 -0.8",
  wrong: "M4 4l8 8M12 4l-8 8",
  unreadable: "M5.2 6a2.8 2.6 0 1 1 4 2.2c-0.9 0.5 -1.2 1 -1.2 2M8 12.4v0.6",
  skipped: "M3 4l5 4l-5 4zM12 4v8",
  hint: "M8 2.5v2M3.5 4.5l1.2 1.2M12.5 4.5l-1.2 1.2M5.5 10.5a3.5 3.5 0 1 1 5 0v2h-5z",
};
/** The sign of a state. @type {Record<string, string>} */
const SIGN_OF_STATE = { "at once": "right", right: "right", skipped: "skipped" };

/**
 * A sign; words beside it say the same.
 * @param {string} kind of a verdict; without a sign for it, nothing
 * @returns {Element | null}
 */
export function verdictMark(kind) {
  if (!Object.hasOwn(PATHS, kind)) return null;
  const props = { class: `mark ${kind}`, viewBox: "0 0 16 16", "aria-hidden": "true" };
  return svg("svg", props, svg("path", { d: PATHS[kind] }));
}

/** @param {string} state of a question @returns {Element | null} */
export function stateMark(state) {
  return verdictMark(SIGN_OF_STATE[state] ?? "");
}
