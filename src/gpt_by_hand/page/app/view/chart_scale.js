// Where the losses of a run lie in a chart: from iterations and losses to its pixels. No DOM here.

/** @typedef {{ width: number, height: number, left: number, right: number, top: number, bottom: number }} Box */

/**
 * What a chart shows.
 * @typedef {object} Shown
 * @property {[number, number][]} losses each iteration and its loss
 * @property {[number, number, number][]} evaluations each iteration with its losses on training and on held-out data
 * @property {number} guess the loss of who knows nothing: ln of how many words there are
 * @property {number | null} perfect the best possible loss, if it is known
 */

/** Room that is left above and below the curve, as a part of what it spans. */
const CHART_ROOM = 0.05;
/** As many iterations as a chart spans at least, so that the first ones are not a cliff. */
const SHORTEST_CHART = 20;

/** From iterations and losses to pixels, and back. */
export class ChartScale {
  /**
   * @param {Shown} shown
   * @param {Box} box
   */
  constructor(shown, box) {
    this.box = box;
    const iterations = [...shown.losses, ...shown.evaluations].map(([iteration]) => iteration);
    this.first = leastOf(iterations, 0);
    this.last = Math.max(
      this.first + SHORTEST_CHART,
      -leastOf(
        iterations.map((one) => -one),
        -this.first,
      ),
    );
    const heights = [
      ...shown.losses.map(([, loss]) => loss),
      ...shown.evaluations.flatMap(([, train, held]) => [train, held]),
      shown.guess,
      ...(shown.perfect === null ? [0] : [shown.perfect]),
    ].filter(Number.isFinite);
    const [low, high] = [
      leastOf(heights, 0),
      -leastOf(
        heights.map((one) => -one),
        -1,
      ),
    ];
    const room = (high - low || 1) * CHART_ROOM;
    this.low = low - room;
    this.high = high + room;
  }

  /**
   * @param {number} iteration
   * @returns {number} pixels from the left
   */
  x(iteration) {
    const { left, right, width } = this.box;
    return left + ((iteration - this.first) / (this.last - this.first)) * (width - left - right);
  }

  /**
   * @param {number} loss
   * @returns {number} pixels from above
   */
  y(loss) {
    const { top, bottom, height } = this.box;
    return top + ((this.high - loss) / (this.high - this.low)) * (height - top - bottom);
  }

  /**
   * The iteration that is so far from the left, the nearest one on the chart.
   * @param {number} pixels
   * @returns {number}
   */
  iterationAt(pixels) {
    const { left, right, width } = this.box;
    const part = (pixels - left) / (width - left - right);
    return Math.round(this.first + Math.max(0, Math.min(1, part)) * (this.last - this.first));
  }
}

/**
 * The curve as the path of an SVG. Where many iterations share a column of pixels, their lowest and highest loss stand
 * for them; where a loss is no number, the curve has a gap.
 * @param {[number, number][]} losses
 * @param {ChartScale} scale
 * @returns {string}
 */
export function curvePath(losses, scale) {
  let isDrawing = false;
  const pieces = thinned(losses, scale).map(([iteration, loss]) => {
    const command = isDrawing ? "L" : "M";
    isDrawing = Number.isFinite(loss);
    return isDrawing ? `${command}${inTenths(scale.x(iteration))} ${inTenths(scale.y(loss))}` : "";
  });
  return pieces.join("");
}

/**
 * @param {[number, number][]} losses
 * @param {ChartScale} scale
 * @returns {[number, number][]} as many as there are, or the first, lowest, highest and last of each column of pixels
 */
export function thinned(losses, scale) {
  if (losses.length <= 2 * scale.box.width) return losses;
  /** @type {Map<number, [number, number][]>} */
  const columns = new Map();
  for (const pair of losses) {
    const column = Math.floor(scale.x(pair[0]));
    const kept = columns.get(column);
    if (kept) kept.push(pair);
    else columns.set(column, [pair]);
  }
  return [...columns.values()].flatMap(columnExtremes);
}

/** @param {[number, number][]} column @returns {[number, number][]} */
function columnExtremes(column) {
  let [low, high] = [0, 0];
  column.forEach(([, loss], n) => {
    if (loss < column[low][1]) low = n;
    if (loss > column[high][1]) high = n;
  });
  const kept = [...new Set([0, low, high, column.length - 1])].sort((one, other) => one - other);
  return kept.map((n) => column[n]);
}

/**
 * Round numbers between two others, about so many.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 * @returns {number[]}
 */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  const found = Array.from({ length: Math.floor(high / step) - first + 1 }, (_, n) => (first + n) * step);
  return found.map((one) => Number(one.toPrecision(12)));
}

/** @param {number[]} numbers @param {number} otherwise where there are none @returns {number} */
function leastOf(numbers, otherwise) {
  return numbers.length ? numbers.reduce((one, other) => Math.min(one, other)) : otherwise;
}

/** @param {number} pixels @returns {number} */
function inTenths(pixels) {
  return Math.round(10 * pixels) / 10;
}
