import { relocate } from "../link/library.js";
import type { LinkableModule } from "../link/module.js";
import { ModuleParts } from "../link/module-parts.js";
import { readCode } from "../wasm/code.js";
import { externalKinds } from "../wasm/interface.js";
import { opcodes } from "../wasm/opcodes.js";
import { WasmReader } from "../wasm/reader.js";
import { concatenate, encodeLeb128, encodeSignedLeb128 } from "../wasm/writer.js";

/** Instructions behind which another way begins, or a way from elsewhere comes in. */
const ends: ReadonlySet<number> = new Set([
  opcodes.loop,
  opcodes.if,
  opcodes.else,
  opcodes.end,
  opcodes.branch,
  opcodes.branchIf,
  opcodes.branchTable,
  opcodes.return,
  0x00,
]);

/** A mutable i64, 0 at first. */
const counterGlobal = Uint8Array.of(0x7e, 1, opcodes.i64Const, 0, opcodes.end);
const i64Add = 0x7c;

/** A stretch of code that is run from its first instruction to its last, or not at all. */
interface Stretch {
  start: number;
  instructions: number;
}

/** The stretches of a function's code, in order: each is told where its first instruction stands. */
function stretchesOf(bytes: Uint8Array): Stretch[] {
  const reader = new WasmReader(bytes);
  const found: Stretch[] = [];
  let isOpen = false;
  readCode(reader, {
    instruction: (opcode) => {
      if (!isOpen) found.push({ start: reader.at - 1, instructions: 0 });
      (found.at(-1) as Stretch).instructions++;
      isOpen = !ends.has(opcode);
    },
    unknown: (what) => new RangeError(`${what} is not known`),
  });
  return found;
}

/** The same code, which adds the instructions of each stretch to a global of 64 bits. */
function withCounts(bytes: Uint8Array, counter: number): Uint8Array {
  const global = encodeLeb128(counter);
  const parts: (Uint8Array | number[])[] = [];
  let at = 0;
  for (const { start, instructions } of stretchesOf(bytes)) {
    const count = [opcodes.i64Const, ...encodeSignedLeb128(instructions), i64Add];
    parts.push(bytes.subarray(at, start), [
      opcodes.globalGet,
      ...global,
      ...count,
      opcodes.globalSet,
      ...global,
    ]);
    at = start;
  }
  return concatenate([...parts, bytes.subarray(at)]);
}

/**
 * The same module with a global `instructions`, exported, that counts the instructions of all functions but `run` and `reset`: what
 * kernels execute, and nothing of the choice of steps. Without accelerators.
 *
 * @param pages of the memory
 */
export function countInstructions(module: LinkableModule, pages: number): Uint8Array {
  const parts = new ModuleParts();
  const typeOf = (number: number): Uint8Array => module.types[number] as Uint8Array;
  for (const { module: from, name, type } of module.imports) parts.import(from, name, typeOf(type));
  for (const global of module.globals) parts.global(global);
  const counter = parts.global(counterGlobal);
  const uncounted = new Set(["run", "reset"].map((name) => module.exports.get(name)));
  for (const [i, code] of module.functions.entries()) {
    const bytes = relocate(code, ({ space, index }) =>
      space === "type" ? parts.type(typeOf(index)) : index,
    );
    const isCounted = !uncounted.has(module.imports.length + i);
    parts.function(typeOf(code.type), isCounted ? withCounts(bytes, counter) : bytes);
  }
  return parts.encode(pages, [
    ...[...module.exports].map(([name, index]) => ({ name, kind: externalKinds.function, index })),
    { name: "memory", kind: externalKinds.memory, index: 0 },
    { name: "instructions", kind: externalKinds.global, index: counter },
  ]);
}
