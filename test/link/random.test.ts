import { test } from "uvu";
import * as assert from "uvu/assert";
import { linkProgram } from "../../host/link/link.js";
import type { Program } from "../../host/lower/lower.js";
import { type Engine, hostFailure, type Start, startV8, startWasm3 } from "./engines.js";
import { moduleContents } from "./module-contents.js";
import { type RandomLibrary, randomLibrary } from "./random-library.js";
import { type Choices, choices } from "./random-numbers.js";
import { randomProgram } from "./random-program.js";

const seeds = 400;

/** How often what makes a case worth its while is to happen at least. */
const wantedCounts = {
  "ends: 0": 1000,
  "ends: thrown by an import": 10,
  "ends: out-of-bounds": 5,
  "ends: unreachable": 5,
  "ends: integer-overflow": 5,
  "ends: divide-by-zero": 5,
  "ends: invalid-conversion": 5,
  "memory is written": 1000,
  "imports are called": 500,
  "more than one group": 200,
};

/** Nothing of a linked module depends on it. */
const sha256 = new Uint8Array(32);

/** A part of a program's steps, run while these accelerators are on. */
interface Run {
  first: number;
  last: number;
  bits: number;
}

interface Case {
  choose: Choices;
  library: RandomLibrary;
  program: Program;
}

function makeCase(seed: number): Case {
  const library = randomLibrary(seed);
  const choose = choices(seed + 1_000_000);
  const kernels = choose.shuffle(library.kernels).slice(0, 1 + choose.below(library.kernels.length));
  return { choose, library, program: randomProgram(choose, kernels, library.pages) };
}

const callsOf = ({ steps }: Program): Program["steps"][number]["calls"] =>
  steps.flatMap(({ calls }) => calls);

const acceleratorsOf = (program: Program): string[] => [
  ...new Set(callsOf(program).flatMap(({ accelerator }) => accelerator?.import ?? [])),
];

/** Checks that imports were called alike; tells the first call that differs. */
function sameTrace({ trace }: Engine, { trace: wanted }: Engine, where: string): void {
  const at = Array.from({ length: Math.max(trace.length, wanted.length) }).findIndex(
    (_, i) => trace[i] !== wanted[i],
  );
  assert.is(trace[at], wanted[at], `${where}: call ${at} of an import`);
}

/** Runs a part of a program by the library's own exports: what `run` of the linked module is to do. */
function runByExports(
  engine: Engine,
  program: Program,
  { first, last, bits }: Run,
  failingCall: number,
): string {
  for (const call of callsOf({ ...program, steps: program.steps.slice(first, last) })) {
    const { accelerator } = call;
    if (accelerator !== undefined && (bits & accelerator.bit) !== 0) {
      engine.trace.push(`wasmote.${accelerator.import} ${call.block | 0}`);
      if (engine.trace.length === failingCall) return hostFailure;
      continue;
    }
    const ending = engine.call(call.kernel, call.block | 0, call.to | 0);
    if (ending !== "done") return ending;
  }
  return "0";
}

/** The whole program, then parts of it. */
function randomRuns({ choose, program }: Case, accelerated: boolean): Run[] {
  const count = program.steps.length;
  const bits = (): number => (accelerated ? choose.pick([0, 63, choose.below(64)]) : 0);
  const parts = Array.from({ length: 3 }, (): Run => {
    const [first, last] = [choose.below(count + 1), choose.below(count + 1)].sort((a, b) => a - b);
    return { first: first as number, last: last as number, bits: bits() };
  });
  return [{ first: 0, last: count, bits: bits() }, ...parts];
}

const invalidRanges = (count: number): [number, number][] => [
  [-1, count],
  [0, count + 1],
  [1, 0],
  [count + 1, count + 1],
  [-0x80000000, 0x7fffffff],
  [0, -1],
];

function memoryOf(choose: Choices, bytes: number): Uint8Array {
  const memory = new Uint8Array(bytes);
  for (let i = 0; i < 4096; i++) memory[choose.below(bytes)] = choose.below(256);
  return memory;
}

/** Made once: a case is used by every test, in order. */
const cases = Array.from({ length: seeds }, (_, i) => ({ seed: i + 1, ...makeCase(i + 1) }));

test("random libraries: what is linked is what is reached, and valid", () => {
  for (const { seed, library, program } of cases) {
    assert.ok(WebAssembly.validate(library.wasm as BufferSource), `seed ${seed}: the library is valid`);
    const before = library.wasm.slice();
    const linked = linkProgram(program, { wasm: library.wasm, sha256 });
    assert.ok(WebAssembly.validate(linked.code as BufferSource), `seed ${seed}: the module is valid`);
    const again = linkProgram(program, { wasm: library.wasm, sha256 });
    assert.equal(
      Buffer.compare(again.code, linked.code),
      0,
      `seed ${seed}: linking again gives the same bytes`,
    );
    assert.equal(Buffer.compare(library.wasm, before), 0, `seed ${seed}: the library is not changed`);

    const module = new WebAssembly.Module(linked.code as BufferSource);
    const reached = library.reach(callsOf(program).map(({ kernel }) => kernel));
    const accelerators = acceleratorsOf(program);
    const imports = [...new Set([...reached.imports, ...accelerators.map((name) => `wasmote.${name}`)])];
    assert.equal(linked.imports, imports, `seed ${seed}: imports told`);
    const encoded = WebAssembly.Module.imports(module);
    assert.equal(
      encoded.map(({ module, name }) => `${module}.${name}`),
      imports,
      `seed ${seed}: imports encoded`,
    );
    assert.equal(
      WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`),
      ["function run", ...(accelerators.length > 0 ? ["global accelerators"] : []), "memory memory"],
      `seed ${seed}: exports`,
    );

    // Besides what is reached: run, and a function for each accelerator.
    const contents = moduleContents(linked.code);
    const functions = reached.functions + accelerators.length + 1;
    assert.is(contents.functions, functions, `seed ${seed}: functions`);
    assert.is(linked.functionNames.length, imports.length + functions, `seed ${seed}: names of functions`);
    const globals = reached.globals + (accelerators.length > 0 ? 1 : 0);
    assert.is(contents.globals, globals, `seed ${seed}: globals`);
  }
});

/** The engines, each with the library and with the linked module. */
const engines: Readonly<Record<string, Start>> = { V8: startV8, wasm3: startWasm3 };

test("random libraries: a linked module computes what the library computes on the same engine", () => {
  const seen = new Map<string, number>();
  const see = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (const made of cases) {
    const { seed, choose, library, program } = made;
    const linked = linkProgram(program, { wasm: library.wasm, sha256 });
    const accelerated = choose.chance(0.7);
    const failingCall = choose.chance(0.2) ? choose.below(40) : -1;
    const memory = memoryOf(choose, library.pages * 65536);
    const runs = randomRuns(made, accelerated);
    for (const [name, start] of Object.entries(engines)) {
      // Where no accelerator is on, wasm3 does not have them at all.
      const given = accelerated || start === startV8 ? acceleratorsOf(program) : [];
      const reference = start(library.wasm, library.imports, [], failingCall);
      const engine = start(linked.code, library.imports, given, failingCall);
      for (const { memory: of } of [reference, engine]) of().set(memory);
      const compare = (where: string): void => {
        sameTrace(engine, reference, where);
        assert.is(engine.memory().length, reference.memory().length, `${where}: pages`);
        assert.is(Buffer.compare(engine.memory(), reference.memory()), 0, `${where}: memory`);
      };
      for (const run of runs) {
        const wanted = runByExports(reference, program, run, failingCall);
        engine.setAccelerators(run.bits);
        const where = `seed ${seed}, ${name}, ${JSON.stringify(run)}`;
        assert.is(engine.call("run", run.first, run.last), wanted, `${where}: ending`);
        compare(where);
        see(`ends: ${wanted}`);
        if (Buffer.compare(reference.memory(), memory) !== 0) see("memory is written");
        if (reference.trace.length > 0) see("imports are called");
        if (wanted === "0" && run.last > 32 && run.first < run.last) see("more than one group");
      }
      for (const [first, last] of invalidRanges(program.steps.length)) {
        const where = `seed ${seed}, ${name}: run(${first}, ${last})`;
        assert.is(engine.call("run", first, last), "1", where);
        compare(where);
      }
    }
  }
  for (const [what, least] of Object.entries(wantedCounts))
    assert.ok((seen.get(what) ?? 0) >= least, `${what}: ${seen.get(what) ?? 0} times`);
});

test.run();
