// All that the page knows and can do, without a screen: views call it, and listen to it.

import { Engine } from "./engine/engine.js";
import { loadGiven, spelledOut } from "./engine/given.js";
import { History } from "./engine/history.js";
import { besideOf, comeTo } from "./engine/beside.js";
import { changesOf, differing, lossWith } from "./engine/edits.js";
import { handOver, writerOf } from "./engine/writing.js";
import { Lookup } from "./engine/lookup.js";
import { readShared, sharedText } from "./engine/share.js";
import { Training } from "./engine/training.js";
import { partsOfScore, saidAfter } from "./engine/why.js";
import { LOGITS, TOKENS } from "./explain/concepts.js";
import { UserError } from "./explain/errors.js";
import { Explainer } from "./explain/explainer.js";
import { nudge } from "./explain/nudge.js";
import { useSentences } from "./explain/sentences.js";
import { followers } from "./explain/uses.js";
import { whoseLine } from "./explain/whose.js";
import { Words } from "./explain/words.js";
import { decode } from "./notation/decode.js";
import { about } from "./notation/program.js";
import { addressOf } from "./printers/text.js";

/** @import { Contents, Explanation, Origin, Tensor } from "./types.js" */
/** @import { Edit } from "./engine/history.js" */
/** @typedef {"numbers" | "batch" | "iteration"} What what has changed: numbers; words; the iteration */

/** What can be asked of a page, and done in it. */
export class Explorer {
  /**
   * @param {Contents} contents
   * @param {(x: Float64Array) => ((...at: number[]) => void)[]} forms
   */
  constructor(contents, forms) {
    useSentences(contents.sentences, contents.language);
    this.contents = contents;
    this.forms = forms;
    this.program = decode(contents.program, contents);
    this.engine = new Engine(this.program, contents.steps, forms);
    for (const [n, of] of contents.ways) this.engine.ways.set(this.program.tensors[n], this.program.tensors[of]);
    loadGiven(this.engine, contents.given);
    this.engine.compute();
    const { run, origin } = contents;
    this.training = run && origin ? new Training(this.engine, run, origin) : null;
    /** @type {Origin | null} where the numbers come from now */
    this.origin = origin && { ...origin, data: this.training?.data.train ?? null };
    this.model = { ...contents.whose };
    this.words = new Words(contents.vocabulary, this.program, this.engine);
    this.explainer = new Explainer(this.program, this.engine, this.words, this.origin, besideOf(this));
    this.lookup = new Lookup(this.engine, this.explainer);
    this.history = new History(this.engine, this.training);
    /** @type {((change: { what: What }) => void)[]} */
    this.callbacks = [];
    /** @type {import("./engine/sampling.js").TextWriter | null} */
    this.writer = null;
    const set = contents.set.map(([address, said]) => this.lookup.edit(address, spelledOut(said)));
    if (set.length > 0) this.history.set(set);
    comeTo(this);
  }

  /** @returns {number} */
  get iteration() {
    return this.history.iteration;
  }

  /** @returns {number | null} of this iteration */
  get loss() {
    return this.history.loss && this.engine.x[this.history.loss.at];
  }

  /** @returns {[iteration: number, loss: number][]} of each iteration that was recorded */
  get losses() {
    return this.history.losses;
  }

  /** @returns {[iteration: number, train: number, val: number][]} */
  get evaluations() {
    return this.history.evaluations;
  }

  /** @returns {number[]} the iterations that one can go to, the first one first */
  get recorded() {
    return this.history.recorded;
  }

  get canUndo() {
    return this.history.past.length > 0;
  }

  get canRedo() {
    return this.history.future.length > 0;
  }

  /** @returns {Float64Array | null} all numbers of this iteration, if nothing were set; null if nothing is */
  get before() {
    return this.history.before();
  }

  /** @returns {{ address: string, before: number, after: number }[]} what is set, and what it would be otherwise */
  get edits() {
    return changesOf(this.history, this.before);
  }

  /** @returns {{ count: number, of: number, loss: [number, number] | null }} how many computed numbers changed */
  differing() {
    return differing(this.before, this.engine, this.history.loss);
  }

  /** @returns {string[]} of every number that is computed here or given */
  addresses() {
    return this.lookup.addresses();
  }

  /** @param {string} address @returns {[Tensor, number[]]} the element that it means; throws: AddressError */
  locate(address) {
    return this.explainer.find(address);
  }

  /** @param {string} address of a number, or a setting's name @returns {number} */
  value(address) {
    return this.lookup.value(address);
  }

  /** @param {string} address @returns {Explanation} */
  explain(address) {
    return this.explainer.explain(address);
  }

  /** @returns {string} which model it is, and what is set in it, in a line */
  whose() {
    const set = [...this.history.edits].map(([address, { value }]) => [address, value]);
    return whoseLine(this.model, /** @type {[string, number][]} */ (set));
  }

  /** @param {string} address @returns {{ tensor: Tensor, places: number[][] }[]} what is computed from it */
  uses(address) {
    /** @type {Map<Tensor, number[][]>} */
    const found = new Map();
    const element = this.locate(address);
    const isStopped = this.engine.isStopped(...element);
    for (const [tensor, place] of followers(this.program, ...element, this.engine)) {
      if (this.engine.isPinned(tensor, place) || (isStopped && tensor.role === "gradient")) continue;
      found.set(tensor, [...(found.get(tensor) ?? []), place]);
    }
    return [...found].map(([tensor, places]) => ({ tensor, places }));
  }

  /** @param {string} address */
  nudge(address) {
    const losses = lossWith.bind(null, this.engine);
    return nudge(this.program, this.engine, ...this.locate(address), losses);
  }

  /** @param {string} address of a score */
  parts(address) {
    const [tensor, place] = this.locate(address);
    if (tensor.concept !== LOGITS) throw new UserError(`${address} is no score of a word: only those are taken apart`);
    return partsOfScore(this.engine, this.contents.shares, place);
  }

  /** @param {number} sequence @param {number} at the position of a word in it */
  lens(sequence, at) {
    return saidAfter(this.engine, this.contents.lens, sequence, at);
  }

  /**
   * Set a number. Throws: UserError.
   * @param {string} address or a setting's name
   * @param {number | string} value a word by its number or as text
   */
  set(address, value) {
    const edit = this.lookup.edit(address, value);
    this.act("set", whatOf(edit), () => this.history.set([edit]));
  }

  /** @param {number} sequence @param {number} at @param {number | string} word its number, or as text */
  setWord(sequence, at, word) {
    const tokens = about(this.program, TOKENS);
    this.set(addressOf(/** @type {Tensor} */ (tokens).name, [sequence, at]), word);
  }

  /** Let a number go that is set. @param {string} address */
  remove(address) {
    const known = this.lookup.canonical(address);
    const edit = this.history.edits.get(known);
    if (edit) this.act("set", whatOf(edit), () => this.history.remove([known]));
  }

  /**
   * Some iterations further; fewer, where the loss is no number any more. Throws: UserError where nothing is trained.
   * @param {number} count
   */
  train(count) {
    if (!this.training) throw new UserError("a prompt is not trained on: make a page with --iteration, not --prompt");
    if (!(Number.isInteger(count) && count >= 1)) throw new UserError(`${count} iterations: it must be 1 or more`);
    this.act("train", "iteration", () => {
      for (let n = 0; n < count; n++) {
        this.history.advance();
        if (!Number.isFinite(this.loss)) break;
      }
    });
  }

  /** @param {number} iteration one of those that were recorded */
  rewind(iteration) {
    if (!this.recorded.includes(iteration)) throw new UserError(`iteration ${iteration} was not recorded`);
    if (iteration !== this.iteration) this.act("go", "iteration", () => this.history.rewind(iteration));
  }

  /** All as it was in the beginning, without what was set. */
  reset() {
    this.act("reset", "iteration", () => this.history.reset());
  }

  undo() {
    if (this.history.undo()) this.changed("iteration");
  }

  redo() {
    if (this.history.redo()) this.changed("iteration");
  }

  /** @param {string} [address] of the number that is looked at @returns {string} for a link's hash */
  share(address = "") {
    const { changes, iteration } = this.history;
    return sharedText({ address, changes, iteration }, this.firstIteration);
  }

  get firstIteration() {
    return this.history.first.place?.iteration ?? 0;
  }

  /**
   * Everything as a link says. Throws: UserError where that makes no sense; then nothing has changed.
   * @param {string} text the link's hash
   * @returns {string} the address of the number that is looked at, or nothing
   */
  restore(text) {
    const { address, changes, iteration } = readShared(text, this.firstIteration);
    if (address) this.locate(address);
    const edits = changes.map((change) => ({ ...this.lookup.edit(change.address, change.value ?? 0), ...change }));
    if (iteration > this.firstIteration && !this.training) throw new UserError("the link trains, but this is a prompt");
    this.act("reset", "iteration", () => {
      this.history.reset();
      for (const edit of edits) {
        while (this.iteration < edit.iteration) this.history.advance();
        if (edit.value === null) this.history.remove([edit.address]);
        else this.history.set([/** @type {Edit} */ (edit)]);
      }
      while (this.iteration < iteration) this.history.advance();
    });
    return address;
  }

  /**
   * A text that goes on, word by word, from weights and settings as they are now. Throws: UserError.
   * @param {{ tokens: number[], temperature?: number, top_k?: number, seed?: number, max_tokens?: number }} how
   */
  generate({ tokens, ...how }) {
    const usual = { temperature: 0.8, top_k: 0, seed: 1337, max_tokens: 24 };
    this.writer ??= writerOf(this.contents, this.forms, this.engine);
    handOver(this.engine, this.writer.engine);
    return this.writer.write(tokens, { ...usual, ...how });
  }

  /** @param {(change: { what: What }) => void} callback is called after each change */
  listen(callback) {
    this.callbacks.push(callback);
  }

  /**
   * Do something that can be undone.
   * @param {"set" | "train" | "go" | "reset"} doing
   * @param {What} what
   * @param {() => void} action
   */
  act(doing, what, action) {
    this.history.begin(doing);
    action();
    this.changed(what);
  }

  /** @param {What} what */
  changed(what) {
    comeTo(this);
    for (const callback of this.callbacks) callback({ what });
  }
}

/** @param {Edit} edit @returns {What} */
function whatOf({ tensor }) {
  return tensor?.integer ? "batch" : "numbers";
}
