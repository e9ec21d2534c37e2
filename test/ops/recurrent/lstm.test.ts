import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type Tensor, type TensorData } from "../../../host/graph/tensor.js";
import { type LstmAttributes, lstm } from "../../../host/ops/recurrent/lstm.js";
import { type FixedPoint, fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import { random } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";
import { entries, int16, logistic, tanh } from "./integer-gates.js";
import { runSteps } from "./run-steps.js";

const float = Math.fround;
type Source = ReturnType<typeof random>;

interface Lengths {
  times: number;
  batches: number;
  inputs: number;
  units: number;
}

const drawLengths = ({ integer }: Source): Lengths => ({
  times: integer(1, 4),
  batches: integer(1, 3),
  inputs: integer(1, 5),
  units: integer(1, 4),
});

const shapeOf = ({ times, batches }: Lengths, timeMajor: boolean, length: number): number[] =>
  timeMajor ? [times, batches, length] : [batches, times, length];

/** One step of one unit: its new cell and hidden state from its four gates before their activations, and its cell. */
type Step = (
  gates: readonly [number, number, number, number],
  cell: number,
) => { cell: number; hidden: number };

/** A sequence, batch by batch: `gate` is a gate before its activation. */
function sequence(
  lengths: Lengths,
  timeMajor: boolean,
  x: ArrayLike<number>,
  hidden: number[],
  cell: number[],
  gate: (gate: number, unit: number, x: number[], hidden: number[]) => number,
  step: Step,
): number[] {
  const { times, batches, inputs, units } = lengths;
  const output: number[] = [];
  for (let b = 0; b < batches; b++) {
    for (let t = 0; t < times; t++) {
      const row = timeMajor ? t * batches + b : b * times + t;
      const input = Array.from({ length: inputs }, (_, i) => x[row * inputs + i] as number);
      const before = hidden.slice(b * units, (b + 1) * units);
      for (let u = 0; u < units; u++) {
        const at = b * units + u;
        const of = (g: number): number => gate(g, u, input, before);
        const next = step([of(0), of(1), of(2), of(3)], cell[at] as number);
        cell[at] = next.cell;
        hidden[at] = next.hidden;
        output[row * units + u] = next.hidden;
      }
    }
  }
  return output;
}

/** A sum of int64 by TFLite's multiplier of 16 bits, halves upwards. */
function rescaleWide(value: number, { multiplier, shift }: FixedPoint): number {
  const reduced = multiplier < 0x7fff0000n ? (multiplier + 0x8000n) >> 16n : 0x7fffn;
  return Number((BigInt(value) * reduced + (1n << BigInt(14 - shift))) >> BigInt(15 - shift));
}

test("the table of the logistic function has TFLite's values", () => {
  assert.equal([...entries.slice(0, 8)], [32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513]);
  assert.equal(
    [...entries.slice(11, 22)],
    [40149, 40794, 41432, 42064, 42688, 43304, 43912, 44511, 45102, 45683, 46255],
  );
  assert.is(entries[255], 65535);
});

test("integer kernels give the bytes of TensorFlow Lite Micro's over sequences, with their state", async () => {
  for (let seed = 0; seed < 16; seed++) {
    const source = random(seed);
    const lengths = drawLengths(source);
    const { batches, inputs, units } = lengths;
    const wide = seed % 2 === 1;
    const timeMajor = seed % 4 < 2;
    const dtype = wide ? "int16" : "int8";
    const bits = wide ? 16 : 8;
    const of = (shape: number[], scale: number, zeroPoint: number): Tensor => ({
      ...quantized(shape, scale, zeroPoint),
      dtype,
    });
    const xScale = drawScale(source.real, wide ? 1e-5 : 0.005, wide ? 1e-4 : 0.05);
    const hScale = wide ? 2 ** -15 : float(1 / 128);
    const cellPower = source.integer(-16, -9);
    const zeros = wide ? { x: 0, h: 0 } : { x: source.integer(-128, 127), h: source.integer(-30, 30) };
    const scales = Array.from({ length: 8 }, () => drawScale(source.real, 0.001, 0.02));
    const weights = scales.map((_, i) => source.int8s(units * (i < 4 ? inputs : units)));
    const biases = Array.from({ length: 4 }, () =>
      Array.from({ length: units }, () => source.integer(-20000, 20000)),
    );
    const clip = seed % 3 === 0 ? 0 : 1.5;
    const attributes: LstmAttributes = {
      timeMajor,
      cellClip: clip,
      activation: seed % 5 === 0 ? "logistic" : "tanh",
    };
    const start = new arrayTypes[dtype](batches * units).fill(zeros.h as never) as TensorData;
    const node = {
      operator: "lstm",
      attributes,
      inputs: [
        of(shapeOf(lengths, timeMajor, inputs), xScale, zeros.x),
        ...weights.map(
          (data, i): Tensor => ({
            ...quantized([units, i < 4 ? inputs : units], scales[i] as number, 0),
            data,
          }),
        ),
        ...biases.map(
          (values): Tensor =>
            wide
              ? { ...plain([units], "int64"), data: BigInt64Array.from(values, BigInt) }
              : { ...plain([units], "int32"), data: Int32Array.from(values) },
        ),
      ],
      output: of(shapeOf(lengths, timeMajor, units), hScale, zeros.h),
      variables: [
        { ...of([batches, units], hScale, zeros.h), data: start },
        { ...quantized([batches, units], 2 ** cellPower, 0), dtype: "int16" } as Tensor,
      ],
    };
    const steps = Array.from({ length: 3 }, () =>
      (arrayTypes[dtype] as typeof Int16Array).from({ length: batches * lengths.times * inputs }, () =>
        source.integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1),
      ),
    );
    const rescale = wide ? rescaleWide : rescaleFixed;
    const toGate = (from: number, scale: number): FixedPoint => fixedPoint(float(from * scale) / 2 ** -12);
    const product = (matrix: Int8Array, unit: number, vector: number[], zero: number): number =>
      vector.reduce(
        (sum, value, i) => sum + (matrix[unit * vector.length + i] as number) * (value - zero),
        0,
      );
    const [toCell, toHidden] = [fixedPoint(2 ** -30 / 2 ** cellPower), fixedPoint(2 ** -30 / hScale)];
    const left = 12 + cellPower;
    const largest = Math.min(32767, Math.trunc(clip / 2 ** cellPower));
    const hidden = Array.from(start, Number);
    const cell = new Array<number>(batches * units).fill(0);
    const expected = steps.map((x) =>
      sequence(
        lengths,
        timeMajor,
        x,
        hidden,
        cell,
        (g, unit, input, before) => {
          const first =
            product(weights[g] as Int8Array, unit, input, zeros.x) + (biases[g]?.[unit] as number);
          const second = product(weights[4 + g] as Int8Array, unit, before, zeros.h);
          const [a, b] = [toGate(xScale, scales[g] as number), toGate(hScale, scales[4 + g] as number)];
          return int16(int16(rescale(first, a)) + int16(rescale(second, b)));
        },
        ([i, f, c, o], old) => {
          const candidate = attributes.activation === "tanh" ? tanh(3 * c) : logistic(3 * c);
          const kept = int16(rescaleFixed(logistic(3 * f) * old, { multiplier: 2n ** 30n, shift: -14 }));
          const sum = int16(kept + int16(rescaleFixed(logistic(3 * i) * candidate, toCell)));
          const next = clip > 0 ? Math.max(-largest, Math.min(largest, sum)) : sum;
          const scaled =
            left >= 0 ? next * 3 * 2 ** left : Math.floor((next * 3 + 2 ** (-left - 1)) / 2 ** -left);
          const value = rescaleFixed(tanh(scaled) * logistic(3 * o), toHidden) + zeros.h;
          const half = 2 ** (bits - 1);
          return { cell: next, hidden: Math.min(half - 1, Math.max(-half, value)) };
        },
      ),
    );
    const actual = (await runSteps(node, steps)).map((bytes) => [
      ...(new arrayTypes[dtype](bytes.buffer as ArrayBuffer) as Int8Array),
    ]);
    assert.equal(actual, expected, `seed ${seed}`);
  }
});

test("lstmFloat32 and the reference are the layer, in either order of time and batch", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const source = random(seed + 60);
    const lengths = drawLengths(source);
    const { batches, times, inputs, units } = lengths;
    const timeMajor = seed % 2 === 0;
    const attributes: LstmAttributes = {
      timeMajor,
      cellClip: seed % 3 === 0 ? 0.4 : 0,
      activation: seed === 5 ? "logistic" : "tanh",
    };
    const floats = (length: number): Float32Array =>
      Float32Array.from({ length }, () => (source.real() - 0.5) * 3);
    const constants = Array.from({ length: 12 }, (_, i) =>
      floats(units * (i < 4 ? inputs : i < 8 ? units : 1)),
    );
    const tensors = constants.map(
      (data, i): Tensor => ({ ...plain(i < 4 ? [units, inputs] : i < 8 ? [units, units] : [units]), data }),
    );
    const node = {
      operator: "lstm",
      attributes,
      inputs: [plain(shapeOf(lengths, timeMajor, inputs)), ...tensors],
      output: plain(shapeOf(lengths, timeMajor, units)),
      variables: [plain([batches, units]), plain([batches, units])],
    };
    const steps = Array.from({ length: 2 }, () => floats(batches * times * inputs));
    const logisticOf = (x: number): number => 1 / (1 + Math.exp(-x));
    const [hidden, cell] = [0, 1].map(() => new Array<number>(batches * units).fill(0)) as [
      number[],
      number[],
    ];
    const expected = steps.map((x) =>
      sequence(
        lengths,
        timeMajor,
        x,
        hidden,
        cell,
        (g, unit, input, before) => {
          const product = (matrix: Float32Array, vector: number[]): number =>
            vector.reduce((sum, value, i) => sum + value * (matrix[unit * vector.length + i] as number), 0);
          const [first, second] = [constants[g], constants[4 + g]] as [Float32Array, Float32Array];
          return product(first, input) + product(second, before) + (constants[8 + g]?.[unit] as number);
        },
        ([i, f, c, o], old) => {
          const candidate = attributes.activation === "tanh" ? Math.tanh(c) : logisticOf(c);
          const sum = logisticOf(f) * old + logisticOf(i) * candidate;
          const { cellClip } = attributes;
          const next = cellClip > 0 ? Math.max(-cellClip, Math.min(cellClip, sum)) : sum;
          return { cell: next, hidden: logisticOf(o) * Math.tanh(next) };
        },
      ),
    );
    const actual = (await runSteps(node, steps)).map(
      (bytes) => new Float32Array(bytes.buffer as ArrayBuffer),
    );
    const state = [new Float32Array(batches * units), new Float32Array(batches * units)];
    const bound = { ...node, name: "n", outputs: [node.output] };
    for (const [s, step] of steps.entries()) {
      const [reference] = lstm.reference(bound, [step, ...constants], state);
      expected[s]?.forEach((value, i) => {
        assert.ok(Math.abs((actual[s]?.[i] as number) - value) < 1e-5, `kernel, seed ${seed}`);
        assert.ok(Math.abs((reference?.[i] as number) - value) < 1e-5, `reference, seed ${seed}`);
      });
    }
  }
});

test("what TensorFlow Lite Micro's kernel does not compute is refused, with the reason", () => {
  const constant = (shape: number[], scale = 0.01): Tensor => ({
    ...quantized(shape, scale, 0),
    data: new Int8Array(shape.reduce((a, b) => a * b)),
  });
  const biases = (): Tensor => ({ ...plain([2], "int32"), data: new Int32Array(2) });
  const inputs = (): Tensor[] => [
    quantized([1, 4, 3], 0.1, 0),
    ...Array.from({ length: 4 }, () => constant([2, 3])),
    ...Array.from({ length: 4 }, () => constant([2, 2])),
    ...Array.from({ length: 4 }, biases),
  ];
  const infer = (change: (inputs: Tensor[], variables: Tensor[]) => void) => () => {
    const [given, variables] = [
      inputs(),
      [quantized([1, 2], 0.1, 0), { ...quantized([1, 2], 2 ** -11, 0), dtype: "int16" } as Tensor],
    ];
    change(given, variables);
    return lstm.infer({
      name: "n",
      attributes: { timeMajor: false, cellClip: 0, activation: "tanh" },
      inputs: given,
      outputs: [quantized([1, 4, 2], 0.1, 0)],
      variables,
    });
  };
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.equal(infer(() => {})(), [{ dtype: "int8", shape: [1, 4, 2] }]);
  assert.throws(
    infer((given) => {
      given[5] = constant([2, 3]);
    }),
    refused(/recurrent input weights are 2x3 int8; 2x2 int8/),
  );
  assert.throws(
    infer((_, variables) => {
      variables[1] = { ...quantized([1, 2], 0.3, 0), dtype: "int16" };
    }),
    refused(/the cell has scale 0.3; a power of two/),
  );
  assert.throws(
    infer((given) => {
      given[3] = constant([2, 3], Number.POSITIVE_INFINITY);
    }),
    refused(/scale Infinity; a finite positive number/),
  );
  assert.throws(
    infer((_, variables) => {
      variables[1] = { ...quantized([1, 2], 2, 0), dtype: "int16" };
    }),
    refused(/the cell has scale 2; 2\^-30 to 2\^0/),
  );
  assert.throws(
    infer((_, variables) => {
      variables[0] = quantized([1, 3], 0.1, 0);
    }),
    refused(/the hidden state has 3 elements of int8; 2 of int8/),
  );
  assert.throws(
    infer((given) => {
      given[0] = plain([1, 4, 3], "int32");
    }),
    refused(/input is int32/),
  );
});

test.run();
