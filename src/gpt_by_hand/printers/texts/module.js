$about
//
// It needs nothing else. All numbers lie in one array of doubles, x: those of each tensor from `at` on, the last axis
// innermost.
//
//     import { run } from "./FILE.mjs";
//     const results = run(given);
//
// `given` holds what is not computed, each tensor under its address as numbers in lists, or in one flat list; what it
// leaves out stays as it is. `results` holds what each formula computes, under its address, such as
// results["$last"], as flat arrays that change with the next run.$carried

export const tensors = {
$tensors
};

export const x = new Float64Array($size);
$functions
$formulas
// Every formula, in the order in which they follow from each other.
const steps = [
$steps
];

export function compute() {
  for (const step of steps) step();
}

// The numbers of a tensor, as they lie in x.
export function numbers(name) {
  if (!Object.hasOwn(tensors, name)) throw new RangeError("there is no tensor " + name);
  const { at, shape } = tensors[name];
  return x.subarray(at, at + shape.reduce((size, extent) => size * extent, 1));
}

export function run(given) {
  for (const [name, values] of Object.entries(given)) {
    const flat = typeof values === "number" ? [values] : Array.from(values).flat(Infinity);
    if (flat.length !== numbers(name).length) throw new RangeError(name + " has " + numbers(name).length + " numbers");
    numbers(name).set(flat);
  }
  compute();
  return Object.fromEntries([$computed].map((name) => [name, numbers(name)]));
}
