import { readCode } from "./code.js";
import { WasmReader } from "./reader.js";
import { listSections } from "./sections.js";

const f64Type = 0x7c;
const f32Type = 0x7d;

/**
 * Instructions that take or give an f32 or f64, in ranges. The saturating conversions are left out: they take what one of
 * these, or a variable, gave.
 */
const ranges = [
  [0x2a, 0x2b],
  [0x38, 0x39],
  [0x43, 0x44],
  [0x5b, 0x66],
  [0x8b, 0xa6],
  [0xa8, 0xab],
  [0xae, 0xbf],
] as const;

/**
 * Whether a module has floats: instructions on them, or variables and functions of their types. The module must be valid
 * (`WebAssembly.validate`). What stands behind an instruction that wasm3 does not have is not looked at.
 */
export function usesFloats(module: Uint8Array): boolean {
  let found = false;
  const type = (each: number): void => {
    found ||= each === f32Type || each === f64Type;
  };
  const instruction = (opcode: number): void => {
    found ||= ranges.some(([first, last]) => opcode >= first && opcode <= last);
  };
  const unknown = (what: string): Error => new RangeError(what);
  for (const { name, custom, bytes } of listSections(module)) {
    if (custom) continue;
    const reader = new WasmReader(bytes);
    try {
      if (name === "type")
        reader.vector((each) => {
          each.byte();
          for (let lists = 2; lists > 0; lists--) each.vector((item) => type(item.byte()));
        });
      else if (name === "code")
        reader.vector((each) => readCode(each.part(each.u32()), { instruction, local: type, unknown }));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return found;
}
