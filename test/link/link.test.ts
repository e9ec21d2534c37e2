import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "wasm3-bindings";
import { accelerators } from "../../host/abi/accelerators.js";
import { WasmoteError } from "../../host/errors.js";
import { packageKernels } from "../../host/kernels/library.js";
import { type KernelLibrary, type LinkedModule, linkProgram } from "../../host/link/link.js";
import { readModule } from "../../host/link/module.js";
import type { KernelCall } from "../../host/lower/kernel.js";
import type { Program } from "../../host/lower/lower.js";
import { wat } from "../../host/wasm3-bindings/test/support/wat.js";
import { moduleContents } from "./module-contents.js";
import { choices } from "./random-numbers.js";

const real = packageKernels();
const kernelNames = WebAssembly.Module.exports(new WebAssembly.Module(real.wasm as BufferSource)).flatMap(
  ({ name, kind }) => (kind === "function" ? [name] : []),
);

const call = (kernel: string, more: Partial<KernelCall> = {}): KernelCall => ({
  kernel,
  values: {},
  block: 0,
  blockBytes: 0,
  to: 0,
  ...more,
});

/** A program of steps that make these calls. */
function programOf(steps: readonly (readonly KernelCall[])[], memoryBytes = 65536): Program {
  return {
    name: "test",
    steps: steps.map((calls, i) => ({ node: i, name: `${i}`, operator: "", macs: 0, weightBytes: 0, calls })),
    weights: new Uint8Array(0),
    memoryBytes,
  };
}

const link = (wasm: Uint8Array, ...kernels: string[]): LinkedModule =>
  linkProgram(programOf([kernels.map((name) => call(name))]), { wasm, sha256: new Uint8Array(32) });

const valid = (wasm: Uint8Array): boolean => WebAssembly.validate(wasm as BufferSource);

/** Checks that linking kernel `k` fails with a text that tells what was found. */
function assertRefused(wasm: Uint8Array, found: RegExp, of = ""): void {
  try {
    link(wasm, "k");
  } catch (error) {
    assert.instance(error, WasmoteError, `${of}: ${error}`);
    assert.is((error as WasmoteError).code, "kernels-unlinkable", of);
    assert.match((error as WasmoteError).detail, found, of);
    return;
  }
  assert.unreachable(`${of} is linked`);
}

const kernel = '(func (export "k") (param i32 i32)';

/** Modules that are valid, but no libraries of kernels: text and what is said of them. */
const foreign: readonly (readonly [what: string, text: string, found: RegExp])[] = [
  ["no kernel", "(memory 1)", /no kernel of the name k$/],
  ["kernel that is a memory", '(memory (export "k") 1)', /no kernel of the name k$/],
  [
    "kernel that is an import",
    '(import "e" "k" (func $k (param i32 i32))) (export "k" (func $k))',
    /no kernel of the name k$/,
  ],
  ["fewer parameters", '(func (export "k") (param i32))', /kernel k of another type/],
  ["other parameters", '(func (export "k") (param i32 i64))', /kernel k of another type/],
  ["a result", '(func (export "k") (param i32 i32) (result i32) (i32.const 0))', /kernel k of another type/],
  ["imported memory", `(import "e" "m" (memory 1)) ${kernel})`, /the import e\.m, which is no function/],
  ["imported global", `(import "e" "g" (global i32)) ${kernel})`, /the import e\.g, which is no function/],
  [
    "imported table",
    `(import "e" "t" (table 1 funcref)) ${kernel})`,
    /the import e\.t, which is no function/,
  ],
  ["imported tag", `(import "e" "t" (tag)) ${kernel})`, /the import e\.t, which is no function/],
  ["data", `(memory 1) (data (i32.const 0) "a") ${kernel})`, /static data/],
  ["passive data", `(memory 1) (data "a") ${kernel})`, /static data/],
  ["table", `(table 1 funcref) ${kernel})`, /a function table/],
  ["element", `(func $f) (elem declare func $f) ${kernel})`, /a function table/],
  ["call through a table", `(table 1 funcref) ${kernel} (call_indirect (i32.const 0)))`, /a function table/],
  ["start function 0", `(func $s) ${kernel}) (start $s)`, /a start function/],
  ["start function 1", `${kernel}) (func $s) (start $s)`, /a start function/],
  ["start function imported", `(import "e" "s" (func $s)) ${kernel}) (start $s)`, /a start function/],
  [
    "global of another",
    `(global i32 (i32.const 1)) (global funcref (ref.null func)) ${kernel})`,
    /no number/,
  ],
  ["SIMD", `${kernel} (drop (v128.const i32x4 0 0 0 0)))`, /the instruction 0xfd/],
  ["SIMD in a function that is not reached", `${kernel}) (func (param v128))`, /vectors or references/],
  ["a local vector", `${kernel} (local v128))`, /a local variable that is no number/],
  ["a local reference", `${kernel} (local funcref))`, /a local variable that is no number/],
  [
    "a block of a reference",
    `${kernel} (drop (block (result externref) (unreachable))))`,
    /a block of vectors or references/,
  ],
  ["threads", `(memory 1) ${kernel} (drop (i32.atomic.load (i32.const 0))))`, /the instruction 0xfe/],
  ["shared memory", `(memory 1 1 shared) ${kernel})`, /a memory that is shared/],
  ["tail call", `(func $f) ${kernel} (return_call $f))`, /the instruction 0x12/],
  ["null reference", `${kernel} (drop (ref.null func)))`, /the instruction 0xd0/],
  [
    "typed select",
    `${kernel} (drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))))`,
    /0x1c/,
  ],
  ["tag", `(tag) ${kernel})`, /a section of kind 13/],
  ["exception", `${kernel} (try (do) (catch_all)))`, /the instruction 0x06/],
];

test("what is no library of kernels is refused, and named", () => {
  for (const [what, text, found] of foreign) assertRefused(wat(`(module ${text})`), found, what);
});

/** A module of sections, given by their number and contents. */
function moduleOf(...sections: readonly (readonly [number, readonly number[]])[]): Uint8Array {
  const bytes = sections.flatMap(([id, contents]) => [id, contents.length, ...contents]);
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]);
}

const type = [1, [1, 0x60, 2, 0x7f, 0x7f, 0]] as const;
const declared = [3, [1, 0]] as const;
const exported = [7, [1, 1, 0x6b, 0, 0]] as const;
const code = (...bytes: number[]) => [10, [1, bytes.length + 2, 0, ...bytes, 0x0b]] as const;
const memory = [5, [1, 0, 1]] as const;

test("what wabt does not write is refused as well", () => {
  const cases: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["two memories", moduleOf(type, declared, [5, [2, 0, 1, 0, 1]], exported, code()), /several memories/],
    ["64-bit memory", moduleOf(type, declared, [5, [1, 4, 1]], exported, code()), /64-bit addresses/],
    [
      "a load of another memory",
      moduleOf(type, declared, memory, exported, code(0x41, 0, 0x28, 0x42, 1, 0, 0x1a)),
      /an access to another memory/,
    ],
    [
      "memory.size of another memory",
      moduleOf(type, declared, memory, exported, code(0x3f, 1, 0x1a)),
      /an access to another memory/,
    ],
    ["a recursive type", moduleOf([1, [1, 0x4e, 1, 0x60, 0, 0]]), /a type that is no function's/],
    [
      "memory.init",
      moduleOf(type, declared, memory, exported, code(0xfc, 8, 0, 0)),
      /the instruction 0xfc 8/,
    ],
    [
      "a global of more than one constant",
      moduleOf([6, [1, 0x7f, 0, 0x41, 0, 0x41, 0, 0x6a, 0x0b]]),
      /more than one constant/,
    ],
    ["a global of another's value", moduleOf([6, [1, 0x7f, 0, 0x23, 0, 0x0b]]), /no constant/],
  ];
  for (const [what, wasm, found] of cases) assertRefused(wasm, found, what);
});

test("what is no module, or damaged, is refused", () => {
  const text = new TextEncoder().encode("kernels");
  const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["nothing", new Uint8Array(0), /damaged module: the binary ends at byte 0/],
    ["text", text, /no WebAssembly module/],
    ["a component", Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), /no WebAssembly module/],
    ["a call beyond the last function", moduleOf(type, declared, exported, code(0x10, 1)), /no function 1/],
    ["a global beyond the last", moduleOf(type, declared, exported, code(0x23, 0, 0x1a)), /no global 0/],
    ["a block beyond the last type", moduleOf(type, declared, exported, code(0x02, 5, 0x0b)), /no type 5/],
    ["a function beyond the last type", moduleOf(type, [3, [1, 9]], exported, code()), /no type 9/],
    ["an import beyond the last type", moduleOf([2, [1, 0, 0, 0, 3]]), /no type 3/],
    ["an export beyond the last function", moduleOf(type, [7, [1, 1, 0x6b, 0, 7]]), /no function 7/],
    ["functions without code", moduleOf(type, declared, exported), /1 functions are declared, 0 are there/],
    ["more than the section's items", moduleOf([1, [0, 1]]), /section 1 goes on/],
    ["a length of six bytes", moduleOf([1, [0x80, 0x80, 0x80, 0x80, 0x80, 0]]), /more than 5 bytes/],
    ["a length of 35 bits", moduleOf([1, [0xff, 0xff, 0xff, 0xff, 0x7f]]), /more than 32 bits/],
    ["four thousand million items", moduleOf([1, [0xff, 0xff, 0xff, 0xff, 0x0f]]), /ends at byte/],
  ];
  for (const [what, wasm, found] of damaged) assertRefused(wasm, found, what);
});

/** Links all kernels of a library that may be damaged; undefined where it is refused as it should be. */
function linkDamaged(wasm: Uint8Array, of: string): LinkedModule | undefined {
  try {
    return link(wasm, ...kernelNames);
  } catch (error) {
    assert.instance(error, WasmoteError, `${of}: ${error}`);
    assert.is((error as WasmoteError).code, "kernels-unlinkable", of);
    return undefined;
  }
}

test("a library cut off anywhere is refused", () => {
  for (let length = 0; length < real.wasm.length; length += length < 600 ? 1 : 41) {
    assert.is(linkDamaged(real.wasm.subarray(0, length), `${length} bytes`), undefined, `${length} bytes`);
  }
});

test("a damaged library is refused or, where it is still valid, linked to what is valid", () => {
  let linked = 0;
  for (let seed = 1; seed <= 4000; seed++) {
    const choose = choices(seed);
    const wasm = real.wasm.slice();
    // What comes before the code is short, so that it is aimed at.
    const limit = choose.pick([600, wasm.length]);
    for (let i = 1 + choose.below(3); i > 0; i--) {
      const at = choose.below(limit);
      if (choose.chance(0.5)) wasm[at] = (wasm[at] as number) ^ (1 << choose.below(8));
      else wasm[at] = choose.pick([0, 1, 0x0b, 0x40, 0x7f, 0x80, 0xff, choose.below(256)]);
    }
    const module = linkDamaged(wasm, `seed ${seed}`);
    if (module === undefined || !valid(wasm)) continue;
    linked++;
    assert.ok(valid(module.code), `seed ${seed}: what is linked of a valid module is valid`);
  }
  assert.ok(linked > 100, `${linked} damaged libraries are valid`);
});

test("every kernel of the package can be linked alone, and takes only what it reaches", () => {
  const whole = moduleContents(real.wasm);
  for (const name of kernelNames) {
    const { code, imports, functionNames } = link(real.wasm, name);
    assert.ok(valid(code), name);
    assert.equal(imports, ["wasmote.read_weights"], name);
    assert.ok(
      moduleContents(code).functions < whole.functions / 2,
      `${name} does not take the library along`,
    );
    const others = functionNames.filter((other) => other !== name && kernelNames.includes(other ?? ""));
    // Inner functions of others may be exported kernels, too: only these are taken along.
    assert.ok(others.length <= 2, `${name} takes ${others.join(", ")} along`);
  }
});

test("no import is taken that is never called", () => {
  const library = wat(`(module
    (import "e" "a" (func $a)) (import "e" "b" (func $b)) (import "e" "c" (func $c (param i32)))
    (func (export "one") (param i32 i32) (call $b))
    (func (export "two") (param i32 i32) (call $helper))
    (func $helper (call $c (i32.const 1)) (call $b))
    (func $unused (call $a))
    (func (export "none") (param i32 i32)))`);
  const importsOf = (...names: string[]): string[] => link(library, ...names).imports;
  assert.equal(importsOf("none"), []);
  assert.equal(importsOf("one"), ["e.b"]);
  assert.equal(importsOf("two", "none"), ["e.b", "e.c"]);
  assert.equal(importsOf(), []);
});

test("names of imports keep every character", () => {
  const library = wat(`(module (import "\\ef\\bb\\bfm" "\\ef\\bb\\bf" (func $a)) ${kernel} (call $a)))`);
  const [wanted] = WebAssembly.Module.imports(new WebAssembly.Module(library as BufferSource));
  const linked = new WebAssembly.Module(link(library, "k").code as BufferSource);
  assert.equal(WebAssembly.Module.imports(linked), [wanted]);
});

test("blocks of 150 types are linked, which are numbered otherwise than in the library", () => {
  const bits = (n: number): string[] =>
    Array.from({ length: 8 }, (_, i) => ((n >> i) % 2 === 1 ? "i32" : "i64"));
  const blocks = Array.from({ length: 150 }, (_, n) => {
    const values = bits(n).map((type) => `(${type}.const 1)`);
    const inside = `${"drop ".repeat(8)} (i32.store8 (i32.const ${n}) (i32.const ${n + 1}))`;
    return `${values.join(" ")} (block (param ${bits(n).join(" ")}) ${inside})`;
  });
  const library = wat(`(module (memory 1) (type (func (param f64))) (type (func (param f32)))
    (func (export "k") (param i32 i32) ${blocks.join("\n")}))`);
  const { code } = link(library, "k");
  assert.ok(valid(code));
  assert.is(moduleContents(code).types, 152);
  const instance = load(code);
  assert.is(instance.call("run", 0, 1), 0);
  assert.equal([...instance.memory.subarray(0, 151)], [...blocks.map((_, n) => n + 1), 0]);
});

test("memory has as many pages as are asked for, and more than a model may have are refused", () => {
  const pages = (bytes: number): number => {
    const { code } = linkProgram(programOf([], bytes), real);
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code as BufferSource));
    return (exports.memory as WebAssembly.Memory).buffer.byteLength / 65536;
  };
  assert.equal([0, 1, 65536, 65537, 10 * 65536].map(pages), [1, 1, 1, 2, 10]);
  assert.ok(valid(linkProgram(programOf([], 64 * 2 ** 20), real).code));
  assert.throws(
    () => linkProgram(programOf([], 64 * 2 ** 20 + 1), real),
    (error: unknown) => error instanceof WasmoteError && error.code === "memory-exceeded",
  );
});

/** The code of the exported function `run`. */
function runOf(wasm: Uint8Array): Uint8Array {
  const { imports, functions, exports } = readModule(wasm);
  const code = functions[(exports.get("run") as number) - imports.length];
  assert.ok(code);
  return code.bytes;
}

/** How deep blocks nest in the code of a `run`, by the few instructions that it consists of. */
function nesting(code: Uint8Array): number {
  let [depth, deepest] = [0, 0];
  let at = 1;
  const leb = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = code[at++] as number;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < code.length) {
    const opcode = code[at++] as number;
    if (opcode >= 0x02 && opcode <= 0x04) {
      at++;
      deepest = Math.max(deepest, ++depth);
    } else if (opcode === 0x0b) depth--;
    else if (opcode === 0x0e) for (let labels = leb() + 1; labels > 0; labels--) leb();
    else if ([0x0c, 0x10, 0x20, 0x21, 0x23, 0x41].includes(opcode)) leb();
    else if (![0x05, 0x0f, 0x48, 0x4b, 0x6a, 0x6b, 0x71, 0x72].includes(opcode))
      throw new Error(`run holds the instruction 0x${opcode.toString(16)}`);
  }
  assert.is(depth, -1, "run ends where its code ends");
  return deepest;
}

test("run nests no deeper for 200 steps than for 40, and steps run in order", () => {
  const library = wat(`(module (memory 1) (global $n (mut i32) (i32.const 0))
    (func (export "k") (param i32 i32)
      (i32.store16 (i32.mul (global.get $n) (i32.const 2)) (local.get 0))
      (global.set $n (i32.add (global.get $n) (i32.const 1)))))`);
  const accelerator = accelerators.softmax;
  const steps = Array.from({ length: 200 }, (_, i) => [
    call("k", { block: 1000 + i, ...(i % 3 === 0 ? { accelerator } : {}) }),
  ]);
  const linked = (count: number): Uint8Array =>
    linkProgram(programOf(steps.slice(0, count)), { wasm: library, sha256: new Uint8Array(32) }).code;
  const depthOf = (wasm: Uint8Array): number => nesting(runOf(wasm));
  const wasm = linked(200);
  assert.ok(valid(wasm));
  assert.is(depthOf(wasm), depthOf(linked(40)));
  assert.ok(depthOf(wasm) <= 40, `${depthOf(wasm)} deep`);

  const optionalImports = [`wasmote.${accelerator.import}`];
  const instance = load(wasm, { optionalImports });
  assert.is(instance.call("run", 0, 200), 0);
  const written = new Uint16Array(instance.memory.slice(0, 402).buffer);
  assert.equal([...written], [...steps.map((_, i) => 1000 + i), 0]);
});

test("a thousand steps of the package's kernels are linked quickly", () => {
  const steps = Array.from({ length: 1000 }, (_, i) => [call(kernelNames[i % kernelNames.length] as string)]);
  const start = performance.now();
  const { code } = linkProgram(programOf(steps), real);
  const milliseconds = performance.now() - start;
  assert.ok(valid(code));
  assert.ok(milliseconds < 1000, `${milliseconds} ms`);
  assert.ok(nesting(runOf(code)) <= 40);
});

test("kernels come from several libraries, which share their imports and nothing else", () => {
  const library = (name: string, start: number): KernelLibrary => ({
    sha256: new Uint8Array(32),
    wasm: wat(`(module
      (import "wasmote" "read_weights" (func $read (param i32 i32 i32)))
      (memory 1)
      (global $n (mut i32) (i32.const ${start}))
      (func (export "${name}") (param i32 i32)
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (i32.store (local.get 0) (global.get $n))
        (call $read (local.get 1) (i32.const 0) (i32.const 1)))
      (func (export "both") (param i32 i32)))`),
  });
  const libraries = [library("a", 10), library("b", 20)];
  const calls = ["a", "b", "a"].map((name, i) => [call(name, { block: i * 4, to: 64 + i })]);
  const linked = linkProgram(programOf(calls), ...libraries);
  assert.equal(linked.imports, ["wasmote.read_weights"]);
  const reads: number[] = [];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(linked.code as BufferSource), {
    wasmote: { read_weights: (to: number) => reads.push(to) },
  });
  assert.is((exports.run as (first: number, last: number) => number)(0, 3), 0);
  const memory = new Int32Array((exports.memory as WebAssembly.Memory).buffer);
  assert.equal([...memory.subarray(0, 3)], [11, 21, 12]);
  assert.equal(reads, [64, 65, 66]);
  assert.throws(
    () => linkProgram(programOf([[call("both")]]), ...libraries),
    /kernels cannot be linked: two kernels of the name both/,
  );
});

test.run();
