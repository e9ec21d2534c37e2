import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { assignVariable, readVariable } from "../../../host/ops/recurrent/variable.js";
import { plain } from "../quantized-tensors.js";

const bound = (inputs: Tensor[], outputs: Tensor[], variables: Tensor[]) => ({
  name: "n",
  attributes: {},
  inputs,
  outputs,
  variables,
});

test("a variable is read and assigned under any shape of as many elements", () => {
  const variable = plain([2, 3], "int16");
  assert.equal(readVariable.infer(bound([], [plain([6], "int16")], [variable])), [
    { dtype: "int16", shape: [6] },
  ]);
  assert.equal(assignVariable.infer(bound([plain([3, 2], "int16")], [], [variable])), []);
  const state = Float32Array.of(1, 2);
  const node = bound([], [], [plain([2])]);
  const [before] = readVariable.reference(node, [], [state]);
  assignVariable.reference(node, [Float32Array.of(3, 4)], [state]);
  assert.equal([...(before as Float32Array), ...state], [1, 2, 3, 4]);
});

test("a variable of another type, or none, is refused with the reason", () => {
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  const variable = plain([2, 3], "int16");
  assert.throws(
    () => readVariable.infer(bound([], [plain([6], "int8")], [variable])),
    refused(/variable "int16" is 2x3 int16, its value 6 int8/),
  );
  assert.throws(
    () => assignVariable.infer(bound([plain([5], "int16")], [], [variable])),
    refused(/its value 5 int16/),
  );
  assert.throws(() => assignVariable.infer(bound([variable], [], [])), refused(/0 variables; 1 is expected/));
});

test.run();
