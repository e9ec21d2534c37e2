import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { sumOfMany } from "../../../host/ops/elementwise/sum-of-many.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, runOn } from "./broadcast-cases.js";

test("sumOfMany of int8 gives the reference kernel's bytes, with an operand 0 too many", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const { real, integer, int8s } = random(seed);
    const count = seed === 0 ? 14 : integer(2, 14);
    const scale = drawScale(real, 0.01, 1);
    const outputScale = Math.fround(scale * drawScale(real, 0.1, 20));
    const [zeroPoint, outputZeroPoint] = [integer(-128, 127), integer(-128, 127)];
    const values = Array.from({ length: count }, () =>
      seed === 0 ? new Int8Array(20).fill(127) : int8s(20),
    );
    const expected = Array.from({ length: 20 }, (_, i) => {
      const sum = [...values.map((operand) => operand[i] as number), 0].reduce(
        (s, q) => s + q - zeroPoint,
        0,
      );
      const rescaled = rescale(sum * 2 ** 19, (2 * scale) / (2 ** 20 * outputScale));
      return Math.min(127, Math.max(-128, rescaled + outputZeroPoint));
    });
    const inputs = values.map((data) => [quantized([20], scale, zeroPoint), data] as const);
    const output = quantized([20], outputScale, outputZeroPoint);
    assertNumbers(await runOn("sumOfMany", {}, inputs, output, seed % 2 === 0), expected, `seed ${seed}`);
  }
});

test("sumOfMany's reference is the sum", () => {
  const tensor = plain([2]);
  const node = { name: "n", attributes: {}, inputs: [tensor, tensor, tensor], outputs: [tensor] };
  const values = [Float32Array.of(1, 2), Float32Array.of(3, 4), Float32Array.of(5, 6)];
  assert.equal([...(sumOfMany.reference(node, values)[0] as Float32Array)], [9, 12]);
});

test("sumOfMany refuses what it cannot add, with the reason", () => {
  const refuses = (inputs: Tensor[], output: Tensor, pattern: RegExp): void => {
    assert.throws(
      () => sumOfMany.infer({ name: "n", attributes: {}, inputs, outputs: [output] }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  const tensor = quantized([2], 0.5, 0);
  refuses([tensor], tensor, /two inputs or more/);
  refuses([tensor, quantized([3], 0.5, 0)], tensor, /different types/);
  refuses([tensor, quantized([2], 0.5, 1)], tensor, /different scales or zero points/);
  refuses(Array(15).fill(tensor), tensor, /15 inputs of int8; up to 14/);
  refuses([tensor, tensor], quantized([2], 1e-9, 0), /too small/);
  refuses([plain([2], "int32"), plain([2], "int32")], plain([2], "int32"), /int32; int8 is expected/);
});

test.run();
