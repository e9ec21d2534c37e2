import { test } from "uvu";
import * as assert from "uvu/assert";
import { elementCount } from "../../../host/graph/tensor.js";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { refusalsOf } from "../../error-of.js";
import { random } from "../../ops/harness.js";
import { constant, type WrittenAttribute, type WrittenConstant, writeOnnx } from "./onnx-writer.js";

/*
 * What ONNX's backend tests of Debian's package do not try: later versions, earlier ones, and options.
 */

interface Node {
  operator: string;
  version?: number;
  attributes?: Record<string, WrittenAttribute>;
  /** Lengths and elements of the input; 1, 2, 3 ... by default. */
  shape: readonly number[];
  input?: readonly number[];
  /** Inputs behind it; undefined for one that is not given. */
  others?: readonly (WrittenConstant | undefined)[];
  outputs?: number;
}

function written({
  operator,
  version = 22,
  attributes = {},
  shape,
  others = [],
  outputs = 1,
}: Node): Uint8Array {
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const inputs = ["x", ...others.map((other) => other?.name ?? "")];
  return writeOnnx({
    version,
    graph: {
      nodes: [{ operator, inputs, outputs: names, attributes }],
      inputs: [{ name: "x", dtype: "float32", shape }],
      outputs: names.map((name) => ({ name, dtype: "float32" })),
      constants: others.filter((other) => other !== undefined),
    },
  });
}

const open = (node: Node) => importModel("model.onnx", written(node), () => new Uint8Array(0));

/** The outputs: lengths, and elements rounded to 1e-4. */
async function answers(node: Node): Promise<{ shape: readonly number[]; values: number[] }[]> {
  const { wasm } = await buildModel(await open(node));
  const opened = openModule(wasm);
  const runner = await openRunner("node", wasm, opened);
  const input = node.input ?? Array.from({ length: elementCount(node.shape) }, (_, i) => i + 1);
  await runner.writeInput(0, new Uint8Array(Float32Array.from(input).buffer));
  await runner.run();
  const read = opened.manifest.outputs.map(async ({ shape }, i) => {
    const floats = new Float32Array(Uint8Array.from(await runner.readOutput(i)).buffer);
    return { shape, values: Array.from(floats, (value) => Math.round(value * 1e4) / 1e4) };
  });
  const results = await Promise.all(read);
  await runner.close();
  return results;
}

async function check(node: Node, shape: readonly number[], values: readonly number[]): Promise<void> {
  assert.equal(await answers(node), [{ shape, values: [...values] }], `${node.operator} of ${node.shape}`);
}

const int64 = (name: string, values: number[]): WrittenConstant =>
  constant(name, "int64", [values.length], values);
const floats = (name: string, values: number[]): WrittenConstant =>
  constant(name, "float32", [values.length], values);

test("averages count padding where they are asked to, what makes the last window fit never", async () => {
  const attributes = { kernel_shape: [3], strides: [2], pads: [1, 1], ceil_mode: 1 };
  const node: Node = { operator: "AveragePool", shape: [1, 1, 4], attributes };
  await check(node, [1, 1, 3], [1.5, 3, 4]);
  await check({ ...node, attributes: { ...attributes, count_include_pad: 1 } }, [1, 1, 3], [1, 3, 2]);
  // A window that would begin in the padding behind is none.
  const far = {
    kernel_shape: [3, 3],
    strides: [3, 3],
    pads: [1, 1, 1, 1],
    ceil_mode: 1,
    count_include_pad: 1,
  };
  await check({ ...node, shape: [1, 1, 2, 2], attributes: far }, [1, 1, 1, 1], [1.1111]);
});

test("pools over three axes are those over two and over one", async () => {
  const { integer } = random(3);
  const shape = [1, 2, 4, 5, 3];
  const input = Array.from({ length: elementCount(shape) }, () => integer(-50, 50));
  const [depth, height, width] = [4, 5, 3];
  const boxes = (pad: number): number[][] => {
    const found: number[][] = [];
    for (let c = 0; c < 2; c++)
      for (let d = -1; d + 2 <= depth + 1; d += 2)
        for (let h = -1; h + 3 <= height + 1; h += 2)
          for (let w = 0; w + 2 <= width; w++) {
            const box: number[] = [];
            for (let i = 0; i < 12; i++) {
              const [z, y, x] = [d + Math.floor(i / 6), h + (Math.floor(i / 2) % 3), w + (i % 2)];
              const isInside = z >= 0 && z < depth && y >= 0 && y < height;
              box.push(isInside ? (input[((c * depth + z) * height + y) * width + x] as number) : pad);
            }
            found.push(box);
          }
    return found;
  };
  const attributes = { kernel_shape: [2, 3, 2], strides: [2, 2, 1], pads: [1, 1, 0, 1, 1, 0] };
  const maxima = boxes(Number.NEGATIVE_INFINITY).map((box) => Math.max(...box));
  await check({ operator: "MaxPool", shape, input, attributes }, [1, 2, 3, 3, 2], maxima);
  const means = boxes(0).map((box) => box.reduce((a, b) => a + b, 0) / 12);
  const node = { operator: "AveragePool", shape, input, attributes: { ...attributes, count_include_pad: 1 } };
  const [{ values } = { values: [] }] = await answers(node);
  for (const [i, mean] of means.entries()) assert.ok(Math.abs((values[i] as number) - mean) < 1e-3);
});

test("norms of windows are of any order", async () => {
  const attributes = { kernel_shape: [2], pads: [1, 0] };
  const node: Node = { operator: "LpPool", shape: [1, 1, 3], input: [-1, 2, -2] };
  await check({ ...node, attributes: { ...attributes, p: 1 } }, [1, 1, 3], [1, 3, 4]);
  await check({ ...node, attributes }, [1, 1, 3], [1, 2.2361, 2.8284]);
  await check({ ...node, attributes: { ...attributes, p: 3 } }, [1, 1, 3], [1, 2.0801, 2.5198]);
  await check({ operator: "GlobalLpPool", shape: [1, 1, 2], input: [3, -4] }, [1, 1, 1], [5]);
});

test("maxima tell their places, from which they are put back", async () => {
  const shape = [1, 1, 2, 4];
  const node = {
    operator: "MaxPool",
    shape,
    input: [1, 5, 2, 3, 4, 0, 9, 7],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  };
  assert.equal((await answers(node))[0]?.values, [5, 9]);
  const places = constant("i", "int64", [1, 1, 1, 2], [1, 6]);
  const back = {
    operator: "MaxUnpool",
    shape: [1, 1, 1, 2],
    input: [5, 9],
    others: [places],
    attributes: node.attributes,
  };
  await check(back, shape, [0, 5, 0, 0, 0, 0, 9, 0]);
});

test("a resized axis is smoothed, centred, or keeps the input's proportions as it is asked to", async () => {
  const attributes = { mode: "linear" };
  const scales = (...values: number[]) => [undefined, floats("scales", values)];
  const sizes = (...values: number[]) => [undefined, undefined, int64("sizes", values)];
  const node: Node = { operator: "Resize", shape: [1, 1, 4, 4] };
  const smooth = { ...node, attributes: { ...attributes, antialias: 1 }, others: scales(1, 1, 0.6, 0.6) };
  await check(smooth, [1, 1, 2, 2], [2.875, 4.5, 9.375, 11]);
  const curves = { ...node, attributes: { mode: "cubic", antialias: 1 }, others: sizes(1, 1, 3, 3) };
  await check(curves, [1, 1, 3, 3], [1.775, 3.12, 4.465, 7.155, 8.5, 9.845, 12.535, 13.88, 15.225]);
  const mode = "half_pixel_symmetric";
  const centred = { ...attributes, coordinate_transformation_mode: mode };
  await check(
    { ...node, shape: [1, 4], attributes: centred, others: scales(1, 0.6) },
    [1, 2],
    [1.6667, 3.3333],
  );
  const kept = { axes: [1], keep_aspect_ratio_policy: "not_larger" };
  await check({ ...node, shape: [1, 2], attributes: kept, others: sizes(4) }, [1, 4], [1, 1, 2, 2]);
  const smaller = { axes: [1, 0], keep_aspect_ratio_policy: "not_smaller" };
  await check(
    { ...node, shape: [1, 2], attributes: smaller, others: sizes(2, 2) },
    [2, 4],
    [1, 1, 2, 2, 1, 1, 2, 2],
  );
});

test("straight lines between pixels are one node, which gives what one for each axis does", async () => {
  const shape = [1, 2, 3, 4];
  const others = [undefined, undefined, int64("sizes", [1, 2, 7, 6])];
  for (const mode of ["half_pixel", "align_corners", "asymmetric"]) {
    const attributes = { mode: "linear", coordinate_transformation_mode: mode };
    const node: Node = { operator: "Resize", shape, others, attributes };
    const operators = (await open(node)).nodes.map(({ operator }) => operator);
    assert.equal(operators, ["view", "resizeBilinear", "view"]);
    // Of five axes each is resampled by itself.
    const deep = {
      ...node,
      shape: [1, ...shape],
      others: [undefined, undefined, int64("sizes", [1, 1, 2, 7, 6])],
    };
    const [[one], [other]] = [await answers(node), await answers(deep)];
    for (const [i, value] of (one?.values ?? []).entries())
      assert.ok(Math.abs(value - (other?.values[i] as number)) < 1e-3, `${mode}, element ${i}`);
  }
});

test("what attributes said in early versions is read", async () => {
  const up = { operator: "Upsample", version: 7, shape: [1, 1, 1, 2] };
  await check(
    { ...up, attributes: { scales: { floats: [1, 1, 2, 2] } } },
    [1, 1, 2, 4],
    [1, 1, 2, 2, 1, 1, 2, 2],
  );
  const linear = { mode: "linear", scales: { floats: [1, 1, 1, 2] } };
  await check({ ...up, attributes: linear }, [1, 1, 1, 4], [1, 1.5, 2, 2]);
  const slice = { starts: [1, -2], ends: [9, 3], axes: [0, 1] };
  await check({ operator: "Slice", version: 9, shape: [2, 3], attributes: slice }, [1, 2], [5, 6]);
  const pads = { pads: [0, 1, 0, -1], value: { float: 7 } };
  await check({ operator: "Pad", version: 10, shape: [1, 3], attributes: pads }, [1, 3], [7, 1, 2]);
  await check(
    { operator: "Squeeze", version: 11, shape: [1, 2, 1], attributes: { axes: [-1] } },
    [1, 2],
    [1, 2],
  );
  await check(
    { operator: "Unsqueeze", version: 11, shape: [2], attributes: { axes: [0, 2] } },
    [1, 2, 1],
    [1, 2],
  );
  const times = [int64("times", [2]), int64("axis", [0])];
  await check({ operator: "Tile", version: 1, shape: [1, 2], others: times }, [2, 2], [1, 2, 1, 2]);
});

test("borders are of some axes, of either sign, and go on around", async () => {
  const pads = (values: number[], ...more: (WrittenConstant | undefined)[]) => [
    int64("pads", values),
    ...more,
  ];
  const node: Node = { operator: "Pad", shape: [1, 3] };
  const wrapped = { ...node, attributes: { mode: "wrap" }, others: pads([0, 2, 0, 4]) };
  await check(wrapped, [1, 9], [2, 3, 1, 2, 3, 1, 2, 3, 1]);
  const mirrored = { ...node, attributes: { mode: "reflect" }, others: pads([0, 3, 0, 4]) };
  await check(mirrored, [1, 10], [2, 3, 2, 1, 2, 3, 2, 1, 2, 3]);
  const one = pads([1, -1], floats("value", [5]), int64("axes", [-1]));
  await check({ ...node, others: one }, [1, 3], [5, 1, 2]);
  const endless = pads([0, 1, 0, 0], floats("value", [Number.NEGATIVE_INFINITY]));
  await check({ ...node, others: endless }, [1, 4], [Number.NEGATIVE_INFINITY, 1, 2, 3]);
  // More axes than one node pads.
  const deep = { ...node, shape: [1, 1, 1, 1, 1, 1], others: pads([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]) };
  await check(deep, [2, 2, 2, 2, 2, 2], [...new Array(63).fill(0), 1]);
  const middle = { operator: "CenterCropPad", shape: [2, 3], others: [int64("shape", [1, 6])] };
  await check(middle, [1, 6], [0, 1, 2, 3, 0, 0]);
});

test("parts are equal as far as they can be, and may be none", async () => {
  const node = { operator: "Split", shape: [5], attributes: { num_outputs: 3 }, outputs: 3 };
  assert.equal(await answers(node), [
    { shape: [2], values: [1, 2] },
    { shape: [2], values: [3, 4] },
    { shape: [1], values: [5] },
  ]);
  const nothing = constant("nothing", "float32", [0], []);
  await check({ operator: "Concat", shape: [2], others: [nothing], attributes: { axis: 0 } }, [2], [1, 2]);
});

test("pixels are read at places of a grid, which a matrix may make, and blocks put back where they were", async () => {
  const grid = constant("grid", "float32", [1, 1, 3, 2], [-1, 0, 0, 0, 2 / 3, 0]);
  const attributes = { mode: "bilinear", align_corners: 1 };
  await check(
    { operator: "GridSample", shape: [1, 1, 1, 4], others: [grid], attributes },
    [1, 1, 1, 3],
    [1, 2.5, 3.5],
  );
  const matrix = [1, 0, 0.5, 0, 2, 0];
  const places = [0, -1, 1, -1, 0, 1, 1, 1];
  const affine = {
    operator: "AffineGrid",
    shape: [1, 2, 3],
    input: matrix,
    others: [int64("size", [1, 1, 2, 2])],
  };
  await check(affine, [1, 2, 2, 2], places);
  // Blocks of 2 in a row of 3 with one pixel around: their overlaps are added, what lies outside is dropped.
  const columns = {
    operator: "Col2Im",
    shape: [1, 2, 4],
    others: [int64("image", [1, 3]), int64("block", [1, 2])],
  };
  await check({ ...columns, attributes: { pads: [0, 1, 0, 1] } }, [1, 1, 1, 3], [7, 9, 11]);
});

test("a constant's indices are read as a view where they follow a rule", async () => {
  const gather = (values: number[]) => ({ operator: "Gather", shape: [4, 2], others: [int64("i", values)] });
  const operators = async (node: Node) => (await open(node)).nodes.map(({ operator }) => operator);
  for (const [values, expected, operator] of [
    [[-1, -2], [7, 8, 5, 6], "view"],
    [[0, 3, 1], [1, 2, 7, 8, 3, 4], "gather"],
    [[2, 2], [5, 6, 5, 6], "view"],
  ] as const) {
    await check(gather([...values]), [values.length, 2], expected);
    assert.equal(await operators(gather([...values])), [operator]);
  }
});

test("what moves elements is refused where it makes no sense, with the reason", async () => {
  const refuses = async (node: Node, pattern: RegExp): Promise<void> => {
    const [refusal] = await refusalsOf(open(node));
    assert.match(refusal?.reason ?? "", pattern);
  };
  const shape = [2, 3];
  await refuses(
    { operator: "Gather", shape, others: [int64("i", [2])] },
    /index 2 is not in axis 0 of length 2/,
  );
  await refuses(
    { operator: "Slice", shape, others: [int64("s", [0]), int64("e", [1, 2])] },
    /1 starts, 2 ends/,
  );
  await refuses({ operator: "Pad", shape, others: [int64("p", [1, 1])] }, /2 paddings; 4 are expected/);
  await refuses({ operator: "Pad", shape, others: [int64("p", [0, 2 ** 40, 0, 0])] }, /elements; up to/);
  const pads = [int64("p", [0, 0, 0, 0])];
  await refuses({ operator: "Pad", shape, others: pads, attributes: { mode: "odd" } }, /mode odd/);
  const scales = [undefined, floats("s", [1, 0])];
  await refuses({ operator: "Resize", shape, others: scales }, /are not above 0/);
  await refuses({ operator: "Resize", shape }, /either scales or sizes/);
  const smooth = { mode: "linear", antialias: 1, axes: [0] };
  const much = { shape: [2 ** 20], others: [undefined, undefined, int64("s", [2 ** 10])] };
  await refuses({ operator: "Resize", ...much, attributes: smooth }, /neighbours; up to/);
  const huge = [undefined, floats("s", [1, 1e30])];
  await refuses({ operator: "Resize", shape, others: huge }, /elements; up to|becomes/);
  const blocks = [int64("image", [1, 3]), int64("block", [1, 2])];
  await refuses({ operator: "Col2Im", shape: [1, 2, 4], others: blocks }, /not made of 2 blocks of 2/);
  await refuses({ operator: "MaxPool", shape: [1, 1, 2] }, /kernel_shape is missing/);
  await refuses({ operator: "MaxPool", shape, attributes: { kernel_shape: [1] } }, /at least 3 are expected/);
  await refuses(
    { operator: "Split", shape, others: [int64("s", [1, 2])], outputs: 2 },
    /do not make the 2 of axis 0/,
  );
  await refuses({ operator: "Expand", shape, others: [int64("s", [2 ** 30, 1, 1])] }, /elements; up to/);
});

test.run();
