import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../../host/graph/graph.js";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import {
  type DType,
  elementBytes,
  elementCount,
  type Tensor,
  tensorBytes,
} from "../../../host/graph/tensor.js";
import { type GatherAttributes, gather } from "../../../host/ops/movement/gather.js";
import { buildModel } from "../../../host/pipeline.js";
import { quantizeGraph } from "../../../host/quantize/quantize-graph.js";
import { FloatGraph } from "../../quantize/float-graphs.js";
import { random, runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";

interface Drawn {
  attributes: GatherAttributes;
  input: number[];
  indices: number[];
  output: number[];
  /** The indices' numbers. */
  values: number[];
  /** Input element of each output element, by the definition of a gather. */
  elements: number[];
}

function draw(seed: number): Drawn {
  const { integer } = random(seed);
  const axes = integer(0, 2) === 0 ? integer(2, 3) : 1;
  const shape = (length: number): number[] => Array.from({ length }, () => integer(1, 4));
  const [batch, outer, lengths, inner] = [
    shape(integer(0, 1)),
    shape(integer(0, 2)),
    shape(axes),
    shape(integer(0, 2)),
  ];
  const places = shape(integer(0, 2));
  const [rows, positions] = [elementCount(outer), elementCount(places)];
  const values: number[] = [];
  for (let i = 0; i < elementCount(batch) * positions; i++)
    values.push(...lengths.map((length) => integer(0, length - 1)));
  const [whole, size] = [elementCount(lengths), elementCount(inner)];
  const elements: number[] = [];
  for (let b = 0; b < elementCount(batch); b++) {
    for (let o = 0; o < rows; o++) {
      for (let p = 0; p < positions; p++) {
        const index = values.slice((b * positions + p) * axes, (b * positions + p + 1) * axes);
        const at = index.reduce((sum, i, axis) => sum + i * elementCount(lengths.slice(axis + 1)), 0);
        for (let i = 0; i < size; i++) elements.push(((b * rows + o) * whole + at) * size + i);
      }
    }
  }
  return {
    attributes: { axis: batch.length + outer.length, batchDims: batch.length, axes },
    input: [...batch, ...outer, ...lengths, ...inner],
    indices: [...batch, ...places, ...(axes > 1 ? [axes] : [])],
    output: [...batch, ...outer, ...places, ...inner],
    values,
    elements,
  };
}

test("gather reads its parts, of inputs and indices that are computed or constant", async () => {
  const dtypes: readonly DType[] = ["int8", "float32", "int16", "int64"];
  for (let seed = 0; seed < 80; seed++) {
    const { attributes, values, elements, ...shapes } = draw(seed);
    const dtype = dtypes[seed % dtypes.length] as DType;
    const bytes = elementBytes[dtype];
    const data = new Uint8Array(random(seed).int8s(elementCount(shapes.input) * bytes));
    const wide = seed % 3 === 0;
    const index = wide ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
    const [constantInput, constantIndices] = [(seed & 4) !== 0, (seed & 12) === 8];
    const input: Tensor = plain(shapes.input, dtype);
    const indices: Tensor = plain(shapes.indices, wide ? "int64" : "int32");
    const [output] = await runCase({
      operator: "gather",
      attributes,
      inputs: [
        constantInput ? { ...input, data: data as never } : input,
        constantIndices ? { ...indices, data: index } : indices,
      ],
      outputs: [plain(shapes.output, dtype)],
      activations: [...(constantInput ? [] : [data]), ...(constantIndices ? [] : [index])],
    });
    const expected = elements.flatMap((at) => [...data.subarray(at * bytes, (at + 1) * bytes)]);
    assert.equal([...(output as Uint8Array)], expected, `seed ${seed}`);
    const node = { name: "n", attributes, inputs: [input, indices], outputs: [] };
    const counting = Float64Array.from({ length: elementCount(shapes.input) }, (_, i) => i);
    const [reference] = gather.reference(node, [counting, Float64Array.from(values)]);
    assert.equal([...(reference as Float64Array)], elements);
  }
});

test("gather counts negative indices from the end where it is asked to, computed or constant", async () => {
  const attributes: GatherAttributes = { axis: 0, batchDims: 0, axes: 2, fromEnd: true };
  const data = Int8Array.of(1, 2, 3, 4, 5, 6);
  const numbers = [-1, 0, 1, -3, 0, -2];
  for (const dtype of ["int32", "int64"] as const) {
    const index = dtype === "int64" ? BigInt64Array.from(numbers, BigInt) : Int32Array.from(numbers);
    for (const kinds of [0, 1, 2]) {
      const [constantInput, constantIndices] = [kinds % 2 === 1, kinds > 1];
      const [input, indices] = [plain([2, 3], "int8"), plain([3, 2], dtype)];
      const inputs = [
        constantInput ? { ...input, data } : input,
        constantIndices ? { ...indices, data: index } : indices,
      ];
      const activations = [...(constantInput ? [] : [data]), ...(constantIndices ? [] : [index])];
      const outputs = [plain([3], "int8")];
      const bytes = await runCase({ operator: "gather", attributes, inputs, outputs, activations });
      assert.equal(bytes, [Uint8Array.of(4, 4, 2)]);
    }
  }
  const tensors = { inputs: [plain([2, 3], "int8"), plain([1, 2], "int32")], outputs: [plain([1], "int8")] };
  const run = (index: Int32Array) =>
    runCase({ operator: "gather", attributes, ...tensors, activations: [data, index] }).then(
      () => "ran",
      (error: Error) => error.message,
    );
  assert.is(await run(Int32Array.of(-2, -3)), "ran");
  assert.match(await run(Int32Array.of(-3, 0)), /unreachable/);
  const node = { name: "n", attributes, inputs: tensors.inputs, outputs: [] };
  const [reference] = gather.reference(node, [Float64Array.from(data), Float64Array.from(numbers)]);
  assert.equal([...(reference as Float64Array)].slice(0, 1), [4]);
});

test("gather reads nothing outside of its axis: it traps", async () => {
  const run = (index: Int32Array | BigInt64Array, dtype: DType) =>
    runCase({
      operator: "gather",
      attributes: { axis: 0, batchDims: 0, axes: 1 },
      inputs: [plain([3], "int8"), plain([1], dtype)],
      outputs: [plain([1], "int8")],
      activations: [Int8Array.of(1, 2, 3), index],
    }).then(
      () => "ran",
      (error: Error) => error.message,
    );
  assert.is(await run(Int32Array.of(2), "int32"), "ran");
  for (const index of [3, -1]) assert.match(await run(Int32Array.of(index), "int32"), /unreachable/);
  assert.match(await run(BigInt64Array.of(2n ** 32n), "int64"), /unreachable/);
});

test("a table that rows are taken of stays in the weights section", async () => {
  const rows = 300;
  const table: Tensor = {
    ...plain([rows, 4]),
    data: Float32Array.from({ length: 4 * rows }, (_, i) => i),
  };
  const graph: Graph = {
    name: "embedding",
    tensors: [plain([2], "int32"), table, plain([2, 4])],
    nodes: [
      {
        name: "rows",
        operator: "gather",
        attributes: { axis: 0, batchDims: 0, axes: 1 },
        inputs: [1, 0],
        outputs: [2],
      },
    ],
    inputs: [0],
    outputs: [2],
  };
  const { manifest, weightBytes } = await buildModel(graph);
  assert.ok(manifest.memoryBytes < 256, `${manifest.memoryBytes} bytes of memory`);
  assert.ok(weightBytes >= tensorBytes(table), `${weightBytes} bytes of weights`);
});

test("a gather is quantized as its input is, whose parameters may be fixed; indices have none", () => {
  const build = new FloatGraph();
  const input = build.input([1, 4]);
  const indices = build.tensors.push({ ...plain([2], "int32"), data: Int32Array.of(3, 1) }) - 1;
  const table = build.node("softmax", { beta: 1 }, input);
  const output = build.node("gather", { axis: 1, batchDims: 0, axes: 1 }, table, indices);
  const graph = quantizeGraph(build.graph(output), build.samples(3, 1));
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["softmax", "gather"],
  );
  const tensors = graph.nodes[1]?.inputs.map((index) => graph.tensors[index]);
  const { quantization } = graph.tensors[graph.outputs[0] as number] as Tensor;
  assert.equal(quantization?.zeroPoint, [-128]);
  assert.equal(tensors?.[0]?.quantization, quantization);
  assert.is(tensors?.[1]?.dtype, "int32");
});

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

test("gather refuses what it cannot read, with the reason", () => {
  const indices: Tensor = { ...plain([2], "int32"), data: Int32Array.of(0, 1) };
  const infer =
    (changes: Partial<GatherAttributes>, index: Tensor = indices, output = quantized([2, 3], 0.5, 0)) =>
    () =>
      gather.infer({
        name: "n",
        attributes: { axis: 0, batchDims: 0, axes: 1, ...changes },
        inputs: [quantized([2, 3], 0.5, 0), index],
        outputs: [output],
      });
  assert.equal(infer({})(), [{ dtype: "int8", shape: [2, 3] }]);
  assert.throws(infer({ axis: 2 }), refused(/axis 2 is not one of the 2 axes/));
  assert.throws(infer({ axes: 2 }, plain([3], "int32")), refused(/3 int32 do not end in the 2 numbers/));
  assert.throws(infer({ axes: 3 }), refused(/does not name axes of 2x3 int8 from 0 on/));
  assert.throws(infer({ batchDims: 1 }), refused(/0 to 0 are expected/));
  assert.throws(infer({ axis: 1, batchDims: 1 }, plain([3, 1], "int32")), refused(/first 1 axes .* differ/));
  assert.throws(infer({}, plain([2])), refused(/indices are float32/));
  assert.throws(
    infer({}, { ...indices, data: Int32Array.of(0, 2) }),
    refused(/index 2 is not in an axis of length 2/),
  );
  assert.throws(infer({}, { ...indices, data: Int32Array.of(-1, 0) }), refused(/index -1/));
  assert.throws(infer({}, indices, quantized([2, 3], 0.25, 0)), refused(/another scale or zero point/));
});

test.run();
