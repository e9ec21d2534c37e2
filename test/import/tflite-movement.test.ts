import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../host/graph/not-runnable.js";
import { type DType, elementCount, type Tensor } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import { tfliteMapping } from "../../host/import/tflite/operators/index.js";
import type { TfliteNode, Translation } from "../../host/import/tflite/operators/mapping.js";
import { operatorNamed } from "../../host/ops/index.js";
import type { Values } from "../../host/ops/operator.js";
import { plain, quantized } from "../ops/quantized-tensors.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

const numbers = (...values: number[]): Tensor => ({
  ...plain([values.length], "int32"),
  data: Int32Array.from(values),
});

interface Given {
  inputs: readonly (Tensor | undefined)[];
  outputs?: readonly Tensor[];
  /** Of the options table, by field. */
  options?: readonly (number | boolean)[];
  /** Whether tensors of int8 are uint8 in the file. */
  unsigned?: boolean;
}

function translate(
  builtin: string,
  { inputs, outputs = [plain([1])], options = [], unsigned = false }: Given,
): Translation[] {
  const field = <T>(at: number, otherwise: T): T => (options[at] as T | undefined) ?? otherwise;
  const node: TfliteNode = {
    version: 1,
    options: {
      int8: field,
      int32: field,
      float32: field,
      bool: field,
      int32s: () => undefined,
      text: () => undefined,
    },
    customOptions: new Uint8Array(0),
    inputs,
    outputs,
    variable: () => undefined,
    wasUnsigned: () => unsigned,
  };
  const read = tfliteMapping(builtin)?.read(node) ?? [];
  return Array.isArray(read) ? (read as Translation[]) : [read as Translation];
}

/** What an operator's nodes compute of an input that counts from 0: shape and elements of each output. */
function computed(builtin: string, given: Given): { shape: readonly number[]; values: number[] }[] {
  const known = new Map<Tensor, { tensor: Tensor; values: Values }>();
  const held = (tensor: Tensor) =>
    known.get(tensor) ?? {
      tensor,
      values: Float64Array.from({ length: elementCount(tensor.shape) }, (_, i) =>
        Number(tensor.data?.[i] ?? i),
      ),
    };
  const { outputs = [plain([1])] } = given;
  for (const { operator, attributes, ...node } of translate(builtin, { ...given, outputs })) {
    const inputs = (node.inputs ?? given.inputs).map((tensor) => held(tensor as Tensor));
    const bound = {
      name: "n",
      attributes,
      inputs: inputs.map(({ tensor }) => tensor),
      outputs: node.outputs ?? outputs,
    };
    const types = operatorNamed(operator).infer(bound);
    const values = operatorNamed(operator).reference(
      bound,
      inputs.map((input) => input.values),
    );
    for (const [i, output] of bound.outputs.entries()) {
      known.set(output, { tensor: { ...output, ...types[i] }, values: values[i] as Values });
    }
  }
  return outputs.map((output) => {
    const { tensor, values } = known.get(output) as { tensor: Tensor; values: Values };
    return { shape: tensor.shape, values: [...values] };
  });
}

const only = (builtin: string, given: Given) => computed(builtin, given)[0];

test("STRIDED_SLICE reads its masks as NumPy reads slices", () => {
  const input = plain([3, 4]);
  const slice = (begin: number[], end: number[], strides: number[], ...options: (number | boolean)[]) =>
    only("STRIDED_SLICE", {
      inputs: [input, numbers(...begin), numbers(...end), numbers(...strides)],
      options,
    });
  // x[1:3, ::2], x[::-1, 1], x[..., -1:], x[newaxis, 2], x[:, -10:10], and an end that counts from the begin
  assert.equal(slice([1, 0], [3, 4], [1, 2]), { shape: [2, 2], values: [4, 6, 8, 10] });
  assert.equal(slice([9, 1], [9, 9], [-1, 1], 1, 1, 0, 0, 2), { shape: [3], values: [9, 5, 1] });
  assert.equal(slice([0, -1], [0, 9], [1, 1], 0, 0, 1), { shape: [3, 1], values: [3, 7, 11] });
  assert.equal(slice([0, 2], [0, 0], [1, 1], 0, 0, 0, 1, 2), { shape: [1, 4], values: [8, 9, 10, 11] });
  // x[0, 1], of the shape that the output is declared with
  assert.equal(slice([2, 1], [0, 0], [1, 1], 1, 0, 0, 0, 3), { shape: [1], values: [1] });
  assert.equal(slice([0, -10], [0, 10], [1, 1], 1, 1), {
    shape: [3, 4],
    values: Array.from({ length: 12 }, (_, i) => i),
  });
  assert.equal(slice([1, 1], [1, 2], [1, 1], 0, 0, 0, 0, 0, true), { shape: [1, 2], values: [5, 6] });
  assert.equal(slice([0, 3], [3, -9], [1, -2]), { shape: [3, 2], values: [3, 1, 7, 5, 11, 9] });
  assert.throws(() => slice([2, 0], [1, 4], [1, 1]), refused(/the slice is empty: 0x4 elements/));
  assert.throws(() => slice([0, 0], [1, 1], [0, 1]), refused(/stride 0/));
  assert.throws(
    () => slice([3, 0], [0, 4], [1, 1], 0, 0, 0, 0, 1),
    refused(/index 3 is not in an axis of length 3/),
  );
  assert.throws(() => slice([0, 0, 0], [1, 1, 1], [1, 1, 1]), refused(/3 axes are named; the input has 2/));
});

test("SLICE, SPLIT_V and UNPACK give the parts that they name", () => {
  assert.equal(only("SLICE", { inputs: [plain([3, 4]), numbers(1, 2), numbers(-1, 1)] }), {
    shape: [2, 1],
    values: [6, 10],
  });
  assert.throws(
    () => translate("SLICE", { inputs: [plain([3, 4]), plain([2], "int32"), numbers(1, 1)] }),
    refused(/begin must be constant, not computed while the model runs/),
  );
  assert.throws(
    () => translate("SLICE", { inputs: [plain([3, 4]), numbers(2, 0), numbers(2, 1)] }),
    refused(/2 indices from 2 on, by steps of 1, are not in axis 0 of length 3/),
  );
  const outputs = [plain([2, 1]), plain([2, 3])];
  const long = { ...plain([2], "int64"), data: BigInt64Array.of(1n, -1n) };
  assert.equal(computed("SPLIT_V", { inputs: [plain([2, 4]), long, numbers(-1)], outputs }), [
    { shape: [2, 1], values: [0, 4] },
    { shape: [2, 3], values: [1, 2, 3, 5, 6, 7] },
  ]);
  assert.throws(
    () => translate("SPLIT_V", { inputs: [plain([2, 4]), numbers(1, 2), numbers(1)], outputs }),
    refused(/1 \+ 2 indices do not make the 4 of axis 1/),
  );
  assert.throws(
    () => translate("SPLIT", { inputs: [numbers(1), plain([2, 5])], outputs }),
    refused(/2.5 indices/),
  );
  assert.equal(computed("UNPACK", { inputs: [plain([2, 2])], outputs: outputs.slice(), options: [2, 1] }), [
    { shape: [2], values: [0, 2] },
    { shape: [2], values: [1, 3] },
  ]);
});

test("TRANSPOSE, TILE, BROADCAST_TO and REVERSE_V2 are views", () => {
  assert.equal(only("TRANSPOSE", { inputs: [plain([2, 3]), numbers(1, 0)] }), {
    shape: [3, 2],
    values: [0, 3, 1, 4, 2, 5],
  });
  assert.throws(
    () => translate("TRANSPOSE", { inputs: [plain([2, 3]), numbers(0, 0)] }),
    refused(/\[0, 0\] is no order of 2 axes/),
  );
  assert.is(translate("TRANSPOSE", { inputs: [plain([1, 3, 2]), numbers(1, 2, 0)] })[0]?.operator, "reshape");
  assert.equal(only("TILE", { inputs: [plain([2, 2]), numbers(2, 3)] }), {
    shape: [4, 6],
    values: [0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3],
  });
  assert.equal(only("BROADCAST_TO", { inputs: [plain([2, 1]), numbers(2, 2, 3)] }), {
    shape: [2, 2, 3],
    values: [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1],
  });
  assert.throws(
    () => translate("BROADCAST_TO", { inputs: [plain([2, 2]), numbers(2, 3)] }),
    refused(/\[2, 2\] does not broadcast to \[2, 3\]/),
  );
  assert.equal(only("REVERSE_V2", { inputs: [plain([2, 3]), numbers(0, -1)] }), {
    shape: [2, 3],
    values: [5, 4, 3, 2, 1, 0],
  });
});

test("SPACE_TO_DEPTH and DEPTH_TO_SPACE undo each other", () => {
  const there = only("SPACE_TO_DEPTH", { inputs: [plain([1, 2, 4, 1])], options: [2] });
  assert.equal(there, { shape: [1, 1, 2, 4], values: [0, 1, 4, 5, 2, 3, 6, 7] });
  const back = only("DEPTH_TO_SPACE", { inputs: [plain([1, 1, 2, 4])], options: [2] });
  assert.equal(back, { shape: [1, 2, 4, 1], values: [0, 1, 4, 5, 2, 3, 6, 7] });
  assert.throws(
    () => translate("SPACE_TO_DEPTH", { inputs: [plain([1, 3, 4, 1])], options: [2] }),
    refused(/an axis of length 3 is not made of 1.5 times 2/),
  );
});

const pairs = (...values: number[]): Tensor => ({ ...numbers(...values), shape: [values.length / 2, 2] });

test("MIRROR_PAD reads its borders backwards, with the outermost index or without", () => {
  const given = (...values: number[]) => ({ inputs: [plain([2, 3]), pairs(...values)] });
  assert.equal(only("MIRROR_PAD", { ...given(1, 0, 2, 1), options: [0] }), {
    shape: [3, 6],
    values: [5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4],
  });
  assert.equal(only("MIRROR_PAD", { ...given(0, 0, 3, 1), options: [1] }), {
    shape: [2, 7],
    values: [2, 1, 0, 0, 1, 2, 2, 5, 4, 3, 3, 4, 5, 5],
  });
  assert.is(translate("MIRROR_PAD", given(0, 0, 0, 0))[0]?.operator, "reshape");
  assert.throws(
    () => translate("MIRROR_PAD", given(2, 0, 0, 0)),
    refused(/2 indices from 2 on, by steps of -1/),
  );
});

test("SPACE_TO_BATCH_ND pads with zeros, and BATCH_TO_SPACE_ND crops them again", () => {
  const there = computed("SPACE_TO_BATCH_ND", {
    inputs: [plain([1, 3, 2, 1]), numbers(2, 2), pairs(1, 0, 0, 0)],
  })[0];
  assert.equal(there, { shape: [4, 2, 1, 1], values: [0, 2, 0, 3, 0, 4, 1, 5] });
  const back = computed("BATCH_TO_SPACE_ND", {
    inputs: [plain([4, 2, 1, 1]), numbers(2, 2), pairs(1, 0, 0, 0)],
  })[0];
  assert.equal(back, { shape: [1, 3, 2, 1], values: [4, 6, 1, 3, 5, 7] });
  assert.throws(
    () => translate("BATCH_TO_SPACE_ND", { inputs: [plain([3, 2, 1, 1]), numbers(2, 2), pairs(0, 0, 0, 0)] }),
    refused(/an axis of length 3 is not made of 2 times 2 times 0.75/),
  );
  assert.throws(
    () => translate("SPACE_TO_BATCH_ND", { inputs: [plain([1, 3, 2]), numbers(2), pairs(0, 0, 0, 0)] }),
    refused(/2 pairs for blocks of 1 axes/),
  );
});

test("what was uint8 is rounded as TFLite rounds uint8", () => {
  const input = quantized([1, 4, 4, 1], 0.5, -28);
  const pool = { inputs: [input], options: [0, 2, 2, 2, 2] };
  const halves = (unsigned: boolean) => translate("AVERAGE_POOL_2D", { ...pool, unsigned })[0]?.attributes;
  assert.is((halves(true) as { halves?: string }).halves, "up");
  assert.is((halves(false) as { halves?: string }).halves, undefined);
  const resize = translate("RESIZE_BILINEAR", { inputs: [input, numbers(8, 8)], unsigned: true });
  assert.is((resize[0] as { attributes: { unsigned?: boolean } }).attributes.unsigned, true);
  // 100 stands for zero in the input, 50 in the output, whose steps are twice as large.
  const [output, same] = [quantized([2, 4, 4, 1], 1, -78), quantized([1, 4, 4, 1], 1, -78)];
  const joined = translate("CONCATENATION", { inputs: [input, same], outputs: [output], unsigned: true });
  assert.equal(
    joined.map(({ operator }) => operator),
    ["lookupTable", "concatenation"],
  );
  const { table } = (joined[0] as { attributes: { table: Uint8Array } }).attributes;
  const unsigned = (q: number): number => (((table[q ^ 128] as number) << 24) >> 24) + 128;
  assert.equal([100, 102, 103, 97, 0, 255].map(unsigned), [50, 51, 52, 48, 0, 128]);
  const [, { inputs } = { inputs: [] }] = joined;
  assert.equal(inputs?.[0]?.quantization, output.quantization);
  assert.is(inputs?.[1], same);
});

test("shapes and constants are constants", () => {
  const ints = (shape: readonly number[], dtype: DType = "int32") => ({ outputs: [plain(shape, dtype)] });
  assert.equal(only("SHAPE", { inputs: [plain([2, 5])], ...ints([2], "int64") }), {
    shape: [2],
    values: [2, 5],
  });
  assert.equal(only("RANK", { inputs: [plain([2, 5])], ...ints([]) }), { shape: [], values: [2] });
  assert.equal(only("ZEROS_LIKE", { inputs: [plain([2])] }), { shape: [2], values: [0, 0] });
  const three = { ...plain([]), data: Float32Array.of(3) };
  assert.equal(only("FILL", { inputs: [numbers(1, 2), three] }), { shape: [1, 2], values: [3, 3] });
  assert.equal(only("RANGE", { inputs: [numbers(5), numbers(0), numbers(-2)], ...ints([3]) }), {
    shape: [3],
    values: [5, 3, 1],
  });
  assert.throws(
    () => translate("RANGE", { inputs: [numbers(5), numbers(0), numbers(1)], ...ints([1]) }),
    refused(/range from 5 to 0 by 1 has -5 elements/),
  );
  const condition = { ...plain([2, 2], "bool"), data: Uint8Array.of(0, 1, 1, 0) };
  assert.equal(only("WHERE", { inputs: [condition], ...ints([2, 2], "int64") }), {
    shape: [2, 2],
    values: [0, 1, 1, 0],
  });
  assert.throws(
    () => translate("WHERE", { inputs: [plain([2, 2], "bool")], ...ints([2, 2], "int64") }),
    refused(/condition must be constant/),
  );
  assert.equal(only("BROADCAST_ARGS", { inputs: [numbers(2, 1), numbers(3)], ...ints([2]) }), {
    shape: [2],
    values: [2, 3],
  });
});

test("RESIZE_NEAREST_NEIGHBOR is one view where its indices follow a rule, and gathers where they do not", () => {
  const resized = (shape: number[], size: [number, number], ...options: boolean[]) => {
    const given = { inputs: [plain(shape), numbers(...size)], options };
    return {
      kinds: translate("RESIZE_NEAREST_NEIGHBOR", given).map(({ operator }) => operator),
      ...only("RESIZE_NEAREST_NEIGHBOR", given),
    };
  };
  assert.equal(resized([1, 2, 2, 1], [4, 6]), {
    kinds: ["view"],
    shape: [1, 4, 6, 1],
    values: [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3],
  });
  // Rows at 1 and 4 of 6, columns floor(i * 2 / 3)
  assert.equal(resized([1, 6, 2, 1], [2, 3], false, true), {
    kinds: ["gather", "view"],
    shape: [1, 2, 3, 1],
    values: [2, 3, 3, 8, 9, 9],
  });
  // round(i * 2 / 4) and round(i * 3 / 4)
  assert.equal(resized([1, 3, 4, 1], [5, 5], true), {
    kinds: ["gather", "gather"],
    shape: [1, 5, 5, 1],
    values: [0, 1, 2, 2, 3, 4, 5, 6, 6, 7, 4, 5, 6, 6, 7, 8, 9, 10, 10, 11, 8, 9, 10, 10, 11],
  });
  assert.equal(resized([1, 1, 1, 2], [1, 1]), { kinds: ["reshape"], shape: [1, 1, 1, 2], values: [0, 1] });
});

test("GATHER_ND and EMBEDDING_LOOKUP are gathers", () => {
  const indices = (shape: number[], ...values: number[]): Tensor => ({ ...numbers(...values), shape });
  assert.equal(only("GATHER_ND", { inputs: [plain([2, 3, 2]), indices([2, 2], 1, 0, 0, 2)] }), {
    shape: [2, 2],
    values: [6, 7, 4, 5],
  });
  assert.equal(only("GATHER_ND", { inputs: [plain([3, 2]), indices([2, 1], 2, 0)] }), {
    shape: [2, 2],
    values: [4, 5, 0, 1],
  });
  assert.equal(
    translate("GATHER_ND", { inputs: [plain([3, 2]), plain([2, 1], "int64")] }).map(
      ({ operator }) => operator,
    ),
    ["reshape", "gather"],
  );
  assert.throws(
    () => translate("GATHER_ND", { inputs: [plain([3]), plain([], "int32")] }),
    refused(/name no axis/),
  );
  assert.equal(only("EMBEDDING_LOOKUP", { inputs: [numbers(1), plain([3, 2])] }), {
    shape: [1, 2],
    values: [2, 3],
  });
});

test("ONE_HOT compares indices with the numbers of its axis", () => {
  const value = (real: number): Tensor => ({ ...plain([]), data: Float32Array.of(real) });
  const given = (axis: number) => ({
    inputs: [numbers(2, 0, 5), numbers(3), value(1), value(-1)],
    options: [axis],
  });
  assert.equal(only("ONE_HOT", given(-1)), { shape: [3, 3], values: [-1, -1, 1, 1, -1, -1, -1, -1, -1] });
  assert.equal(only("ONE_HOT", given(0)), { shape: [3, 3], values: [-1, 1, -1, -1, -1, -1, 1, -1, -1] });
  assert.throws(
    () => translate("ONE_HOT", { ...given(0), inputs: [numbers(2), numbers(0), value(1), value(0)] }),
    refused(/depth is 0/),
  );
});

test("a shape that is worked out from a shape is known when the model is read", async () => {
  const file = join(root, "golden", "importers", "shape-chain-flatten", "model.tflite");
  const graph = await importModel(file, readFileSync(file), () => {
    throw new Error("a model of one file");
  });
  assert.equal(
    graph.nodes.map(({ operator }) => operator),
    ["reshape", "quantize"],
  );
});

test.run();
