import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  boardOffer,
  firmwareSizes,
  fit,
  loadBoard,
  loadBoards,
  type ModelNeeds,
  modelRamBytes,
  partsText,
  requireFit,
} from "../../host/boards/index.js";
import { WasmoteError } from "../../host/errors.js";

const model: ModelNeeds = {
  name: "kws",
  fileBytes: 40_000,
  ram: { bytes: 23_596, bound: "exact" },
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
    { what: "RAM", neededBytes: 23_596, availableBytes: 23_596, bound: "exact" },
    { what: "flash", neededBytes: 40_000, availableBytes: 40_000, bound: "exact" },
  ]);
  assert.not.throws(() => requireFit(verdict));
});

test("one byte more does not, and every figure is told", () => {
  const ram = refusal({ ram: { bytes: 23_597, bound: "exact" } });
  assert.instance(ram, WasmoteError);
  assert.is(ram.code, "board-too-small");
  assert.match(ram.message, "RAM: 23,597 bytes needed, 23,596 available, 1 too few");
  assert.match(ram.message, "flash: 40,000 bytes needed, 40,000 available");
  assert.match(
    refusal({ fileBytes: 40_001 }).message,
    "flash: 40,001 bytes needed, 40,000 available, 1 too few",
  );
  assert.match(
    refusal({ ram: { bytes: 23_597, bound: "least" } }).message,
    "RAM: at least 23,597 bytes needed, 23,596 available",
  );
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

test("what a board offers, and what its firmware leaves of its RAM", () => {
  const board = loadBoard("microbit-v2");
  const { ramBytes, slotBytes } = boardOffer(board);
  assert.equal([ramBytes, slotBytes], [board.ramBytes, board.slots.bytes]);
  const { variableBytes, stackBytes, exact } = firmwareSizes(board);
  assert.is(exact, true);
  assert.is(modelRamBytes(board), board.ramBytes - variableBytes - stackBytes);
});

test("a board that nothing is recorded of is taken to have the largest firmware", () => {
  const sizes = firmwareSizes({ ...loadBoard("microbit-v2"), id: "own" });
  assert.is(sizes.exact, false);
  for (const board of loadBoards()) assert.ok(sizes.flashBytes >= firmwareSizes(board).flashBytes);
});

test("what the firmware refuses whatever RAM there is does not fit", () => {
  assert.is(refusal({ refused: "bad-model" }).code, "board-bad-model");
  assert.is(refusal({ refused: "abi" }).code, "board-abi");
});

test("figures are told with what they are made of", () => {
  const parts = { linearBytes: 1000, engineBytes: 20_000, variableBytes: 1596, stackBytes: 1000 };
  const [ram, flash] = fit(
    { ...model, ram: { ...model.ram, parts } },
    { ...offer, firmwareBytes: 9000 },
  ).figures;
  assert.is(
    partsText(ram!),
    "linear memory 1,000, interpreter 20,000, firmware's variables 1,596, stacks 1,000",
  );
  assert.is(partsText(flash!), "and 9,000 for the firmware");
});

test.run();
