import { relocate } from "../link/library.js";
import type { LinkableModule } from "../link/module.js";
import { ModuleParts } from "../link/module-parts.js";
import { externalKinds } from "../wasm/interface.js";
import { opcodes } from "../wasm/opcodes.js";
import { WasmReader } from "../wasm/reader.js";
import { encodeLeb128, encodeSignedLeb128 } from "../wasm/writer.js";

const enterType = Uint8Array.of(0x60, 1, 0x7f, 0);
const leaveType = Uint8Array.of(0x60, 0, 0);

const call = (index: number): number[] => [opcodes.call, ...encodeLeb128(index)];

/** Parameters of an encoded function type: their number stands behind its first byte. */
const parametersOf = (type: Uint8Array): number => new WasmReader(type, 1).u32();

/** A global variable of type i32 with another initial value. */
const globalOf = (value: number): Uint8Array =>
  Uint8Array.from([0x7f, 1, opcodes.i32Const, ...encodeSignedLeb128(value), opcodes.end]);

/**
 * The same module with a function around each of its own ones, which calls `probe.enter(number)` before and `probe.leave()`
 * after it, with the number that the function had; all calls go to these. Exported are the functions themselves and the
 * memory.
 *
 * @param bits what the exported global `accelerators` holds, where there is one
 */
export function watchCalls(module: LinkableModule, pages: number, bits: number): Uint8Array {
  const parts = new ModuleParts();
  const typeOf = (number: number): Uint8Array => module.types[number] as Uint8Array;
  for (const { module: from, name, type } of module.imports) parts.import(from, name, typeOf(type));
  const own = module.imports.length;
  const [enter, leave] = [
    parts.import("probe", "enter", enterType),
    parts.import("probe", "leave", leaveType),
  ];
  const moved = parts.nextFunction - own;
  const around = parts.nextFunction + module.functions.length;
  const choice = module.exportedGlobals.get("accelerators");
  for (const [i, global] of module.globals.entries()) parts.global(i === choice ? globalOf(bits) : global);
  for (const code of module.functions) {
    const bytes = relocate(code, ({ space, index }) => {
      if (space === "type") return parts.type(typeOf(index));
      return space === "function" && index >= own ? around + index - own : index;
    });
    parts.function(typeOf(code.type), bytes);
  }
  for (const [i, { type }] of module.functions.entries()) {
    const passed = Array.from({ length: parametersOf(typeOf(type)) }, (_, n) => [
      opcodes.localGet,
      ...encodeLeb128(n),
    ]).flat();
    const begin = [opcodes.i32Const, ...encodeSignedLeb128(own + i), ...call(enter)];
    const code = [0, ...begin, ...passed, ...call(own + moved + i), ...call(leave), opcodes.end];
    parts.function(typeOf(type), Uint8Array.from(code));
  }
  return parts.encode(pages, [
    ...[...module.exports].map(([name, index]) => ({
      name,
      kind: externalKinds.function,
      index: index < own ? index : index + moved,
    })),
    { name: "memory", kind: externalKinds.memory, index: 0 },
  ]);
}
