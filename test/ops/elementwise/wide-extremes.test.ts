import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

test("maximum and minimum of int64 take all of its range, and broadcast", async () => {
  const [first, second] = [
    [2n ** 62n, -(2n ** 63n), 5n, -1n],
    [-(2n ** 62n), 3n],
  ];
  const expected = (of: (a: bigint, b: bigint) => bigint): bigint[] =>
    first.map((a, i) => of(a, second[i % 2] as bigint));
  const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  for (const [operator, of] of [
    ["maximum", larger],
    ["minimum", smaller],
  ] as const) {
    const [bytes] = await runCase({
      operator,
      attributes: { activation: "none" },
      inputs: [plain([2, 2], "int64"), plain([2], "int64")],
      outputs: [plain([2, 2], "int64")],
      activations: [BigInt64Array.from(first), BigInt64Array.from(second)],
    });
    assert.equal([...new BigInt64Array(Uint8Array.from(bytes as Uint8Array).buffer)], expected(of), operator);
  }
});

test.run();
