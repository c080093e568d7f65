// What tests and tools can ask and do: `window.explorer`.

/** @typedef {import("../explorer.js").Explorer} Explorer */
/** @typedef {import("./selection.js").Selection} Selection */

/**
 * All answers are plain data, which JSON keeps.
 * @param {Explorer} explorer
 * @param {Selection} selection
 */
export function explorerApi(explorer, selection) {
  const loss = () => explorer.loss;
  return {
    addresses: () => explorer.addresses(),
    value: (/** @type {string} */ address) => explorer.value(address),
    explain: (/** @type {string} */ address) => explained(explorer, address),
    set: (/** @type {string} */ address, /** @type {number} */ value) => explorer.set(address, value),
    setWord: (/** @type {number} */ sequence, /** @type {number} */ position, /** @type {string | number} */ word) =>
      explorer.setWord(sequence, position, word),
    undo: () => explorer.undo(),
    reset: () => explorer.reset(),
    train: (/** @type {number} */ count) => explorer.train(count),
    iteration: () => explorer.iteration,
    loss,
    state: () => ({
      iteration: explorer.iteration,
      loss: loss(),
      edits: explorer.edits.map((edit) => ({ ...edit })),
      address: selection.address,
      phase: selection.phase,
      sequence: selection.sequence,
      position: selection.position,
    }),
  };
}

/**
 * @param {Explorer} explorer
 * @param {string} asked
 */
function explained(explorer, asked) {
  const { address, value, meaning, substituted, operands, uses } = explorer.explain(asked);
  const numbers = operands.map((operand) => ({ address: operand.address, value: operand.value }));
  return { address, value, question: meaning, substituted, operands: numbers, uses: uses.map((use) => use.through) };
}
