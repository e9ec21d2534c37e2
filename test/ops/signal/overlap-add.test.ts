import { test } from "uvu";
import * as assert from "uvu/assert";
import type { DType } from "../../../host/graph/tensor.js";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (dtype: DType, shape: readonly number[], hop: number) => ({
  operator: "overlapAdd",
  attributes: { hop },
  inputs: [tensor(dtype, shape)],
  variables: [
    tensor(dtype, [shape.slice(0, -2).reduce((product, axis) => product * axis, 1), shape.at(-1) as number]),
  ],
});

test("frames are added where they overlap, within a run and from run to run", async () => {
  for (const dtype of ["int16", "float32"] as const) {
    for (const [rows, frames, length, hop] of [
      [1, 2, 8, 4],
      [3, 1, 5, 2],
      [2, 3, 4, 4],
    ] as const) {
      const unit = dtype === "int16" ? 1 : 2 ** -9;
      const runs = Array.from({ length: 3 }, (_, step) => [
        noise(step, rows * frames * length, -32768, 32767).map((value) => Math.fround(value * unit)),
      ]);
      await matchReference(given(dtype, [rows, frames, length], hop), ...runs);
    }
  }
  const shape = [1, 2, 3];
  const [output] = await matchReference(
    given("int16", shape, 1),
    [[1, 2, 3, 30000, 30000, 30000]],
    [[0, 9000, 0, 0, 0, 0]],
  );
  assert.equal([...(output as Int16Array)], [30003, 32767], "limited to int16");
});

test("frames that leave gaps are refused", () => {
  assert.match(refusalOf(given("int16", [1, 2, 3], 4)), /the frame step is 4; a whole number from 1 to 3/);
  assert.match(refusalOf({ ...given("int16", [1, 2, 3], 1), inputs: [tensor("int16", [3])] }), /1 axes/);
  assert.match(refusalOf({ ...given("int16", [1, 2, 3], 1), variables: [] }), /no variable of 1 x 3 int16/);
});

test.run();
