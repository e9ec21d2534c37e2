import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardOffer, fit, loadBoard, type ModelNeeds, requireFit } from "../../host/boards/index.js";
import { WasmoteError } from "../../host/errors.js";

const model: ModelNeeds = {
  name: "kws",
  fileBytes: 40_000,
  memoryBytes: 16_000,
  codeBytes: 7000,
  imports: ["wasmote.read_weights"],
  floats: false,
};
const imports = ["wasmote.read_weights"];
const offer = { name: "b", ramBytes: 23_596, slotBytes: 40_000, imports, floats: true };

function refusal(needs: Partial<ModelNeeds>, has: Partial<typeof offer> = {}): WasmoteError {
  const verdict = fit({ ...model, ...needs }, { ...offer, ...has });
  assert.is(verdict.fits, false);
  try {
    requireFit(verdict);
  } catch (error) {
    return error as WasmoteError;
  }
  throw new Error("it must be refused");
}

test("what just fits, fits", () => {
  const verdict = fit(model, offer);
  assert.is(verdict.fits, true);
  assert.equal(verdict.figures, [
    { what: "RAM", neededBytes: 23_596, availableBytes: 23_596 },
    { what: "flash", neededBytes: 40_000, availableBytes: 40_000 },
  ]);
  assert.not.throws(() => requireFit(verdict));
});

test("one byte more does not, and every figure is told", () => {
  const ram = refusal({ memoryBytes: 16_001 });
  assert.instance(ram, WasmoteError);
  assert.is(ram.code, "board-too-small");
  assert.match(ram.message, "RAM: 23,597 bytes needed, 23,596 available, 1 too few");
  assert.match(ram.message, "flash: 40,000 bytes needed, 40,000 available");
  assert.match(
    refusal({ fileBytes: 40_001 }).message,
    "flash: 40,001 bytes needed, 40,000 available, 1 too few",
  );
  assert.match(refusal({ codeBytes: 7001 }).message, "RAM: 23,597");
});

test("an import that the firmware lacks is told by its name", () => {
  const error = refusal({ imports: ["wasmote.read_weights", "wasmote.read_clock"] });
  assert.is(error.code, "board-abi");
  assert.match(error.message, /lacks: wasmote\.read_clock$/);
});

test("floats are refused where the firmware has none, and the boards that have are named", () => {
  assert.is(fit({ ...model, floats: true }, offer).fits, true);
  assert.is(fit(model, { ...offer, floats: false }).fits, true);
  const error = refusal({ floats: true }, { floats: false });
  assert.is(error.code, "board-floats");
  assert.match(error.message, /kws on b; .*\bpico\b/);
});

test("imports are not judged before the firmware is known", () => {
  assert.is(fit({ ...model, imports: ["wasmote.any"] }, boardOffer(loadBoard("pico"))).fits, true);
});

test("a board's offer leaves the firmware its RAM", () => {
  const board = loadBoard("microbit-v2");
  const { ramBytes, slotBytes } = boardOffer(board);
  assert.ok(ramBytes < board.ramBytes && ramBytes > board.ramBytes - 16_384);
  assert.is(slotBytes, board.slots.bytes);
});

test.run();
