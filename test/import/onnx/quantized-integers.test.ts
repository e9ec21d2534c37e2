import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { constant, type WrittenNode, writeOnnx } from "./onnx-writer.js";

const numbers = [2, 1, 0, -1, -2, -3];
const zeroPoint = 10;

/** What a node makes of the integers, q, that stand for less `numbers`, [2, 3], in steps of 0.5: those of the shape. */
async function made(node: WrittenNode, dtype: "int8" | "uint8", shape: number[]): Promise<number[]> {
  const bytes = writeOnnx({
    graph: {
      nodes: [
        { operator: "Neg", inputs: ["x"], outputs: ["negative"] },
        { operator: "QuantizeLinear", inputs: ["negative", "step", "zero"], outputs: ["q"] },
        node,
        { operator: "Cast", inputs: ["y"], outputs: ["integers"], attributes: { to: 1 } },
      ],
      constants: [
        constant("step", "float32", [], [0.5]),
        constant("zero", dtype, [], [zeroPoint]),
        constant("eleven", dtype, [1, 3], [11, 11, 11]),
      ],
      inputs: [{ name: "x", dtype: "float32", shape: [2, 3] }],
      outputs: [{ name: "integers", dtype: "float32", shape }],
    },
  });
  const { wasm } = await buildModel(await importModel("m.onnx", bytes, () => new Uint8Array(0)));
  const runner = await openRunner("node", wasm, openModule(wasm));
  runner.writeInput(0, new Uint8Array(Float32Array.from(numbers).buffer));
  runner.run();
  const output = [...new Float32Array(runner.readOutput(0).slice().buffer)];
  runner.close();
  return output;
}

test("operators that read quantized integers themselves read those of the file, uint8 ones too", async () => {
  const node = (operator: string, inputs: string[], attributes = {}): WrittenNode => ({
    operator,
    inputs,
    outputs: ["y"],
    attributes,
  });
  const q = [6, 8, 10, 12, 14, 16];
  for (const dtype of ["int8", "uint8"] as const) {
    const answer = (own: WrittenNode, shape: number[]) => made(own, dtype, shape);
    assert.equal(await answer(node("Max", ["q", "eleven"]), [2, 3]), [11, 11, 11, 12, 14, 16], dtype);
    assert.equal(await answer(node("Min", ["q", "q"]), [2, 3]), q, dtype);
    assert.equal(await answer(node("ReduceMax", ["q"], { axes: [1] }), [2, 1]), [10, 16], dtype);
    assert.equal(await answer(node("ReduceMin", ["q"], { axes: [0] }), [1, 3]), [6, 8, 10], dtype);
    assert.equal(await answer(node("Transpose", ["q"]), [3, 2]), [6, 12, 8, 14, 10, 16], dtype);
    const joined = await answer(node("Concat", ["q", "eleven"], { axis: 0 }), [3, 3]);
    assert.equal(joined, [...q, 11, 11, 11], dtype);
  }
});

test.run();
