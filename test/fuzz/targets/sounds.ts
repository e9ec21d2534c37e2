import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import type { Choices } from "../../link/random-numbers.js";
import { writeWave } from "../../run/tensor-files/wav-writer.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import type { FuzzTarget } from "../target.js";
import { readAsInput } from "../tensor-inputs.js";

const tensors: readonly FileTensor[] = [
  { dtype: "int8", shape: [1, 4], scale: 1 / 128, zeroPoint: 0 },
  { dtype: "int8", shape: [1, 4], scale: 1 / 128, zeroPoint: 0, sampleRate: 16000 },
  { dtype: "int16", shape: [4], sampleRate: 8000 },
];

const formats = [
  [1, 8],
  [1, 16],
  [1, 24],
  [1, 32],
  [3, 32],
  [3, 64],
  [6, 8],
] as const;

/** A WAV file of any format and rate; sizes, fields and bytes are damaged. */
export function wave(source: Choices): Uint8Array {
  const [encoding, bits] = source.pick(formats);
  const channels = source.pick([1, 1, 2, 3]);
  const samples = Array.from({ length: channels * 4 * (1 + source.below(4)) }, () =>
    encoding === 3
      ? source.pick([0, -1, 0.5, 2, 1e300, Number.NaN])
      : source.below(256) - (bits === 8 ? 0 : 128),
  );
  const file = writeWave(samples, {
    encoding,
    bits,
    channels: source.chance(0.95) ? channels : source.pick([0, 65535]),
    sampleRateHz: source.pick([8000, 16000, 16000, 44100, 1, 0, 2 ** 32 - 1]),
    extensible: source.chance(0.3),
    ...(source.chance(0.2) ? { dataSize: source.pick([0, 1, 7, 2 ** 31, 2 ** 32 - 1]) } : {}),
  });
  return source.chance(0.5) ? file : mutate(file, source);
}

/** Damaged WAV files as inputs. */
export const target: FuzzTarget = {
  name: "sounds",
  run: (options) =>
    runCases(options, {
      make: (source) => ({ "input.wav": wave(source) }),
      async attempt(input, source) {
        const tensor = source.pick(tensors);
        await readAsInput(input["input.wav"]!, "input.wav", tensor, tensor.dtype === "int16" ? 8 : 4);
        return "accepted";
      },
    }),
};
