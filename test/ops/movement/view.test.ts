import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementBytes, elementCount } from "../../../host/graph/tensor.js";
import { view as lowering } from "../../../host/lower/movement/view.js";
import { type StridedView, sliceView, wholeView } from "../../../host/numerics/strided-view.js";
import { type ViewAttributes, view } from "../../../host/ops/movement/view.js";
import { random, runCase } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";

/** Elements that a view reads, by its definition: the indices counted in its loops. */
function elementsOf({ offset, lengths, strides }: StridedView): number[] {
  return Array.from({ length: elementCount(lengths) }, (_, at) => {
    let rest = at;
    let element = offset;
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      element += (rest % (lengths[axis] as number)) * (strides[axis] as number);
      rest = Math.floor(rest / (lengths[axis] as number));
    }
    return element;
  });
}

/** A random view of an input of `elements`: strides of either sign and 0, and often a run of neighbours. */
function draw(seed: number): { attributes: ViewAttributes; elements: number } {
  const { integer } = random(seed);
  const lengths = Array.from({ length: integer(0, 6) }, () => integer(1, 4));
  const strides = lengths.map((_, axis) =>
    axis === lengths.length - 1 && integer(0, 1) === 0 ? 1 : integer(-9, 9),
  );
  const reaches = lengths.map((length, axis) => (length - 1) * (strides[axis] as number));
  const low = reaches.reduce((sum, reach) => sum + Math.min(0, reach), 0);
  const high = reaches.reduce((sum, reach) => sum + Math.max(0, reach), 0);
  const offset = integer(0, 3) - low;
  return {
    attributes: { shape: [elementCount(lengths)], offset, lengths, strides },
    elements: offset + high + 1 + integer(0, 3),
  };
}

test("view reads its elements, whatever their size", async () => {
  const dtypes: readonly DType[] = ["int8", "int16", "float32", "int64"];
  for (let seed = 0; seed < 80; seed++) {
    const { attributes, elements } = draw(seed);
    const dtype = dtypes[seed % dtypes.length] as DType;
    const bytes = elementBytes[dtype];
    const data = new Uint8Array(random(seed).int8s(elements * bytes));
    const [output] = await runCase({
      operator: "view",
      attributes,
      inputs: [plain([elements], dtype)],
      outputs: [plain(attributes.shape, dtype)],
      activations: [data],
      keepInputs: seed % 3 === 0,
    });
    const expected = elementsOf(attributes).flatMap((at) => [...data.subarray(at * bytes, (at + 1) * bytes)]);
    assert.equal([...(output as Uint8Array)], expected, `seed ${seed}`);
    const values = Float64Array.from({ length: elements }, (_, i) => i);
    const node = { name: "n", attributes, inputs: [plain([elements])], outputs: [plain(attributes.shape)] };
    assert.equal([...(view.reference(node, [values])[0] as Float64Array)], elementsOf(attributes));
  }
});

test("a view that reads forward may write to the memory that it reads", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { integer, int8s } = random(seed);
    const shape = Array.from({ length: integer(1, 4) }, () => integer(1, 6));
    let view = wholeView(shape);
    for (const [axis, length] of shape.entries()) {
      const begin = integer(0, length - 1);
      const step = integer(1, 2);
      view = sliceView(view, axis, begin, integer(1, Math.ceil((length - begin) / step)), step);
    }
    const attributes = { shape: view.lengths, ...view };
    const dtype = seed % 2 === 0 ? "int8" : "int16";
    const bytes = elementBytes[dtype];
    const data = new Uint8Array(int8s(elementCount(shape) * bytes));
    const node = {
      name: "n",
      attributes,
      inputs: [plain(shape, dtype)],
      outputs: [plain(view.lengths, dtype)],
    };
    assert.equal(lowering.inPlace?.(node), [0], `seed ${seed}`);
    const [output] = await runCase({ operator: "view", activations: [data], ...node });
    const expected = elementsOf(view).flatMap((at) => [...data.subarray(at * bytes, (at + 1) * bytes)]);
    assert.equal([...(output as Uint8Array)], expected, `seed ${seed}`);
  }
});

const placement = {
  variables: [],
  scratch: 0,
  scratchBytes: 0,
  called: new Set<string>(),
  weights: () => 0,
  outputs: [64],
};

function nodeOf(input: readonly number[], attributes: ViewAttributes) {
  return {
    name: "n",
    attributes,
    inputs: [plain(input, "int8")],
    outputs: [plain(attributes.shape, "int8")],
  };
}

test("a view of the first elements in order takes the input's memory over, and moves nothing", () => {
  const whole = nodeOf([2, 3], { shape: [6], offset: 0, lengths: [1, 2, 3], strides: [7, 3, 1] });
  assert.equal(lowering.inPlace?.(whole), [0]);
  assert.equal(lowering.emit(whole, { ...placement, inputs: [64] }), []);
  const first = nodeOf([6], { shape: [5], offset: 0, lengths: [5], strides: [1] });
  assert.equal(lowering.inPlace?.(first), [0]);
  assert.equal(lowering.emit(first, { ...placement, inputs: [64] }), []);
  for (const attributes of [
    { shape: [6], offset: 5, lengths: [6], strides: [-1] },
    { shape: [6], offset: 0, lengths: [3, 2], strides: [1, 3] },
    { shape: [6], offset: 0, lengths: [2, 3], strides: [0, 1] },
  ]) {
    assert.equal(lowering.inPlace?.(nodeOf([6], attributes)), []);
  }
});

test("view copies at once what lies together", () => {
  const rows = nodeOf([2, 4, 3, 5], {
    shape: [24],
    offset: 5,
    lengths: [2, 4, 1, 3],
    strides: [60, 15, 5, 1],
  });
  const [call] = lowering.emit(rows, { ...placement, inputs: [0] });
  const { input, unit, run, step, runs } = call?.values ?? {};
  assert.equal({ input, unit, run, step, runs }, { input: 5, unit: 3, run: 8, step: 15, runs: 1 });
});

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

test("view refuses what it cannot read, with the reason", () => {
  const attributes = { shape: [2, 3], offset: 0, lengths: [2, 3], strides: [3, 1] };
  const infer =
    (changes: Partial<ViewAttributes>, output = quantized([2, 3], 0.5, 0)) =>
    () =>
      view.infer({
        name: "n",
        attributes: { ...attributes, ...changes },
        inputs: [quantized([6], 0.5, 0)],
        outputs: [output],
      });
  assert.equal(infer({})(), [{ dtype: "int8", shape: [2, 3] }]);
  assert.throws(infer({ strides: [3] }), refused(/are no loops/));
  assert.throws(infer({ lengths: [0, 3] }), refused(/are no loops/));
  assert.throws(infer({ shape: [5] }), refused(/has 6 elements; \[5\] has 5/));
  assert.throws(infer({ offset: 1 }), refused(/1 to 6 of an input that has 6/));
  assert.throws(infer({ strides: [-3, 1] }), refused(/-3 to 2 of an input/));
  const huge = { shape: [2 ** 25], lengths: [2 ** 25], strides: [0] };
  assert.throws(infer(huge), refused(/output has 33554432 elements; up to 16777216 are supported/));
  assert.throws(infer({}, quantized([2, 3], 0.5, 1)), refused(/another scale or zero point/));
  const eight = Array.from({ length: 8 }, () => 2);
  const backwards = { shape: [256], offset: 255, lengths: eight, strides: eight.map((_, i) => -(2 ** i)) };
  assert.throws(
    () => lowering.check?.(nodeOf([256], backwards)),
    refused(/in 8 nested loops; 7 are supported/),
  );
});

test.run();
