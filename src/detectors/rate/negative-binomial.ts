/**
 * Tails of the negative binomial with mean `mean` and variance mean + dispersion * mean^2, through the regularised incomplete
 * beta function (continued fraction by Lentz; Numerical Recipes 6.4). Natural logarithms, so that far tails keep their order.
 */

/** ln P(Y >= y). */
export function logUpperTail(y: number, mean: number, dispersion: number): number {
  if (y <= 0) return 0;
  const size = 1 / dispersion;
  return logBeta(mean / (size + mean), size / (size + mean), y, size);
}

/** ln P(Y <= y). */
export function logLowerTail(y: number, mean: number, dispersion: number): number {
  const size = 1 / dispersion;
  return logBeta(size / (size + mean), mean / (size + mean), size, y + 1);
}

/** ln I_x(a, b); `rest` is 1 - x, which for x near 1 is known more exactly than x. */
function logBeta(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return Number.NEGATIVE_INFINITY;
  if (rest <= 0) return 0;
  const [small, large] = a < b ? [a, b] : [b, a];
  const front = logGammaRise(large, small) - logGamma(small) + a * logOf(x, rest) + b * logOf(rest, x);
  if (x < (a + 1) / (a + b + 2)) return Math.min(0, front + Math.log(fraction(x, a, b)) - Math.log(a));
  const other = front + Math.log(fraction(rest, b, a)) - Math.log(b);
  // What is left is lost in rounding: no more is known of it than that.
  return other >= 0 ? Math.log(Number.EPSILON) : Math.log1p(-Math.exp(other));
}

function logOf(x: number, rest: number): number {
  return x > 0.5 ? Math.log1p(-rest) : Math.log(x);
}

/** From here on the difference of Stirling's series is exact, that of two values of logGamma no longer. */
const LARGE = 1e7;

/** ln gamma(a + b) - ln gamma(a). */
function logGammaRise(a: number, b: number): number {
  if (a < LARGE) return logGamma(a + b) - logGamma(a);
  return (a - 0.5) * Math.log1p(b / a) + b * (Math.log(a + b) - 1);
}

const TINY = 1e-300;
const STEPS = 2_000;

function fraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / atLeast(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / atLeast(1 + even * d);
    c = atLeast(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / atLeast(1 + odd * d);
    c = atLeast(1 + odd / c);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return value;
}

function atLeast(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

// Lanczos, g = 7, n = 9 (P. Godfrey): relative error below 1e-15.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

export function logGamma(x: number): number {
  const z = x - 1;
  let sum: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}
