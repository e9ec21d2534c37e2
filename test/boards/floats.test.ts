import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Board } from "../../host/boards/index.js";
import type { Device } from "../../host/device/device.js";
import { startEmulator } from "../../host/device/emulators/index.js";
import type { WasmoteError } from "../../host/errors.js";
import { buildFirmware } from "../../host/firmware/build.js";
import type { Graph } from "../../host/graph/graph.js";
import { packageKernels } from "../../host/kernels/library.js";
import { linkProgram } from "../../host/link/link.js";
import { loweringOf } from "../../host/lower/index.js";
import { lowerGraph } from "../../host/lower/lower.js";
import { makeManifest } from "../../host/package/make-manifest.js";
import { openModule } from "../../host/package/open.js";
import { packageModule } from "../../host/package/package.js";
import { planMemory } from "../../host/plan/plan.js";
import { deployModel } from "../../host/run/board.js";
import { openRunner } from "../../host/run/index.js";
import { usesFloats } from "../../host/wasm/floats.js";
import { encodeLeb128, encodeSignedLeb128 } from "../../host/wasm/writer.js";
import { plain, quantized } from "../ops/quantized-tensors.js";
import { availableBoards, emulatedBoards, firmwareOf } from "./emulators.js";
import { makeModel } from "./made-modules.js";

/** WebAssembly instructions, by the specification's chapter 5.4. */
const op = {
  ...{ loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, branchIf: 0x0d, return: 0x0f, call: 0x10, select: 0x1b },
  ...{ get: 0x20, set: 0x21, globalGet: 0x23, globalSet: 0x24, reinterpret32: 0xbc, reinterpret64: 0xbd },
} as const;
const i32 = { load: 0x28, store: 0x36, const: 0x41, eq: 0x46, lessUnsigned: 0x49, add: 0x6a } as const;
const i64 = { load: 0x29, store: 0x37, const: 0x42, mul: 0x7e, xor: 0x85, extendUnsigned: 0xad } as const;
const typeI64 = 0x7e;
const emptyBlock = 0x40;

const constant = (value: number): number[] => [i32.const, ...encodeSignedLeb128(value)];
const at = (offset: number): number[] => [0, ...encodeLeb128(offset)];
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** What the numbers of a case are, where they lie in it, and the locals that they are loaded to. */
const caseBytes = 32;
const f32 = { type: 0x7d, load: 0x2a, store: 0x38, notEqual: 0x5c, bytes: 4 } as const;
const f64 = { type: 0x7c, load: 0x2b, store: 0x39, notEqual: 0x62, bytes: 8 } as const;
const locals = {
  a32: 2,
  b32: 3,
  a64: 4,
  b64: 5,
  n32: 6,
  n64: 7,
  factor: 8,
  r32: 9,
  r64: 10,
  at: 11,
} as const;
const localTypes = [7, ...[2, f32.type, 2, f64.type, 1, 0x7f, 2, typeI64, 1, f32.type, 1, f64.type, 1, 0x7f]];

/** A value, as wasm3 has it in a slot and in a register. */
const operand = (local: number, load: number, offset: number) => ({
  slot: [op.get, local],
  register: [op.get, locals.at, load, ...at(offset)],
});
const operands = {
  f32: [operand(locals.a32, f32.load, 0), operand(locals.b32, f32.load, 4)],
  f64: [operand(locals.a64, f64.load, 8), operand(locals.b64, f64.load, 16)],
  i32: operand(locals.n32, i32.load, 24),
  i64: operand(locals.n64, i64.load, 24),
} as const;
/** Parameter 1 of `run`, which is 1, as an address. */
const base = { slot: [op.get, 1], register: [op.get, 1, ...constant(0), i32.add] } as const;
const scratch = 40;

type Type = "i32" | "i64" | "f32" | "f64";

/** Code that leaves a value. Of arithmetic, which NaN it is is the engine's own matter; what only moves bits keeps them. */
interface Result {
  name: string;
  code: number[];
  type: Type;
  keepsBits?: boolean;
}

const hex = (code: readonly number[]): string => code.map((byte) => byte.toString(16)).join(" ");
const forms = ["slot", "register"] as const;

const results: Result[] = (["f32", "f64"] as const).flatMap((type): Result[] => {
  const { load, store } = type === "f32" ? f32 : f64;
  const [a, b] = operands[type];
  const pairs = [
    { form: "ss", code: [...a!.slot, ...b!.slot] },
    { form: "sr", code: [...a!.slot, ...b!.register] },
    { form: "rs", code: [...a!.register, ...b!.slot] },
  ];
  const [compare, unary, binary] =
    type === "f32" ? [0x5b, 0x8b, 0x92] : ([0x61, 0x99, 0xa0] as [number, number, number]);
  const signs = [unary, unary + 1, binary + 6];
  const other = type === "f32" ? 0xb6 : 0xbb;
  const global = type === "f32" ? 0 : 1;
  const from = operands[type === "f32" ? "f64" : "f32"][0]!;
  const [convert, reinterpret, reinterpreted] =
    type === "f32" ? [0xb2, op.reinterpret32, 0xbe] : ([0xb7, op.reinterpret64, 0xbf] as const);
  const bits = type === "f32" ? ("i32" as const) : ("i64" as const);
  const truncations = type === "f32" ? [0, 1, 4, 5] : [2, 3, 6, 7];
  return [
    ...pairs.flatMap(({ form, code }): Result[] => [
      ...range(compare, compare + 5).map(
        (each): Result => ({ name: `${hex([each])} ${form}`, code: [...code, each], type: "i32" }),
      ),
      ...range(binary, binary + 6).map(
        (each): Result => ({
          name: `${hex([each])} ${form}`,
          code: [...code, each],
          type,
          keepsBits: signs.includes(each),
        }),
      ),
      ...forms.map(
        (condition): Result => ({
          name: `${type} select ${form} ${condition}`,
          code: [...code, ...operands.i32[condition], op.select],
          type,
          keepsBits: true,
        }),
      ),
    ]),
    ...forms.flatMap((form): Result[] => [
      ...range(unary, unary + 6).map(
        (each): Result => ({
          name: `${hex([each])} ${form}`,
          code: [...a![form], each],
          type,
          keepsBits: signs.includes(each),
        }),
      ),
      ...truncations.map(
        (each): Result => ({
          name: `fc ${each} ${form}`,
          code: [...a![form], 0xfc, each],
          type: each < 4 ? "i32" : "i64",
        }),
      ),
      ...range(0, 3).map(
        (each): Result => ({
          name: `${hex([convert + each])} ${form}`,
          code: [...operands[each < 2 ? "i32" : "i64"][form], convert + each],
          type,
        }),
      ),
      { name: `${hex([other])} ${form}`, code: [...from[form], other], type },
      { name: `${type} bits ${form}`, code: [...a![form], reinterpret], type: bits },
      {
        name: `${type} of bits ${form}`,
        code: [...operands[bits][form], reinterpreted],
        type,
        keepsBits: true,
      },
      {
        name: `${type} global ${form}`,
        code: [...a![form], op.globalSet, global, op.globalGet, global],
        type,
        keepsBits: true,
      },
      {
        name: `${type} block ${form}`,
        code: [
          ...operands.i32.slot,
          ...[op.if, type === "f32" ? f32.type : f64.type],
          ...[...a![form], op.else, ...b![form], op.end],
        ],
        type,
        keepsBits: true,
      },
      ...forms.map(
        (address): Result => ({
          name: `${type} store ${form} at ${address}`,
          code: [
            ...[...base[address], ...a![form], store, ...at(scratch)],
            ...[...base[address], load, ...at(scratch)],
          ],
          type,
          keepsBits: true,
        }),
      ),
    ]),
  ];
});
results.push({
  name: "call",
  code: [...operands.f32[0]!.register, ...operands.f64[1]!.slot, op.call, 1],
  type: "f64",
});

/** The value as an i64: its bits, one NaN for all unless bits are kept. */
function asI64({ code, type, keepsBits }: Result): number[] {
  if (type === "i64") return code;
  if (type === "i32") return [...code, i64.extendUnsigned];
  const [local, reinterpret, notEqual, nan] =
    type === "f32"
      ? [locals.r32, op.reinterpret32, f32.notEqual, constant(0x7fc00000)]
      : ([locals.r64, op.reinterpret64, f64.notEqual, [i64.const, 0x7f]] as const);
  const wide = type === "f32" ? [i64.extendUnsigned] : [];
  const bits = [op.get, local, reinterpret];
  if (keepsBits) return [...code, op.set, local, ...bits, ...wide];
  const isNan = [op.get, local, op.get, local, notEqual];
  return [...code, op.set, local, ...nan, ...bits, ...isNan, op.select, ...wide];
}

const caseCount = 300;
const input = { address: 64, bytes: caseCount * caseBytes } as const;
const output = { address: input.address + input.bytes, bytes: 8 * results.length } as const;

/** For every case, each result's hash becomes hash * factor ^ result. */
const body = [
  ...[i64.const, 0xb5, 0xe6, 0xcd, 0xec, 0x06, op.set, locals.factor],
  ...[...constant(input.address), op.set, locals.at],
  ...[op.loop, emptyBlock],
  ...[...operands.f32, ...operands.f64, operands.i32, operands.i64].flatMap(({ register, slot }) => [
    ...[...register, op.set, slot[1]!],
  ]),
  ...results.flatMap((result, i) => [
    ...[
      ...constant(0),
      ...constant(0),
      i64.load,
      ...at(output.address + 8 * i),
      op.get,
      locals.factor,
      i64.mul,
    ],
    ...[...asI64(result), i64.xor, i64.store, ...at(output.address + 8 * i)],
  ]),
  ...[op.get, locals.at, ...constant(caseBytes), i32.add, op.set, locals.at],
  ...[op.get, locals.at, ...constant(output.address), i32.lessUnsigned, op.branchIf, 0, op.end],
  ...constant(0),
];

const int8 = (name: string, { address, bytes }: { address: number; bytes: number }) => ({
  name,
  dtype: "int8" as const,
  shape: [bytes],
  address,
});
const model = makeModel("floats", body, {
  locals: localTypes,
  types: [[0x60, 2, f32.type, f64.type, 1, f64.type]],
  functions: [[op.get, 0, 0xbb, op.get, 1, 0xa0]],
  functionType: 1,
  more: [
    {
      id: 6,
      bytes: [
        2,
        ...[f32.type, 1, 0x43, 0, 0, 0, 0, op.end],
        ...[f64.type, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, op.end],
      ],
    },
  ],
  memoryBytes: output.address + output.bytes,
  inputs: [int8("in", input)],
  outputs: [int8("out", output)],
});

/** A generator of 32 random bits. Source: Marsaglia, "Xorshift RNGs", 2003. */
function randomBits(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Zeros, infinities, NaN with bits of its own, subnormal numbers, halves, and the ends of the integers' ranges. */
const edges = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.1, 1 / 3, 0.49999997, 0.49999999999999994],
  ...[8388607.5, 8388609, 16777217, 4503599627370495.5, 2 ** 53 + 2, Infinity, -Infinity],
  ...[
    2 ** 31,
    2 ** 31 - 1,
    2 ** 31 - 128,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -(2 ** 31) - 256,
    2 ** 32,
    2 ** 32 - 256,
  ],
  ...[
    2 ** 63,
    2 ** 63 - 2 ** 39,
    -(2 ** 63),
    -(2 ** 63) - 2 ** 40,
    2 ** 64,
    2 ** 64 - 2 ** 40,
    2 ** 53,
    -1.0000001,
  ],
  ...[
    1.17549435e-38, 1.1754942e-38, 1.4e-45, -1e-40, 3.4028235e38, -3.4028235e38, 3.40282356e38, 7e-46,
    2.1e-45,
  ],
  ...[2.2250738585072014e-308, 2.225073858507201e-308, 5e-324, -1e-310, 1.7976931348623157e308],
];
const nans32 = [0x7fc00000, 0xffc00000, 0x7fa12345, 0xff812345];
const nans64 = [0x7ff8000000000000n, 0xfff8000000000000n, 0x7ff4123456789abcn, 0xfff0000000000001n];
const integers = [
  ...[
    0n,
    1n,
    -1n,
    0x7fffffffn,
    -0x80000000n,
    0xffffffffn,
    16777217n,
    0x7fffffffffffffffn,
    -0x8000000000000000n,
  ],
  ...[0x4000004000000001n, 0x4000003fffffffffn, 0x20000000000001n, 0x40000000000003n, -0x7fffff7fffffffffn],
];

function casesOf(seed: number): Uint8Array {
  const random = randomBits(seed);
  const view = new DataView(new ArrayBuffer(input.bytes));
  const pick = <T>(list: readonly T[]): T => list[random() % list.length] as T;
  for (let at = 0; at < input.bytes; at += caseBytes) {
    for (const offset of [0, 4]) {
      const kind = random() % 8;
      if (kind === 0) view.setUint32(at + offset, pick(nans32), true);
      else if (kind < 4) view.setFloat32(at + offset, pick(edges), true);
      else if (kind < 5) view.setUint32(at + offset, random(), true);
      else view.setUint32(at + offset, (random() & 0x83ffffff) + 0x3e000000, true);
    }
    for (const offset of [8, 16]) {
      const kind = random() % 8;
      if (kind === 0) view.setBigUint64(at + offset, pick(nans64), true);
      else if (kind < 4) view.setFloat64(at + offset, pick(edges), true);
      else {
        view.setUint32(at + offset, random(), true);
        view.setUint32(at + offset + 4, kind < 5 ? random() : (random() & 0x807fffff) + 0x3fc00000, true);
      }
    }
    if (random() % 8 === 0) {
      // Thumb-2 code of libgcc is wrong where exponents differ by 33.
      const other = view.getFloat64(at + 8, true);
      const sign = random() % 2 === 0 ? -1 : 1;
      view.setFloat64(at + 16, sign * other * 2 ** -33 * (1 + random() / 2 ** 32), true);
    }
    if (random() % 2 === 0) view.setBigInt64(at + 24, pick(integers), true);
    else {
      view.setUint32(at + 24, random(), true);
      view.setUint32(at + 28, random() >>> (random() % 32), true);
    }
  }
  return new Uint8Array(view.buffer);
}

interface Exports {
  memory: WebAssembly.Memory;
  run(first: number, last: number): number;
}

function onNode(module: Uint8Array): Exports {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module)));
  return instance.exports as unknown as Exports;
}

/** The trapping truncations, 0xa8 to 0xb1 without what lies between: run(i, 1) is number i of the input's numbers. */
const truncations = [
  ...[0xa8, 0xa9, 0xae, 0xaf].map((code) => ({ code, load: f32.load, offset: 0 })),
  ...[0xaa, 0xab, 0xb0, 0xb1].map((code) => ({ code, load: f64.load, offset: 8 })),
];
const truncating = makeModel(
  "truncating",
  [
    ...truncations.flatMap(({ code, load, offset }, i) => [
      ...[op.get, 0, ...constant(i), i32.eq, op.if, emptyBlock, ...constant(0)],
      ...[...constant(16), load, ...at(offset), code, ...(code >= 0xae ? [] : [i64.extendUnsigned])],
      ...[i64.store, ...at(16), ...constant(0), op.return, op.end],
    ]),
    ...constant(1),
  ],
  {
    inputs: [int8("in", { address: 16, bytes: 16 })],
    outputs: [int8("out", { address: 16, bytes: 8 })],
    steps: truncations.map(() => ({ name: "one", operator: "made", macs: 0, weightBytes: 0 })),
  },
);

async function withModel(
  board: Board,
  wasm: Uint8Array,
  use: (device: Device) => Promise<void>,
): Promise<void> {
  const { files } = await firmwareOf(board);
  const device: Device = await startEmulator(board, files, { model: wasm });
  try {
    if (!(await device.images()).some(({ active }) => active))
      await device.activate(await device.upload(wasm));
    await use(device);
  } finally {
    await device.close();
  }
}

for (const board of availableBoards([...emulatedBoards, "pico"])) {
  test(`${board.id}: every operation on floats gives the bits of Node.js`, async () => {
    await withModel(board, model, async (device) => {
      const cases = casesOf(20260807);
      const node = onNode(model);
      const memory = new Uint8Array(node.memory.buffer);
      memory.set(cases, input.address);
      node.run(0, 1);
      await device.writeInput(0, cases);
      await device.run(0, 1);
      const found = await device.readOutput(0, output.bytes);
      const wrong = results.filter((_, i) =>
        found.subarray(8 * i, 8 * i + 8).some((byte, j) => byte !== memory[output.address + 8 * i + j]),
      );
      assert.equal(
        wrong.map(({ name }) => name),
        [],
      );
    });
  });

  test(`${board.id}: floats are truncated, and trap, as on Node.js`, async () => {
    await withModel(board, truncating, async (device) => {
      let traps = 0;
      for (const [i, { offset }] of truncations.entries()) {
        for (const value of [
          2 ** 31,
          2 ** 32,
          2 ** 63,
          2 ** 64,
          NaN,
          -1,
          -0.75,
          -(2 ** 31) - 1,
          -(2 ** 64),
          1.75,
        ]) {
          const bytes = new Uint8Array(16);
          const view = new DataView(bytes.buffer);
          if (offset === 0) view.setFloat32(0, value, true);
          else view.setFloat64(8, value, true);
          const node = onNode(truncating);
          new Uint8Array(node.memory.buffer).set(bytes, 16);
          let expected: Uint8Array | undefined;
          try {
            node.run(i, 8);
            expected = new Uint8Array(node.memory.buffer, 16, 8);
          } catch {
            traps++;
          }
          await device.writeInput(0, bytes);
          const what = `truncation ${i} of ${value}`;
          const answer = await device.run(i, truncations.length).catch((error: unknown) => error);
          if (expected === undefined) assert.is((answer as WasmoteError).code, "board-trap", what);
          else assert.equal(await device.readOutput(0, 8), Uint8Array.from(expected), what);
        }
      }
      assert.ok(traps > truncations.length);
    });
  });
}

/** A model that quantizes its float32 input and dequantizes that: the float kernels of the library. */
function kernelModel(elements: number): Uint8Array {
  const scale = { scale: 0.0371, zeroPoint: -17 };
  const graph: Graph = {
    name: "kernels",
    tensors: [plain([elements]), quantized([elements], scale.scale, scale.zeroPoint), plain([elements])],
    nodes: [
      { name: "q", operator: "quantize", attributes: {}, inputs: [0], outputs: [1] },
      { name: "d", operator: "dequantize", attributes: {}, inputs: [1], outputs: [2] },
    ],
    inputs: [0],
    outputs: [1, 2],
  };
  const plan = planMemory(graph, loweringOf);
  const program = lowerGraph(graph, plan);
  const { code, ...linked } = linkProgram(program, packageKernels());
  const manifest = makeManifest({ model: graph, graph, plan, program, ...linked, inputs: [] });
  return packageModule(code, manifest, program.weights);
}

for (const board of availableBoards([...emulatedBoards, "pico"])) {
  test(`${board.id}: the library's float kernels give the bytes of Node.js`, async () => {
    const random = randomBits(7);
    const halves = range(-150, 150).map((i) => (i + 0.5) * 0.0371);
    const given = Float32Array.from([
      ...edges,
      ...halves,
      ...range(1, 300).map(() => (random() / 2 ** 32 - 0.5) * 20),
    ]);
    const input = new Uint8Array(given.buffer);
    const wasm = kernelModel(given.length);
    assert.ok(usesFloats(wasm));
    const opened = openModule(wasm);
    const node = await openRunner("node", wasm, opened, { tier: "portable" });
    node.writeInput(0, input);
    node.run();
    await withModel(board, wasm, async (device) => {
      await device.writeInput(0, input);
      await device.run(0, 2);
      for (const i of [0, 1]) {
        const expected = Uint8Array.from(node.readOutput(i));
        assert.equal(await device.readOutput(i, expected.length), expected, `output ${i}`);
      }
    });
    node.close();
  });
}

for (const board of availableBoards(["mps2-an385"])) {
  test("firmware without floats refuses a model that has them, and the host before it is sent", async () => {
    const { files } = await buildFirmware({ ...board, floats: false });
    const device = await startEmulator(board, files);
    try {
      assert.is((await device.status()).floats, false);
      const error = await deployModel(device, truncating, openModule(truncating)).catch(
        (each: unknown) => each,
      );
      assert.is((error as WasmoteError).code, "board-floats");
      assert.equal(await device.images(), []);
      const hash = await device.upload(truncating);
      const answer = await device.activate(hash).catch((each: unknown) => each);
      assert.is((answer as WasmoteError).code, "board-abi");
    } finally {
      await device.close();
    }
  });
}

test.run();
