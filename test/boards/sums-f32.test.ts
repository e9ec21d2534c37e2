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

if (nativeCompilerIsThere()) {
  test("sums and products of float32 by integers are this machine's, to the bit", () => {
    const program = {
      sources: [join(nativeFolder, "sums_f32.c")],
      folders: [boardsFolder, nativeFolder],
      flags: ["-O2"],
    };
    withNativeProgram(program, (file) => assert.is(runNative(file, ["10000000"]), "ok\n"));
  });
} else {
  console.error(
    "SKIPPED: sums of float32 on this machine, for want of a C compiler with sanitizers on Linux",
  );
}

test.run();
