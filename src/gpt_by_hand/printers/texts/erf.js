
// The error function: 2 / sqrt(pi) exp(-z^2) (z + 2/3 z^3 + 4/15 z^5 + ...), whose terms are all of one sign, so that
// no digits cancel. Source: Abramowitz and Stegun 1964, 7.1.6.
const ratios = Float64Array.from({ length: 200 }, (_, n) => 2 / (2 * n + 1));

function erf(z) {
  const square = z * z;
  if (square > 36) return Math.sign(z);
  let term = z;
  let sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= square * ratios[n];
    sum += term;
  }
  const found = (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
  return Math.abs(found) > 1 ? Math.sign(z) : found;
}
