const [plainFormatBytes, extensibleFormatBytes] = [16, 40];
/** The end of the GUID of an extensible format whose encoding is a plain one's number. */
const guidEnd = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

/** How the samples of a `.wav` file are stored. */
export interface WaveFormat {
  /** 1 is PCM, 3 is float. */
  encoding?: number;
  bits?: number;
  channels?: number;
  sampleRateHz?: number;
  extensible?: boolean;
  /** Size of the data that the header says; their own by default. */
  dataSize?: number;
}

/** A `.wav` file of samples as they are stored: whole numbers for PCM, channels one after the other. */
export function writeWave(samples: readonly number[], format: WaveFormat = {}): Uint8Array {
  const { encoding = 1, bits = 16, channels = 1, sampleRateHz = 16000, extensible = false } = format;
  const sampleBytes = bits / 8;
  const formatBytes = extensible ? extensibleFormatBytes : plainFormatBytes;
  const dataAt = 28 + formatBytes;
  const file = new Uint8Array(dataAt + samples.length * sampleBytes);
  const view = new DataView(file.buffer);
  const text = (at: number, value: string) => file.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, file.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, formatBytes, true);
  view.setUint16(20, extensible ? 0xfffe : encoding, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * channels * sampleBytes, true);
  view.setUint16(32, channels * sampleBytes, true);
  view.setUint16(34, bits, true);
  if (extensible) {
    view.setUint16(36, 22, true);
    view.setUint16(38, bits, true);
    view.setUint16(44, encoding, true);
    file.set(guidEnd, 46);
  }
  text(dataAt - 8, "data");
  view.setUint32(dataAt - 4, format.dataSize ?? samples.length * sampleBytes, true);
  for (const [i, sample] of samples.entries())
    writeSample(view, dataAt + i * sampleBytes, encoding, bits, sample);
  return file;
}

function writeSample(view: DataView, at: number, encoding: number, bits: number, sample: number): void {
  if (encoding === 3 && bits === 32) view.setFloat32(at, sample, true);
  else if (encoding === 3) view.setFloat64(at, sample, true);
  else if (bits === 8) view.setUint8(at, sample);
  else if (bits === 16) view.setInt16(at, sample, true);
  else if (bits === 24) {
    view.setUint16(at, sample & 0xffff, true);
    view.setInt8(at + 2, sample >> 16);
  } else view.setInt32(at, sample, true);
}
