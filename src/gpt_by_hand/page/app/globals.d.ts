/** Printed from the formulas, in front of the page's own script: a function for each form, over the array of all numbers. */
declare function makeForms(x: Float64Array): ((...at: number[]) => void)[];
