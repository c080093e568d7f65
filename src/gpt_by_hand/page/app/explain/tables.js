// Tensors as tables: words beside token numbers, sequences and heads apart. The rules of Python's `layout/tables.py`.

/** @typedef {import("../types.js").Index} Index */
/** @typedef {import("../types.js").Tensor} Tensor */

/**
 * A table of some of a tensor's numbers.
 * @typedef {object} Sheet
 * @property {string} caption which one it is: "query, head 1"
 * @property {Index | null} rows what its rows are of; null where there is one, or where it has no name
 * @property {Index | null} columns
 * @property {number} height
 * @property {number} width
 * @property {number} first where its first number is in the tensor
 * @property {number} down how far it is from there to the next row
 * @property {number} across and to the next column
 */

/**
 * Is this how the positions along the index are laid out?
 * @param {Index} index
 * @param {string} layout
 * @returns {boolean}
 */
export function hasLayout(index, layout) {
  return index.axis !== null && index.axis.layout === layout;
}

/**
 * The axes along which each position has a table of its own: sequences, heads; never the last one.
 * @param {Index[]} indices
 * @returns {number[]}
 */
function axesApart(indices) {
  return indices.flatMap((index, axis) => (axis < indices.length - 1 && hasLayout(index, "apart") ? [axis] : []));
}

/**
 * How far it is in a tensor from one position along each index to the next.
 * @param {Index[]} indices
 * @returns {number[]}
 */
function strides(indices) {
  const found = indices.map(() => 1);
  for (let axis = indices.length - 2; axis >= 0; axis--) found[axis] = found[axis + 1] * indices[axis + 1].extent;
  return found;
}

/**
 * The matrices that a tensor is cut into: sequences, heads and other outer axes apart.
 * @param {Index[]} indices
 * @param {number[]} chosen positions along the first of the indices, such as the sequence; nothing is said of those
 * @returns {Sheet[]}
 */
export function sheets(indices, chosen = []) {
  const steps = strides(indices);
  const first = chosen.reduce((sum, at, axis) => sum + at * steps[axis], 0);
  const [left, along] = [indices.slice(chosen.length), steps.slice(chosen.length)];
  const apart = axesApart(left);
  const others = left.map((_, axis) => axis).filter((axis) => !apart.includes(axis));
  const outer = [...apart, ...others.slice(0, -2)];
  const [rows, columns] = others.length > 1 ? others.slice(-2) : [-1, others.at(-1) ?? -1];
  const shape = {
    rows: left[rows] ?? null,
    columns: left[columns] ?? null,
    height: left[rows]?.extent ?? 1,
    width: left[columns]?.extent ?? 1,
    down: along[rows] ?? 0,
    across: along[columns] ?? 0,
  };
  return product(outer.map((axis) => left[axis].extent)).map((at) => ({
    ...shape,
    caption: outer.map((axis, n) => called(left[axis], at[n])).join(", "),
    first: outer.reduce((sum, axis, n) => sum + at[n] * along[axis], first),
  }));
}

/**
 * The same sheet with rows for columns.
 * @param {Sheet} sheet
 * @returns {Sheet}
 */
export function turned(sheet) {
  return {
    ...sheet,
    rows: sheet.columns,
    columns: sheet.rows,
    height: sheet.width,
    width: sheet.height,
    down: sheet.across,
    across: sheet.down,
  };
}

/**
 * What a position is called that a table is of: "head 1", "query"; along an index without a name, "f 3".
 * @param {Index} index
 * @param {number} at
 * @returns {string}
 */
export function called(index, at) {
  if (!index.axis || !hasLayout(index, "apart")) return `${index.name} ${at}`;
  return index.axis.names.length ? index.axis.names[at] : `${index.axis.noun} ${at}`;
}

/**
 * The position along each index of a number of a tensor.
 * @param {Index[]} indices
 * @param {number} at where it is, counted from the tensor's first
 * @returns {number[]}
 */
export function placeAt(indices, at) {
  return strides(indices).map((step, axis) => Math.floor(at / step) % indices[axis].extent);
}

/**
 * All ways to choose a position along each of several axes, the last one innermost.
 * @param {number[]} extents
 * @returns {number[][]}
 */
function product(extents) {
  return extents.reduce(
    (/** @type {number[][]} */ found, extent) =>
      found.flatMap((before) => Array.from({ length: extent }, (_, at) => [...before, at])),
    [[]],
  );
}
