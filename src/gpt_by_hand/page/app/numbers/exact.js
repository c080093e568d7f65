// Numbers without rounding: fractions of whole numbers; and roundings that are done once, at the end.

/** How many binary digits a double has. */
const MANTISSA = 53;
/** The smallest double is 2 ** -1074; below 2 ** -1022, all doubles are whole numbers of it. */
const SMALLEST = 1074;
/** Decimal digits that a double keeps, whatever number it is. */
const KEPT = 15;

const DOUBLE_BITS = new DataView(new ArrayBuffer(8));

/** A fraction, which need not be in lowest terms. */
export class Fraction {
  /** @param {bigint} above @param {bigint} below not 0 */
  constructor(above, below = 1n) {
    this.above = below < 0n ? -above : above;
    this.below = below < 0n ? -below : below;
  }

  /**
   * What a decimal says, such as -1.5e-07.
   * @param {string} decimal
   * @returns {Fraction}
   */
  static read(decimal) {
    const [digits, power = "0"] = decimal.toLowerCase().split("e");
    const [before, behind = ""] = digits.split(".");
    return decimalFraction(BigInt(before + behind), Number(power) - behind.length, before.startsWith("-"));
  }

  /** @param {number} power @returns {Fraction} that power of ten */
  static tenTo(power) {
    return new Fraction(tenTo(power), tenTo(-power));
  }

  /** @param {number} double a finite one @returns {Fraction} what it is, to its last binary digit */
  static of(double) {
    DOUBLE_BITS.setFloat64(0, double);
    const stored = DOUBLE_BITS.getBigUint64(0);
    const exponent = Number((stored >> 52n) & 0x7ffn);
    const mantissa = (stored & 0xfffffffffffffn) | (exponent ? 1n << 52n : 0n);
    const power = Math.max(exponent, 1) - 1 - SMALLEST;
    const size = new Fraction(shifted(mantissa, power), shifted(1n, -power));
    return double < 0 ? size.negated() : size;
  }

  /** @param {Fraction} other @returns {Fraction} */
  plus(other) {
    if (this.below === other.below) return new Fraction(this.above + other.above, this.below);
    const common = divisor(this.below, other.below);
    const [left, right] = [other.below / common, this.below / common];
    return new Fraction(this.above * left + other.above * right, this.below * left);
  }

  /** @param {Fraction} other @returns {Fraction} */
  minus(other) {
    return this.plus(other.negated());
  }

  /** @param {Fraction} other @returns {Fraction} */
  times(other) {
    return new Fraction(this.above * other.above, this.below * other.below);
  }

  /** @param {Fraction} other not 0 @returns {Fraction} */
  over(other) {
    return new Fraction(this.above * other.below, this.below * other.above);
  }

  /** @param {Fraction} other not 0 @returns {Fraction} what is left when the quotient is rounded down */
  modulo(other) {
    return this.minus(other.times(new Fraction(this.over(other).floor())));
  }

  /** @param {bigint} exponent below 0 only of what is not 0 @returns {Fraction} */
  power(exponent) {
    if (exponent < 0n) return new Fraction(this.below ** -exponent, this.above ** -exponent);
    return new Fraction(this.above ** exponent, this.below ** exponent);
  }

  /** @returns {Fraction} */
  negated() {
    return new Fraction(-this.above, this.below);
  }

  /** @returns {bigint} the largest whole number that is not above it */
  floor() {
    const towardsZero = this.above / this.below;
    return this.above < 0n && towardsZero * this.below !== this.above ? towardsZero - 1n : towardsZero;
  }

  /** @returns {bigint} the nearest whole number, the even one of two that are as near */
  nearest() {
    return nearestWhole(this.above, this.below);
  }

  /** @param {Fraction} other @returns {number} -1, 0 or 1, as it is less than, equal to or more than the other */
  compared(other) {
    const apart = this.above * other.below - other.above * this.below;
    return apart < 0n ? -1 : Number(apart > 0n);
  }

  /** @returns {boolean} */
  isZero() {
    return this.above === 0n;
  }

  /** @returns {bigint | null} the whole number that it is, if it is one */
  whole() {
    return this.above % this.below === 0n ? this.above / this.below : null;
  }

  /** @returns {number} the nearest double */
  toNumber() {
    return quotient(this.above, this.below);
  }
}

/**
 * The number with so many significant decimal digits, a 5 rounded up; infinities and NaN as they are. A fraction is
 * rounded as what it is, a double as the number of 15 digits that it stands for.
 * @param {number | Fraction} number
 * @param {number} digits
 * @returns {number}
 */
export function rounded(number, digits) {
  if (number instanceof Fraction) return inDigits(number, digits, halfUp).toNumber();
  if (!Number.isFinite(number) || number === 0) return number + 0;
  const meant = inDigits(Fraction.of(number), Math.max(digits, KEPT), nearestWhole);
  return inDigits(meant, digits, halfUp).toNumber();
}

/**
 * The sum of doubles, rounded once: Python's `fsum`.
 * @param {number[]} doubles finite ones
 * @returns {number}
 */
export function exactSum(doubles) {
  return doubles.reduce((sum, double) => sum.plus(Fraction.of(double)), new Fraction(0n)).toNumber();
}

/**
 * The double nearest to above / below, the even one of two that are as near.
 * @param {bigint} above
 * @param {bigint} below not 0
 * @returns {number}
 */
export function quotient(above, below) {
  if (above < 0n !== below < 0n && above !== 0n) return -quotient(-above, below);
  if (below < 0n) return quotient(-above, -below);
  const apart = bitsOf(above) - bitsOf(below);
  const isLong = shifted(above, -apart) >= shifted(below, apart);
  const scale = Math.min(MANTISSA - apart - Number(isLong), SMALLEST);
  return timesPower(Number(nearestWhole(shifted(above, scale), shifted(below, -scale))), -scale);
}

/**
 * The fraction with so many significant decimal digits.
 * @param {Fraction} number
 * @param {number} digits
 * @param {(above: bigint, below: bigint) => bigint} round
 * @returns {Fraction}
 */
function inDigits(number, digits, round) {
  if (number.isZero()) return number;
  const above = number.above < 0n ? -number.above : number.above;
  let power = digitsBefore(above) - digitsBefore(number.below) - digits;
  // A quotient has as many digits as that says, or one more.
  if (above * tenTo(-power) >= number.below * tenTo(digits) * tenTo(power)) power++;
  const found = round(above * tenTo(-power), number.below * tenTo(power));
  return decimalFraction(found, power, number.above < 0n);
}

/** @param {bigint} digits @param {number} power of ten @param {boolean} negative @returns {Fraction} */
function decimalFraction(digits, power, negative) {
  const size = digits < 0n ? -digits : digits;
  return new Fraction(negative ? -size : size).times(Fraction.tenTo(power));
}

/** @param {number} power @returns {bigint} that power of ten; 1 where it is below 0 */
function tenTo(power) {
  return 10n ** BigInt(Math.max(0, power));
}

/** @param {bigint} above not below 0 @param {bigint} below above 0 @returns {bigint} the nearest, the larger of two */
function halfUp(above, below) {
  return (2n * above + below) / (2n * below);
}

/** @param {bigint} above @param {bigint} below above 0 @returns {bigint} the nearest, the even one of two */
function nearestWhole(above, below) {
  if (above < 0n) return -nearestWhole(-above, below);
  const down = above / below;
  const twice = 2n * (above - down * below);
  return twice > below || (twice === below && down % 2n === 1n) ? down + 1n : down;
}

/** @param {bigint} one @param {bigint} other @returns {bigint} the largest number that divides both */
function divisor(one, other) {
  let [larger, smaller] = one > other ? [one, other] : [other, one];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** @param {bigint} number @param {number} by @returns {bigint} with so many zeros behind its binary digits, if any */
function shifted(number, by) {
  return by > 0 ? number << BigInt(by) : number;
}

/** @param {bigint} positive @returns {number} how many binary digits it has */
function bitsOf(positive) {
  const hexadecimal = positive.toString(16);
  return 4 * hexadecimal.length - Math.clz32(parseInt(hexadecimal[0], 16)) + 28;
}

/** @param {bigint} positive @returns {number} how many decimal digits it has */
function digitsBefore(positive) {
  return positive.toString().length;
}

/** @param {number} found @param {number} exponent @returns {number} found * 2 ** exponent; that alone may be none */
function timesPower(found, exponent) {
  const half = Math.trunc(exponent / 2);
  return found * 2 ** half * 2 ** (exponent - half);
}
