import { createHash } from "node:crypto";
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

/** Two blocks, and what comes before and after their borders. */
const most = 2 * 64 + 70;

if (nativeCompilerIsThere()) {
  test("the firmware's SHA-256 is Node's, for every length, by pieces of every size", () => {
    const program = {
      sources: [join(nativeFolder, "sha256.c"), join(boardsFolder, "formats", "sha256.c")],
      folders: [boardsFolder, nativeFolder],
    };
    const expected = Array.from({ length: most + 1 }, (_, length) =>
      createHash("sha256")
        .update(Uint8Array.from({ length }, (_, i) => 7 * i + length))
        .digest("hex"),
    );
    withNativeProgram(program, (file) =>
      assert.equal(
        runNative(file, [String(most)])
          .trimEnd()
          .split("\n"),
        expected,
      ),
    );
  });
} else {
  console.error("SKIPPED: SHA-256 on this machine, for want of a C compiler with sanitizers on Linux");
}

test.run();
