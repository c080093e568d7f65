/**
 * A float as Python's `repr` writes it: the fewest digits that tell it from its neighbours, with a point or an
 * exponent.
 * @param {number} value
 * @returns {string}
 */
export function repr(value) {
  if (!Number.isFinite(value)) {
    return String(value).replace("Infinity", "inf").replace("NaN", "nan");
  }
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const [digits, power] = shortest(Math.abs(value));
  if (power >= 16 || power < -4) {
    const rest = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${rest}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  const padded = power < 0 ? "0".repeat(-power) + digits : digits.padEnd(power + 1, "0");
  const whole = Math.max(power, 0) + 1;
  return `${sign}${padded.slice(0, whole)}.${padded.slice(whole) || "0"}`;
}

/**
 * The fewest digits that tell a number from its neighbours, and the power of ten of the first one.
 * @param {number} size
 * @returns {[string, number]}
 */
function shortest(size) {
  const [digits, power] = size.toExponential().split("e");
  return [digits.replace(".", ""), Number(power)];
}
