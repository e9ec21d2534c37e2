import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withRecording } from "../../host/package/app.js";
import { bytesOf, loudnessApplication, quietly, squareWave } from "./applications.js";
import { nativeCompilerIsThere, nativeFolder, runNative, withNativeProgram } from "./native/compile.js";
import { firmwareProgram } from "./native/library.js";

const hop = 16;
const program = firmwareProgram(
  [join(nativeFolder, "application_data.c")],
  [],
  ["-USLOT_BYTES", "-DSLOT_BYTES=8192"],
);

/** The files that application_data.c is given. */
async function applications(): Promise<Uint8Array[]> {
  const source = { ...quietly.source, driver: "simulated" };
  const histograms = [
    { name: "loud", tensor: "levels", element: 0, bounds: [1000, 5000] },
    { name: "very loud", tensor: "levels", element: 1, bounds: Array.from({ length: 31 }, (_, i) => i + 1) },
  ] as const;
  const snippets = { before: 2, after: 1, keep: 2, events: [0], perDay: 300 };
  const share = { events: true, counters: true, capture: true };
  const recording = bytesOf(squareWave([0, 1, 2, 3, 4, 5, 6, 7], hop));
  return [
    await loudnessApplication({ hop, source, share, actions: [{ event: 0, kind: "notify" }] }),
    await loudnessApplication({ hop, source, share, histograms }, "float32"),
    withRecording(
      await loudnessApplication({ hop, source: { ...source, driver: "recording" }, share }),
      recording,
    ),
    await loudnessApplication({ hop, source, share: { events: false, counters: false, capture: false } }),
    await loudnessApplication({ hop, source, share: { ...share, snippets }, histograms }),
    await loudnessApplication({
      hop,
      source,
      share,
      histograms: [{ name: "none", tensor: "observed", element: 0, bounds: [1] }],
    }),
  ];
}

if (!nativeCompilerIsThere()) {
  console.error("SKIPPED: what applications share, on this machine, for want of a C compiler on Linux");
} else {
  test("what an application shares, in the firmware on this machine, under sanitizers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wasmote-application-data-"));
    try {
      const files = (await applications()).map((bytes, i) => {
        const file = join(folder, `application-${i}.wasm`);
        writeFileSync(file, bytes);
        return file;
      });
      withNativeProgram(program, (file) => assert.is(runNative(file, files), "ok 10\n"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test.run();
