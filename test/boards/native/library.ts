import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nativeSources } from "wasm3-bindings/sources";
import { boardsFolder, type NativeProgram, nativeFolder } from "./compile.js";

/** wasm3's definitions and floats, as boards/runtime/CMakeLists.txt has them: all sources that see its structs need them. */
const wasm3Flags: readonly string[] = [
  ...["WASMOTE_FLOATS=1", "d_m3HasFloat=1", "d_m3NoFloatDynamic=0", "d_m3VerboseErrorMessages=0"],
  ...["d_m3MaxFunctionStackHeight=128", "d_m3MaxConstantTableSize=64", "d_m3MaxDuplicateFunctionImpl=1"],
].map((each) => `-D${each}`);

/**
 * A program of the runtime's library alone: no firmware, no port.
 *
 * @param own its own files, of this folder
 * @param flags and its own flags
 */
export function libraryProgram(own: readonly string[], flags: readonly string[]): NativeProgram {
  const rooms = ["runtime", "formats", "accelerators", "accelerators/imports"];
  const all = rooms.flatMap((room) =>
    readdirSync(join(boardsFolder, room))
      .filter((file) => file.endsWith(".c"))
      .map((file) => join(boardsFolder, room, file)),
  );
  const wasm3 = ["wasm3.c", "interpreter.c"].map((file) => join(boardsFolder, "runtime", file));
  return {
    sources: [...own.map((file) => join(nativeFolder, file)), ...all.filter((file) => !wasm3.includes(file))],
    wasm3,
    folders: [boardsFolder, join(boardsFolder, "accelerators"), nativeSources("wasm3"), nativeFolder],
    flags: ["-w", ...wasm3Flags, "-Dd_m3CodePageAlignSize=512", ...flags],
  };
}
