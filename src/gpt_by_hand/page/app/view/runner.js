// Training in slices, so that a page never stands still: some iterations, then a picture, then the next ones. No DOM.

/** Milliseconds that the iterations of a slice may take, beside what the page needs to show one. */
const SLICE = 12;

/** Iterations a second, by the names of speeds. */
const SPEEDS = { slow: 1, steady: 10, full: Infinity };

/** @typedef {keyof typeof SPEEDS} Speed */

/**
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(callback: () => void) => number} ask to be called before the next picture
 * @property {(asked: number) => void} cancel
 */

/** Trains until it is stopped, has made as many iterations as were asked for, or there is nothing to go on with. */
export class Runner {
  /**
   * @param {import("../explorer.js").Explorer} explorer
   * @param {Clock} clock
   * @param {(end: "asked" | "stopped" | "diverged" | Error | null) => void} tell how it ended; null while it runs
   */
  constructor(explorer, clock, tell) {
    this.explorer = explorer;
    this.clock = clock;
    this.tell = tell;
    /** @type {Speed} */
    this.speed = "full";
    this.left = 0;
    this.asked = 0;
    // Iterations of a slice: more and more of them, as long as they take no longer than they may.
    this.fitting = 1;
    // Milliseconds that a slice of one iteration takes, most of which the page needs to show it.
    this.single = Infinity;
    this.due = 0;
  }

  /** @returns {boolean} */
  get running() {
    return this.left > 0;
  }

  /** @param {number} [count] of iterations to make */
  start(count = Infinity) {
    this.left = count;
    this.due = this.clock.now();
    this.#ask();
    this.tell(null);
  }

  /** Stops, if it runs. */
  stop() {
    if (this.running) this.#end("stopped");
  }

  #ask() {
    this.asked = this.clock.ask(() => this.#slice());
  }

  /** @param {"asked" | "stopped" | "diverged" | Error} how */
  #end(how) {
    this.clock.cancel(this.asked);
    this.left = 0;
    this.tell(how);
  }

  #slice() {
    const start = this.clock.now();
    const count = Math.min(this.left, this.#allowed(start));
    if (count > 0) {
      try {
        this.explorer.train(count);
      } catch (error) {
        this.#end(/** @type {Error} */ (error));
        return;
      }
      // What was stopped by what listens to the training has told so already.
      if (!this.running) return;
      this.left -= count;
      this.#learn(count, this.clock.now() - start);
    }
    if (hasDiverged(this.explorer)) this.#end("diverged");
    else if (this.left <= 0) this.#end("asked");
    else this.#ask();
  }

  /**
   * How many iterations fit, from how long so many have taken.
   * @param {number} count
   * @param {number} took
   */
  #learn(count, took) {
    if (count === 1) this.single = Math.min(this.single, took);
    if (took > this.single + 2 * SLICE) this.fitting = Math.max(1, Math.floor(this.fitting / 2));
    else if (took < this.single + SLICE && count >= this.fitting) this.fitting *= 2;
  }

  /** @param {number} now @returns {number} how many iterations this slice may make */
  #allowed(now) {
    const pause = 1000 / SPEEDS[this.speed];
    if (pause === 0) return this.fitting;
    const due = Math.min(this.fitting, Math.floor((now - this.due) / pause) + 1);
    if (due <= 0) return 0;
    this.due = Math.max(this.due + due * pause, now);
    return due;
  }
}

/**
 * @param {import("../explorer.js").Explorer} explorer
 * @returns {boolean} is its loss no number, or infinite?
 */
function hasDiverged(explorer) {
  const last = explorer.losses.at(-1);
  return last !== undefined && !Number.isFinite(last[1]);
}
