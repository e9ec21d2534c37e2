import { test } from "uvu";
import * as assert from "uvu/assert";
import * as bits from "../../../host/ops/elementwise/bits.js";
import { plain } from "../quantized-tensors.js";
import { assertNumbers, runOn } from "./broadcast-cases.js";
import { checkWide, type WideDefinitions } from "./wide-cases.js";

const shiftable = (b: bigint): boolean => b >= 0n && b < 64n;

const definitions: WideDefinitions = {
  bitwiseAnd: (a, b) => a & b,
  bitwiseOr: (a, b) => a | b,
  bitwiseXor: (a, b) => a ^ b,
  shiftLeft: (a, b) => (shiftable(b) ? a << b : 0n),
  shiftRight: (a, b) => a >> (shiftable(b) ? b : 63n),
};

test("bits of int64 are those of their definitions", () => checkWide(definitions));

test("bits of int32 are those of their definitions, and folded alike", async () => {
  const a = Int32Array.of(-(2 ** 31), 5, -6, 0x12345678, 2 ** 31 - 1, -1, 1, 3);
  const b = Int32Array.of(1, 31, 3, 32, -1, 100, 0, 2 ** 31 - 1);
  const [tensor, none] = [plain([8], "int32"), { activation: "none" as const }];
  for (const operator of Object.values(bits)) {
    const wide = definitions[operator.name] as (a: bigint, b: bigint) => bigint;
    const expected = Array.from(a, (x, i) => {
      const y = b[i] as number;
      const isShift = operator.name.startsWith("shift");
      const by = isShift && (y < 0 || y > 31) ? (operator.name === "shiftLeft" ? 64 : 63) : y;
      return Number(BigInt.asIntN(32, wide(BigInt(x), BigInt(by))));
    });
    const inputs = [a, b].map((data) => [tensor, data] as const);
    assertNumbers(await runOn(operator.name, none, inputs, tensor), expected, operator.name);
    const node = { name: "n", attributes: none, inputs: [tensor, tensor], outputs: [tensor] };
    const [folded] = operator.reference(node, [Float64Array.from(a), Float64Array.from(b)]);
    assert.equal([...Int32Array.from(folded as Float64Array)], expected, `${operator.name} folded`);
  }
});

test.run();
