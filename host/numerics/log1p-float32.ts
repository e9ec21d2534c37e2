const float = Math.fround;
const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

function bitsOf(value: number): number {
  floats[0] = value;
  return words[0] as number;
}

function ofBits(bits: number): number {
  words[0] = bits;
  return floats[0] as number;
}

/** ln 2 in two parts, the first of which has few bits; coefficients of the series in z = s^2, from the lowest power on. */
const [ln2High, ln2Low] = [ofBits(0x3f317180), ofBits(0x3717f7d1)];
const coefficients = [0x3f2aaaab, 0x3ecccccd, 0x3e924925, 0x3e638e29, 0x3e3a3325, 0x3e1cd04f, 0x3e178897].map(
  ofBits,
);

/**
 * ln(1 + x) in float32 of x from 2^-24 on, to the bit as C libraries on microcontrollers and PCs give it, which is not always the
 * nearest float: what they work tables out with is to be worked out here.
 *
 * Source: the method of FDLIBM's log1p (Sun Microsystems, 1993) in single precision: 1 + x = 2^k (1 + f), and ln(1 + f) by a
 * polynomial of s = f / (2 + f).
 */
export function log1pFloat32(x: number): number {
  const whole = float(1 + x);
  let exponent = (bitsOf(whole) >>> 23) - 127;
  let fraction = float(x);
  let correction = 0;
  if (x < ofBits(0x3ed413d7)) exponent = 0;
  else {
    const lost = exponent > 0 ? float(1 - float(whole - x)) : float(x - float(whole - 1));
    correction = float(lost / whole);
    const mantissa = bitsOf(whole) & 0x7fffff;
    // From the square root of 2 on, half of it.
    const isUpper = mantissa >= 0x3504f7;
    fraction = float(ofBits(mantissa | (isUpper ? 0x3f000000 : 0x3f800000)) - 1);
    if (isUpper) exponent++;
  }
  const half = float(float(0.5 * fraction) * fraction);
  const s = float(fraction / float(2 + fraction));
  const z = float(s * s);
  const series = float(
    z * coefficients.reduceRight((sum, coefficient) => float(coefficient + float(z * sum)), 0),
  );
  const curve = float(s * float(half + series));
  if (exponent === 0) return float(fraction - float(half - curve));
  const low = float(curve + float(float(exponent * ln2Low) + correction));
  return float(float(exponent * ln2High) - float(float(half - low) - fraction));
}
