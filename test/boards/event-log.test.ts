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

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: the log of events on this machine, for want of a C compiler on Linux");
} else {
  for (const writeBytes of [4, 8, 32]) {
    test(`flash that is written by ${writeBytes} bytes: a power cut loses the event that is being logged alone`, () => {
      const program = {
        sources: [
          ...["event_log.c", "simulated_flash.c"].map((name) => join(nativeFolder, name)),
          ...["store/event_log.c", "formats/crc32.c"].map((name) => join(boardsFolder, name)),
        ],
        folders: [boardsFolder, nativeFolder],
        flags: ["-O2", "-DSLOTS=2", "-DSLOT_BYTES=2048", `-DWRITE_BYTES=${writeBytes}`],
      };
      withNativeProgram(program, (file) => {
        const cuts = Number(/^ok (\d+)\n$/.exec(runNative(file))?.[1]);
        assert.ok(cuts > 2300, `${cuts} cuts`);
      });
    });
  }
}

test.run();
