import { test } from "uvu";
import * as assert from "uvu/assert";
import { openTflite } from "../../host/import/tflite/import.js";
import { float16Bits, float16Value } from "../../host/numerics/float16.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { type WrittenTensor, writeTflite } from "../import/tflite-writer.js";

const inputs = 64;
const outputs = 16;

/** A layer without bias whose weights are `weights`, by a node DEQUANTIZE where they are float16. */
function layer(weights: Pick<WrittenTensor, "type" | "data" | "scale">): Uint8Array {
  const isHalf = weights.type === "FLOAT16";
  const shape = [outputs, inputs];
  return writeTflite({
    tensors: [
      { name: "input", type: "FLOAT32", shape: [1, inputs] },
      { name: "weights", shape, ...weights },
      { name: "wide", type: "FLOAT32", shape },
      { name: "output", type: "FLOAT32", shape: [1, outputs] },
    ],
    nodes: [
      ...(isHalf ? [{ builtin: "DEQUANTIZE", inputs: [1], outputs: [2] }] : []),
      {
        builtin: "FULLY_CONNECTED",
        inputs: [0, isHalf ? 2 : 1, -1],
        outputs: [3],
        optionsType: 8,
        options: [],
      },
    ],
    inputs: [0],
    outputs: [3],
  });
}

/** Output n of an input of which element n is 1, and the bytes of weights of the built model. */
async function run(file: Uint8Array): Promise<{ diagonal: number[]; weightBytes: number }> {
  const built = await buildModel(openTflite(file, "layer").graph);
  const runner = await openRunner("node", built.wasm, openModule(built.wasm), {});
  const diagonal = Array.from({ length: outputs }, (_, n) => {
    const input = new Float32Array(inputs);
    input[n] = 1;
    runner.writeInput(0, new Uint8Array(input.buffer));
    runner.run();
    return new Float32Array(Uint8Array.from(runner.readOutput(0)).buffer)[n] as number;
  });
  runner.close();
  return { diagonal, weightBytes: built.weightBytes };
}

test("weights take no more of a built model than they came in, and have the same values", async () => {
  const weight = (n: number, k: number): number => ((n * 5 + k * 3) % 16) - 8;
  const all = Array.from({ length: outputs * inputs }, (_, i) => weight(Math.floor(i / inputs), i % inputs));
  const headers = (outputs / 4) * 48;
  const mayAdd = headers + 256;
  const forms = [
    {
      type: "FLOAT16" as const,
      data: new Uint8Array(Uint16Array.from(all, (q) => float16Bits(q / 16) as number).buffer),
      bits: 16,
    },
    { type: "INT8" as const, data: new Uint8Array(Int8Array.from(all).buffer), scale: [1 / 16], bits: 8 },
    {
      type: "INT4" as const,
      data: Uint8Array.from(
        { length: all.length / 2 },
        (_, i) => (((all[2 * i + 1] as number) & 15) << 4) | ((all[2 * i] as number) & 15),
      ),
      scale: [1 / 16],
      bits: 4,
    },
  ];
  for (const { bits, ...form } of forms) {
    const { diagonal, weightBytes } = await run(layer(form));
    assert.equal(
      diagonal,
      Array.from({ length: outputs }, (_, n) => weight(n, n) / 16),
      form.type,
    );
    const least = (all.length * bits) / 8;
    assert.ok(weightBytes >= least && weightBytes < least + mayAdd, `${form.type}: ${weightBytes} bytes`);
  }
});

test("every finite float16 is a float32 of the same bits again, and what is none has no bits", () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = float16Value(bits);
    if (Number.isFinite(value)) assert.is(float16Bits(value), bits);
  }
  for (const value of [0.1, 65520, 2 ** -25, -1 - 2 ** -11]) assert.is(float16Bits(value), undefined);
  assert.is(float16Value(0x3c00), 1);
  assert.is(float16Value(0x0001), 2 ** -24);
  assert.is(float16Value(0xfbff), -65504);
});

test.run();
