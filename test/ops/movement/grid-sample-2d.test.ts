import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { type GridSample2dAttributes, gridSample2d } from "../../../host/ops/movement/grid-sample-2d.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

type Attributes = GridSample2dAttributes;

/** All that attributes can say. */
const every: readonly Attributes[] = (["nearest", "linear", "cubic"] as const).flatMap((mode) =>
  (["zeros", "border", "reflection"] as const).flatMap((outside) =>
    [false, true].map((alignCorners) => ({ mode, outside, alignCorners })),
  ),
);

async function sampled(
  attributes: Attributes,
  shape: number[],
  grid: number[],
  data: Float32Array,
): Promise<{ kernel: Float32Array; reference: ArrayLike<number> }> {
  const places = Float32Array.from(grid);
  const [batches, , , channels] = shape as [number, number, number, number];
  const count = grid.length / 2 / batches;
  const node = {
    ...{ name: "n", attributes },
    inputs: [plain(shape), plain([batches, 1, count, 2])],
    outputs: [plain([batches, 1, count, channels])],
  };
  const [bytes] = await runCase({ ...node, operator: "gridSample2d", activations: [data, places] });
  const [reference = []] = gridSample2d.reference(node, [data, places]);
  return { kernel: new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer), reference };
}

test("gridSample2d gives its reference's numbers at places inside and outside", async () => {
  for (const [seed, attributes] of every.entries()) {
    const { integer, real } = random(seed);
    const shape = [integer(1, 2), integer(1, 4), integer(2, 5), integer(1, 3)];
    const data = Float32Array.from({ length: elementCount(shape) }, () => real() * 2 - 1);
    // Off the halves between pixels, at which float32 and doubles may round to either side.
    const grid = Array.from({ length: 24 * (shape[0] as number) }, () => integer(-300, 300) / 101);
    const { kernel, reference } = await sampled(attributes, shape, grid, data);
    assert.is(kernel.length, reference.length);
    for (const [i, value] of kernel.entries())
      assert.ok(Math.abs(value - (reference[i] as number)) < 1e-4, `${Object.values(attributes)}, ${i}`);
  }
});

test("gridSample2d reads rows of pixels as its definition says", async () => {
  const row = Float32Array.of(10, 20, 30, 40);
  const at = async (attributes: Attributes, ...columns: number[]): Promise<number[]> => {
    const grid = columns.flatMap((column) => [column, 0]);
    return [...(await sampled(attributes, [1, 1, 4, 1], grid, row)).kernel];
  };
  const corners = { outside: "zeros", alignCorners: true } as const;
  assert.equal(await at({ mode: "linear", ...corners }, -1, 0, 1, 2), [10, 25, 40, 0]);
  const edges = { mode: "linear", alignCorners: false } as const;
  assert.equal(await at({ ...edges, outside: "zeros" }, -1, -0.75, 0, 1), [5, 10, 25, 20]);
  assert.equal(await at({ ...edges, outside: "border" }, -9, -1, 1, 9), [10, 10, 40, 40]);
  assert.equal(await at({ ...edges, outside: "reflection" }, -1.25, -1.75, 1.25), [10, 20, 40]);
  // Halfway between two pixels the even one.
  assert.equal(await at({ mode: "nearest", ...corners }, -2 / 3, 0), [10, 30]);
});

test("gridSample2d takes any number as a place", async () => {
  const wild = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38, -3e38, 1e9];
  for (const attributes of every) {
    const grid = wild.flatMap((number) => [number, 0, 0, number]);
    const { kernel } = await sampled(attributes, [1, 3, 3, 1], grid, new Float32Array(9).fill(2));
    for (const value of kernel) assert.ok(value >= 0 && value <= 3, `${value}`);
  }
});

test("gridSample2d refuses what it cannot sample, with the reason", () => {
  const attributes: Attributes = { mode: "linear", outside: "zeros", alignCorners: false };
  const infer =
    (changes: object, input: Tensor = plain([1, 2, 2, 1]), grid: Tensor = plain([1, 3, 3, 2])) =>
    () =>
      gridSample2d.infer({
        ...{ name: "n", attributes: { ...attributes, ...changes } },
        ...{ inputs: [input, grid], outputs: [] },
      });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.equal(infer({})(), [{ dtype: "float32", shape: [1, 3, 3, 1] }]);
  assert.throws(infer({ mode: "odd" }), refused(/mode odd/));
  assert.throws(infer({ outside: "odd" }), refused(/odd outside/));
  assert.throws(infer({}, plain([2, 2, 1])), refused(/3 axes; 4/));
  assert.throws(infer({}, plain([1, 2, 2, 1], "int8")), refused(/int8; float32/));
  assert.throws(infer({}, plain([2, 2, 2, 1])), refused(/2 batches of 2 numbers/));
});

test.run();
