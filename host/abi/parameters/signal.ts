import { block } from "../block.js";
import { work } from "./fields.js";

export const signalWindowParameters = block("SignalWindowParameters", "Rows of samples times a window.", {
  work,
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  rows: "int32",
  length: { type: "int32", note: "Samples of a row." },
  shift: { type: "int32", note: "Of the products, to the right." },
});

export const fftAutoScaleParameters = block("FftAutoScaleParameters", "Samples scaled up to 16 bits.", {
  work,
  input: "address",
  output: "address",
  scaleBits: "address",
  elements: "int32",
});

export const realFftParameters = block("RealFftParameters", "Fourier transforms of real samples, or back.", {
  work,
  input: "address",
  output: "address",
  scratch: "address",
  weights: { type: "weights", note: "The transform's twiddle factors, and those between both halves." },
  rows: "int32",
  length: { type: "int32", note: "Samples of an input row; what is missing counts as 0." },
  points: { type: "int32", note: "Of the complex transform: half of the real one's." },
  radices: { type: "int32", note: "Of its stages, the first one's in the lowest three bits." },
});

export const energyParameters = block("EnergyParameters", "Squared magnitudes of a spectrum.", {
  work,
  input: "address",
  output: "address",
  elements: "int32",
  start: "int32",
  end: { type: "int32", note: "Of the elements that are computed; others are 0." },
});

export const filterBankParameters = block("FilterBankParameters", "Weighted sums over bands of a spectrum.", {
  work,
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  channels: { type: "int32", note: "With the one that only gives to the next." },
});

export const squareRootParameters = block("SquareRootParameters", "Square roots of 64 bits.", {
  work,
  input: "address",
  scaleBits: "address",
  output: "address",
  elements: "int32",
});

export const spectralSubtractionParameters = block(
  "SpectralSubtractionParameters",
  "Channels without the noise that is estimated in them.",
  {
    work,
    input: "address",
    output: "address",
    noise: "address",
    estimate: { type: "address", note: "The variable." },
    channels: "int32",
    smoothing: "int32",
    oneMinusSmoothing: "int32",
    alternateSmoothing: "int32",
    alternateOneMinusSmoothing: "int32",
    smoothingBits: "int32",
    bits: { type: "int32", note: "Fractional bits of the factors." },
    minSignalRemaining: "int32",
    clamping: "int32",
  },
);

export const filterBankLogParameters = block("FilterBankLogParameters", "Natural logarithms, scaled.", {
  work,
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  elements: "int32",
  scale: "int32",
  correctionBits: { type: "int32", note: "By which inputs are shifted to the left." },
});

export const pcanParameters = block("PcanParameters", "Gain control by channel.", {
  work,
  input: "address",
  noise: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  elements: "int32",
  tableBytes: "int32",
  shift: { type: "int32", note: "Of the products, to the right." },
});

export const framesParameters = block(
  "FramesParameters",
  "Frames of a stream that comes in pieces. Lengths are in bytes.",
  {
    work,
    input: "address",
    output: "address",
    valid: "address",
    history: { type: "address", note: "The variable that holds what came last, row by row." },
    countdown: {
      type: "address",
      note: "The variable that says how many hops there are before the next frame.",
    },
    rows: "int32",
    hops: { type: "int32", note: "Of a row, each of which makes a frame." },
    hopBytes: "int32",
    historyBytes: "int32",
    frameBytes: "int32",
    every: { type: "int32", note: "Hops from one frame to the next." },
  },
);

export const overlapAddParameters = block("OverlapAddParameters", "Frames that overlap, added.", {
  input: "address",
  output: "address",
  sums: { type: "address", note: "The variable." },
  rows: "int32",
  frames: "int32",
  frameElements: "int32",
  hopElements: "int32",
});

export const powerSpectrumParameters = block("PowerSpectrumParameters", "Power of spectra of real samples.", {
  work,
  input: "address",
  output: "address",
  scratch: "address",
  weights: { type: "weights", note: "The transform's twiddle factors, and those between both halves." },
  window: "weights",
  windowed: { type: "int32", note: "Whether there is a window." },
  rows: "int32",
  length: { type: "int32", note: "Samples of an input row; what is missing counts as 0." },
  points: { type: "int32", note: "Of the complex transform: half of the real one's." },
  radices: { type: "int32", note: "Of its stages, the first one's in the lowest three bits." },
  magnitude: { type: "int32", note: "Whether roots are taken." },
  scale: "float32",
  start: "int32",
  end: { type: "int32", note: "Of the bins that are computed; others are 0." },
});

export const melFilterBankParameters = block(
  "MelFilterBankParameters",
  "Weighted sums over bands of spectra of float32.",
  {
    work,
    input: "address",
    output: "address",
    scratch: "address",
    weights: "weights",
    rows: "int32",
    bins: { type: "int32", note: "Of an input row." },
    channels: "int32",
    floor: { type: "float32", note: "What sums are given or have at least, before logarithms." },
    adds: { type: "int32", note: "Whether it is added." },
  },
);

/** A stream that has states. */
const stream = {
  input: "address",
  output: "address",
  state: { type: "address", note: "The variable." },
  started: { type: "address", note: "The variable that is 0 before the first run, where the next says so." },
  startsWithFirst: {
    type: "int32",
    note: "Whether the first sample counts as having lasted for ever, rather than zeros.",
  },
  time: "int32",
  channels: "int32",
} as const;

export const biquadParameters = block("BiquadParameters", "Filters of second order over time.", {
  ...stream,
  scratch: "address",
  weights: "weights",
  sections: "int32",
});

export const statisticsParameters = block("StatisticsParameters", "Statistics of channels over time.", {
  input: "address",
  output: "address",
  scratch: "address",
  rows: "int32",
  time: "int32",
  channels: "int32",
  isCentred: { type: "int32", note: "Whether any of those that are chosen is of differences from the mean." },
  chosen: { type: "int64", note: "Their numbers plus 1, the first one's in the lowest four bits." },
});

export const medianFilterParameters = block("MedianFilterParameters", "Medians of channels over time.", {
  ...stream,
  scratch: "address",
  window: { type: "int32", note: "Samples of a median; the state holds one row less." },
  factor: { type: "float32", note: "Medians of deviations beyond which a sample is an outlier." },
});

export const runningNormalizeParameters = block(
  "RunningNormalizeParameters",
  "Samples in standard deviations from their mean so far.",
  {
    ...stream,
    rate: { type: "float32", note: "What a new sample gives." },
    kept: { type: "float32", note: "What the variance keeps." },
    epsilon: "float32",
  },
);

export const sampleFaultsParameters = block(
  "SampleFaultsParameters",
  "Samples that are missing, stuck or clipped.",
  {
    input: "address",
    output: "address",
    faults: "address",
    last: { type: "address", note: "The variable: the last good sample of each channel, and the last one." },
    run: { type: "address", note: "The variable: how many of each channel had the last one's value." },
    time: "int32",
    channels: "int32",
    stuck: { type: "int32", note: "Samples of one value that are too many; 0 where any number is right." },
    sentinel: { type: "float32", note: "What stands for a missing sample; NaN where nothing else does." },
    low: "float32",
    high: { type: "float32", note: "Samples at either or beyond are clipped." },
  },
);

export const resampleStreamParameters = block(
  "ResampleStreamParameters",
  "A stream at another sample rate.",
  {
    ...stream,
    scratch: "address",
    weights: { type: "weights", note: "The filter's phases, one after the other." },
    outputs: { type: "int32", note: "Samples of a channel that come out." },
    up: "int32",
    down: "int32",
    taps: { type: "int32", note: "Of a phase; the state holds one row less." },
  },
);

export const spectralPeaksParameters = block("SpectralPeaksParameters", "The highest peaks of spectra.", {
  input: "address",
  output: "address",
  rows: "int32",
  bins: "int32",
  peaks: { type: "int32", note: "Of a row, at most." },
  threshold: { type: "float32", note: "What a height is at least." },
  resolution: { type: "float32", note: "Hz from one bin to the next." },
});
