import { biquad } from "./biquad.js";
import { energy } from "./energy.js";
import { fftAutoScale } from "./fft-auto-scale.js";
import { filterBank } from "./filter-bank.js";
import { filterBankLog } from "./filter-bank-log.js";
import { filterBankSquareRoot } from "./filter-bank-square-root.js";
import { frames } from "./frames.js";
import { hampel } from "./hampel.js";
import { irfft } from "./irfft.js";
import { medianFilter } from "./median-filter.js";
import { melFilterBank } from "./mel-filter-bank.js";
import { overlapAdd } from "./overlap-add.js";
import { pcan } from "./pcan.js";
import { powerSpectrum } from "./power-spectrum.js";
import { resampleStream } from "./resample-stream.js";
import { rfft } from "./rfft.js";
import { runningNormalize } from "./running-normalize.js";
import { sampleFaults } from "./sample-faults.js";
import { spectralPeaks } from "./spectral-peaks.js";
import { spectralSubtraction } from "./spectral-subtraction.js";
import { statistics } from "./statistics.js";
import { window } from "./window.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  biquad,
  energy,
  fftAutoScale,
  filterBank,
  filterBankLog,
  filterBankSquareRoot,
  frames,
  hampel,
  irfft,
  medianFilter,
  melFilterBank,
  overlapAdd,
  pcan,
  powerSpectrum,
  resampleStream,
  rfft,
  runningNormalize,
  sampleFaults,
  spectralPeaks,
  spectralSubtraction,
  statistics,
  window,
] as const;
