import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { FftAttributes } from "../../../ops/signal/fft.js";
import type { FramesAttributes } from "../../../ops/signal/frames.js";
import { custom } from "./custom.js";
import { plain, type TfliteMapping, type TfliteNode, type Translation } from "./mapping.js";

function fft(name: string, operator: string): TfliteMapping {
  return custom(name, [operator], (options) => {
    const attributes: FftAttributes = { length: options.integer("fft_length") };
    return { operator, attributes };
  });
}

/** Input and first output, and the input's shape: rows of its last axis. */
function streamOf({ inputs, outputs }: TfliteNode): {
  input: Tensor;
  output: Tensor;
  rows: number;
  length: number;
} {
  const [input, output] = [inputs[0], outputs[0]];
  const length = input?.shape.at(-1);
  if (input === undefined || output === undefined || length === undefined)
    throw new NotRunnable("an input of at least one axis, and an output, are expected");
  return {
    input,
    output,
    length,
    rows: input.shape.slice(0, -1).reduce((product, axis) => product * axis, 1),
  };
}

/** Frames of a stream, with the variables that they take. */
function framesOf(
  node: TfliteNode,
  attributes: Omit<FramesAttributes, "shape">,
  countdown: number,
): Translation {
  const { input, output, rows } = streamOf(node);
  const { history } = attributes;
  requireThat(
    Number.isInteger(history) && history >= 0 && history <= 2 ** 28 && Number.isInteger(countdown),
    `its options ask for a history of ${history} elements; 0 to ${2 ** 28} are expected`,
  );
  return {
    operator: "frames",
    attributes: { ...attributes, shape: output.shape },
    variables: [
      { name: `${output.name} history`, dtype: input.dtype, shape: [rows, Math.max(1, history)] },
      { name: `${output.name} countdown`, dtype: "int32", shape: [], data: Int32Array.of(countdown) },
    ],
  };
}

/** Every sample some samples later. */
const delay = custom("SignalDelay", ["frames"], (options, node) => {
  const { length } = streamOf(node);
  return framesOf(
    node,
    { hop: length, history: options.integer("delay_length"), frame: length, every: 1 },
    0,
  );
});

/**
 * Frames that may overlap. Without zeros before the first sample there is no frame until as many steps have come as a
 * frame takes, and the oldest samples of these are in it.
 */
const framer = custom("SignalFramer", ["frames"], (options, node) => {
  const [frame, hop] = [options.integer("frame_size"), options.integer("frame_step")];
  requireThat(hop >= 1 && frame >= 1, `frames of ${frame}, ${hop} apart; at least 1 are expected`);
  if (options.bool("prefill")) return framesOf(node, { hop, history: frame - hop, frame, every: 1 }, 0);
  const steps = Math.ceil(frame / hop);
  return framesOf(node, { hop, history: (steps - 1) * hop, frame, every: 1 }, steps - 1);
});

/** Each vector with those before and after it; before the first there are copies of it. */
const stacker = custom("SignalStacker", ["frames"], (options, node) => {
  const hop = options.integer("num_channels");
  const [left, right] = [options.integer("stacker_left_context"), options.integer("stacker_right_context")];
  const every = options.integer("stacker_step");
  const vectors = left + right + 1;
  requireThat(
    hop === streamOf(node).length && left >= 0 && right >= 0 && every <= vectors,
    `stacks of ${left} + 1 + ${right} vectors of ${hop}, ${every} apart, do not fit an input of ${streamOf(node).length}; each vector must be in one`,
  );
  return framesOf(node, { hop, history: (vectors - 1) * hop, frame: vectors * hop, every }, ~right);
});

const overlapAdd = custom(
  "SignalOverlapAdd",
  ["overlapAdd"],
  (options, { inputs: [input], outputs: [output] }) => {
    const [length = 1, frames = 1] = [...(input?.shape ?? [])].reverse();
    const rows = (input?.shape ?? []).reduce((product, axis) => product * axis, 1) / (length * frames);
    const dtype = input?.dtype ?? "float32";
    return {
      operator: "overlapAdd",
      attributes: { hop: options.integer("frame_step") },
      variables: [{ name: `${output?.name} sums`, dtype, shape: [rows, length] }],
    };
  },
);

const spectralSubtraction = custom(
  "SignalFilterBankSpectralSubtraction",
  ["spectralSubtraction"],
  (options, { inputs: [input], outputs: [output] }) => {
    const channels = options.integer("num_channels");
    requireThat(
      input?.shape.length === 1 && input.shape[0] === channels,
      `it has ${channels} channels; the input is of shape [${input?.shape.join(", ")}]`,
    );
    return {
      operator: "spectralSubtraction",
      attributes: {
        smoothing: options.integer("smoothing"),
        oneMinusSmoothing: options.integer("one_minus_smoothing"),
        alternateSmoothing: options.integer("alternate_smoothing"),
        alternateOneMinusSmoothing: options.integer("alternate_one_minus_smoothing"),
        smoothingBits: options.integer("smoothing_bits"),
        bits: options.integer("spectral_subtraction_bits"),
        minSignalRemaining: options.integer("min_signal_remaining"),
        clamping: options.bool("clamping"),
      },
      variables: [{ name: `${output?.name} noise estimate`, dtype: "uint32", shape: [channels] }],
    };
  },
);

/** Operators of TensorFlow Lite Micro's signal library: what audio goes through before a model. */
export const signal: readonly TfliteMapping[] = [
  custom("SignalWindow", ["signalWindow"], (options) => ({
    operator: "signalWindow",
    attributes: { shift: options.integer("shift") },
  })),
  plain("CUSTOM:SignalFftAutoScale", "fftAutoScale", 1),
  fft("SignalRfft", "rfft"),
  fft("SignalIrfft", "irfft"),
  custom("SignalEnergy", ["energy"], (options) => ({
    operator: "energy",
    attributes: { start: options.integer("start_index"), end: options.integer("end_index") },
  })),
  custom("SignalFilterBank", ["filterBank"], (options) => ({
    operator: "filterBank",
    attributes: { channels: options.integer("num_channels") },
  })),
  plain("CUSTOM:SignalFilterBankSquareRoot", "filterBankSquareRoot", 1),
  spectralSubtraction,
  custom("SignalPCAN", ["pcan"], (options) => ({
    operator: "pcan",
    attributes: { shift: options.integer("snr_shift") },
  })),
  custom("SignalFilterBankLog", ["filterBankLog"], (options) => ({
    operator: "filterBankLog",
    attributes: {
      correctionBits: options.integer("input_correction_bits"),
      scale: options.integer("output_scale"),
    },
  })),
  delay,
  framer,
  stacker,
  overlapAdd,
];
