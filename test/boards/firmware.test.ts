import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { bodies, makeModel, makeStatefulModel } from "./made-modules.js";
import { nativeCompilerIsThere, nativeFolder, runNative, withNativeProgram } from "./native/compile.js";
import { firmwareProgram } from "./native/library.js";

const program = firmwareProgram(
  ["firmware.c", "log_format.c"].map((name) => join(nativeFolder, name)),
  [],
);

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: the firmware on this machine, for want of a C compiler on Linux");
} else {
  test("the firmware on this machine: what each check is for, under sanitizers", () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-firmware-"));
    try {
      // What the firmware does not know, maps and numbers among it, stands before the fields that it reads.
      const reading = { pixels: { mean: [123.5, 1, 2], std: [0.25] }, sampleRate: 16000 };
      const input = { name: "in", dtype: "int8" as const, shape: [8], address: 16, ...reading };
      const files = [{ inputs: [input] }, { memory: [1, 0, 0] }].map((changes, n) => {
        const file = join(folder, `model-${n}.wasm`);
        writeFileSync(file, makeModel("made", bodies.sum, { weightBytes: 1000, ...changes }));
        return file;
      });
      for (const [name, reset] of [["stateful"], ["broken", bodies.trap]] as const) {
        const file = join(folder, `${name}.wasm`);
        writeFileSync(file, makeStatefulModel(name, reset));
        files.push(file);
      }
      withNativeProgram(program, (file) => assert.match(runNative(file, files), /^ok \d\d\n$/));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
