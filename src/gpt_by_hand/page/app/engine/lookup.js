// From an address to the number that it means.

import { missing, split } from "../explain/address.js";
import { addressOf } from "../printers/text.js";
import { unflat } from "./demand.js";
import { checkSetting } from "./setting.js";

/** @import { Explainer } from "../explain/explainer.js" */
/** @import { Engine } from "./engine.js" */
/** @import { Edit } from "./history.js" */

/** Finds numbers: elements of tensors, what a program begins with, and settings by their names. */
export class Lookup {
  /**
   * @param {Engine} engine
   * @param {Explainer} explainer
   */
  constructor(engine, explainer) {
    this.engine = engine;
    this.explainer = explainer;
    this.program = engine.program;
  }

  /** @returns {string[]} of every number that lies in the engine's array */
  addresses() {
    return this.program.tensors
      .filter((tensor) => tensor.at >= 0)
      .flatMap((tensor) => Array.from({ length: tensor.size }, (_, n) => addressOf(tensor.name, unflat(tensor, n))));
  }

  /** @param {string} address of a number, or a setting's name @returns {number} */
  value(address) {
    const cell = this.cell(address);
    return cell === null ? this.explainer.value(address) : this.engine.x[cell];
  }

  /** @param {string} name @returns {number | null} where the number of a setting lies */
  cell(name) {
    return this.program.named.has(name) ? null : (this.engine.cells.get(name) ?? null);
  }

  /** @param {string} address @returns {string} the same with a number for each position */
  canonical(address) {
    if (this.cell(address) !== null) return address;
    const [tensor, place] = this.explainer.find(address);
    return addressOf(tensor.name, place);
  }

  /**
   * What is to be set. Throws: UserError where there is no such number, or it cannot be that.
   * @param {string} address
   * @param {number | string} value a word may be said as text
   * @returns {Edit}
   */
  edit(address, value) {
    if (this.cell(address) !== null) {
      return { address, tensor: null, place: [], value: checkSetting(this.explainer, address, null, value) };
    }
    const tensor = this.program.named.get(split(address)[0]);
    if (!tensor || tensor.at < 0) throw missing(address, this.program, [], this.explainer.absent);
    const [, place] = this.explainer.find(address);
    return {
      address: addressOf(tensor.name, place),
      tensor,
      place,
      value: checkSetting(this.explainer, address, tensor, value),
    };
  }
}
