import { unsignedLeb } from "./plain-leb128.js";
import {
  type Callable,
  constant,
  i32,
  i64,
  type NumberType,
  numberTypes,
  type RandomBody,
  randomBody,
  type Signature,
  type Surroundings,
} from "./random-body.js";
import { type Choices, choices } from "./random-numbers.js";

/** A function that a library imports. */
export interface RandomImport {
  module: string;
  name: string;
  signature: Signature;
}

/** What kernels reach in their library. */
export interface Reached {
  /** Imports as "module.name", in the library's order; one that is there twice may be reached twice. */
  imports: string[];
  /** How many functions, imports not counted. */
  functions: number;
  globals: number;
}

/** A module like a library of kernels. */
export interface RandomLibrary {
  wasm: Uint8Array;
  /** Pages of its memory, which cannot grow. */
  pages: number;
  /** Names of the kernels exported, each one once. */
  kernels: string[];
  imports: readonly RandomImport[];
  /** What these kernels reach, by what the generator has written. */
  reach(kernels: Iterable<string>): Reached;
}

const kernelSignature: Signature = { parameters: [i32, i32], results: [] };
const recursiveSignature: Signature = { parameters: [i32], results: [i32] };

/** Imports that a library may have. Their modules and names need not be ASCII. */
const importable: readonly RandomImport[] = [
  { module: "wasmote", name: "read_weights", signature: { parameters: [i32, i32, i32], results: [] } },
  { module: "env", name: "größe", signature: { parameters: [], results: [i32] } },
  { module: "env", name: "mix", signature: { parameters: [i64, 0x7d, 0x7c], results: [i64] } },
  { module: "env", name: "real", signature: { parameters: [i32], results: [0x7c] } },
  { module: "host.log", name: "", signature: { parameters: [0x7d], results: [] } },
];

interface WrittenFunction {
  signature: Signature;
  body: RandomBody;
}

const sameSignature = (a: Signature, b: Signature): boolean =>
  `${a.parameters} ${a.results}` === `${b.parameters} ${b.results}`;

/**
 * The types of a library: those that it needs, others, and some twice. None has more than two results, which wasm3 mixes
 * up where a block gives three of integers and floating-point numbers.
 */
function randomTypes(choose: Choices, needed: readonly Signature[], count: number): Signature[] {
  const some = (limit: number): NumberType[] =>
    Array.from({ length: choose.below(limit + 1) }, () => choose.pick(numberTypes));
  const others = Array.from({ length: count }, () => ({ parameters: some(4), results: some(2) }));
  return choose.shuffle([...needed, ...others, ...(choose.chance(0.5) ? [choose.pick(needed)] : [])]);
}

/** A function that calls itself, or another that calls it, at most seven times. */
function recursiveBody(choose: Choices, next: number): RandomBody {
  const address = [0x41, 0];
  const count = [0x20, 0, 0x41, 7, 0x71, 0x22, 0];
  const enough = [0x45, 0x04, 0x40, 0x41, choose.below(64), 0x0f, 0x0b];
  const trace = [...address, 0x20, 0, 0x36, 2, ...unsignedLeb(choose.below(60000))];
  const call = [0x20, 0, 0x41, 1, 0x6b, 0x10, ...unsignedLeb(next)];
  const code = [0, ...count, ...enough, ...trace, ...call, 0x0b];
  return { code, calls: new Set([next]), globals: new Set(), types: new Set(), cost: 24, height: 8 };
}

/** A name that no other export has. */
function exportName(choose: Choices, n: number): string {
  return choose.pick([`kernel_${n}`, `Kern ${n} ü`, `${n}`, n === 0 ? "" : `k${n}`, `核${n}`]);
}

/**
 * A random library of kernels, the same for the same seed: a valid module whose kernels end, and compute the same
 * wherever they run. Every tenth seed or so is large: its numbers of types, functions and globals need two bytes.
 */
export function randomLibrary(seed: number): RandomLibrary {
  const choose = choices(seed);
  const large = choose.chance(0.1);
  const padding = choose.pick([0, 0, 0.1, 0.8]);
  const number = (value: number): number[] =>
    unsignedLeb(value, choose.chance(padding) ? 1 + choose.below(5) : 1);
  const imports = choose.shuffle(importable).slice(0, choose.below(4));
  if (imports.length > 0 && choose.chance(0.1)) imports.push(choose.pick(imports));
  const needed = [kernelSignature, recursiveSignature, ...imports.map(({ signature }) => signature)];
  const types = randomTypes(choose, needed, large ? 80 + choose.below(120) : choose.below(8));
  const globals = Array.from({ length: large ? 130 + choose.below(80) : choose.below(8) }, () => ({
    type: choose.pick(numberTypes),
    mutable: choose.chance(0.6),
  }));
  const pages = 1 + choose.below(2);
  const around: Surroundings = { types, globals, pages, padding, traps: choose.chance(0.3) };

  const count = large ? 130 + choose.below(60) : 1 + choose.below(choose.pick([4, 15, 45]));
  const places = choose.shuffle(Array.from({ length: count }, (_, i) => imports.length + i));
  const callables: Callable[] = imports.map(({ signature }, index) => ({
    index,
    signature,
    cost: 1,
    height: 1,
  }));
  const written = new Map<number, WrittenFunction>();
  const add = (place: number, signature: Signature, body: RandomBody): void => {
    written.set(place, { signature, body });
    callables.push({ index: place, signature, cost: body.cost, height: body.height });
  };
  while (written.size < count) {
    const place = places[written.size] as number;
    const left = count - written.size;
    if (left > 2 && choose.chance(0.05)) {
      const partner = choose.chance(0.5) ? place : (places[written.size + 1] as number);
      add(place, recursiveSignature, recursiveBody(choose, partner));
      if (partner !== place) add(partner, recursiveSignature, recursiveBody(choose, place));
      continue;
    }
    // The last one, which may call any other, is a kernel in any case.
    const signature = left === 1 || choose.chance(0.3) ? kernelSignature : choose.pick(types);
    const near = large && left === 1 ? callables : choose.shuffle(callables).slice(0, 12);
    const statements = large && left === 1 ? 60 : large ? 4 : 2 + choose.below(12);
    add(place, signature, randomBody(choose, signature, around, near, statements));
  }

  const kernels = new Map<string, number>();
  const exports: { name: string; kind: number; index: number }[] = [{ name: "memory", kind: 2, index: 0 }];
  for (const [index, { signature }] of written) {
    const kernel = sameSignature(signature, kernelSignature);
    const last = index === places.at(-1);
    if (!last && !choose.chance(kernel ? 0.7 : 0.1)) continue;
    const name = exportName(choose, index);
    exports.push({ name, kind: 0, index });
    if (kernel) kernels.set(name, index);
    if (kernel && choose.chance(0.1)) {
      exports.push({ name: `${name} again`, kind: 0, index });
      kernels.set(`${name} again`, index);
    }
  }
  if (globals.length > 0) exports.push({ name: "a global", kind: 3, index: choose.below(globals.length) });
  if (imports.length > 0 && choose.chance(0.2)) exports.push({ name: "an import", kind: 0, index: 0 });

  const typeOf = (signature: Signature): number[] =>
    number(choose.pick(types.flatMap((type, i) => (sameSignature(type, signature) ? [i] : []))));
  const name = (text: string): number[] => {
    const bytes = [...new TextEncoder().encode(text)];
    return [...number(bytes.length), ...bytes];
  };
  const list = (items: readonly number[][]): number[] => [...number(items.length), ...items.flat()];
  const ordered = [...written].sort(([a], [b]) => a - b).map(([, f]) => f);
  const sections: [number, number[]][] = [
    [
      1,
      list(
        types.map((type) => [
          0x60,
          ...list(type.parameters.map((p) => [p])),
          ...list(type.results.map((r) => [r])),
        ]),
      ),
    ],
    [2, list(imports.map((i) => [...name(i.module), ...name(i.name), 0, ...typeOf(i.signature)]))],
    [3, list(ordered.map(({ signature }) => typeOf(signature)))],
    [4, [0]],
    [5, [1, 1, pages, pages]],
    [
      6,
      list(
        globals.map(({ type, mutable }) => [type, mutable ? 1 : 0, ...constant(type, choose, padding), 0x0b]),
      ),
    ],
    [7, list(choose.shuffle(exports).map((e) => [...name(e.name), e.kind, ...number(e.index)]))],
    [9, [0]],
    [12, [0]],
    [10, list(ordered.map(({ body }) => [...number(body.code.length), ...body.code]))],
    [11, [0]],
  ];
  const module = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const custom = (): void => {
    if (!choose.chance(0.15)) return;
    const contents = [
      ...name(choose.pick(["name", "sourceMappingURL", "", "x"])),
      ...Array.from({ length: choose.below(40) }, () => choose.below(256)),
    ];
    module.push(0, ...number(contents.length), ...contents);
  };
  for (const [id, contents] of sections) {
    custom();
    const empty = contents.length === 1 && contents[0] === 0;
    if (empty && !choose.chance(0.2)) continue;
    module.push(id, ...number(contents.length), ...contents);
  }
  custom();

  return {
    wasm: Uint8Array.from(module),
    pages,
    kernels: [...kernels.keys()],
    imports,
    reach(names) {
      const reached = new Set<number>();
      const usedGlobals = new Set<number>();
      const visit = (index: number): void => {
        if (reached.has(index)) return;
        reached.add(index);
        const body = written.get(index)?.body;
        for (const global of body?.globals ?? []) usedGlobals.add(global);
        for (const called of body?.calls ?? []) visit(called);
      };
      for (const kernel of names) visit(kernels.get(kernel) as number);
      const importsReached = imports.flatMap((i, index) =>
        reached.has(index) ? [`${i.module}.${i.name}`] : [],
      );
      return {
        imports: importsReached,
        functions: reached.size - importsReached.length,
        globals: usedGlobals.size,
      };
    },
  };
}
