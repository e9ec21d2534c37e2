import { readdirSync } from "node:fs";
import { join } from "node:path";
import { nativeSources } from "wasm3-bindings/sources";
import { boardsFolder, type NativeProgram, nativeFolder } from "./compile.js";

/** wasm3's definitions and floats, as boards/runtime/CMakeLists.txt has them: all sources that see its structs need them. */
const wasm3Flags: readonly string[] = [
  ...["WASMOTE_FLOATS=1", "d_m3HasFloat=1", "d_m3NoFloatDynamic=0", "d_m3VerboseErrorMessages=0"],
  ...["d_m3MaxFunctionStackHeight=128", "d_m3MaxConstantTableSize=64", "d_m3MaxDuplicateFunctionImpl=1"],
].map((each) => `-D${each}`);

const wasm3Sources: readonly string[] = ["wasm3.c", "interpreter.c"].map((file) =>
  join(boardsFolder, "runtime", file),
);

/** C files of rooms of the boards', without some. */
function sourcesOf(rooms: readonly string[], left: readonly string[] = []): string[] {
  return rooms.flatMap((room) =>
    readdirSync(join(boardsFolder, room))
      .filter((file) => file.endsWith(".c") && !left.includes(file))
      .map((file) => join(boardsFolder, room, file)),
  );
}

/**
 * A program of the runtime's library alone: no firmware, no port.
 *
 * @param own its own files, of this folder
 * @param flags and its own flags
 */
export function libraryProgram(own: readonly string[], flags: readonly string[]): NativeProgram {
  const all = sourcesOf(["runtime", "formats", "accelerators", "accelerators/imports"]);
  return {
    sources: [
      ...own.map((file) => join(nativeFolder, file)),
      ...all.filter((file) => !wasm3Sources.includes(file)),
    ],
    wasm3: wasm3Sources,
    folders: [boardsFolder, join(boardsFolder, "accelerators"), nativeSources("wasm3"), nativeFolder],
    flags: ["-w", ...wasm3Flags, "-Dd_m3CodePageAlignSize=512", ...flags],
  };
}

/**
 * A program of the whole firmware, with the simulated port and flash.
 *
 * @param own its own files
 * @param left files of the firmware that it has in others' place
 * @param flags its own flags
 */
export function firmwareProgram(
  own: readonly string[],
  left: readonly string[],
  flags: readonly string[] = [],
): NativeProgram {
  const rooms = [
    "firmware",
    "app",
    "link",
    "update",
    "store",
    "runtime",
    "formats",
    "accelerators",
    "accelerators/imports",
  ];
  const all = sourcesOf(rooms, ["main.c", "memory.c", ...left]);
  return {
    sources: [
      ...own,
      ...["simulated_flash.c", "simulated_port.c"].map((file) => join(nativeFolder, file)),
      join(boardsFolder, "probe", "unguarded.c"),
      join(boardsFolder, "trust", "facts.c"),
      ...all.filter((file) => !wasm3Sources.includes(file)),
    ],
    wasm3: wasm3Sources,
    folders: [boardsFolder, nativeSources("wasm3"), nativeFolder],
    flags: [
      ...[
        "-w",
        ...wasm3Flags,
        "-DSLOTS=2",
        "-DSLOT_BYTES=4096",
        '-DBOARD_NAME="native"',
        '-DBOARD_FAMILY="native"',
        "-DLINK_MTU=512",
      ],
      ...flags,
    ],
  };
}
