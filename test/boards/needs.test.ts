import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Board, loadBoard } from "../../host/boards/index.js";
import { WasmoteError } from "../../host/errors.js";
import { predictFit, predictNeeds } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import { availableBoards, startBoard } from "./emulators.js";
import { longSum, makeModel, sumOfCalls } from "./made-modules.js";

const op = { block: 0x02, loop: 0x03, if: 0x04, end: 0x0b, get: 0x20, call: 0x10, drop: 0x1a } as const;
const [empty, zero] = [0x40, [0x41, 0]];

const repeat = (count: number, code: readonly number[]): number[] =>
  Array.from({ length: count }, () => code).flat();

/** Nested blocks, loops or conditions around some code. */
const nested = (kind: number, count: number, inner: readonly number[] = []): number[] => [
  ...repeat(count, kind === op.if ? [...zero, op.if, empty] : [kind, empty]),
  ...inner,
  ...repeat(count, [op.end]),
];

const callOf = (index: number): number[] => [op.get, 0, op.get, 1, op.call, index, op.drop];

/** A model of a linear memory of so many bytes, with the sum of its last functions as its result. */
const model = (memoryBytes: number, body: readonly number[], functions: readonly (readonly number[])[]) =>
  makeModel("made", body, { memoryBytes, functions });

/** What a board tells of a model once it was run, the RAM that it takes in all; undefined where it does not run. */
async function measure(board: Board, wasm: Uint8Array): Promise<number | undefined> {
  const device = await startBoard(board, wasm);
  try {
    if ((await device.status()).model === null) return undefined;
    await device.run(0, 1);
    await device.run(0, 1);
    const { used, memory } = await device.status();
    return used + memory;
  } catch (error) {
    if (error instanceof WasmoteError && ["board-trap", "board-no-model"].includes(error.code))
      return undefined;
    throw error;
  } finally {
    await device.close();
  }
}

/**
 * What is nested how deep: from the last depth that the C stack has room for to the first one that it has not, of each
 * processor, when a model is loaded and when a function is called (boards/runtime/stack_use.h). With more linear memory
 * than the compiler's stack takes, loading needs no other.
 */
const nestings = [
  ...[6, 7, 8, 9, 11, 12, 13, 14, 22].map((depth) => ({ kind: op.block, depth, memoryBytes: 64 })),
  ...[6, 7, 8, 9, 10, 11, 13, 14].map((depth) => ({ kind: op.if, depth, memoryBytes: 64 })),
  ...[11, 12, 22, 28].map((depth) => ({ kind: op.block, depth, memoryBytes: 8192 })),
];

for (const board of availableBoards(["mps2-an386", "mps2-an500", "mps3-an547", "qemu-rv32", "pico"])) {
  test(`${board.id}: what nests deep takes the RAM that was predicted, when it is loaded and when it is called`, async () => {
    for (const { kind, depth, memoryBytes } of nestings) {
      const loops = nested(op.loop, 3, callOf(2));
      const functions = [
        [...loops, ...zero],
        [...nested(kind, depth), ...zero],
      ];
      const wasm = model(memoryBytes, [...callOf(1), ...zero], functions);
      const { ram } = await predictNeeds(wasm, openModule(wasm), board);
      assert.is(ram.bound, "exact");
      assert.is(await measure(board, wasm), ram.totalBytes, `${depth} of ${kind}, ${memoryBytes} bytes`);
    }
  });
}

/** Bytes of linear memory from one limit to the next. */
const step = 8;

for (const board of availableBoards(["netduino-plus-2", "pico"])) {
  test(`${board.id}: the largest model that is said to fit runs, and the next one does not`, async () => {
    const functions = [longSum(200), longSum(300), [...callOf(1), ...longSum(250)], longSum(400)];
    const made = (memoryBytes: number): Uint8Array =>
      makeModel("limit", sumOfCalls([1, 2, 3, 4]), { memoryBytes, memory: [1, 8, 8], functions });
    const fits = async (memoryBytes: number): Promise<boolean> => {
      const wasm = made(memoryBytes);
      return (await predictFit(wasm, openModule(wasm), board)).fits;
    };
    let [most, least] = [board.ramBytes - 32_768, board.ramBytes];
    while (least - most > step) {
      const middle = most + Math.ceil((least - most) / 2 / step) * step;
      if (middle >= least) break;
      if (await fits(middle)) most = middle;
      else least = middle;
    }
    const largest = made(most);
    const { ram } = await predictNeeds(largest, openModule(largest), board);
    assert.is(await measure(board, largest), ram.totalBytes);
    assert.ok(
      ram.availableBytes - ram.totalBytes < 4096,
      `${ram.availableBytes - ram.totalBytes} bytes are left`,
    );
    assert.is(await measure(board, made(least)), undefined);
    const { ram: more } = await predictNeeds(made(least), openModule(made(least)), board);
    assert.ok(more.totalBytes > more.availableBytes);
  });
}

test("functions that no input called are counted, and the prediction says so", async () => {
  const board = loadBoard("pico");
  const others = [2, 3, 4, 5];
  const calling = (calls: readonly number[]): Uint8Array =>
    model(64, callOf(1).slice(0, -1), [[...calls, ...zero], ...others.map(() => longSum(300))]);
  const all = others.flatMap(callOf);
  const perhaps = calling([...zero, op.if, empty, ...all, op.end]);
  const { ram } = await predictNeeds(perhaps, openModule(perhaps), board);
  assert.is(ram.bound, "most");
  const always = calling([op.block, empty, ...all, op.end]);
  const { ram: exact } = await predictNeeds(always, openModule(always), board);
  assert.is(exact.bound, "exact");
  assert.ok(Math.abs(exact.totalBytes - ram.totalBytes) < 64, `${exact.totalBytes}, not ${ram.totalBytes}`);
});

test("a model that cannot be run here is known to take at least what loading it takes", async () => {
  const wasm = makeModel("traps", [0x00], { memoryBytes: 64 });
  const { ram } = await predictNeeds(wasm, openModule(wasm), loadBoard("pico"));
  assert.is(ram.bound, "least");
});

test("what the firmware refuses is said to be refused, whatever RAM there is", async () => {
  const wasm = model(64, [...nested(op.block, 150), ...zero], []);
  const opened = openModule(wasm);
  const { refused } = await predictNeeds(wasm, opened, loadBoard("mps2-an386"));
  assert.is(refused, "bad-model");
  assert.is((await predictFit(wasm, opened, loadBoard("mps2-an386"))).fits, false);
});

test("a model that is too large is told how much would be enough", async () => {
  const board = loadBoard("pico");
  const wasm = makeModel("large", sumOfCalls([1]), {
    memoryBytes: board.ramBytes,
    memory: [1, 8, 8],
    functions: [longSum(3)],
  });
  const { ram } = await predictNeeds(wasm, openModule(wasm), board);
  assert.ok(ram.totalBytes > ram.availableBytes && ram.totalBytes < ram.availableBytes + 16_384);
  const roomy = { ...board, ramBytes: ram.totalBytes };
  const { ram: enough } = await predictNeeds(wasm, openModule(wasm), roomy);
  assert.ok(enough.totalBytes <= roomy.ramBytes);
});

test.run();
