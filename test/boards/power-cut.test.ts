import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  boardsFolder,
  nativeCompilerIsThere,
  nativeFolder,
  runNative,
  withNativeProgram,
} from "./native/compile.js";

const sources = [
  ...["power_cut.c", "simulated_flash.c", "lent_memory.c", "log_format.c"].map((name) =>
    join(nativeFolder, name),
  ),
  ...[
    "store/slots.c",
    "store/activation.c",
    "store/log.c",
    "store/records.c",
    "update/upload.c",
    "update/patch.c",
    "formats/crc32.c",
    "formats/sha256.c",
    "formats/custom_sections.c",
  ].map((name) => join(boardsFolder, name)),
];

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: power cuts on a simulated flash, for want of a C compiler on Linux");
} else {
  for (const [slots, writeBytes] of [
    [1, 4],
    [2, 4],
    [2, 32],
  ] as const) {
    test(`${slots} slots, ${writeBytes} bytes at once: whenever power fails, ${slots === 2 ? "a model stays active and " : ""}uploads go on`, () => {
      const program = {
        sources,
        folders: [boardsFolder],
        flags: ["-O2", `-DSLOTS=${slots}`, "-DSLOT_BYTES=2048", `-DWRITE_BYTES=${writeBytes}`],
      };
      withNativeProgram(program, (file) => assert.match(runNative(file), /^\d{4,} moments\n$/));
    });
  }
}

test.run();
