import { test } from "uvu";
import * as assert from "uvu/assert";
import { load, TrapError } from "../src/index.ts";
import {
  addLanes,
  type Choose,
  loads,
  longs,
  multiplyEachLoop,
  multiplyEachLoopInLocals,
  multiplyLoop,
  multiplyLoopInLocals,
  packLoop,
  pointers,
  random,
  requantizeLoop,
  requantizeLoopCopied,
  taps,
  tapsInLocals,
  words,
} from "./support/random-idioms.ts";
import { wat } from "./support/wat.ts";

const memoryBytes = 1024;
const locals = [...pointers, "s0", "s1", ...words];

/**
 * A module whose function "run" takes all locals, runs `body`, and leaves every local in memory, so that the whole
 * state of two engines can be compared.
 */
function moduleOf(body: string): Uint8Array {
  const parameters = `(param ${locals.map((name) => `$${name} i32) (param `).join("")}`.replace(
    /\(param $/,
    "",
  );
  const leave = [
    ...locals.map((name, n) => `(i32.store offset=${4 * n} (i32.const 0) (local.get $${name}))`),
    ...longs.map((name, n) => `(i64.store offset=${128 + 8 * n} (i32.const 0) (local.get $${name}))`),
  ];
  return wat(`(module (memory (export "memory") 1)
    (func (export "run") ${parameters} ${longs.map((name) => `(param $${name} i64)`).join(" ")}
      ${body} ${leave.join("\n")}))`);
}

interface Outcome {
  memory: Uint8Array;
  trap: string | undefined;
  fused: number;
}

function outcome(module: Uint8Array, superinstructions: boolean, seed: number, near: number): Outcome {
  using instance = load(module, { memoryLimitBytes: memoryBytes, superinstructions });
  const next = random(seed);
  for (let i = 0; i < memoryBytes; i++) instance.memory[i] = next(256);
  const values: (number | bigint)[] = locals.map((name) => {
    if (name === "s0" || name === "s1") return next(5);
    return pointers.includes(name) ? near + next(64) : next(2 ** 32) | 0;
  });
  for (const _ of longs) values.push((BigInt(next(2 ** 32)) << 32n) | BigInt(next(2 ** 32)));
  let trap: string | undefined;
  try {
    instance.call(
      "run",
      ...values.map((value) => (typeof value === "bigint" ? BigInt.asIntN(64, value) : value)),
    );
  } catch (error) {
    if (!(error instanceof TrapError)) throw error;
    trap = error.trap;
  }
  return { memory: instance.memory.slice(), trap, fused: instance.fusedSequences };
}

/** Runs a module with superinstructions and without; the outcomes must be the same. Answers the fused one. */
function compare(module: Uint8Array, seed: number, near: number, what: string): Outcome {
  const fused = outcome(module, true, seed, near);
  const plain = outcome(module, false, seed, near);
  assert.is(plain.fused, 0);
  assert.is(fused.trap, plain.trap, what);
  assert.is(Buffer.compare(fused.memory, plain.memory), 0, `${what}: memory differs`);
  return fused;
}

const each: Choose = (name) => name;
const zero = { p: 0, w: 0, o: 0 };
const end = "(i32.const 400)";
const idioms: Record<
  string,
  { body: (choose: Choose, at: typeof zero, end: string) => string; least: number }
> = {
  "multiply i64": { body: (...a) => multiplyLoop("i64", ...a), least: 19 },
  "multiply i32": { body: (...a) => multiplyLoop("i32", ...a), least: 19 },
  "multiply i64, in locals": { body: (...a) => multiplyLoopInLocals("i64", ...a), least: 19 },
  "multiply i32, in locals": { body: (...a) => multiplyLoopInLocals("i32", ...a), least: 19 },
  "multiply each": { body: multiplyEachLoop, least: 8 },
  "multiply each, in locals": { body: multiplyEachLoopInLocals, least: 8 },
  pack: { body: packLoop, least: 5 },
  requantize: { body: requantizeLoop, least: 6 },
  "requantize, copied": { body: requantizeLoopCopied, least: 6 },
  taps: { body: taps, least: 12 },
  "taps, in locals": { body: tapsInLocals, least: 10 },
  "add lanes": { body: addLanes, least: 1 },
  loads: { body: loads, least: 8 },
};

for (const [name, { body, least }] of Object.entries(idioms)) {
  test(`${name}: is fused, with the results of the plain operations`, () => {
    const module = moduleOf(body(each, zero, end));
    for (let seed = 0; seed < 20; seed++) {
      const { trap, fused } = compare(module, seed, 300, `${name}, seed ${seed}`);
      assert.is(trap, undefined);
      assert.ok(fused >= least, `${fused} sequences were fused; at least ${least} are expected`);
    }
  });

  test(`${name}: traps where the plain operations trap, with the same memory`, () => {
    let traps = 0;
    for (let round = 0; round < 24; round++) {
      const next = random(round);
      const at = { p: next(40), w: next(40), o: next(40) };
      const module = moduleOf(body(each, at, `(i32.const ${960 + next(64)})`));
      for (let seed = 0; seed < 12; seed++) {
        const { trap } = compare(module, seed, 880 + next(100), `${name}, round ${round}, seed ${seed}`);
        if (trap !== undefined) traps++;
      }
    }
    assert.ok(traps >= 20, `${traps} of 288 runs trapped`);
  });

  test(`${name}: offsets and addresses at the end of 32 bits`, () => {
    for (const offset of [2 ** 32 - 1, 2 ** 32 - 8, 2 ** 31]) {
      const module = moduleOf(body(each, { ...zero, w: offset - 100 }, end));
      assert.is(
        compare(module, 1, 300, `${name}, offset ${offset}`).trap,
        name.startsWith("requantize") || name === "add lanes" ? undefined : "out-of-bounds",
      );
    }
    const module = moduleOf(body(each, zero, end));
    for (const near of [-70, -64, -40, -32, -20, -1]) compare(module, 3, near, `${name}, address ${near}`);
  });

  test(`${name}: locals that are the same`, () => {
    for (let round = 0; round < 150; round++) {
      const next = random(round * 77);
      const choose: Choose = (wanted, pool) => (next(3) === 0 ? (pool[next(pool.length)] as string) : wanted);
      const module = moduleOf(body(choose, { p: next(3), w: next(3), o: next(3) }, end));
      for (let seed = 0; seed < 3; seed++) compare(module, seed, 300 + next(600), `${name}, round ${round}`);
    }
  });
}

test("random sequences of idioms, with branches between and into them", () => {
  const names = Object.keys(idioms);
  for (let round = 0; round < 200; round++) {
    const next = random(round * 1009);
    const choose: Choose = (wanted, pool) => (next(6) === 0 ? (pool[next(pool.length)] as string) : wanted);
    const parts: string[] = [];
    for (let n = 0; n < 4; n++) {
      const idiom = idioms[names[next(names.length)] as string] as (typeof idioms)[string];
      const code = idiom.body(
        choose,
        { p: next(8), w: next(8), o: next(8) },
        `(i32.const ${400 + next(500)})`,
      );
      const condition = `(i32.and (local.get $i${next(10)}) (i32.const ${1 + next(3)}))`;
      if (next(3) === 0)
        parts.push(`(if ${condition} (then ${code}) (else ${idiom.body(choose, zero, end)}))`);
      else if (next(2) === 0) parts.push(`(block $out (br_if $out ${condition}) ${code})`);
      else parts.push(code);
      parts.push(`(local.set $p (i32.const ${300 + next(600)}))`);
    }
    const module = moduleOf(parts.join("\n"));
    for (let seed = 0; seed < 3; seed++)
      compare(module, seed, 200 + next(700), `round ${round}, seed ${seed}`);
  }
});

test("a branch into the middle of an idiom parts it", () => {
  const product = (n: number): string =>
    `(i64.add (local.get $l4) (i64.mul (local.get $l${n}) (i64.load8_s offset=${n} (local.get $w))))`;
  const whole = moduleOf(`(local.set $l4 ${product(0)})`);
  const parted = moduleOf(
    `(local.set $l4 (i64.add (local.get $l4) (block (result i64) (i64.mul (local.get $l0) (i64.load8_s (local.get $w))))))`,
  );
  assert.is(compare(whole, 1, 300, "whole").fused, 1);
  assert.is(compare(parted, 1, 300, "parted").fused, 0);
});

test("long functions: sequences that reach over code pages", () => {
  for (let round = 0; round < 6; round++) {
    const next = random(round);
    const parts: string[] = [];
    for (let n = 0; n < 120; n++) {
      parts.push(taps(each, zero), multiplyLoop(n & 1 ? "i32" : "i64", each, zero, end));
      for (let k = next(4); k > 0; k--) parts.push("(local.set $i9 (i32.mul (local.get $i9) (i32.const 5)))");
      parts.push("(local.set $p (i32.const 360)) (local.set $w (i32.const 400))");
    }
    const { trap, fused } = compare(moduleOf(parts.join("\n")), round, 300, `round ${round}`);
    assert.is(trap, undefined);
    assert.ok(fused >= 120 * (12 + 19), `${fused} sequences were fused`);
  }
});

test("a 64-bit local that waits twice on the stack keeps its value when it is set", () => {
  const instance = load(
    wat(`(module (memory (export "memory") 1)
      (func (export "run") (param i32 i64)
        local.get 0
        local.get 1
        local.get 1
        i64.const 7
        local.tee 1
        i64.lt_u
        if nop end
        i64.store))`),
  );
  instance.call("run", 8, 5n);
  assert.is(new DataView(instance.memory.slice().buffer).getBigInt64(8, true), 5n);
});

test.run();
