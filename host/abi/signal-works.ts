/** What the import `accel_signal` is asked to do, by number: the first field of the blocks that it reads. */
export const signalWorks = {
  /** What has no accelerator. */
  none: 0,
  window: 1,
  fftAutoScale: 2,
  rfftInt16: 3,
  energy: 4,
  filterBank: 5,
  squareRoot: 6,
  spectralSubtraction: 7,
  pcan: 8,
  filterBankLog: 9,
  frames: 10,
  trigger: 11,
  copyRows: 12,
  dequantizeInt8: 13,
  dequantizeInt16: 14,
  /** To integers of one byte, halves away from zero. */
  quantizeBytes: 15,
  castInt16ToFloat32: 16,
  powerSpectrum: 17,
  melFilterBank: 18,
  melLogarithms: 19,
  powerSpectrumInt16: 20,
} as const;
