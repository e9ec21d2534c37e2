import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ExportedModel, exportModels, hostCore } from "../../host/export/index.js";
import { realModels, smallModel } from "./models.js";
import { goldenProgram, missingFor, runProgram, type Target } from "./program.js";

const arm = (name: string, core: string, machine: string, memory: Target["memory"]): Target => ({
  name,
  core,
  compiler: "arm-none-eabi-gcc",
  flags: [`-mcpu=${core}`, "-mthumb", "--specs=picolibc.specs"],
  memory,
  emulator: ["qemu-system-arm", "-M", machine],
});

/** Code for a Cortex-M0+ runs on a Cortex-M3, which has all of its instructions. */
const targets: readonly Target[] = [
  { name: "x86-64", core: hostCore, compiler: "gcc", flags: [], emulator: [] },
  arm("mps2-an386", "cortex-m4", "mps2-an386", ["0x0", "0x400000", "0x20000000", "0x400000"]),
  arm("netduino-plus-2", "cortex-m4", "netduinoplus2", ["0x08000000", "0x100000", "0x20000000", "0x20000"]),
  arm("a Cortex-M0+", "cortex-m0plus", "mps2-an385", ["0x0", "0x400000", "0x20000000", "0x400000"]),
  {
    name: "qemu-rv32",
    core: "rv32imac",
    compiler: "riscv64-unknown-elf-gcc",
    flags: ["-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs"],
    memory: ["0x80000000", "0x400000", "0x80400000", "0x100000"],
    emulator: ["qemu-system-riscv32", "-M", "virt", "-bios", "none"],
  },
];

const real = ["mlperf-tiny-kws_ref_model", "tflm-micro_speech_quantized", "tinymaix-mnist_valid_q"];
const models = Promise.all([
  smallModel("keywords", 1, 1),
  smallModel("residual", 2, 2),
  realModels(real),
]).then(([keywords, residual, others]) => [keywords, residual, ...others]);
const foreign = smallModel("real-numbers", 3, 14);

/** `WASMOTE_WRONG_VERSION` and `WASMOTE_MEMORY` of boards/runtime/wasmote.h. */
const [wrongVersion, memoryTooSmall] = [5, 6];

for (const target of targets) {
  const missing = missingFor(target);
  if (missing.length > 0) {
    console.error(`SKIPPED: an export on ${target.name}, for want of ${missing.join(" and ")}`);
    continue;
  }
  test(`${target.name}: an export of several models gives the goldens in the memory that it asks for, and refuses others`, async () => {
    const goldens = await models;
    const exported = await exportModels(
      goldens.map(({ model }) => model),
      { core: target.core, tier: "accelerated", model: "array" },
    );
    const { model: other } = await foreign;
    const lines = runProgram(target, exported, goldenProgram(exported, goldens, other.wasm)).split("\n");
    for (const [m, { runs }] of goldens.entries()) {
      assert.ok(lines.includes(`open ${m} 0`), lines.filter((line) => line.startsWith("open")).join());
      for (const [r, { outputs }] of runs.entries()) {
        const expected = outputs.map((bytes) => Buffer.from(bytes).toString("hex")).join(" ");
        const name = `run ${m} ${r}`;
        assert.is(lines.find((line) => line.startsWith(name)), `${name} 0 ${expected}`);
      }
      const { memoryBytes, memoryBound } = exported.models[m] as ExportedModel;
      const used = Number(lines.find((line) => line.startsWith(`used ${m} `))?.split(" ")[2]);
      assert.ok(memoryBound === "exact" ? used === memoryBytes : used <= memoryBytes, `${used} of ${memoryBytes}`);
      assert.ok(lines.includes(`less ${m} ${memoryTooSmall}`));
    }
    assert.ok(lines.includes(`foreign ${wrongVersion}`), lines.at(-2));
  });
}

test.run();
