import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { shiftRegister } from "../../../host/ops/recurrent/shift-register.js";
import { asInt8, quantized } from "../quantized-tensors.js";
import { runSteps } from "./run-steps.js";

test("a shift register holds the last inputs, oldest first, and starts with what its variable does", async () => {
  const register = quantized([1, 3, 1, 2], 0.5, -3);
  const node = {
    operator: "shiftRegister",
    attributes: {},
    inputs: [quantized([1, 1, 1, 2], 0.5, -3)],
    output: register,
    variables: [{ ...register, data: new Int8Array(6).fill(-3) }],
  };
  const steps = [1, 3, 5, 7].map((value) => Int8Array.of(value, value + 1));
  assert.equal((await runSteps(node, steps)).map(asInt8), [
    [-3, -3, -3, -3, 1, 2],
    [-3, -3, 1, 2, 3, 4],
    [1, 2, 3, 4, 5, 6],
    [3, 4, 5, 6, 7, 8],
  ]);
  const state = Float32Array.of(0, 1, 2);
  const bound = { name: "n", attributes: {}, inputs: node.inputs, outputs: [register] };
  const [output] = shiftRegister.reference(bound, [Float32Array.of(3)], [state]);
  assert.equal([...(output as Float32Array)], [1, 2, 3]);
});

test("a register that does not hold whole inputs is refused", () => {
  assert.throws(
    () =>
      shiftRegister.infer({
        name: "n",
        attributes: {},
        inputs: [quantized([2], 1, 0)],
        outputs: [],
        variables: [quantized([3], 1, 0)],
      }),
    (error: unknown) => error instanceof NotRunnable && /several of the input's 2 int8/.test(error.message),
  );
});

test.run();
