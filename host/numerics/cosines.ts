/** Windows made of cosines, by name: the factors of cosines of no period, one, two. */
const cosineWindows = {
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  rectangular: [1],
} as const;

/** Names of windows. */
export type SignalWindow = keyof typeof cosineWindows;

/**
 * A window of so many samples. A periodic one, for spectra, is one sample longer and lacks its last; a symmetric one, for
 * filters, has the same at both ends.
 *
 * Source: Harris, On the Use of Windows for Harmonic Analysis with the Discrete Fourier Transform (1978).
 */
export function signalWindow(name: SignalWindow, length: number, form: "periodic" | "symmetric"): number[] {
  const period = form === "periodic" ? length : length - 1;
  if (period === 0) return [1];
  return Array.from({ length }, (_, i) =>
    (cosineWindows[name] as readonly number[]).reduce(
      (sum, factor, k) => sum + (k % 2 === 0 ? factor : -factor) * Math.cos((2 * Math.PI * k * i) / period),
      0,
    ),
  );
}

/** How rows of a cosine transform are scaled: not, all to the length 1, or as if the first one were no exception. */
export type DctScaling = "none" | "ortho" | "htk";

/**
 * The first rows of the cosine transform of type II of so many values, [outputs, inputs]. Unscaled it is twice the sum of
 * products with cosines; `htk` is what TensorFlow's MFCC have.
 *
 * Source: scipy, `fft.dct`; TensorFlow, `tf.signal.mfccs_from_log_mel_spectrograms`; the HTK Book, "Cepstral Features".
 */
export function dctMatrix(outputs: number, inputs: number, scaling: DctScaling): number[][] {
  return Array.from({ length: outputs }, (_, k) => {
    const first = k === 0 && scaling === "ortho" ? Math.SQRT1_2 : 1;
    const factor = scaling === "none" ? 2 : first * Math.sqrt(2 / inputs);
    return Array.from(
      { length: inputs },
      (_, n) => factor * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * inputs)),
    );
  });
}
