import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "wasm3-bindings";
import { type Accelerator, accelerators } from "../../host/abi/accelerators.js";
import { type Block, placeFields } from "../../host/abi/block.js";
import {
  broadcastParameters,
  castParameters,
  copyRowsParameters,
  dequantizeParameters,
  energyParameters,
  fftAutoScaleParameters,
  filterBankLogParameters,
  filterBankParameters,
  framesParameters,
  melFilterBankParameters,
  mulParameters,
  pcanParameters,
  powerSpectrumParameters,
  quantizeParameters,
  realFftParameters,
  signalWindowParameters,
  spectralSubtractionParameters,
  squareRootParameters,
  triggerParameters,
} from "../../host/abi/parameters.js";
import { signalWorks } from "../../host/abi/signal-works.js";
import { weightStorages } from "../../host/abi/weight-storages.js";
import { linkCalls } from "../link-calls.js";

/** Linear memory that is really there, far below a page. */
const memoryBytes = 4096;
/** Where the block of parameters lies in the weights section, and the weights proper behind it. */
const blockOffset = 16;
const weightsOffset = 160;

const storageNumber = (storage: (typeof weightStorages)[number]): number => weightStorages.indexOf(storage);

type Values = Readonly<Record<string, number>>;

interface Case {
  accelerator: Accelerator;
  /** The kernel that it stands in for. */
  kernel: string;
  values: Values;
  /** Bytes of linear memory at the address of that name. */
  memory: Values;
  /** Bytes of the weights section at the offset `weights`, if it reads any. */
  weightBytes: number;
  /** Parameters that must be at least 1. */
  sizes: readonly string[];
  /** One more than the largest output; 128 by default. */
  limit?: number;
  /** Weights have fewer than 8 bits, and no other storage is known. */
  narrow?: true;
  /** The block, where the accelerator reads several. */
  block?: Block;
  /** What the weights are, where not any. */
  weightWords?: readonly number[];
}

const window = {
  input: 0,
  output: 512,
  scratch: 1024,
  scratchBytes: 512,
  weights: weightsOffset,
  batches: 1,
  inputHeight: 5,
  inputWidth: 4,
  inputChannels: 4,
  outputHeight: 3,
  outputWidth: 2,
  outputs: 6,
  filterHeight: 3,
  filterWidth: 3,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padTop: 0,
  padLeft: 0,
  inputZeroPoint: 3,
  outputZeroPoint: -4,
  low: -128,
  high: 127,
};
const windowSizes = Object.keys(window).slice(5, 18);

const product = {
  ...window,
  lowest: 0,
  highest: 0,
  storage: 0,
  weightsZeroPoint: 0,
  elementBytes: 1,
  longSums: 0,
};

const factors = {
  first: 0,
  second: 256,
  output: 512,
  length: 21,
  firstZeroPoint: 1,
  secondZeroPoint: -1,
  multiplier: 2 ** 30,
  shift: 6,
  outputZeroPoint: 0,
  low: -128,
  high: 127,
};

const dense = {
  input: 0,
  output: 512,
  scratch: 1024,
  scratchBytes: 80,
  weights: weightsOffset,
  rows: 2,
  inputs: 10,
  outputs: 5,
  outputZeroPoint: 1,
  low: -128,
  high: 127,
};

const pool = {
  input: 0,
  output: 512,
  batches: 1,
  inputHeight: 5,
  inputWidth: 4,
  outputHeight: 3,
  outputWidth: 2,
  channels: 5,
  filterHeight: 3,
  filterWidth: 3,
  strideHeight: 1,
  strideWidth: 1,
  padTop: 0,
  padLeft: 0,
  low: -128,
  high: 127,
};
const poolSizes = Object.keys(pool).slice(2, 12);

/** What `accel_signal` does in place of a kernel. */
const signal = (
  kernel: string,
  block: Block,
  work: keyof typeof signalWorks,
  spec: Pick<Case, "values" | "memory"> & Partial<Case>,
): Case => ({
  accelerator: accelerators.signal,
  kernel,
  block,
  weightBytes: 0,
  sizes: [],
  ...spec,
  values: { work: signalWorks[work], ...spec.values },
});

const channels = { input: 0, noise: 256, output: 512, scratch: 1024, weights: weightsOffset, elements: 7 };

const signalCases: readonly Case[] = [
  signal("signalWindowInt16", signalWindowParameters, "window", {
    values: { input: 0, output: 512, scratch: 1024, weights: weightsOffset, rows: 3, length: 10, shift: 12 },
    memory: { input: 60, output: 60 },
    weightBytes: 20,
    sizes: ["rows", "length"],
  }),
  signal("fftAutoScaleInt16", fftAutoScaleParameters, "fftAutoScale", {
    values: { input: 0, output: 512, scaleBits: 1024, elements: 11 },
    memory: { input: 22, output: 22, scaleBits: 4 },
  }),
  signal("rfftAnyInt16", realFftParameters, "rfftInt16", {
    values: {
      input: 0,
      output: 512,
      scratch: 2048,
      weights: weightsOffset,
      rows: 2,
      length: 11,
      points: 6,
      radices: 2 + 3 * 8,
    },
    memory: { input: 44, output: 56, scratch: 24 },
    weightBytes: 36,
    sizes: ["rows", "length", "points", "radices"],
  }),
  signal("energyInt16", energyParameters, "energy", {
    values: { input: 0, output: 512, elements: 9, start: 2, end: 9 },
    memory: { input: 36, output: 36 },
  }),
  signal("filterBankUint32", filterBankParameters, "filterBank", {
    values: { input: 0, output: 512, scratch: 1024, weights: weightsOffset, channels: 3 },
    // The second band begins a bin after the first, the last one ends with the fourth bin.
    memory: { input: 16, output: 16 },
    weightWords: [0, 2, 5, 6, 4, 1, 7, 8, 2, 9, -1],
    weightBytes: 44,
    sizes: ["channels"],
  }),
  signal("filterBankSquareRootUint64", squareRootParameters, "squareRoot", {
    values: { input: 0, scaleBits: 1024, output: 512, elements: 5 },
    memory: { input: 40, scaleBits: 4, output: 20 },
  }),
  signal("spectralSubtractionUint32", spectralSubtractionParameters, "spectralSubtraction", {
    values: {
      input: 0,
      output: 512,
      noise: 1024,
      estimate: 2048,
      channels: 5,
      smoothing: 400,
      oneMinusSmoothing: 15984,
      alternateSmoothing: 600,
      alternateOneMinusSmoothing: 15784,
      smoothingBits: 10,
      bits: 14,
      minSignalRemaining: 820,
      clamping: 1,
    },
    memory: { input: 20, output: 20, noise: 20, estimate: 20 },
  }),
  signal("pcanUint32", pcanParameters, "pcan", {
    values: { ...channels, tableBytes: 250, shift: 6 },
    memory: { input: 28, noise: 28, output: 28 },
    weightBytes: 252,
  }),
  signal("filterBankLogUint32", filterBankLogParameters, "filterBankLog", {
    values: { ...channels, scale: 1600, correctionBits: 3 },
    memory: { input: 28, output: 14 },
    weightBytes: 260,
  }),
  signal("frames", framesParameters, "frames", {
    values: {
      input: 0,
      output: 512,
      valid: 1024,
      history: 1536,
      countdown: 2048,
      rows: 2,
      hops: 3,
      hopBytes: 4,
      historyBytes: 6,
      frameBytes: 9,
      every: 2,
    },
    memory: { input: 24, output: 54, valid: 1, history: 12, countdown: 4 },
    sizes: ["rows", "hops", "hopBytes"],
  }),
  signal("triggerFloat32", triggerParameters, "trigger", {
    values: {
      scores: 0,
      events: 512,
      active: 1024,
      levels: 1280,
      state: 1536,
      scratch: 2048,
      weights: weightsOffset,
      count: 3,
      classes: 3,
      highest: 1,
      together: 1,
    },
    memory: { scores: 12, events: 3, active: 3, levels: 12, state: 36 },
    // Three rules: the class, the levels, the times.
    weightWords: [0, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 2, 0, 0, 1, 1, 0],
    weightBytes: 72,
    sizes: ["count", "classes"],
  }),
  signal("copyRows", copyRowsParameters, "copyRows", {
    values: { input: 0, output: 512, rows: 3, bytes: 5, stride: 7 },
    memory: { input: 15, output: 19 },
    sizes: ["rows"],
  }),
  signal("dequantizeInt8", dequantizeParameters, "dequantizeInt8", {
    values: { input: 0, output: 512, elements: 5, scale: 1, zeroPoint: -3 },
    memory: { input: 5, output: 20 },
  }),
  signal("dequantizeInt16", dequantizeParameters, "dequantizeInt16", {
    values: { input: 0, output: 512, elements: 5, scale: 1, zeroPoint: 0 },
    memory: { input: 10, output: 20 },
  }),
  signal("quantizeFloat32", quantizeParameters, "quantizeBytes", {
    values: { input: 0, output: 512, elements: 5, scale: 1, zeroPoint: 3, low: -128, high: 127 },
    memory: { input: 20, output: 5 },
    limit: 256,
  }),
  signal("castToFloat32", castParameters, "castInt16ToFloat32", {
    values: { input: 0, output: 512, elements: 5, from: 2, to: 4 },
    memory: { input: 10, output: 20 },
  }),
  ...(["Float32", "Int16"] as const).map((dtype) =>
    signal(
      `powerSpectrum${dtype}`,
      powerSpectrumParameters,
      dtype === "Int16" ? "powerSpectrumInt16" : "powerSpectrum",
      {
        values: {
          input: 0,
          output: 512,
          scratch: 1024,
          weights: weightsOffset,
          window: weightsOffset,
          windowed: 1,
          rows: 2,
          length: 15,
          points: 8,
          radices: 4 + 2 * 8,
          magnitude: 1,
          scale: 1,
          start: 1,
          end: 8,
        },
        memory: { input: dtype === "Int16" ? 60 : 120, output: 72, scratch: 136 },
        weightBytes: 96,
        sizes: ["rows", "length", "points", "radices"],
      },
    ),
  ),
  ...(["melFilterBank", "melLogarithms"] as const).map((work) =>
    signal(`${work}Float32`, melFilterBankParameters, work, {
      values: {
        input: 0,
        output: 512,
        scratch: 1024,
        weights: weightsOffset,
        rows: 2,
        bins: 4,
        channels: 3,
        floor: 1,
        adds: 1,
      },
      memory: { input: 32, output: 24 },
      weightWords: [0, 2, 5, 6, 4, 1, 7, 8, 2, 9, -1],
      weightBytes: 44,
      sizes: ["rows", "bins", "channels"],
    }),
  ),
];

const cases: readonly Case[] = [
  {
    accelerator: accelerators.conv,
    kernel: "conv2dInt8",
    values: window,
    memory: { input: 80, output: 36, scratch: 512 },
    weightBytes: 2 * (48 + 9 * 16),
    sizes: windowSizes,
  },
  {
    accelerator: accelerators.depthwise,
    kernel: "depthwiseConv2dInt8",
    values: { ...window, outputs: 1 },
    memory: { input: 80, output: 24, scratch: 512 },
    weightBytes: 48 + 48,
    sizes: windowSizes,
  },
  {
    accelerator: accelerators.depthwise,
    kernel: "depthwiseConv2dInt8",
    values: { ...window, outputs: 2, strideHeight: 2 },
    memory: { input: 80, output: 48, scratch: 512 },
    weightBytes: 2 * (48 + 48),
    sizes: windowSizes,
  },
  {
    accelerator: accelerators.fullyConnected,
    kernel: "fullyConnectedInt8",
    values: dense,
    memory: { input: 20, output: 10, scratch: 80 },
    weightBytes: 2 * (48 + 3 * 16),
    sizes: ["rows", "inputs", "outputs"],
  },
  {
    accelerator: accelerators.add,
    kernel: "addInt8",
    values: {
      wide: 0,
      narrow: 256,
      output: 512,
      length: 21,
      wideZeroPoint: 1,
      narrowZeroPoint: -1,
      wideSign: 1,
      narrowSign: -1,
      narrowMultiplier: 2 ** 30,
      narrowShift: 1,
      multiplier: 2 ** 30,
      shift: 19,
      outputZeroPoint: 0,
      low: -128,
      high: 127,
    },
    memory: { wide: 21, narrow: 21, output: 21 },
    weightBytes: 0,
    sizes: ["shift"],
  },
  {
    accelerator: accelerators.averagePool,
    kernel: "averagePool2dInt8",
    values: pool,
    memory: { input: 100, output: 30 },
    weightBytes: 0,
    sizes: poolSizes,
  },
  {
    accelerator: accelerators.averagePoolInt16,
    kernel: "averagePool2dInt16",
    values: pool,
    memory: { input: 200, output: 60 },
    weightBytes: 0,
    sizes: poolSizes,
    limit: 2 ** 15,
  },
  {
    accelerator: accelerators.maxPool,
    kernel: "maxPool2dInt8",
    values: pool,
    memory: { input: 100, output: 30 },
    weightBytes: 0,
    sizes: poolSizes,
  },
  {
    accelerator: accelerators.lookupTable,
    kernel: "lookupTable",
    values: { input: 0, output: 512, scratch: 1024, weights: weightsOffset, elements: 77 },
    memory: { input: 77, output: 77 },
    weightBytes: 256,
    sizes: [],
  },
  {
    accelerator: accelerators.mul,
    kernel: "mulInt8",
    values: factors,
    memory: { first: 21, second: 21, output: 21 },
    weightBytes: 0,
    sizes: ["length"],
  },
  {
    accelerator: accelerators.mulBroadcast,
    kernel: "mulBroadcastInt8",
    block: { ...mulParameters, fields: { ...mulParameters.fields, ...broadcastParameters.fields } },
    values: {
      ...factors,
      ...{ count0: 1, count1: 1, count2: 2, count3: 3 },
      ...{ firstStep0: 0, firstStep1: 0, firstStep2: 0, firstStep3: 21, firstStep: 1 },
      ...{ secondStep0: 0, secondStep1: 0, secondStep2: 0, secondStep3: 0, secondStep: 1 },
    },
    memory: { first: 126, second: 21, output: 126 },
    weightBytes: 0,
    sizes: ["length", "count0", "count3"],
  },
  {
    accelerator: accelerators.mean,
    kernel: "meanInt8",
    values: {
      input: 0,
      output: 512,
      multiplier: 2 ** 30,
      kept0: 2,
      reduced0: 3,
      kept1: 1,
      reduced1: 2,
      kept2: 7,
      offset: -60,
      shift: 2,
      zeroPoint: 5,
    },
    memory: { input: 84, output: 14 },
    weightBytes: 0,
    sizes: ["kept0", "reduced0", "kept1", "reduced1", "kept2"],
  },
  {
    accelerator: accelerators.product,
    kernel: "productInt8",
    values: product,
    memory: { input: 80, output: 36, scratch: 512 },
    weightBytes: 2 * (48 + 9 * 16),
    sizes: windowSizes,
  },
  {
    accelerator: accelerators.product,
    kernel: "productInt8",
    values: { ...product, storage: storageNumber("int4"), outputs: 5 },
    memory: { input: 80, output: 30, scratch: 512 },
    weightBytes: 2 * (48 + 10 * 8),
    sizes: windowSizes,
  },
  {
    accelerator: accelerators.depthwiseProduct,
    kernel: "depthwiseProductInt8",
    values: { ...product, outputs: 2 },
    memory: { input: 80, output: 48, scratch: 512 },
    weightBytes: 2 * (48 + 48),
    sizes: windowSizes,
  },
  {
    accelerator: accelerators.storedConv,
    kernel: "conv2dStoredInt8",
    values: { ...window, chunk: 32, laneChunks: 1, storage: storageNumber("int4") },
    memory: { input: 80, output: 36, scratch: 512 },
    weightBytes: 2 * (48 + 10 * 8),
    sizes: windowSizes,
    narrow: true,
  },
  {
    accelerator: accelerators.storedConv,
    kernel: "conv2dStoredInt8",
    values: { ...window, outputs: 5, chunk: 32, laneChunks: 1, storage: storageNumber("table16") },
    memory: { input: 80, output: 30, scratch: 512 },
    // The table comes first.
    weightBytes: 16 + 2 * (48 + 10 * 8),
    sizes: windowSizes,
    narrow: true,
  },
  {
    accelerator: accelerators.storedFullyConnected,
    kernel: "fullyConnectedStoredInt8",
    values: { ...dense, chunk: 32, storage: storageNumber("int4-groups") },
    memory: { input: 20, output: 10, scratch: 80 },
    // Two rounds of 32 weights, half a byte each, and a multiplier for each round.
    weightBytes: 2 * (48 + 32 + 4),
    sizes: ["rows", "inputs", "outputs"],
    narrow: true,
  },
  {
    accelerator: accelerators.softmax,
    kernel: "softmaxInt8",
    values: { input: 0, output: 512, scratch: 1024, weights: weightsOffset, entries: 20, rows: 2, depth: 7 },
    memory: { input: 14, output: 14 },
    weightBytes: 80,
    sizes: ["entries", "rows", "depth"],
  },
  ...signalCases,
];

/** The block as an accelerator reads it, whatever the values are. */
function blockOf({ accelerator, block = accelerator.parameters as Block }: Case, values: Values): Uint8Array {
  const fields = placeFields(block).filter(({ portable }) => portable !== true);
  const view = new DataView(new ArrayBuffer(fields.length * 4));
  for (const { name, offset } of fields) view.setInt32(offset, values[name] as number, true);
  return new Uint8Array(view.buffer);
}

/** A weights section that ends right after what the case reads, and an instance with it. */
function open(spec: Case, values: Values, offset = blockOffset) {
  const { weightBytes, weightWords, accelerator, kernel } = spec;
  const block = blockOf(spec, values);
  const section = new Uint8Array(weightBytes > 0 ? weightsOffset + weightBytes : blockOffset + block.length);
  section.set(block, blockOffset);
  // Multipliers and shifts that keep outputs apart; exp(0) for softmax.
  const view = new DataView(section.buffer);
  for (let at = weightsOffset; at + 4 <= section.length; at += 4)
    view.setInt32(at, weightWords?.[(at - weightsOffset) / 4] ?? 2 ** 30 + at, true);
  const instance = load(
    linkCalls([{ kernel, values, block: offset, blockBytes: 0, to: 0, accelerator }], section, 1),
    {
      accelerators: true,
      memoryLimitBytes: memoryBytes,
    },
  );
  return { instance, run: () => instance.call("run", 0, 1) };
}

const traps = (spec: Case, values: Values, what: string, offset?: number): void => {
  const { instance, run } = open(spec, values, offset);
  const before = instance.memory.slice();
  assert.throws(run, /out of bounds/, `${spec.accelerator.import}: ${what}`);
  assert.is(Buffer.compare(before, instance.memory), 0, `${spec.accelerator.import}: ${what} wrote`);
  instance.dispose();
};

const runs = (spec: Case, values: Values): void => {
  const { instance, run } = open(spec, values);
  run();
  instance.dispose();
};

for (const spec of cases) {
  const { accelerator, kernel, values, memory, weightBytes, sizes, limit = 128 } = spec;
  const outputs = (values.outputs ?? 1) > 1 ? `, ${values.outputs} outputs` : "";
  const name = `${accelerator.import}${spec.block === undefined ? "" : `, ${kernel}`}${outputs}`;

  test(`${name}: every address may reach the end of memory and not a byte further`, () => {
    for (const [parameter, bytes] of Object.entries(memory)) {
      const last = memoryBytes - bytes;
      if (last % 4 === 0 || parameter !== "scratch") runs(spec, { ...values, [parameter]: last });
      for (const address of [
        last + 1,
        last + 4,
        memoryBytes,
        memoryBytes + 1,
        -1,
        -bytes,
        2 ** 31 - 1,
        -(2 ** 31),
      ]) {
        traps(spec, { ...values, [parameter]: address }, `${parameter} ${address}`);
      }
    }
  });

  test(`${name}: parameters and weights lie within the weights section`, () => {
    runs(spec, values);
    const block = Object.keys(values).length * 4;
    const section = weightBytes > 0 ? weightsOffset + weightBytes : blockOffset + block;
    for (const offset of [section - block + 4, section, -4, -(2 ** 31), 2 ** 31 - 4]) {
      traps(spec, values, `block at ${offset}`, offset);
    }
    if (weightBytes === 0) return;
    for (const weights of [
      weightsOffset + 1,
      weightsOffset + 2,
      weightsOffset + 4,
      section,
      -4,
      -(2 ** 31),
      2 ** 31 - 4,
    ]) {
      traps(spec, { ...values, weights }, `weights at ${weights}`);
    }
  });

  test(`${name}: sizes that make no sense trap`, () => {
    for (const parameter of sizes) {
      for (const size of [0, -1, -(2 ** 31)]) {
        traps(spec, { ...values, [parameter]: size }, `${parameter} ${size}`);
      }
      const enormous = Object.fromEntries(sizes.map((each) => [each, 65535]));
      traps(spec, { ...values, ...enormous }, "all sizes 65535");
    }
    for (const range of [
      { low: 5, high: 4 },
      { low: -limit - 1, high: 0 },
      { low: 0, high: limit },
    ]) {
      if ("low" in values) traps(spec, { ...values, ...range }, JSON.stringify(range));
    }
  });

  if (spec.narrow) {
    test(`${name}: storages that it does not know trap`, () => {
      for (const storage of [
        -1,
        storageNumber("float16"),
        storageNumber("int8"),
        weightStorages.length,
        2 ** 30,
      ])
        traps(spec, { ...values, storage }, `storage ${storage}`);
    });
  }
}

test("accel_signal: works that it does not know, and numbers beyond what shifts and lengths may be, trap", () => {
  const caseOf = (kernel: string): Case => signalCases.find((spec) => spec.kernel === kernel) as Case;
  const wrong: readonly (readonly [kernel: string, changed: Values])[] = [
    ...[0, -1, 19, 2 ** 31 - 1, -(2 ** 31)].map((work) => ["energyInt16", { work }] as const),
    ...[-1, 32].flatMap((shift) => [
      ["signalWindowInt16", { shift }] as const,
      ["spectralSubtractionUint32", { smoothingBits: shift }] as const,
      ["spectralSubtractionUint32", { bits: shift }] as const,
      ["filterBankLogUint32", { correctionBits: shift }] as const,
    ]),
    ["pcanUint32", { shift: 64 }],
    ["pcanUint32", { shift: -1 }],
    ["energyInt16", { start: 8, end: 7 }],
    ["energyInt16", { start: -1 }],
    ["energyInt16", { end: 10 }],
    // 1 and 6 are no radices; the product of others is not the number of points.
    ["rfftAnyInt16", { radices: 1 + 6 * 8 }],
    ["rfftAnyInt16", { radices: 6 }],
    ["rfftAnyInt16", { radices: 2 + 4 * 8 }],
    ["rfftAnyInt16", { radices: 2 + 3 * 8 + 2 * 64 }],
    ["frames", { frameBytes: 11 }],
    ["frames", { frameBytes: -1 }],
    ["frames", { historyBytes: -1 }],
    ["copyRows", { bytes: -1 }],
    ["copyRows", { stride: -1 }],
    ["copyRows", { stride: 2 ** 31 - 1 }],
    ["dequantizeInt8", { elements: -1 }],
    ["dequantizeInt16", { zeroPoint: 32768 }],
    ["quantizeFloat32", { zeroPoint: 256 }],
    // A transform of float32 has radices of 2 and 4.
    ["powerSpectrumFloat32", { points: 6, radices: 2 + 3 * 8, length: 12 }],
    ["powerSpectrumFloat32", { points: 5, radices: 5, length: 10 }],
    ["powerSpectrumFloat32", { radices: 4 + 4 * 8 }],
    ["powerSpectrumFloat32", { length: 17 }],
    ["powerSpectrumFloat32", { window: weightsOffset + 40 }],
    ["powerSpectrumFloat32", { window: weightsOffset + 2 }],
    ["quantizeFloat32", { elements: 2 ** 30 }],
  ];
  for (const [kernel, changed] of wrong) {
    const spec = caseOf(kernel);
    traps(spec, { ...spec.values, ...changed }, `${kernel} with ${JSON.stringify(changed)}`);
  }
  for (const [word, value] of [
    [0, 1],
    [0, 2],
    [0, 2 ** 30],
    [1, -1],
    [1, 3],
    [1, 2 ** 30],
    [8, 3],
  ] as const) {
    for (const kernel of ["filterBankUint32", "melFilterBankFloat32"]) {
      const spec = caseOf(kernel);
      const weightWords = (spec.weightWords as number[]).with(word, value);
      const input = memoryBytes - (spec.memory.input as number);
      traps({ ...spec, weightWords }, { ...spec.values, input }, `${kernel}, band word ${word}: ${value}`);
    }
  }
});

const [convolution] = cases as [Case];
const all = linkCalls(
  cases.map(({ kernel, values, accelerator }) => ({
    kernel,
    values,
    block: blockOffset,
    blockBytes: 0,
    to: 0,
    accelerator,
  })),
  new Uint8Array(blockOffset),
  1,
);

test("a module whose accelerators are absent traps only if it is told that they are there", () => {
  const instance = load(all, {
    optionalImports: Object.values(accelerators).map((each) => `wasmote.${each.import}`),
  });
  assert.is(instance.getGlobal("accelerators"), 0);
  instance.setGlobal("accelerators", convolution.accelerator.bit);
  assert.throws(() => instance.call("run", 0, 1), /accel_conv_s8/);
});

test("linked accelerators are told to the module", () => {
  const bits = Object.values(accelerators).reduce((sum, { bit }) => sum | bit, 0);
  assert.is(load(all, { accelerators: true }).getGlobal("accelerators"), bits);
});

test.run();
