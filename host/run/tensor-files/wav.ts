import { WasmoteError } from "../../errors.js";
import { maxSoundSamples } from "../../files/limits.js";
import { damaged } from "./damaged.js";

/** Samples of a `.wav` file. */
export interface Wave {
  /** The mean of all channels, as real numbers: whole scale is -1 to 1. */
  samples: Float64Array;
  channels: number;
  sampleRateHz: number;
  /** "24-bit PCM": how the file holds its samples. */
  encoding: string;
  /** Of a file that does not say how long it is, as one written to a pipe: it was read to its end. */
  openEnded: boolean;
}

interface Format {
  encoding: number;
  channels: number;
  sampleRateHz: number;
  bits: number;
}

const [riffHeaderBytes, chunkHeaderBytes] = [12, 8];
const formatBytes = 16;
/** Of the extensible format: its bytes, and where the encoding stands, as the first two bytes of a GUID. */
const [extensibleBytes, extensibleEncoding] = [40, 24];
const [pcm, float, extensible] = [1, 3, 0xfffe];
const otherEncodings: Readonly<Record<number, string>> = {
  2: "ADPCM",
  6: "A-law",
  7: "mu-law",
  17: "IMA ADPCM",
  85: "MP3",
};
/** Chunks that come before the samples, at most. */
const mostChunks = 1024;
/** What a writer that cannot go back leaves as a size. */
const unknownSize = 0xffffffff;

/** Reads one sample as a real number; by encoding and bits. */
const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  "1/8": (view, at) => (view.getUint8(at) - 128) / 128,
  "1/16": (view, at) => view.getInt16(at, true) / 2 ** 15,
  "1/24": (view, at) => (view.getUint8(at) + view.getInt16(at + 1, true) * 256) / 2 ** 23,
  "1/32": (view, at) => view.getInt32(at, true) / 2 ** 31,
  "3/32": (view, at) => view.getFloat32(at, true),
  "3/64": (view, at) => view.getFloat64(at, true),
};

/** What the header of a `.wav` file says. */
export interface WaveHeader extends Omit<Wave, "samples"> {
  /** Samples of each channel. */
  count: number;
  /** Byte of the file at which the samples begin. */
  dataStart: number;
  /** Bytes of one sample of one channel. */
  sampleBytes: number;
  /** Reads one of them as a real number. */
  read(view: DataView, at: number): number;
}

/** The bytes of a file, a part at a time; fewer than `length` where it ends before. */
export interface FileBytes {
  size: number;
  part(from: number, length: number): Uint8Array;
}

/**
 * Reads a `.wav` file: PCM of 8, 16, 24 or 32 bits or floats of 32 or 64, any number of channels, with a plain or an
 * extensible format.
 *
 * Throws `input-invalid` for a damaged or truncated file or another encoding, `input-size` for too many samples.
 * Source: Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE), and WAVEFORMATEXTENSIBLE.
 */
export function readWave(bytes: Uint8Array): Wave {
  const { count, dataStart, sampleBytes, read, ...wave } = readWaveHeader({
    size: bytes.length,
    part: (from, length) => bytes.subarray(from, from + length),
  });
  const { channels } = wave;
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, count * channels * sampleBytes);
  const samples = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++)
      sum += read(view, (i * channels + channel) * sampleBytes);
    samples[i] = sum / channels;
  }
  if (!samples.every(Number.isFinite)) throw damaged("wav", "a sample is not a finite number");
  return { samples, ...wave };
}

/** What `readWave` knows of a file without reading its samples. Throws as it does. */
export function readWaveHeader(file: FileBytes): WaveHeader {
  const { format, dataStart, dataBytes, openEnded } = readChunks(file);
  const { channels, sampleRateHz, bits } = format;
  const name = format.encoding === float ? `${bits}-bit float` : `${bits}-bit PCM`;
  const read = readers[`${format.encoding}/${bits}`];
  if (read === undefined) {
    const other = otherEncodings[format.encoding] ?? `format ${format.encoding}`;
    throw new WasmoteError(
      "input-invalid",
      `a .wav of ${format.encoding === pcm || format.encoding === float ? name : other}; read are PCM of 8, 16, 24 or 32 bits and floats of 32 or 64`,
    );
  }
  if (channels === 0 || sampleRateHz === 0)
    throw damaged("wav", `${channels} channels at ${sampleRateHz} Hz`);
  const frameBytes = (channels * bits) / 8;
  const count = dataBytes / frameBytes;
  if (!Number.isInteger(count))
    throw damaged("wav", `${dataBytes} bytes of samples, which take ${frameBytes} each`);
  if (count * channels > maxSoundSamples) {
    throw new WasmoteError(
      "input-size",
      `a sound of ${count * channels} samples; up to ${maxSoundSamples} are read`,
    );
  }
  return { count, channels, sampleRateHz, encoding: name, openEnded, dataStart, sampleBytes: bits / 8, read };
}

function readChunks(file: FileBytes): {
  format: Format;
  dataStart: number;
  dataBytes: number;
  openEnded: boolean;
} {
  const text = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const header = file.part(0, riffHeaderBytes);
  if (text(header, 0) !== "RIFF" || text(header, 8) !== "WAVE") {
    throw new WasmoteError("input-invalid", "it does not begin as a .wav file does (RIFF, then WAVE)");
  }
  let format: Format | undefined;
  let at = riffHeaderBytes;
  for (let count = 0; at + chunkHeaderBytes <= file.size; count++) {
    if (count === mostChunks) throw damaged("wav", `more than ${mostChunks} chunks before its samples`);
    const chunk = file.part(at, chunkHeaderBytes);
    const [id, start] = [text(chunk, 0), at + chunkHeaderBytes];
    const size = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength).getUint32(4, true);
    const openEnded = id === "data" && size === unknownSize;
    if (!openEnded && start + size > file.size) {
      throw damaged(
        "wav",
        `truncated: a chunk ${JSON.stringify(id)} of ${size} bytes of which ${file.size - start} are there`,
      );
    }
    if (id === "fmt ") format = readFormat(file.part(start, Math.min(size, extensibleBytes)), size);
    if (id === "data") {
      if (format === undefined) throw damaged("wav", "its samples come before their format");
      return { format, dataStart: start, dataBytes: openEnded ? file.size - start : size, openEnded };
    }
    at = start + size + (size % 2);
  }
  throw damaged("wav", `truncated: its ${file.size} bytes end before its samples`);
}

/** @param size bytes of the whole chunk, of which those behind the format's own are not read */
function readFormat(chunk: Uint8Array, size: number): Format {
  if (size < formatBytes) throw damaged("wav", `a format of ${size} bytes`);
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const plain = view.getUint16(0, true);
  if (plain === extensible && size < extensibleBytes)
    throw damaged("wav", `an extensible format of ${size} bytes`);
  return {
    encoding: plain === extensible ? view.getUint16(extensibleEncoding, true) : plain,
    channels: view.getUint16(2, true),
    sampleRateHz: view.getUint32(4, true),
    bits: view.getUint16(14, true),
  };
}
