import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { buildModel } from "../../host/pipeline.js";
import { encodeReals } from "../../host/run/tensor-files/values.js";
import { availableBoards } from "./emulators.js";
import { onBoard, onHost } from "./run-once.js";

/** Quantized models of made data: 1-d convolutions, and one of two inputs. */
const models = ["keyword-qdq-i8i8-channels", "two-qoperator-u8i8"];

for (const board of availableBoards(["mps2-an386", "pico"])) {
  for (const name of models) {
    test(`${name}.onnx on ${board.id} gives the host's bytes`, async () => {
      const folder = fileURLToPath(new URL(`../golden/onnxruntime/${name}/`, import.meta.url));
      const bytes = gunzipSync(readFileSync(`${folder}model.onnx.gz`));
      const graph = await importModel(`${name}.onnx`, bytes, () => new Uint8Array(0));
      const { wasm, manifest } = await buildModel(graph);
      const given = manifest.inputs.map((tensor, i) => {
        const stored = readFileSync(`${folder}case_0/input_${i}.bin`);
        return encodeReals([...new Float32Array(Uint8Array.from(stored).buffer)], tensor);
      });
      const expected = await onHost(wasm, given);
      assert.ok(expected.every((output) => output.some((byte) => byte !== 0)));
      assert.equal(await onBoard(board, wasm, given), expected);
    });
  }
}

test.run();
