/** The error function: its series where that is exact, else its continued fraction. Source: Abramowitz and Stegun, 7.1. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
      if (term === 0) break;
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = magnitude;
  for (let n = 60; n > 0; n--) fraction = magnitude + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction));
}
