import wavefile from "wavefile";
import { WasmoteError } from "../../errors.js";

/** Samples of a sound file. */
export interface Sound {
  /** 16-bit samples, -32768 to 32767. */
  samples: Int16Array;
  sampleRateHz: number;
}

/**
 * Reads a `.wav` file: 16-bit PCM, one channel. Throws `input-invalid` for a damaged file or another encoding.
 * Source: Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE).
 */
export function decodeSound(bytes: Uint8Array): Sound {
  if (new TextDecoder("latin1").decode(bytes.subarray(0, 4)) !== "RIFF") {
    throw new WasmoteError("input-invalid", "it does not begin as a .wav file does");
  }
  let format: { audioFormat: number; numChannels: number; sampleRate: number; bitsPerSample: number };
  let data: { samples: Uint8Array; chunkSize: number };
  try {
    const wave = new wavefile.WaveFile(bytes);
    format = wave.fmt as typeof format;
    data = wave.data as typeof data;
  } catch (error) {
    throw new WasmoteError("input-invalid", `damaged .wav: ${(error as Error).message ?? error}`);
  }
  if (format.audioFormat !== 1 || format.bitsPerSample !== 16 || format.numChannels !== 1) {
    throw new WasmoteError(
      "input-invalid",
      `a .wav of format ${format.audioFormat}, ${format.bitsPerSample} bits, ${format.numChannels} channels; read is 16-bit PCM (format 1) with one channel`,
    );
  }
  if (data.samples.length !== data.chunkSize || data.samples.length % 2 !== 0) {
    throw new WasmoteError(
      "input-invalid",
      `damaged .wav: ${data.samples.length} bytes of samples where its header says ${data.chunkSize}`,
    );
  }
  const view = new DataView(data.samples.buffer, data.samples.byteOffset, data.samples.byteLength);
  return {
    samples: Int16Array.from({ length: data.samples.length / 2 }, (_, i) => view.getInt16(i * 2, true)),
    sampleRateHz: format.sampleRate,
  };
}
