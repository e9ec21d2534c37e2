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

/** Runs a test in C of drivers on this machine; what it printed. */
function runDrivers(own: string, sources: readonly string[], flags: readonly string[] = []): string {
  const program = {
    sources: [join(nativeFolder, own), ...sources.map((name) => join(boardsFolder, name))],
    folders: [boardsFolder, nativeFolder],
    flags,
  };
  return withNativeProgram(program, runNative);
}

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: drivers on this machine, for want of a C compiler on Linux");
} else {
  test("chips that measure motion: order, byte order, what is full, what is another chip, what they cannot do", () => {
    const sources = ["imu", "mpu6050", "lsm6ds3", "lsm9ds1"].map((name) => `drivers/${name}.c`);
    assert.is(runDrivers("imu.c", sources), "ok 9\n");
  });
}

test.run();
