import { spawnSync } from "node:child_process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { coreCheck, exportCores } from "../../host/export/cores.js";
import { type ExportedModel, exportModels, hostCore } from "../../host/export/index.js";
import { findProgram } from "../../host/tools/find.js";
import { type Golden, realModels, smallModel } from "./models.js";
import { goldenProgram, type Place, placesOf, qemu, run, runProgram, type Target } from "./program.js";
import { rp2040 } from "./rp2040.js";

const arm = (core: string, ...places: Place[]): Target => ({
  core,
  compiler: "arm-none-eabi-gcc",
  flags: [`-mcpu=${core}`, "-mthumb", "--specs=picolibc.specs"],
  places,
});

const targets: readonly Target[] = [
  {
    core: hostCore,
    compiler: "gcc",
    flags: [],
    places: [{ name: "x86-64", needs: [], run: (image) => run(image, []) }],
  },
  arm(
    "cortex-m4",
    qemu("mps2-an386", ["0x0", "0x400000", "0x20000000", "0x400000"], "qemu-system-arm", "-M", "mps2-an386"),
    qemu(
      "netduino-plus-2",
      ["0x08000000", "0x100000", "0x20000000", "0x20000"],
      "qemu-system-arm",
      ...["-M", "netduinoplus2"],
    ),
  ),
  arm("cortex-m0plus", rp2040),
  {
    core: "rv32imac",
    compiler: "riscv64-unknown-elf-gcc",
    flags: ["-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs"],
    places: [
      qemu(
        "qemu-rv32",
        ["0x80000000", "0x400000", "0x80400000", "0x100000"],
        "qemu-system-riscv32",
        ...["-M", "virt", "-bios", "none"],
      ),
    ],
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
  const places = placesOf(target);
  if (places.length === 0) continue;
  const names = places.map(({ name }) => name).join(", ");
  test(`${names}: an export of several models gives the goldens in the memory that it asks for, and refuses others`, async () => {
    const goldens = await models;
    const exported = await exportModels(
      goldens.map(({ model }) => model),
      { core: target.core, tier: "accelerated", model: "array" },
    );
    const { model: other } = await foreign;
    const said = await runProgram(target, places, exported, goldenProgram(exported, goldens, other.wasm));
    for (const [i, text] of said.entries())
      checkGoldens(`${places[i]?.name}`, text.split(/\r?\n/), exported.models, goldens);
  });
}

const [here] = targets as [Target];
if (placesOf(here).length > 0) {
  test("x86-64: models that compute by their own kernels give the goldens, and no integer overflows that may not", async () => {
    const goldens = (await models).slice(0, 2);
    const exported = await exportModels(
      goldens.map(({ model }) => model),
      { core: hostCore, tier: "portable", model: "array" },
    );
    const { model: other } = await foreign;
    const main = goldenProgram(exported, goldens, other.wasm, true);
    const flags = ["-fsanitize=signed-integer-overflow"];
    const [said] = await runProgram({ ...here, flags }, here.places, exported, main);
    assert.not.match(`${said}`, "runtime error");
    checkGoldens("portable", `${said}`.split("\n"), exported.models, goldens);
  });
}

for (const { core, compiler, flags } of targets) {
  if (findProgram(compiler) === undefined) {
    console.error(`SKIPPED: what ${compiler} refuses, for want of it`);
    continue;
  }
  test(`${compiler} ${flags.join(" ")} compiles what is exported for ${core}, and refuses what is for others`, () => {
    const args = [...flags, "-fsyntax-only", "-x", "c", "-"];
    for (const each of exportCores) {
      const { status, stderr } = spawnSync(compiler, args, { input: coreCheck(each), encoding: "utf8" });
      const fits = each === core || (each.startsWith("rv32") && core.startsWith("rv32"));
      const isTold = stderr.includes(`#error "this export of wasmote is for`);
      assert.is(status === 0, fits || (each === "cortex-m7" && core === "cortex-m4"), `${each}: ${stderr}`);
      assert.is(isTold, status !== 0, stderr);
    }
  });
}

test("the library's configuration says what it is exported for", async () => {
  const { model } = await foreign;
  const { configuration } = await exportModels([model], {
    core: "cortex-m33",
    tier: "portable",
    model: "array",
  });
  assert.match(configuration, coreCheck("cortex-m33"));
});

function checkGoldens(
  place: string,
  lines: readonly string[],
  exported: readonly ExportedModel[],
  goldens: readonly Golden[],
): void {
  for (const [m, { runs }] of goldens.entries()) {
    assert.ok(lines.includes(`open ${m} 0`), `${place}: ${lines.filter((line) => line.startsWith("open"))}`);
    for (const [r, { outputs }] of runs.entries()) {
      const expected = outputs.map((bytes) => Buffer.from(bytes).toString("hex")).join(" ");
      const name = `run ${m} ${r}`;
      assert.is(
        lines.find((line) => line.startsWith(name)),
        `${name} 0 ${expected}`,
        place,
      );
    }
    const { memoryBytes } = exported[m] as ExportedModel;
    const used = Number(lines.find((line) => line.startsWith(`used ${m} `))?.split(" ")[2]);
    assert.ok(used > 0 && used <= memoryBytes, `${place}, model ${m}: ${used} of ${memoryBytes}`);
    assert.ok(lines.includes(`less ${m} ${memoryTooSmall}`), place);
  }
  assert.ok(lines.includes(`foreign ${wrongVersion}`), place);
}

test.run();
