// What somebody looks at: a phase, a word, a number. All views follow it; no DOM here.

/** @typedef {import("../types.js").Tensor} Tensor */
/** @typedef {import("../explain/stream.js").Phase} Phase */
/** @typedef {{ tensor: Tensor, place: number[], address: string }} Spot a number and its address */
/** @typedef {"number" | "phase" | "word" | "comparison"} Selected what has changed */

/**
 * @callback Find
 * @param {string} address by indices or by words; throws a UserError where there is no such number
 * @returns {Spot}
 */

/** One for the page. `go` to a number, and every view that listens shows it. */
export class Selection {
  /**
   * @param {Find} find
   * @param {(tensor: Tensor) => Phase} phaseOf where a tensor stands
   * @param {number} position of the word that is outlined at first
   */
  constructor(find, phaseOf, position = 0) {
    this.find = find;
    this.phaseOf = phaseOf;
    /** @type {Phase} */
    this.phase = "forward";
    /** @type {Spot | null} the number that is explained */
    this.spot = null;
    this.sequence = 0;
    this.position = position;
    /** Does the map show what edits have changed, where there are any? */
    this.comparing = true;
    /** @type {((what: Selected) => void)[]} */
    this.listeners = [];
  }

  /** @returns {string | null} of the number that is explained */
  get address() {
    return this.spot?.address ?? null;
  }

  /**
   * @param {(what: Selected) => void} callback
   */
  listen(callback) {
    this.listeners.push(callback);
  }

  /**
   * Explain a number. Throws a UserError where there is none.
   * @param {string} address by indices or by words
   */
  go(address) {
    const spot = this.find(address);
    this.spot = spot;
    this.#follow(spot);
    if (spot.tensor.at >= 0 && !this.#stands(spot.tensor)) this.phase = this.phaseOf(spot.tensor);
    this.#tell("number");
  }

  /**
   * As it was before: of a step of the browser's history. Throws a UserError where there is no such number.
   * @param {string} address nothing: no number
   * @param {Phase} phase
   */
  restore(address, phase) {
    this.spot = address ? this.find(address) : null;
    if (this.spot) this.#follow(this.spot);
    this.phase = phase;
    this.#tell("number");
  }

  /** No number: the beginning. */
  home() {
    this.spot = null;
    this.#tell("number");
  }

  /** @param {Phase} phase */
  show(phase) {
    this.phase = phase;
    this.#tell("phase");
  }

  /**
   * @param {number} sequence
   * @param {number} position of the word that is outlined in all pictures
   */
  choose(sequence, position) {
    this.sequence = sequence;
    this.position = position;
    this.#tell("word");
  }

  /** @param {boolean} comparing */
  compare(comparing) {
    this.comparing = comparing;
    this.#tell("comparison");
  }

  /**
   * The word of a number is the chosen one from now on.
   * @param {Spot} spot
   */
  #follow({ tensor, place }) {
    const along = (/** @type {string} */ layout) => tensor.indices.findIndex((index) => index.axis?.layout === layout);
    const [sequence, position] = [isBySequence(tensor) ? 0 : -1, along("words")];
    if (sequence >= 0) this.sequence = place[sequence];
    if (position >= 0) this.position = place[position];
  }

  /**
   * Is the tensor on the map as it is? Parameters and their gradients stand in two phases.
   * @param {Tensor} tensor
   * @returns {boolean}
   */
  #stands(tensor) {
    return this.phase === "update" && (tensor.given === "parameter" || tensor.of?.given === "parameter");
  }

  /** @param {Selected} what */
  #tell(what) {
    for (const listener of this.listeners) listener(what);
  }
}

/**
 * Has the tensor numbers of its own for each sequence of the batch?
 * @param {Tensor} tensor
 * @returns {boolean}
 */
export function isBySequence(tensor) {
  return tensor.indices.length > 0 && tensor.indices[0].axis?.sequences === true;
}
