import { encode } from "flatbuffers/mjs/flexbuffers.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../host/graph/not-runnable.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { tfliteMapping } from "../../host/import/tflite/operators/index.js";
import type { TfliteOptions, Translation } from "../../host/import/tflite/operators/mapping.js";
import { plain } from "../ops/quantized-tensors.js";

function read(name: string, options: object, input: Tensor, ...outputs: Tensor[]): Translation {
  const node = {
    version: 1,
    options: {} as TfliteOptions,
    customOptions: encode(options),
    inputs: [input],
    outputs,
    variable: () => undefined,
    wasUnsigned: () => false,
  };
  return tfliteMapping(`CUSTOM:${name}`)?.read(node) as Translation;
}

const int16 = (...shape: number[]): Tensor => plain(shape, "int16");
const variable = (name: string, dtype: Tensor["dtype"], ...shape: number[]) => ({ name, dtype, shape });
const countdown = (data: number) => ({
  ...variable("int16 countdown", "int32"),
  data: Int32Array.of(data),
});
const refused = (pattern: RegExp) => (error: Error) =>
  error instanceof NotRunnable && pattern.test(error.message);

test("options of custom operators become attributes", () => {
  const attributes = (name: string, options: object) => read(name, options, int16(8), int16(8)).attributes;
  assert.equal(attributes("SignalWindow", { shift: 12 }), { shift: 12 });
  assert.equal(attributes("SignalRfft", { T: 7, fft_length: 512 }), { length: 512 });
  assert.equal(attributes("SignalIrfft", { T: 0, fft_length: 64 }), { length: 64 });
  assert.equal(attributes("SignalEnergy", { start_index: 5, end_index: 241 }), { start: 5, end: 241 });
  assert.equal(attributes("SignalFilterBank", { num_channels: 40 }), { channels: 40 });
  assert.equal(attributes("SignalPCAN", { snr_shift: 6 }), { shift: 6 });
  assert.equal(attributes("SignalFilterBankLog", { input_correction_bits: 3, output_scale: 64 }), {
    correctionBits: 3,
    scale: 64,
  });
});

test("a delay, a framer and a stacker are frames of a stream", () => {
  assert.equal(read("SignalDelay", { delay_length: 5 }, int16(3, 8), int16(3, 8)), {
    operator: "frames",
    attributes: { hop: 8, history: 5, frame: 8, every: 1, shape: [3, 8] },
    variables: [variable("int16 history", "int16", 3, 5), countdown(0)],
  });
  const frames = { frame_size: 6, frame_step: 4 };
  const framer = (prefill: boolean) =>
    read("SignalFramer", { ...frames, prefill }, int16(2, 8), int16(2, 2, 6), plain([], "bool"));
  assert.equal(framer(true), {
    operator: "frames",
    attributes: { hop: 4, history: 2, frame: 6, every: 1, shape: [2, 2, 6] },
    variables: [variable("int16 history", "int16", 2, 2), countdown(0)],
  });
  assert.equal(framer(false), {
    operator: "frames",
    attributes: { hop: 4, history: 4, frame: 6, every: 1, shape: [2, 2, 6] },
    variables: [variable("int16 history", "int16", 2, 4), countdown(1)],
  });
  const stack = { num_channels: 5, stacker_left_context: 1, stacker_right_context: 2, stacker_step: 3 };
  assert.equal(read("SignalStacker", stack, int16(5), int16(20), plain([], "bool")), {
    operator: "frames",
    attributes: { hop: 5, history: 15, frame: 20, every: 3, shape: [20] },
    variables: [variable("int16 history", "int16", 1, 15), countdown(~2)],
  });
  assert.throws(
    () => read("SignalStacker", { ...stack, stacker_step: 5 }, int16(5), int16(20)),
    refused(/1 \+ 1 \+ 2 vectors of 5, 5 apart/),
  );
  assert.throws(
    () => read("SignalFramer", { ...frames, frame_size: 3, prefill: true }, int16(8), int16(2, 3)),
    refused(/a history of -1/),
  );
  assert.throws(
    () => read("SignalDelay", { delay_length: 2 ** 40 }, int16(8), int16(8)),
    refused(/a history of/),
  );
  assert.throws(() => read("SignalDelay", {}, int16(8), int16(8)), refused(/option delay_length is missing/));
});

test("what operators keep from run to run become variables", () => {
  assert.equal(read("SignalOverlapAdd", { T: 0, frame_step: 4 }, plain([3, 2, 8]), plain([3, 8])), {
    operator: "overlapAdd",
    attributes: { hop: 4 },
    variables: [variable("float32 sums", "float32", 3, 8)],
  });
  const options = {
    alternate_one_minus_smoothing: 1,
    alternate_smoothing: 2,
    clamping: true,
    min_signal_remaining: 3,
    num_channels: 10,
    one_minus_smoothing: 4,
    smoothing: 5,
    smoothing_bits: 6,
    spectral_subtraction_bits: 7,
  };
  const channels = plain([10], "uint32");
  const name = "SignalFilterBankSpectralSubtraction";
  assert.equal(read(name, options, channels, channels, channels), {
    operator: "spectralSubtraction",
    attributes: {
      alternateOneMinusSmoothing: 1,
      alternateSmoothing: 2,
      clamping: true,
      minSignalRemaining: 3,
      oneMinusSmoothing: 4,
      smoothing: 5,
      smoothingBits: 6,
      bits: 7,
    },
    variables: [variable("uint32 noise estimate", "uint32", 10)],
  });
  assert.throws(
    () => read(name, { ...options, num_channels: 9 }, channels, channels),
    refused(/9 channels; the input is of shape \[10\]/),
  );
});

test.run();
