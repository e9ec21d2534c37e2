import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { buildModel } from "../../host/pipeline.js";
import { random } from "../ops/harness.js";
import { availableBoards } from "./emulators.js";
import { onBoard, onHost } from "./run-once.js";

/** A random forest of scikit-learn for six rows of five features: labels, and the probabilities of three classes. */
const file = new URL("../golden/classical/random-forest/model.onnx.gz", import.meta.url);
const [rows, features] = [6, 5];

const { real } = random(37);
const samples = Array.from({ length: 16 }, () => [
  Float32Array.from({ length: rows * features }, () => real() * 4 - 2),
]);

/** Its forest's element type, and the samples that make it that. */
const cases = { float32: [], int8: samples } as const;

for (const board of availableBoards(["mps2-an386", "pico"])) {
  for (const [dtype, calibration] of Object.entries(cases)) {
    test(`a random forest of ${dtype} features on ${board.id} gives the host's bits`, async () => {
      const graph = await importModel("forest.onnx", gunzipSync(readFileSync(file)), () => {
        throw new Error("a model of one file");
      });
      const { wasm, program } = await buildModel(graph, { calibration });
      const [{ calls } = { calls: [] }] = program.steps;
      assert.equal(
        calls.map(({ kernel }) => kernel),
        [dtype === "int8" ? "treeEnsembleInt8" : "treeEnsembleFloat32"],
      );
      const input = dtype === "int8" ? random(38).int8s(rows * features) : (samples[0]?.[0] as Float32Array);
      const given = [new Uint8Array(input.buffer)];
      const expected = await onHost(wasm, given);
      const labels = new BigInt64Array(Uint8Array.from(expected[0] as Uint8Array).buffer);
      assert.ok(new Set(labels).size > 1, "the rows are of several classes");
      assert.equal(await onBoard(board, wasm, given), expected);
    });
  }
}

test.run();
