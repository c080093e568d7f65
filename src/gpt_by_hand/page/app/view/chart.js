// The losses of a run as a picture: the curve, a guess, the best possible, held-out losses, and where one is now.

import { decimal, said } from "../explain/sentences.js";
import { general } from "../numbers/formats.js";
import { ChartScale, curvePath, ticks } from "./chart_scale.js";
import { h, svg } from "./dom.js";

/** @typedef {import("./chart_scale.js").Box} Box */
/** @typedef {import("./chart_scale.js").Shown} Shown */

/** In the header: no axes. */
export const SMALL_CHART = { width: 192, height: 44, left: 5, right: 68, top: 5, bottom: 6 };
/** In the sheet of training. */
export const LARGE_CHART = { width: 432, height: 240, left: 24, right: 76, top: 10, bottom: 26 };

/** Pixels between two texts at the right, so that none lies on another. */
const LINE_APART = 14;

/**
 * @param {import("../explorer.js").Explorer} explorer
 * @returns {Shown} what a chart shows of its run
 */
export function chartOf(explorer) {
  const words = explorer.contents.vocabulary.labels.length;
  const { losses, evaluations, contents } = explorer;
  return { losses, evaluations, guess: Math.log(words), perfect: contents.perfect };
}

/**
 * @param {Shown} shown
 * @param {number} iteration the present one
 * @param {Box} box
 * @param {boolean} large with axes and evaluations
 * @returns {SVGElement}
 */
export function lossChart(shown, iteration, box, large) {
  const scale = new ChartScale(shown, box);
  const { width, height } = box;
  return svg(
    "svg",
    { class: ["loss-chart", large && "large"], viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    large && chartAxes(scale),
    references(shown, scale),
    svg("path", { class: "curve", d: curvePath(shown.losses, scale) }),
    shown.evaluations.flatMap((evaluation) => evaluationMarks(evaluation, scale)),
    presentPoint(shown, iteration, scale),
  );
}

/**
 * What the chart says, in a sentence.
 * @param {Shown} shown
 * @param {number} iteration
 * @returns {string}
 */
export function chartSentence(shown, iteration) {
  const found = lossAt(shown, iteration);
  const now = found === null ? "" : said("chart.now", { iteration, loss: chartNumber(found) });
  const best = shown.perfect === null ? "" : said("chart.best", { loss: chartNumber(shown.perfect) });
  const last = shown.evaluations.at(-1);
  const held = last ? said("chart.held", { iteration: last[0], loss: chartNumber(last[2]) }) : "";
  return [now, said("chart.guess", { loss: chartNumber(shown.guess) }), best, held].filter(Boolean).join(" ");
}

/** @param {number} loss @returns {string} with four decimals, as `train` prints it */
export function chartNumber(loss) {
  return decimal(Number.isFinite(loss) ? loss.toFixed(4) : general(loss, 6));
}

/** @param {Shown} shown @param {number} iteration @returns {number | null} */
function lossAt(shown, iteration) {
  return shown.losses.find(([one]) => one === iteration)?.[1] ?? null;
}

/** @param {Shown} shown @param {ChartScale} scale @returns {SVGElement[]} of a guess, and of the best possible */
function references(shown, scale) {
  const guess = said("chart.label.guess", { loss: decimal(shown.guess.toFixed(2)) });
  const lines = [referenceLine("guess", guess, shown.guess, scale)];
  if (shown.perfect !== null) {
    const best = said("chart.label.best", { loss: decimal(shown.perfect.toFixed(2)) });
    const near = Math.abs(scale.y(shown.perfect) - scale.y(shown.guess)) < LINE_APART;
    lines.push(referenceLine("best", best, shown.perfect, scale, near ? LINE_APART : 0));
  }
  return lines;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} loss
 * @param {ChartScale} scale
 * @param {number} [lower]
 */
function referenceLine(name, text, loss, scale, lower = 0) {
  const { left, right, width } = scale.box;
  const y = scale.y(loss);
  return svg(
    "g",
    { class: ["reference", name] },
    svg("line", { x1: left, x2: width - right, y1: y, y2: y }),
    svg("text", { x: width - right + 6, y: y + 4 + lower }, text),
  );
}

/** @param {[number, number, number]} evaluation @param {ChartScale} scale @returns {SVGElement[]} */
function evaluationMarks([iteration, , held], scale) {
  if (!Number.isFinite(held)) return [];
  return [svg("circle", { class: "held", cx: scale.x(iteration), cy: scale.y(held), r: 3 })];
}

/** @param {Shown} shown @param {number} iteration @param {ChartScale} scale */
function presentPoint(shown, iteration, scale) {
  const loss = lossAt(shown, iteration);
  if (loss === null || !Number.isFinite(loss)) return null;
  return svg("circle", { class: "now", cx: scale.x(iteration), cy: scale.y(loss), r: 4 });
}

/** @param {ChartScale} scale @returns {SVGElement[]} */
function chartAxes(scale) {
  const { left, right, width, bottom, height } = scale.box;
  const floor = height - bottom;
  const across = ticks(scale.first, scale.last, 6).filter(Number.isInteger);
  const up = ticks(scale.low, scale.high, 5);
  return [
    svg("path", { class: "axis", d: `M${left} ${scale.box.top}V${floor}H${width - right}` }),
    ...up.map((loss) => svg("text", { class: "tick up", x: left - 6, y: scale.y(loss) + 4 }, decimal(loss))),
    ...across.map((n) => svg("text", { class: "tick", x: scale.x(n), y: floor + 18 }, String(n))),
  ];
}

/** @returns {HTMLElement} what the marks of a large chart mean */
export function chartLegend() {
  const picture = (/** @type {SVGElement} */ mark) => svg("svg", { class: "loss-chart", viewBox: "0 0 18 12" }, mark);
  const curve = picture(svg("path", { d: "M1 6h16" }));
  const held = picture(svg("circle", { class: "held", cx: 9, cy: 6, r: 3 }));
  return h(
    "ul",
    { class: "chart-legend" },
    h("li", null, curve, said("chart.legend.loss")),
    h("li", null, held, said("chart.legend.held")),
  );
}
