import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "wasm3-bindings";
import { accelerators } from "../../host/abi/accelerators.js";
import { runCodes } from "../../host/abi/return-codes.js";
import { linkProgram } from "../../host/link/link.js";
import type { KernelCall } from "../../host/lower/kernel.js";
import type { Program, ProgramStep } from "../../host/lower/lower.js";
import { tabulateSteps } from "../../host/lower/step-table.js";
import { weightsSection } from "../../host/package/manifest.js";
import { encodeCustomSection } from "../../host/wasm/sections.js";
import { concatenate } from "../../host/wasm/writer.js";
import { wat } from "../../host/wasm3-bindings/test/support/wat.js";
import { type Choices, choices } from "./random-numbers.js";

const kernelCount = 20;
const nativeNames = ["add", "conv", "softmax"] as const;
/** Where kernels may write, and conditions lie. */
const memoryBytes = 1000;

/** Kernels that write down which of them is called, with what; each changes a byte that may be a condition. */
const library = {
  wasm: wat(`(module (import "test" "called" (func $called (param i32 i32 i32))) (memory 1)
    ${Array.from(
      { length: kernelCount },
      (_, i) => `(func (export "k${i}") (param i32 i32)
        (call $called (i32.const ${i}) (local.get 0) (local.get 1))
        (i32.store8 (i32.rem_u (local.get 0) (i32.const 8)) (i32.rem_u (local.get 1) (i32.const 2))))`,
    ).join("\n")})`),
  sha256: new Uint8Array(32),
};

function randomCall(choose: Choices): KernelCall {
  const accelerator = choose.chance(0.4) ? accelerators[choose.pick(nativeNames)] : undefined;
  return {
    kernel: `k${choose.below(kernelCount)}`,
    values: {},
    block: choose.below(2 ** 31),
    blockBytes: 0,
    to: choose.below(memoryBytes),
    ...(accelerator && { accelerator }),
  };
}

function randomProgram(choose: Choices): Program {
  const [most, some] = [choose.pick([1, 1, 3]), choose.chance(0.5)];
  const step = (node: number): ProgramStep => {
    const calls = Array.from({ length: 1 + choose.below(most) }, () => randomCall(choose));
    // What a step depends on does not change while it runs: kernels write to the first 8 bytes.
    const condition = (): number => (calls.length === 1 ? 0 : 8) + choose.below(8);
    const when =
      some && choose.chance(0.6) ? { when: Array.from({ length: 1 + choose.below(3) }, condition) } : {};
    return { node, name: `${node}`, operator: "", macs: 0, weightBytes: 0, calls, ...when };
  };
  return {
    name: "random",
    steps: Array.from({ length: 5 + choose.below(40) }, (_, node) => step(node)),
    weights: Uint8Array.from({ length: choose.below(50) }, () => choose.below(256)),
    memoryBytes,
  };
}

interface Running {
  trace: string[];
  memory(): Uint8Array;
  run(first: number, last: number): number;
}

const nativeImports = (trace: string[]): Record<string, (block: number) => void> =>
  Object.fromEntries(
    nativeNames.map((name) => {
      const { import: called } = accelerators[name];
      return [called, (block: number) => void trace.push(`${called} ${block}`)];
    }),
  );

function startV8(program: Program, bits: number): Running {
  const trace: string[] = [];
  const module = new WebAssembly.Module(linkProgram(program, library).code as BufferSource);
  const memory = (): Uint8Array => new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const { exports } = new WebAssembly.Instance(module, {
    test: { called: (...args: number[]) => void trace.push(args.join(" ")) },
    wasmote: {
      ...nativeImports(trace),
      read_weights: (to: number, from: number, length: number) =>
        memory().set(program.weights.slice(from, from + length), to),
    },
  });
  if (exports.accelerators !== undefined) (exports.accelerators as WebAssembly.Global).value = bits;
  return { trace, memory, run: exports.run as Running["run"] };
}

function startWasm3(program: Program, bits: number): Running {
  const trace: string[] = [];
  const { code } = linkProgram(program, library);
  const file = concatenate([code, encodeCustomSection(weightsSection, program.weights)]);
  const instance = load(file, {
    imports: {
      test: { called: (...args: unknown[]) => void trace.push(args.join(" ")) },
      wasmote: nativeImports(trace) as never,
    },
  });
  const isChosen = WebAssembly.Module.exports(new WebAssembly.Module(code as BufferSource)).some(
    ({ name }) => name === "accelerators",
  );
  if (isChosen) instance.setGlobal("accelerators", bits);
  return {
    trace,
    memory: () => instance.memory,
    run: (first, last) => Number(instance.call("run", first, last)),
  };
}

test("random programs: a table calls what is called where all is written out, on both engines", () => {
  const seen = { passedOver: 0, several: 0, native: 0, kernels: 0 };
  for (let seed = 1; seed <= 300; seed++) {
    const choose = choices(seed);
    const program = randomProgram(choose);
    const tabulated = tabulateSteps(program);
    assert.ok(tabulated.table, `seed ${seed}`);
    assert.equal(tabulated.weights.slice(0, program.weights.length), program.weights);
    const bits = choose.pick([0, -1, choose.below(64)]);
    const memory = Uint8Array.from({ length: 16 }, () => choose.below(2));
    const given = [startV8(program, bits), startV8(tabulated, bits), startWasm3(tabulated, bits)];
    for (const { memory: of } of given) of().set(memory);
    const count = program.steps.length;
    const [wanted, ...others] = given as [Running, ...Running[]];
    const parts = Array.from(
      { length: 4 },
      () => [choose.below(count + 1), choose.below(count + 1)] as const,
    );
    for (const [a, b] of [
      [0, count] as const,
      ...parts,
      [-1, 1] as const,
      [0, count + 1] as const,
      [2, 1] as const,
    ]) {
      const code = wanted.run(a, b);
      assert.is(code, a < 0 || a > b || b > count ? runCodes.invalidSteps : runCodes.done);
      for (const other of others) {
        assert.is(other.run(a, b), code, `seed ${seed}: run(${a}, ${b})`);
        assert.equal(other.trace, wanted.trace, `seed ${seed}: calls of run(${a}, ${b})`);
        const [own, its] = [wanted.memory(), other.memory()].map((all) => all.slice(0, memoryBytes));
        assert.equal(its, own, `seed ${seed}: memory`);
      }
      if (a === 0 && b === count) {
        const calls = program.steps.flatMap((step) => step.calls).length;
        if (wanted.trace.length < calls) seen.passedOver++;
        if (calls > count) seen.several++;
      }
    }
    if (wanted.trace.some((line) => line.startsWith("accel_"))) seen.native++;
    if (wanted.trace.some((line) => !line.startsWith("accel_"))) seen.kernels++;
  }
  for (const [what, times] of Object.entries(seen)) assert.ok(times >= 80, `${what}: ${times} times`);
});

test("a row is read behind all memory that the program has, and only there", () => {
  const program = randomProgram(choices(3));
  const { table, memoryBytes: all, weights } = tabulateSteps(program);
  assert.ok(table && table.address >= memoryBytes && table.address + table.rowBytes <= all);
  assert.is(all % 8, 0);
  const rows = program.steps.reduce((sum, { calls }) => sum + calls.length, 0);
  assert.ok(weights.length >= table.rows + rows * table.rowBytes);
});

test("there is no table where memory does not suffice for a row, or calls are few", () => {
  const program = randomProgram(choices(4));
  const { memoryBytes: enough } = tabulateSteps(program);
  assert.ok(tabulateSteps(program, enough).table);
  assert.is(tabulateSteps(program, enough - 1), program);
  const few = {
    ...program,
    steps: program.steps.slice(0, 1).map((step) => ({ ...step, calls: step.calls.slice(0, 1) })),
  };
  assert.is(tabulateSteps(few), few);
});

test.run();
