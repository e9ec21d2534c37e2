import { type Manifest, manifestVersion } from "../../host/package/manifest.js";
import { packageModule } from "../../host/package/package.js";
import { encodeLeb128 } from "../../host/wasm/writer.js";

/** WebAssembly instructions, by the specification's chapter 5.4. */
const op = {
  unreachable: 0x00,
  loop: 0x03,
  if: 0x04,
  br: 0x0c,
  end: 0x0b,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  get: 0x20,
} as const;
const i32 = { load: 0x28, store: 0x36, const: 0x41, eq: 0x46, add: 0x6a } as const;
const emptyBlock = 0x40;
const typeI32 = 0x7f;

/** Bodies of functions (i32, i32) -> i32, without locals; `run(first, last)` is one. */
export const bodies = {
  /** Returns last - first, as first + ... would not: last + first. */
  sum: [op.get, 0, op.get, 1, i32.add],
  trap: [op.unreachable],
  endless: [op.loop, emptyBlock, op.br, 0, op.end, i32.const, 0],
  /** Likewise, where nothing is returned. */
  endlessNothing: [op.loop, emptyBlock, op.br, 0, op.end],
  recursive: [op.get, 0, op.get, 1, op.call, 0, i32.const, 1, i32.add],
  /** Where first is last, 1; else as many calls of itself so as would fill any C stack if each left a frame, then 7. */
  calls: [
    ...[op.get, 0, op.get, 1, i32.eq, op.if, emptyBlock, i32.const, 1, op.return, op.end],
    ...Array.from({ length: 200 }, () => [op.get, 0, op.get, 0, op.call, 0, op.drop]).flat(),
    ...[i32.const, 7],
  ],
  outOfBounds: [i32.const, 0x7f, i32.load, 2, 0],
  /** Loops nested deeper than any C stack. */
  nested: [
    ...Array.from({ length: 150 }, () => [op.loop, emptyBlock]).flat(),
    ...Array.from({ length: 150 }, () => op.end),
    i32.const,
    0,
  ],
  /** What memory.grow(-1) gives, and 100 for each page of memory; loads from address 0 between. */
  shrinking: [
    ...[i32.const, 0x7f, 0x40, 0, i32.const, 0, i32.load, 2, 0, op.drop],
    ...[0x3f, 0, i32.const, 0xe4, 0, 0x6c, i32.add],
  ],
  /** f32.const 0, dropped. */
  float: [0x43, 0, 0, 0, 0, op.drop, i32.const, 0],
} as const satisfies Record<string, readonly number[]>;

const section = (id: number, bytes: readonly number[]): number[] => [
  id,
  ...encodeLeb128(bytes.length),
  ...bytes,
];
const text = (value: string): number[] => [value.length, ...Buffer.from(value, "latin1")];

/** A function type without parameters whose results are that many i32. */
export function severalResults(count: number): number[] {
  return [0x60, 0, count, ...Array.from({ length: count }, () => typeI32)];
}

/** The sum of what the functions of these indices return for the same arguments. */
export function sumOfCalls(indices: readonly number[]): number[] {
  const call = (index: number): number[] => [op.get, 0, op.get, 1, op.call, index];
  return [i32.const, 0, ...indices.flatMap((index) => [...call(index), i32.add])];
}

/** (first, last) -> last + additions * first, as that many additions. */
export function longSum(additions: number): number[] {
  return [op.get, 1, ...Array.from({ length: additions }, () => [op.get, 0, i32.add]).flat()];
}

/** What a module without custom sections is made of. */
interface ModuleChanges {
  /** Locals of `run` besides its parameters, encoded: none unless told. */
  locals?: readonly number[];
  /** Bodies of the functions of index 1, 2, ... */
  functions?: readonly (readonly number[])[];
  /** More function types, encoded. */
  types?: readonly (readonly number[])[];
  /** The type of those functions: that of `run`, which is 0, unless told. */
  functionType?: number;
  /** The memory's limits, encoded: one page, which is fixed, unless told. */
  memory?: readonly number[];
  /** More sections by id, encoded with id and length. */
  more?: readonly { id: number; bytes: readonly number[] }[];
  /** What the memory is exported as: "memory" unless told. */
  memoryName?: string;
  /** Names and kinds of the exports besides it; `run`, a function, unless told. They have index 0 unless told. */
  exports?: readonly { name: string; kind: number; index?: number }[];
}

/** A module of one memory whose exported function `run`, of index 0, has this body. */
export function makeModule(body: readonly number[], changes: ModuleChanges = {}): Uint8Array {
  const {
    functions = [],
    types = [],
    memory = [1, 1, 1],
    more = [],
    functionType = 0,
    locals = [0],
  } = changes;
  const { exports = [{ name: "run", kind: 0 }], memoryName = "memory" } = changes;
  const codes = [body, ...functions].map((each, i) => [...(i === 0 ? locals : [0]), ...each, op.end]);
  const exported: typeof exports = [...exports, { name: memoryName, kind: 2 }];
  const sections = [
    { id: 1, bytes: [types.length + 1, 0x60, 2, typeI32, typeI32, 1, typeI32, ...types.flat()] },
    { id: 3, bytes: [codes.length, 0, ...functions.map(() => functionType)] },
    { id: 5, bytes: [1, ...memory] },
    {
      id: 7,
      bytes: [
        exported.length,
        ...exported.flatMap(({ name, kind, index = 0 }) => [...text(name), kind, index]),
      ],
    },
    { id: 10, bytes: [codes.length, ...codes.flatMap((code) => [...encodeLeb128(code.length), ...code])] },
    ...more,
  ].sort((a, b) => a.id - b.id);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...sections.flatMap(({ id, bytes }) => section(id, bytes)),
  ]);
}

/**
 * A model file around one body, with an input of 8 int8 at address 16 and an output of 8 int8 at the same place.
 *
 * @param weightBytes length of the weights, which are the numbers 0, 1, ... modulo 251
 */
export function makeModel(
  name: string,
  body: readonly number[],
  changes: Partial<Manifest> & ModuleChanges & { weightBytes?: number } = {},
): Uint8Array {
  const {
    weightBytes = 0,
    locals,
    functions,
    types,
    functionType,
    memory,
    more,
    exports,
    memoryName,
    ...manifestChanges
  } = changes;
  const module = makeModule(body, {
    locals,
    functions,
    types,
    functionType,
    memory,
    more,
    exports,
    memoryName,
  });
  const tensor = { dtype: "int8", shape: [8], address: 16 } as const;
  const manifest: Manifest = {
    version: manifestVersion,
    name,
    inputs: [{ name: "in", ...tensor, shape: [8] }],
    outputs: [{ name: "out", ...tensor, shape: [8] }],
    memoryBytes: 64,
    steps: [{ name: "one", operator: "made", macs: 0, weightBytes: 0 }],
    imports: { required: [], optional: [] },
    ...manifestChanges,
  };
  return packageModule(
    module,
    manifest,
    Uint8Array.from({ length: weightBytes }, (_, i) => i % 251),
  );
}

/** Address of the variable that a stateful model counts in. */
const counter = 40;

/**
 * A model that keeps state: `run` counts its calls and returns how many they were, 100 more after each `reset`. Step 1
 * traps, step 2 never ends.
 */
export function makeStatefulModel(
  name: string,
  reset: readonly number[] = [i32.const, 0, i32.const, 0xe4, 0, i32.store, 2, counter],
): Uint8Array {
  const value = [i32.const, 0, i32.load, 2, counter];
  const ifFirst = (step: number, body: readonly number[]) => [
    ...[op.get, 0, i32.const, step, i32.eq, op.if, emptyBlock, ...body, op.end],
  ];
  const run = [
    ...[i32.const, 0, ...value, i32.const, 1, i32.add, i32.store, 2, counter],
    ...ifFirst(1, [op.unreachable]),
    ...ifFirst(2, [op.loop, emptyBlock, op.br, 0, op.end]),
    ...value,
  ];
  const step = { name: "one", operator: "made", macs: 0, weightBytes: 0 };
  return makeModel(name, run, {
    types: [[0x60, 0, 0]],
    functions: [reset],
    functionType: 1,
    exports: [
      { name: "run", kind: 0 },
      { name: "reset", kind: 0, index: 1 },
    ],
    steps: [step, step, step],
    variables: [{ name: "calls", dtype: "int32", shape: [1], address: counter }],
  });
}
