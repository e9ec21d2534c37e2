import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementCount, type Tensor } from "../../../host/graph/tensor.js";
import * as comparisons from "../../../host/ops/elementwise/comparisons.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random } from "../harness.js";
import { plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, drawBroadcast, drawValues, operandIndices, runOn } from "./broadcast-cases.js";

const holds: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
  logicalAnd: (a, b) => a * b === 1,
  logicalOr: (a, b) => a + b > 0,
};

const dtypesOf = (operator: string): DType[] => {
  if (operator.startsWith("logical")) return ["bool"];
  return [
    "float32",
    "int32",
    "int64",
    ...(operator.endsWith("qual") && !operator.startsWith("g") ? (["bool"] as const) : []),
  ];
};

test("comparisons and logic give their definition, for random shapes of up to six axes", async () => {
  for (const [operator, compare] of Object.entries(holds)) {
    for (const dtype of dtypesOf(operator)) {
      for (let seed = 0; seed < 6; seed++) {
        const source = random(seed);
        const { shapes, shape } = drawBroadcast(source, 2);
        const values = shapes.map((own) => drawValues(source, dtype, elementCount(own), seed % 2 === 0));
        const [a, b] = values as unknown as [number[], number[]];
        const expected = operandIndices(shapes, shape).map(([i = 0, j = 0]) =>
          Number(compare(Number(a[i]), Number(b[j]))),
        );
        const inputs = shapes.map((own, i) => [plain(own, dtype), values[i] as ArrayBufferView] as const);
        const actual = await runOn(operator, {}, inputs, plain(shape, "bool"), seed % 3 === 0);
        assertNumbers(actual, expected, `${operator} ${dtype}, seed ${seed}`);
      }
    }
  }
});

test("comparisons with NaN hold for notEqual alone", async () => {
  const inputs = [Float32Array.of(Number.NaN, 1), Float32Array.of(Number.NaN, Number.NaN)].map(
    (data) => [plain([2]), data] as const,
  );
  for (const operator of ["equal", "notEqual", "greater", "greaterEqual"]) {
    const expected = operator === "notEqual" ? [1, 1] : [0, 0];
    assertNumbers(await runOn(operator, {}, inputs, plain([2], "bool")), expected, operator);
  }
});

test("quantized comparisons rescale both operands with 8 more bits, as the specification says", async () => {
  for (const dtype of ["int8", "int16"] as const) {
    for (let seed = 0; seed < 8; seed++) {
      const source = random(seed);
      const operator = ["equal", "notEqual", "greater", "greaterEqual"][seed % 4] as string;
      const scales = seed < 4 ? [0.25, 0.25] : [0.3, 0.1].map(Math.fround);
      const zeroPoints = [0, 1].map(() => (dtype === "int8" ? source.integer(-128, 127) : 0));
      const values = [0, 1].map(() => drawValues(source, dtype, 300, seed % 2 === 0));
      const real = (i: number, at: number): number =>
        rescale(
          ((values[i] as unknown as number[])[at]! - (zeroPoints[i] as number)) * 256,
          scales[i] as number,
        );
      const compare = holds[operator] as (a: number, b: number) => boolean;
      const expected = Array.from({ length: 300 }, (_, at) => Number(compare(real(0, at), real(1, at))));
      const inputs = values.map(
        (data, i) => [quantized([300], scales[i] as number, zeroPoints[i] as number, dtype), data] as const,
      );
      const actual = await runOn(operator, {}, inputs, plain([300], "bool"), seed % 3 === 0);
      assertNumbers(actual, expected, `${operator} ${dtype}, seed ${seed}`);
    }
  }
});

test("comparisons' references give bools", () => {
  const tensor = plain([3]);
  const node = { name: "n", attributes: {}, inputs: [tensor, tensor], outputs: [plain([3], "bool")] };
  const [values] = comparisons.greater.reference(node, [Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1)]);
  assert.equal([...(values as Float32Array)], [0, 0, 1]);
});

test("comparisons refuse what they cannot compare, with the reason", () => {
  const refuses = (inputs: Tensor[], pattern: RegExp): void => {
    const node = { name: "n", attributes: {}, inputs, outputs: [plain([2], "bool")] };
    assert.throws(
      () => comparisons.greater.infer(node),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  refuses([plain([2], "bool"), plain([2], "bool")], /bool; float32, int32, int64, int8 or int16 is expected/);
  refuses([plain([2]), plain([2], "int32")], /int32; float32 is expected/);
  refuses([plain([2], "int8"), plain([2], "int8")], /no scale/);
});

test.run();
