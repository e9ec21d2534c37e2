import * as assert from "uvu/assert";
import { runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

/** Functions of two whole numbers by their operators' names, before they wrap. */
export type WideDefinitions = Readonly<Record<string, (a: bigint, b: bigint) => bigint>>;

const values = [0n, 1n, -1n, 7n, -7n, 63n, 64n, 2n ** 40n + 3n, -(2n ** 63n), 2n ** 63n - 1n];

/** Runs operators on every pair of numbers of 64 bits at which they go wrong. */
export async function checkWide(definitions: WideDefinitions): Promise<void> {
  const [a, b] = [values, values.toReversed()].map((own) => BigInt64Array.from(own)) as [
    BigInt64Array,
    BigInt64Array,
  ];
  for (const [operator, compute] of Object.entries(definitions)) {
    for (const activation of operator === "add" ? (["none", "relu6"] as const) : (["none"] as const)) {
      const [bytes] = await runCase({
        operator,
        attributes: { activation },
        inputs: [plain([10, 1], "int64"), plain([10], "int64")],
        outputs: [plain([10, 10], "int64")],
        activations: [a, b],
      });
      const limited = (value: bigint): bigint =>
        activation === "none" ? value : value < 0n ? 0n : value > 6n ? 6n : value;
      const expected = [...a].flatMap((x) => Array.from(b, (y) => limited(BigInt.asIntN(64, compute(x, y)))));
      assert.equal([...new BigInt64Array((bytes as Uint8Array).slice().buffer)], expected, operator);
    }
  }
}
