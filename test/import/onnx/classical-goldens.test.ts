import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";

/**
 * Models of scikit-learn, XGBoost and LightGBM with the outputs of ONNX Runtime, as test/oracles/classical makes them. A
 * folder that WASMOTE_CLASSICAL names takes the place of those that are committed.
 */
const folder = process.env.WASMOTE_CLASSICAL ?? "test/golden/classical";

interface Meta {
  outputs: { dtype: string; dims: number[] }[];
  cases: { name: string }[];
}

/** A float is right within so much of the largest of its tensor: sums of ONNX Runtime are in another order. */
const tolerance = 2e-5;

const arrays: Readonly<Record<string, (buffer: ArrayBuffer) => number[]>> = {
  float32: (buffer) => [...new Float32Array(buffer)],
  int64: (buffer) => Array.from(new BigInt64Array(buffer), Number),
  bool: (buffer) => [...new Uint8Array(buffer)],
};

function numbers(bytes: Uint8Array, dtype: string): number[] {
  return (arrays[dtype] as (buffer: ArrayBuffer) => number[])(Uint8Array.from(bytes).buffer);
}

const read = (...path: string[]): Uint8Array => readFileSync(join(folder, ...path));

function requireNear(actual: number[], expected: number[], dtype: string, where: string): void {
  assert.is(actual.length, expected.length, where);
  const limit = dtype === "float32" ? tolerance * Math.max(1, ...expected.map(Math.abs)) : 0;
  for (const [i, value] of expected.entries())
    assert.ok(
      Object.is(actual[i], value) || Math.abs((actual[i] as number) - value) <= limit,
      `${where}[${i}]: ${actual[i]}; ONNX Runtime gives ${value}`,
    );
}

for (const name of readdirSync(folder).sort()) {
  test(`${name}: outputs of ONNX Runtime, with the same bits on every engine`, async () => {
    const meta = JSON.parse(readFileSync(join(folder, name, "meta.json"), "utf8")) as Meta;
    const graph = await importModel(`${name}.onnx`, gunzipSync(read(name, "model.onnx.gz")), () => {
      throw new Error("a model of one file");
    });
    const { wasm } = await buildModel(graph);
    for (const { name: own } of meta.cases) {
      const results = [];
      for (const engine of ["node", "wasm3"] as const) {
        const runner = await openRunner(engine, wasm, openModule(wasm));
        for (let i = 0; existsSync(join(folder, name, own, `input_${i}.bin`)); i++)
          await runner.writeInput(i, read(name, own, `input_${i}.bin`));
        await runner.run();
        results.push(await Promise.all(meta.outputs.map((_, i) => runner.readOutput(i))));
        await runner.close();
      }
      const [first, second] = results as [Uint8Array[], Uint8Array[]];
      for (const [i, { dtype }] of meta.outputs.entries()) {
        assert.is(Buffer.compare(first[i] as Uint8Array, second[i] as Uint8Array), 0, "engines differ");
        const expected = numbers(read(name, own, `output_${i}.bin`), dtype);
        requireNear(numbers(first[i] as Uint8Array, dtype), expected, dtype, `output ${i} of ${own}`);
      }
    }
  });
}

test.run();
