import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner, runners } from "../../host/run/index.js";
import { refusalsOf } from "../error-of.js";
import { random } from "../ops/harness.js";
import { type WrittenModel, type WrittenNode, type WrittenTensor, writeTflite } from "./tflite-writer.js";

const [times, batches, inputs, units] = [4, 2, 3, 2];
const tanh = 4;

/** Weights of a direction, at the positions of the unidirectional operator, by a seed. */
function weightsOf(seed: number): Map<number, { shape: number[]; data: Float32Array }> {
  const { real } = random(seed);
  const entry = (shape: number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => real() * 2 - 1),
  });
  return new Map([
    ...[1, 2, 3, 4].map((position) => [position, entry([units, inputs])] as const),
    ...[5, 6, 7, 8].map((position) => [position, entry([units, units])] as const),
    ...[12, 13, 14, 15].map((position) => [position, entry([units])] as const),
  ]);
}

/** A model of one recurrent node: its input comes first, its outputs last. */
class Model {
  readonly tensors: WrittenTensor[] = [{ name: "input", type: "FLOAT32", shape: [batches, times, inputs] }];

  add(shape: number[], data?: Float32Array, own: Partial<WrittenTensor> = {}): number {
    const bytes = data && new Uint8Array(data.buffer.slice(0));
    const name = `t${this.tensors.length}`;
    return this.tensors.push({ name, type: "FLOAT32", shape, ...(bytes && { data: bytes }), ...own }) - 1;
  }

  state(): number {
    return this.add([batches, units], undefined, { isVariable: true });
  }

  write(node: WrittenNode): WrittenModel {
    return { tensors: this.tensors, nodes: [node], inputs: [0], outputs: node.outputs };
  }
}

function unidirectional(seed: number): WrittenModel {
  const model = new Model();
  const given = Array<number>(24).fill(-1);
  given[0] = 0;
  for (const [position, { shape, data }] of weightsOf(seed)) given[position] = model.add(shape, data);
  given[18] = model.state();
  given[19] = model.state();
  const outputs = [model.add([batches, times, units])];
  const options = [{ field: 0, bytes: 1 as const, value: tanh }];
  return model.write({
    builtin: "UNIDIRECTIONAL_SEQUENCE_LSTM",
    inputs: given,
    outputs,
    optionsType: 71,
    options,
  });
}

function bidirectional(merges: boolean, more: Readonly<Record<number, number>> = {}): WrittenModel {
  const model = new Model();
  const given = Array<number>(48).fill(-1);
  given[0] = 0;
  for (const [start, seed] of [
    [0, 1],
    [17, 2],
  ] as const)
    for (const [position, { shape, data }] of weightsOf(seed))
      given[start + position] = model.add(shape, data);
  for (let state = 35; state < 39; state++) given[state] = model.state();
  for (const [position, tensor] of Object.entries(more)) given[Number(position)] = tensor;
  const outputs = merges
    ? [model.add([batches, times, 2 * units])]
    : [model.add([batches, times, units]), model.add([batches, times, units])];
  const options = [
    { field: 0, bytes: 1 as const, value: tanh },
    { field: 3, bytes: 1 as const, value: Number(merges) },
    { field: 4, bytes: 1 as const, value: 0, always: true as const },
  ];
  return model.write({
    builtin: "BIDIRECTIONAL_SEQUENCE_LSTM",
    inputs: given,
    outputs,
    optionsType: 69,
    options,
  });
}

/** What a model gives for a sequence, two runs on, on a runner. */
async function run(model: WrittenModel, values: Float32Array, on: string): Promise<Float32Array[]> {
  const graph = await importModel("model.tflite", writeTflite(model), () => new Uint8Array(0));
  const { wasm } = await buildModel(graph);
  const runner = await openRunner(on, wasm, openModule(wasm));
  for (let frame = 0; frame < 2; frame++) {
    runner.writeInput(0, new Uint8Array(values.buffer.slice(0)));
    runner.run();
  }
  const results = graph.outputs.map((_, i) => new Float32Array(runner.readOutput(i).slice().buffer));
  runner.close();
  return results;
}

/** A sequence backwards in time. */
function reversed(values: Float32Array, length: number): Float32Array {
  return values.map((_, i) => {
    const [at, rest] = [Math.floor(i / length), i % length];
    const [batch, time] = [Math.floor(at / times), at % times];
    return values[(batch * times + times - 1 - time) * length + rest] as number;
  });
}

for (const on of Object.keys(runners)) {
  test(`${on}: BIDIRECTIONAL_SEQUENCE_LSTM is one memory forwards and one backwards`, async () => {
    const { real } = random(5);
    const input = Float32Array.from({ length: batches * times * inputs }, () => real() * 2 - 1);
    const [forwards] = (await run(unidirectional(1), input, on)) as [Float32Array];
    const [last] = (await run(unidirectional(2), reversed(input, inputs), on)) as [Float32Array];
    const backwards = reversed(last, units);
    assert.equal(await run(bidirectional(false), input, on), [forwards, backwards]);
    const merged = Float32Array.from({ length: 2 * forwards.length }, (_, i) => {
      const [at, rest] = [Math.floor(i / (2 * units)), i % (2 * units)];
      const from = rest < units ? forwards : backwards;
      return from[at * units + (rest % units)] as number;
    });
    assert.equal(await run(bidirectional(true), input, on), [merged]);
  });
}

test("what its kernels have not is refused", async () => {
  const refused = async (more: Readonly<Record<number, number>>, reason: RegExp): Promise<void> => {
    const bytes = writeTflite(bidirectional(true, more));
    const [first] = await refusalsOf(importModel("model.tflite", bytes, () => new Uint8Array(0)));
    assert.match(first?.reason ?? "", reason);
  };
  await refused({ 39: 0 }, /auxiliary input/);
  await refused({ 9: 0 }, /peepholes/);
  await refused({ 18: -1 }, /coupled to its forget gate/);
});

test.run();
