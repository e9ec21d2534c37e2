import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type AppSection, withApp, withRecording } from "../../host/package/app.js";
import { bytesOf, loudnessApplication, quietly, squareWave } from "./applications.js";
import { bodies, makeModel } from "./made-modules.js";
import { nativeCompilerIsThere, nativeFolder, runNative, withNativeProgram } from "./native/compile.js";
import { firmwareProgram } from "./native/library.js";

const hop = 16;
const program = firmwareProgram(
  [join(nativeFolder, "application.c")],
  [],
  ["-USLOT_BYTES", "-DSLOT_BYTES=8192"],
);

/** The files that application.c is given. */
async function applications(): Promise<Uint8Array[]> {
  const source = { ...quietly.source, rate: 1000 };
  const recording = bytesOf(squareWave([0, 2000, 2000, 0, 9000, 0, 0, 0], hop));
  const tensor = (name: string, dtype: "int16" | "bool" | "float32", shape: number[], address: number) => ({
    name,
    dtype,
    shape,
    address,
  });
  const trapping = makeModel("trapping", bodies.trap, {
    inputs: [tensor("samples", "int16", [hop], 16)],
    outputs: [
      tensor("events", "bool", [2], 48),
      tensor("active", "bool", [2], 50),
      tensor("levels", "float32", [2], 52),
    ],
  });
  const actions: AppSection["actions"] = [
    { event: 0, kind: "gpio", pin: 3, milliseconds: 5 },
    { event: 0, kind: "gpio", pin: 4 },
    { event: 0, kind: "line" },
    { event: 1, kind: "gpio", pin: 20 },
    { event: 0, kind: "siren", pin: 9, hertz: 50, value: 777, milliseconds: 5 },
    { event: 1, kind: "siren" },
  ];
  const notShared = { events: false, counters: false, capture: false };
  return [
    await loudnessApplication({ hop, log: true, actions }),
    await loudnessApplication({ hop, source: { ...source, driver: "simulated", pin: 5 } }, "float32"),
    withRecording(await loudnessApplication({ hop, source: { ...source, driver: "recording" } }), recording),
    withApp(trapping, { ...quietly, hop, share: notShared }),
  ];
}

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: applications on this machine, for want of a C compiler on Linux");
} else {
  test("applications in the firmware on this machine: what each check is for, under sanitizers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-applications-"));
    try {
      const files = (await applications()).map((bytes, i) => {
        const file = join(folder, `application-${i}.wasm`);
        writeFileSync(file, bytes);
        return file;
      });
      withNativeProgram(program, (file) => assert.is(runNative(file, files), "ok 12\n"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
