import { accelerators, isOptionalImport } from "../abi/accelerators.js";
import { reach, relocate } from "../link/library.js";
import { type FunctionCode, type LinkableModule, readModule } from "../link/module.js";
import { ModuleParts } from "../link/module-parts.js";
import { readReferences } from "../link/references.js";
import type { Manifest } from "../package/manifest.js";
import type { OpenedModule } from "../package/open.js";
import { packageModule } from "../package/package.js";
import { readCode } from "../wasm/code.js";
import { externalKinds, pageBytes } from "../wasm/interface.js";
import { opcodes } from "../wasm/opcodes.js";
import { WasmReader } from "../wasm/reader.js";
import { concatenate } from "../wasm/writer.js";

/** How a model computes where accelerators could: by them, by its own kernels, or as it is told when it is opened. */
export type ExportTier = "accelerated" | "portable" | "both";

/** An instruction in a function's code: from `start` up to `end`. */
interface Instruction {
  opcode: number;
  start: number;
  end: number;
}

const emptyBlock = 0x40;
const opens: ReadonlySet<number> = new Set([opcodes.block, opcodes.loop, opcodes.if]);

function instructionsOf(bytes: Uint8Array): Instruction[] {
  const code = new WasmReader(bytes);
  const found: Instruction[] = [];
  readCode(code, {
    instruction: (opcode) => found.push({ opcode, start: code.at - 1, end: bytes.length }),
    unknown: (what) => new RangeError(what),
  });
  for (const [i, each] of found.slice(0, -1).entries()) each.end = found[i + 1]?.start ?? bytes.length;
  return found;
}

/** The constant that an `i32.const` gives, where it is no negative number. */
function constantOf(bytes: Uint8Array, { start, end }: Instruction): number {
  return new WasmReader(bytes, start + 1, end).u32();
}

/** Where the block that instruction `first` opens has its `else`, if it has one, and its `end`. */
function endsOf(instructions: readonly Instruction[], first: number): { otherwise?: Instruction; end: Instruction } {
  let depth = 0;
  let otherwise: Instruction | undefined;
  for (let i = first; i < instructions.length; i++) {
    const each = instructions[i] as Instruction;
    if (opens.has(each.opcode)) depth++;
    else if (each.opcode === opcodes.else && depth === 1) otherwise = each;
    else if (each.opcode === opcodes.end && --depth === 0)
      return otherwise === undefined ? { end: each } : { otherwise, end: each };
  }
  throw new RangeError("a block without an end");
}

/**
 * A function's code with each `if (accelerators & bit) A else B`, as the linker writes it, made a block of A or of B. Blocks
 * stay blocks, so that what branches out of them does so still.
 *
 * @param global number of the global variable `accelerators`
 * @param bits what it holds
 */
export function settleChoices(bytes: Uint8Array, global: number, bits: number): Uint8Array {
  const all = instructionsOf(bytes);
  const removed: { from: number; to: number; instead: readonly number[] }[] = [];
  const open = [opcodes.block, emptyBlock];
  for (const [i, get] of all.entries()) {
    const choice = choiceAt(bytes, all, i);
    if (choice === undefined || choice.global !== global) continue;
    const { otherwise, end } = endsOf(all, i + 3);
    const then = (all[i + 3] as Instruction).end;
    if ((choice.bit & bits) !== 0) {
      removed.push({ from: get.start, to: then, instead: open });
      if (otherwise !== undefined) removed.push({ from: otherwise.start, to: end.start, instead: [] });
    } else removed.push({ from: get.start, to: otherwise?.end ?? end.start, instead: open });
  }
  removed.sort((a, b) => a.from - b.from);
  const parts: (Uint8Array | readonly number[])[] = [];
  let at = 0;
  for (const { from, to, instead } of removed) {
    if (from < at) continue;
    parts.push(bytes.subarray(at, from), instead);
    at = to;
  }
  return concatenate([...parts, bytes.subarray(at)]);
}

/** The choice that begins with instruction `i`: `global.get`, `i32.const`, `i32.and`, and an `if` that gives nothing. */
function choiceAt(
  bytes: Uint8Array,
  all: readonly Instruction[],
  i: number,
): { global: number; bit: number } | undefined {
  const [get, constant, and, choice] = all.slice(i, i + 4);
  if (get?.opcode !== opcodes.globalGet || constant?.opcode !== opcodes.i32Const) return undefined;
  if (and?.opcode !== opcodes.i32And || choice?.opcode !== opcodes.if) return undefined;
  if (bytes[choice.start + 1] !== emptyBlock) return undefined;
  return { global: new WasmReader(bytes, get.start + 1).u32(), bit: constantOf(bytes, constant) };
}

/** The module with choices settled and without what is then not reached; its imports, as "module.name". */
function rewrite(module: LinkableModule, bits: number, memoryBytes: number): { code: Uint8Array; imports: string[] } {
  const choice = module.exportedGlobals.get("accelerators");
  const functions = module.functions.map(({ type, bytes }): FunctionCode => {
    const settled = choice === undefined ? bytes : settleChoices(bytes, choice, bits);
    return { type, bytes: settled, references: readReferences(new WasmReader(settled)) };
  });
  const typeOf = (number: number): Uint8Array => module.types[number] as Uint8Array;
  const reached = reach({ ...module, functions }, [...module.exports.values()]);
  const own = module.imports.length;
  const parts = new ModuleParts();
  const numbers = new Map<number, number>();
  for (const index of reached.functions.filter((each) => each < own)) {
    const { module: from, name, type } = module.imports[index] as LinkableModule["imports"][number];
    numbers.set(index, parts.import(from, name, typeOf(type)));
  }
  const accelerated = parts.imports.some(isOptionalImport);
  const globals = new Map<number, number>();
  for (const [index, global] of module.globals.entries())
    if (reached.globals.includes(index) || (index === choice && accelerated))
      globals.set(index, parts.global(global));
  const inner = reached.functions.filter((each) => each >= own);
  for (const [i, index] of inner.entries()) numbers.set(index, parts.nextFunction + i);
  for (const index of inner) {
    const code = functions[index - own] as FunctionCode;
    const bytes = relocate(code, ({ space, index: number }) => {
      if (space === "type") return parts.type(typeOf(number));
      return (space === "function" ? numbers : globals).get(number) as number;
    });
    parts.function(typeOf(code.type), bytes);
  }
  const pages = Math.max(1, Math.ceil(memoryBytes / pageBytes));
  const code = parts.encode(pages, [
    ...[...module.exports].map(([name, index]) => ({
      name,
      kind: externalKinds.function,
      index: numbers.get(index) as number,
    })),
    ...[...module.exportedGlobals].flatMap(([name, index]) => {
      const moved = globals.get(index);
      return moved === undefined ? [] : [{ name, kind: externalKinds.global, index: moved }];
    }),
    { name: "memory", kind: externalKinds.memory, index: 0 },
  ]);
  return { code, imports: parts.imports };
}

/**
 * A model's file without what its tier does not run: accelerated, the kernels that accelerators take the place of, which it
 * then requires; portable, the accelerators. What stays computes what it did, on every path.
 *
 * @throws `kernels-unlinkable` for a module that is not as wasmote links them
 */
export function takeOut(
  wasm: Uint8Array,
  { manifest, weights }: OpenedModule,
  tier: ExportTier,
): { wasm: Uint8Array; manifest: Manifest } {
  if (tier === "both" || manifest.imports.optional.length === 0) return { wasm, manifest };
  const offered = Object.values(accelerators).filter((each) =>
    manifest.imports.optional.includes(`wasmote.${each.import}`),
  );
  const bits = tier === "accelerated" ? offered.reduce((sum, { bit }) => sum | bit, 0) : 0;
  const { code, imports } = rewrite(readModule(wasm), bits, manifest.memoryBytes);
  const left: Manifest = { ...manifest, imports: { required: imports, optional: [] } };
  return { wasm: packageModule(code, left, weights), manifest: left };
}
