// Training: so many iterations more, run and pause, back to the beginning; and a sheet with losses and the way back.

import { said } from "../explain/sentences.js";
import { LARGE_CHART, chartLegend, chartNumber, chartOf, chartSentence, lossChart } from "./chart.js";
import { h, replace } from "./dom.js";
import { headedTable } from "./number_button.js";
import { Runner } from "./runner.js";

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./runner.js").Speed} Speed */

/** Iterations that a press of a button makes. */
const COUNTS = [1, 10, 100];

/** Time as pictures are shown. @type {import("./runner.js").Clock} */
const PICTURES = {
  now: () => performance.now(),
  ask: (callback) => requestAnimationFrame(callback),
  cancel: (asked) => cancelAnimationFrame(asked),
};

/** What the speeds are called. @type {Record<Speed, () => string>} */
const SPEED_NAMES = {
  slow: () => said("train.speed.slow"),
  steady: () => said("train.speed.steady"),
  full: () => said("train.speed.full"),
};

/** The bar, and what trains. `element` is to be put into the frame. */
export class TrainBar {
  /**
   * @param {Explorer} explorer
   * @param {(text: string) => void} say to those who listen, and where all see it
   */
  constructor(explorer, say) {
    this.explorer = explorer;
    this.say = say;
    this.runner = new Runner(explorer, PICTURES, (how) => this.#told(how));
    this.number = h("strong", null);
    this.first = h(
      "button",
      { type: "button", class: "reset", on: { click: () => this.#reset() } },
      said("train.reset"),
    );
    this.run = h("button", { type: "button", class: "run", on: { click: () => this.toggle() } });
    this.element = h(
      "div",
      { class: "train-bar" },
      h("p", { class: "iteration" }, h("span", null, said("train.iteration"), " "), this.number),
      h(
        "div",
        { class: "joined", role: "group", "aria-label": said("train.group") },
        this.first,
        this.counts(),
        this.run,
      ),
    );
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.runner.running) this.runner.stop();
    });
    this.update();
  }

  /** Runs, or stops. */
  toggle() {
    if (this.runner.running) this.runner.stop();
    else this.runner.start();
  }

  /** Shows where the run is. */
  update() {
    const { iteration, edits } = this.explorer;
    this.number.textContent = String(iteration);
    this.first.disabled = iteration === firstIteration(this.explorer) && edits.length === 0;
    this.run.textContent = said(this.runner.running ? "train.pause" : "train.run");
    this.element.classList.toggle("running", this.runner.running);
  }

  /** @returns {HTMLButtonElement[]} that make so many iterations */
  counts() {
    return COUNTS.map((count) => this.#count(count));
  }

  /** @param {number} count */
  #count(count) {
    const name = said("train.count.name", { count });
    const props = { type: "button", class: `count-${count}`, "aria-label": `+${count}: ${name}` };
    return h("button", { ...props, on: { click: () => this.runner.start(count) } }, `+${count}`);
  }

  #reset() {
    this.runner.stop();
    this.explorer.reset();
    this.say(said("train.reset.done", { iteration: this.explorer.iteration }));
  }

  /** @param {"asked" | "stopped" | "diverged" | Error | null} how it ended; null while it runs */
  #told(how) {
    this.update();
    if (how === null) return;
    const { iteration, losses } = this.explorer;
    const loss = chartNumber(losses.at(-1)?.[1] ?? NaN);
    if (how === "diverged") this.say(said("train.diverged", { iteration, loss }));
    else if (typeof how === "string") this.say(said("train.done", { iteration, loss }));
    else this.say(how.message);
  }
}

/** @param {Explorer} explorer @returns {number} the iteration that it began with */
function firstIteration(explorer) {
  return explorer.recorded[0] ?? explorer.iteration;
}

/**
 * The sheet: the losses so far as a chart, the way back to each recorded iteration, and how fast it goes.
 * @param {Explorer} explorer
 * @param {TrainBar} bar
 * @returns {import("./drawers.js").Held}
 */
export function trainingSheet(explorer, bar) {
  const picture = h("figure", { class: "loss-figure" });
  const sentence = h("p", { class: "chart-sentence" });
  const way = rewindSlider(explorer, bar);
  const table = h("div", { class: "evaluations" });
  const counts = h(
    "div",
    { class: "joined on-phones", role: "group", "aria-label": said("train.group") },
    bar.counts(),
  );
  const shown = [picture, chartLegend(), sentence, counts, way.element, speeds(bar), table];
  const element = h("div", { class: "training-sheet" }, shown);
  const update = () => {
    const chart = chartOf(explorer);
    replace(picture, lossChart(chart, explorer.iteration, LARGE_CHART, true));
    sentence.textContent = chartSentence(chart, explorer.iteration);
    way.update();
    replace(table, evaluationTable(explorer));
  };
  return { element, update };
}

/**
 * @param {Explorer} explorer
 * @param {TrainBar} bar
 */
function rewindSlider(explorer, bar) {
  const slider = h("input", { type: "range", id: "rewind", min: 0, step: 1 });
  const to = h("output", { for: "rewind" });
  const back = h("p", { class: "hint" }, said("train.rewind.hint"));
  slider.addEventListener("input", () => {
    bar.runner.stop();
    const iteration = explorer.recorded[Number(slider.value)];
    if (iteration !== undefined && iteration !== explorer.iteration) explorer.rewind(iteration);
  });
  const element = h(
    "div",
    { class: "rewind" },
    h("label", { for: "rewind" }, said("train.rewind"), " ", to),
    slider,
    back,
  );
  const update = () => {
    const { recorded, iteration } = explorer;
    const at = nearestAt(recorded, iteration);
    slider.max = String(Math.max(0, recorded.length - 1));
    slider.value = String(at);
    slider.disabled = recorded.length < 2;
    slider.setAttribute("aria-valuetext", said("train.rewind.value", { iteration }));
    to.textContent = String(iteration);
  };
  return { element, update };
}

/** @param {number[]} recorded rising @param {number} iteration @returns {number} where it is, or the last one before */
function nearestAt(recorded, iteration) {
  return Math.max(
    0,
    recorded.findLastIndex((one) => one <= iteration),
  );
}

/** @param {TrainBar} bar */
function speeds(bar) {
  const names = /** @type {Speed[]} */ (Object.keys(SPEED_NAMES));
  const buttons = names.map((speed) => h("button", { type: "button" }, SPEED_NAMES[speed]()));
  const choose = (/** @type {Speed} */ speed) => {
    bar.runner.speed = speed;
    buttons.forEach((button, n) => button.setAttribute("aria-pressed", String(names[n] === speed)));
  };
  buttons.forEach((button, n) => button.addEventListener("click", () => choose(names[n])));
  choose(bar.runner.speed);
  const group = h("div", { class: "joined", role: "group", "aria-labelledby": "speeds" }, buttons);
  return h("div", { class: "speeds" }, h("p", { id: "speeds" }, said("train.speed")), group);
}

/** @param {Explorer} explorer */
function evaluationTable(explorer) {
  if (!explorer.evaluations.length) return null;
  const heads = [said("train.iteration"), said("train.loss.train"), said("train.loss.held")];
  const rows = explorer.evaluations.map(([iteration, train, held]) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, iteration),
      [train, held].map((loss) => h("td", { data: { value: loss } }, chartNumber(loss))),
    ),
  );
  return headedTable({ caption: said("train.evaluations"), heads }, rows);
}
