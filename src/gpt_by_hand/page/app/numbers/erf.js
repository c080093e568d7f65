const ERF_RATIOS = Float64Array.from({ length: 200 }, (_, n) => 2 / (2 * n + 1));

/**
 * The error function: 2 / sqrt(pi) exp(-z^2) (z + 2/3 z^3 + 4/15 z^5 + ...), whose terms are all of one sign, so that
 * no digits cancel; the same bits as in what is printed from formulas. Source: Abramowitz and Stegun 1964, 7.1.6.
 * @param {number} z
 * @returns {number}
 */
export function erf(z) {
  const square = z * z;
  if (square > 36) return Math.sign(z);
  let term = z;
  let sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= square * ERF_RATIOS[n];
    sum += term;
  }
  const found = (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
  return Math.abs(found) > 1 ? Math.sign(z) : found;
}
