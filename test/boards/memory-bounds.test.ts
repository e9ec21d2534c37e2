import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import { Device } from "../../host/device/device.js";
import { preloadedFlash } from "../../host/device/emulators/preload.js";
import { startQemu } from "../../host/device/emulators/qemu.js";
import { WasmoteError } from "../../host/errors.js";
import { encodeLeb128 } from "../../host/wasm/writer.js";
import { availableBoards, firmwareOf } from "./emulators.js";
import { makeModel } from "./made-modules.js";

/** Linear memory, with the input of 32 bytes at its end: an address, a selector, and bytes to load. */
const memoryBytes = 65536;
const input = { address: memoryBytes - 32, bytes: 32 } as const;

/** WebAssembly instructions, by the specification's chapter 5.4. */
const op = { if: 0x04, end: 0x0b, return: 0x0f, get: 0x20, set: 0x21, wrap: 0xa7, extend: 0xac } as const;
const i32 = { load: 0x28, const: 0x41, eq: 0x46, add: 0x6a, and: 0x71, mul: 0x6c } as const;
const i64 = { load: 0x29, const: 0x42, mul: 0x7e, shiftRight: 0x88 } as const;

interface Operation {
  code: number;
  bytes: number;
  wide: boolean;
}

const operation = (code: number, bytes: number, wide: boolean): Operation => ({ code, bytes, wide });
const loads = [
  ...[
    operation(0x28, 4, false),
    operation(0x2c, 1, false),
    operation(0x2d, 1, false),
    operation(0x2e, 2, false),
  ],
  ...[
    operation(0x2f, 2, false),
    operation(0x29, 8, true),
    operation(0x30, 1, true),
    operation(0x31, 1, true),
  ],
  ...[operation(0x32, 2, true), operation(0x33, 2, true), operation(0x34, 4, true), operation(0x35, 4, true)],
];
const stores = [
  ...[operation(0x36, 4, false), operation(0x3a, 1, false), operation(0x3b, 2, false)],
  ...[operation(0x37, 8, true), operation(0x3c, 1, true), operation(0x3d, 2, true), operation(0x3e, 4, true)],
];
const offsets = [0, 5, 0xffffffff];

/** A signed LEB128 number. */
function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    if ((value === 0n && low < 0x40) || (value === -1n && low >= 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const constant = (value: number): number[] => [i32.const, ...signedLeb(BigInt(value))];
/** i64 -> i32, from all bits. */
const mix = [i64.const, ...signedLeb(-0x61c8864680b583ebn), i64.mul, i64.const, 32, i64.shiftRight, op.wrap];
/** Local 0, where wasm3 has it in a slot or in its register. */
const inSlot = [op.get, 0];
const inRegister = [op.get, 0, ...constant(0), i32.add];

interface Access {
  bytes: number;
  offset: number;
  code: number[];
}

/** Every load and store with every offset, base and value in slots and in wasm3's register, with an i32 as result. */
const accesses: Access[] = offsets.flatMap((offset) => {
  const immediate = [0, ...encodeLeb128(offset)];
  const reload = [
    ...inSlot,
    ...constant(offset | 0),
    i32.add,
    ...constant(0xfff8),
    i32.and,
    i64.load,
    0,
    0,
    ...mix,
  ];
  return [
    ...loads.flatMap(({ code, bytes, wide }) =>
      [inSlot, inRegister].map((base) => ({
        bytes,
        offset,
        code: [...base, code, ...immediate, ...(wide ? mix : [])],
      })),
    ),
    ...stores.flatMap(({ code, bytes, wide }) => {
      const value = wide ? [i64.const, ...signedLeb(0x1122334455667788n)] : constant(0x55667788);
      const computed = [op.get, 1, ...constant(0x1234567), i32.mul, ...(wide ? [op.extend] : [])];
      return [
        [...inSlot, ...value],
        [...inSlot, ...computed],
        [...inRegister, ...value],
      ].map((operands) => ({ bytes, offset, code: [...operands, code, ...immediate, ...reload] }));
    }),
  ];
});

const body = [
  ...[0, 1].flatMap((local) => [...constant(input.address + 4 * local), i32.load, 2, 0, op.set, local]),
  ...accesses.flatMap(({ code }, selector) => [
    ...[op.get, 1, ...constant(selector), i32.eq, op.if, 0x40],
    ...[...code, op.return, op.end],
  ]),
  ...constant(-1),
];

const tensor = { dtype: "int8", shape: [input.bytes], address: input.address } as const;
const model = makeModel("bounds", body, {
  memoryBytes,
  inputs: [{ name: "in", ...tensor, shape: [input.bytes] }],
  outputs: [{ name: "out", ...tensor, shape: [input.bytes] }],
});

const inputOf = (base: number, selector: number): Uint8Array => {
  const bytes = Uint8Array.from({ length: input.bytes }, (_, i) => (i * 37 + 129) & 0xff);
  new DataView(bytes.buffer).setUint32(0, base, true);
  new DataView(bytes.buffer).setUint32(4, selector, true);
  return bytes;
};

/** Addresses around the end of memory and of 32 bits. */
const basesOf = ({ bytes, offset }: Access): number[] => {
  const last = memoryBytes - bytes - (offset < memoryBytes ? offset : 0);
  return offset < memoryBytes ? [last - 3, last, last + 1, 0xffffffff] : [0, 1, last];
};

function onNode(): { run(base: number, selector: number): number | undefined } {
  const module = new WebAssembly.Module(Uint8Array.from(model));
  let instance: WebAssembly.Instance | undefined;
  return {
    run(base, selector) {
      instance ??= new WebAssembly.Instance(module);
      const { memory, run } = instance.exports as {
        memory: WebAssembly.Memory;
        run(first: number, last: number): number;
      };
      new Uint8Array(memory.buffer).set(inputOf(base, selector), input.address);
      try {
        return run(0, 1);
      } catch {
        instance = undefined;
        return undefined;
      }
    },
  };
}

async function onBoard(board: Board): Promise<Device> {
  if (board.emulator?.kind !== "qemu") throw new Error(`${board.id} is not run in QEMU`);
  const { files } = await firmwareOf(board);
  const device = new Device(startQemu(board.id, board.emulator, files.elf, preloadedFlash(board, model)), {
    timeoutMillis: 10_000,
  });
  await device.echo("begun", { timeoutMillis: 200, attempts: 100 });
  return device;
}

for (const board of availableBoards(["mps2-an386", "qemu-rv32"])) {
  test(`${board.id}: loads and stores at the end of memory give and trap as on Node.js`, async () => {
    const device = await onBoard(board);
    const node = onNode();
    let traps = 0;
    try {
      for (const [selector, access] of accesses.entries()) {
        for (const base of basesOf(access)) {
          await device.writeInput(0, inputOf(base, selector));
          const expected = node.run(base, selector);
          const answer = await device.run(0, 1).catch((error: unknown) => error);
          const what = `access ${selector} at ${base} + ${access.offset}`;
          if (expected !== undefined) assert.is((answer as { code?: number }).code, expected, what);
          else {
            assert.instance(answer, WasmoteError, what);
            assert.is((answer as WasmoteError).code, "board-trap", what);
            traps++;
          }
        }
      }
    } finally {
      await device.close();
    }
    assert.ok(traps > accesses.length);
  });
}

test.run();
