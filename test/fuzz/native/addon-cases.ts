/**
 * Loads random modules, and ones with a few bytes changed, into the addon that is there, and calls them with any arguments
 * and with imports that throw, return anything, call back and grow or give up memory. Errors are what they should be; the
 * sanitizers end the process where memory is touched that should not be.
 *
 * Arguments: number of cases, seed. Prints "ok LOADED CALLED REFUSED".
 */
import { type Instance, load, TrapError, Wasm3Error, type WasmValue } from "wasm3-bindings";
import { randomLibrary } from "../../link/random-library.js";
import { type Choices, choices } from "../../link/random-numbers.js";

const [cases, seed] = process.argv.slice(2).map(Number) as [number, number];
const thrown = new Error("thrown by an import");
let [loaded, called, refused] = [0, 0, 0];

const hostile: readonly unknown[] = [
  ...[
    0,
    -1,
    1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    2 ** 53,
    65535,
    65536,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    0.5,
  ],
  ...[0n, -1n, 2n ** 63n, 2n ** 64n, -(2n ** 63n), "1", null, undefined, {}, [], true],
];

/** What may come out of the package; anything else is a finding. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof Wasm3Error ||
    error instanceof TrapError ||
    error === thrown ||
    error instanceof RangeError
  );
}

/** Code without loops, and with one call at most, ends soon whatever its bytes were made to be. */
function endsSoon(binary: Uint8Array): boolean {
  let calls = 0;
  for (const byte of binary) {
    if (byte === 0x03) return false;
    if (byte === 0x10 || byte === 0x11) calls++;
  }
  return calls <= 1;
}

function changed(binary: Uint8Array, choose: Choices): Uint8Array {
  const copy = Uint8Array.from(binary);
  for (let changes = 1 + choose.below(3); changes > 0; changes--) {
    copy[8 + choose.below(copy.length - 8)] = choose.below(256);
  }
  return copy;
}

function importsOf(
  imports: readonly { module: string; name: string }[],
  choose: Choices,
  current: () => Instance | undefined,
): Record<string, Record<string, () => WasmValue>> {
  const given: Record<string, Record<string, () => WasmValue>> = {};
  for (const { module, name } of imports) {
    given[module] ??= {};
    given[module][name] = () => {
      const instance = current();
      if (choose.chance(0.05)) throw thrown;
      if (choose.chance(0.1) && instance !== undefined) instance.memory[choose.below(65536)] = 1;
      if (choose.chance(0.05)) instance?.dispose();
      return choose.pick(hostile) as WasmValue;
    };
  }
  return given;
}

function attempt(what: () => void): void {
  try {
    what();
  } catch (error) {
    if (!isExpected(error)) throw error;
    refused++;
  }
}

function runCase(caseSeed: number): void {
  const choose = choices(caseSeed);
  const library = randomLibrary(caseSeed);
  const isChanged = choose.chance(0.5);
  const binary = isChanged ? changed(library.wasm, choose) : library.wasm;
  let instance: Instance | undefined;
  attempt(() => {
    instance = load(binary, {
      imports: importsOf(library.imports, choose, () => instance),
      accelerators: choose.chance(0.5),
      superinstructions: choose.chance(0.5),
      ...(choose.chance(0.5) ? { memoryLimitBytes: 1 + choose.below(131072) } : {}),
      ...(choose.chance(0.5) ? { stackBytes: 1024 + choose.below(64512) } : {}),
    });
    loaded++;
  });
  if (instance === undefined) return;
  const there = instance;
  const names = Object.keys(there.exports);
  for (let turn = 0; turn < 6 && names.length > 0; turn++) {
    if (isChanged && !endsSoon(binary)) break;
    const args = choose.chance(0.7)
      ? [choose.below(2 ** 32) | 0, choose.below(2 ** 32) | 0]
      : Array.from({ length: choose.below(5) }, () => choose.pick(hostile) as WasmValue);
    attempt(() => {
      there.call(choose.pick(names), ...args);
      called++;
    });
    attempt(() => void there.memory.fill(choose.below(256)));
  }
  attempt(() => there.setGlobal("a global", choose.pick(hostile) as WasmValue));
  if (choose.chance(0.8)) there.dispose();
  attempt(() => there.call(names[0] ?? ""));
}

for (let index = 0; index < cases; index++) {
  const caseSeed = seed * 1_000_003 + index;
  try {
    runCase(caseSeed);
  } catch (error) {
    console.log(`case ${index} of seed ${seed}:`, error);
    process.exit(1);
  }
}
console.log(`ok ${loaded} ${called} ${refused}`);
