import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeBlock } from "../../../host/abi/block.js";
import { lookupTableParameters } from "../../../host/abi/parameters.js";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { lineConstants } from "../../../host/numerics/lines.js";
import { linesTable } from "../../../host/ops/elementwise/lines-table.js";
import { byteTable } from "../../../host/ops/elementwise/lookup-table.js";
import { linkCalls } from "../../link-calls.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random } from "../harness.js";

test("lookupTable writes every element and nothing beside them", () => {
  const table = random(1).int8s(256);
  const weights = new Uint8Array(256 + 32);
  weights.set(new Uint8Array(table.buffer));
  for (let elements = 1; elements < 14; elements++) {
    for (const output of [512, 600]) {
      const values = { input: 512, output, scratch: 0, weights: 0, elements };
      weights.set(encodeBlock(lookupTableParameters, values), 256);
      const module = new WebAssembly.Module(
        linkCalls(
          [{ kernel: "lookupTable", values, block: 256, blockBytes: 20, to: 0 }],
          weights,
          65536,
        ) as BufferSource,
      );
      const { exports } = new WebAssembly.Instance(module, {
        wasmote: {
          read_weights: (destination: number, offset: number, length: number) => {
            new Uint8Array(memory.buffer).set(weights.subarray(offset, offset + length), destination);
          },
        },
      });
      const memory = exports.memory as WebAssembly.Memory;
      const bytes = new Uint8Array(memory.buffer).fill(0x5a);
      const data = random(elements).int8s(elements);
      bytes.set(new Uint8Array(data.buffer), 512);
      const expected = bytes.slice();
      expected.set(new Uint8Array(table.buffer), 0);
      for (const [i, q] of data.entries()) expected[output + i] = (table[q & 255] as number) & 255;
      assert.is((exports.run as (first: number, last: number) => number)(0, 1), 0);
      assert.is(Buffer.compare(bytes, expected), 0, `${elements} elements at 512 to ${output}`);
    }
  }
});

test("byteTable orders by the unsigned byte and clamps", () => {
  const signed = byteTable(true, -10, 20, (q) => q);
  assert.equal([signed[0], signed[5], signed[127], signed[128], signed[255]], [0, 5, 20, 246, 255]);
  const unsigned = byteTable(false, 0, 255, (q) => 300 - 2 * q);
  assert.equal([unsigned[0], unsigned[100], unsigned[255]], [255, 100, 0]);
});

test("lines are TFLite's fixed-point multiplication of differences from the zero point, for factors of either sign", () => {
  for (let seed = 0; seed < 50; seed++) {
    const source = random(seed);
    const draw = (): number => (source.integer(0, 1) === 0 ? 1 : -1) * 2 ** (source.real() * 50 - 32);
    const [positive, negative] = [draw(), draw()];
    const zeroPoint = source.integer(-128, 127);
    const output = { scale: 1, zeroPoint: 3, low: -128, high: 127 };
    const constants = lineConstants("int8", { zeroPoint }, output, { positive, negative });
    const table = new Int8Array(linesTable(constants).buffer);
    for (let q = -128; q < 128; q++) {
      const d = q - zeroPoint;
      const value = 3 + rescale(d, d >= 0 ? positive : negative);
      assert.is(table[q & 255], Math.min(127, Math.max(-128, value)), `${d} * ${positive} or ${negative}`);
    }
  }
  assert.throws(
    () =>
      lineConstants(
        "int8",
        { zeroPoint: 0 },
        { scale: 1, zeroPoint: 0, low: -128, high: 127 },
        { positive: 2 ** 23 },
      ),
    (error: unknown) => error instanceof NotRunnable && /too large/.test(error.message),
  );
});

test.run();
