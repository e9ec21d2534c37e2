import { test } from "uvu";
import * as assert from "uvu/assert";
import { settleChoices, takeOut } from "../../host/export/take-out.js";
import { openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import { smallModel } from "./models.js";

/** `if (accelerators & 4) call 1 else call 2`, with a choice of another bit within each arm, and a branch out of one. */
const code = Uint8Array.from([
  ...[0x00, 0x23, 0x00, 0x41, 0x04, 0x71, 0x04, 0x40],
  ...[0x10, 0x01, 0x23, 0x00, 0x41, 0x01, 0x71, 0x04, 0x40, 0x0c, 0x01, 0x05, 0x10, 0x03, 0x0b],
  ...[0x05, 0x10, 0x02, 0x23, 0x00, 0x41, 0x01, 0x71, 0x04, 0x40, 0x10, 0x04, 0x0b],
  ...[0x0b, 0x0b],
]);

test("a choice becomes a block of the arm that is taken, choices within it too, and branches lead where they led", () => {
  assert.equal(
    [...settleChoices(code, 0, 4)],
    [0x00, 0x02, 0x40, 0x10, 0x01, 0x02, 0x40, 0x10, 0x03, 0x0b, 0x0b, 0x0b],
  );
  assert.equal(
    [...settleChoices(code, 0, 5)],
    [0x00, 0x02, 0x40, 0x10, 0x01, 0x02, 0x40, 0x0c, 0x01, 0x0b, 0x0b, 0x0b],
  );
  assert.equal(
    [...settleChoices(code, 0, 1)],
    [0x00, 0x02, 0x40, 0x10, 0x02, 0x02, 0x40, 0x10, 0x04, 0x0b, 0x0b, 0x0b],
  );
  assert.equal([...settleChoices(code, 0, 0)], [0x00, 0x02, 0x40, 0x10, 0x02, 0x02, 0x40, 0x0b, 0x0b, 0x0b]);
  assert.equal([...settleChoices(code, 1, 4)], [...code], "of another global nothing is known");
});

const small = smallModel("keywords", 1, 1);

test("the portable half of a model is smaller, imports no accelerators and gives the same bytes", async () => {
  const { model, runs } = await small;
  const { wasm } = takeOut(model.wasm, model, "portable");
  const opened = openModule(wasm);
  assert.ok(wasm.length < model.wasm.length, `${wasm.length} of ${model.wasm.length}`);
  assert.equal(opened.manifest.imports.optional, []);
  const runner = await openRunner("node", wasm, opened);
  for (const { inputs, outputs } of runs) {
    for (const [i, bytes] of inputs.entries()) runner.writeInput(i, bytes);
    runner.run();
    for (const [i, bytes] of outputs.entries()) assert.equal([...runner.readOutput(i)], [...bytes]);
  }
  runner.close();
});

test("the accelerated half requires its accelerators and has none of their kernels; weights stay aligned", async () => {
  const { model } = await small;
  const { wasm, manifest } = takeOut(model.wasm, model, "accelerated");
  const opened = openModule(wasm);
  assert.ok(opened.codeBytes * 2 < model.codeBytes, `${opened.codeBytes} of ${model.codeBytes}`);
  assert.ok(manifest.imports.required.includes("wasmote.accel_conv_s8"), `${manifest.imports.required}`);
  assert.equal([...opened.weights], [...model.weights]);
  assert.is((opened.weights.byteOffset - wasm.byteOffset) % 16, 0);
});

test("a model with both halves is left as it is", async () => {
  const { model } = await small;
  assert.is(takeOut(model.wasm, model, "both").wasm, model.wasm);
});

test.run();
