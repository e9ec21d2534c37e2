import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseNpy } from "../../host/run/tensor-files/index.js";
import { temporaryFolder, wasmote, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const onNode = (...args: string[]) => wasmote(folder, [...args, "--on", "node"]);

test.before(async () => {
  await writeSmallModel(folder);
  writeFileSync(at("one.json"), "[1, -2, 3, 0.5]");
  writeFileSync(at("three.bin"), Uint8Array.of(2, 0, 0, 0, 0, 4, 0, 0, 1, 1, 1, 1));
});
test.after(remove);

test("an answer is printed on stdout, the highest class first; talk goes to stderr", () => {
  const { code, stdout, stderr } = onNode("run", "small.wasm", "--input", "one.json");
  assert.is(code, 0, stderr);
  assert.is(stdout, "out  1x3 int8\n  class 2  2.500\n  class 0  1\n  class 1  -2\n");
  assert.is(stderr, "one.json: quantized to int8: scale 0.5, zero point 0\n");
});

test("--json gives all values, real and raw", () => {
  const { stdout } = onNode("run", "small.wasm", "--input", "one.json", "--json");
  assert.equal(JSON.parse(stdout), {
    outputs: [
      {
        name: "out",
        dtype: "int8",
        shape: [1, 3],
        values: [1, -2, 2.5],
        rawDtype: "int8",
        raw: [2, -4, 5],
      },
    ],
  });
});

test("three frames in one file run three times, and --output holds three results", () => {
  const { code, stdout, stderr } = onNode("run", "small.wasm", "--input", "three.bin", "--output", "out.npy");
  assert.is(code, 0, stderr);
  assert.is(stdout, "");
  assert.match(stderr, "wrote out.npy");
  const { dtype, shape, bytes } = parseNpy(new Uint8Array(readFileSync(at("out.npy"))));
  assert.is(dtype, "int8");
  assert.equal(shape, [3, 3]);
  assert.equal([...bytes], [2, 0, 2, 0, 4, 4, 1, 1, 4]);
});

test("wasm3 gives the same bytes as node", () => {
  const { code, stderr } = wasmote(folder, [
    "run",
    "small.wasm",
    "--input",
    "three.bin",
    "--output",
    "out3.bin",
  ]);
  if (code === 3) {
    console.error(`SKIPPED: wasm3 against node: ${stderr}`);
    return;
  }
  assert.is(code, 0, stderr);
  assert.equal([...readFileSync(at("out3.bin"))], [2, 0, 2, 0, 4, 4, 1, 1, 4]);
});

test("a refused run writes nothing and leaves nothing behind", () => {
  writeFileSync(at("short.bin"), Uint8Array.of(1, 2, 3));
  const before = readdirSync(folder).sort();
  const refusals: [string[], number, string][] = [
    [["--input", "short.bin", "--output", "new.bin"], 1, "input-size"],
    [["--input", "one.json", "one.json", "--output", "new.bin"], 1, "input-count"],
    [["--output", "new.bin"], 1, "input-count"],
    [["--input", "one.json", "--output", "new.bin", "new2.bin"], 1, "output-count"],
    [["--input", "one.json", "--output", "new.txt"], 1, "input-kind"],
    [["--input", "absent.bin", "--output", "new.bin"], 1, "file-unreadable"],
    [["--input", "one.json", "--output", "absent/new.bin"], 1, "file-unwritable"],
    [["--input", "one.json", "--output", "cache/../small.wasm"], 2, "usage"],
    [["--input", "three.bin", "--output", "./three.bin"], 2, "usage"],
    [["--input", "one.json", "--output", "new.bin", "--tier", "accelerated"], 1, "tier-unavailable"],
  ];
  for (const [args, code, expected] of refusals) {
    const result = onNode("run", "small.wasm", ...args);
    assert.is(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, `error[${expected}]: `);
    assert.is(result.stdout, "");
  }
  assert.equal(readdirSync(folder).sort(), before);
  assert.equal([...readFileSync(at("three.bin"))], [2, 0, 0, 0, 0, 4, 0, 0, 1, 1, 1, 1]);
});

test("a runner that does not exist is refused, with those that do", () => {
  const { code, stderr } = wasmote(folder, ["run", "small.wasm", "--input", "one.json", "--on", "nowhere"]);
  assert.is(code, 1);
  assert.match(stderr, /error\[board-unknown\]: .*"nowhere".*wasm3, node/);
});

test("the accelerated tier of wasm3 gives the portable one's bytes, and bench says which it was", () => {
  for (const tier of ["portable", "accelerated"]) {
    const args = ["small.wasm", "--tier", tier, "--on", "wasm3"];
    const ran = wasmote(folder, ["run", ...args, "--input", "three.bin", "--output", `${tier}.bin`]);
    assert.is(ran.code, 0, ran.stderr);
    const benched = wasmote(folder, ["bench", ...args, "--json"]);
    assert.is(benched.code, 0, benched.stderr);
    assert.is(JSON.parse(benched.stdout).tier, tier);
  }
  assert.equal([...readFileSync(at("accelerated.bin"))], [...readFileSync(at("portable.bin"))]);
});

test("bench --compare sets a tier, or a second file, beside the first", () => {
  const tiers = wasmote(folder, [
    "bench",
    "small.wasm",
    "--on",
    "wasm3",
    "--compare",
    "accelerated",
    "--json",
  ]);
  assert.is(tiers.code, 0, tiers.stderr);
  const { base, other, ratio } = JSON.parse(tiers.stdout);
  assert.equal([base.tier, other.tier], ["portable", "accelerated"]);
  assert.is(ratio, base.total / other.total);
  const files = onNode("bench", "small.wasm", "--compare", "small.wasm");
  assert.is(files.code, 0, files.stderr);
  assert.match(files.stdout, /whole inference .* \d+\.\d\d/);
  assert.is(onNode("bench", "small.wasm", "--compare", "absent.wasm").code, 1);
});

test("bench --json has exactly the documented fields", () => {
  const { code, stdout, stderr } = onNode("bench", "small.wasm", "--json");
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.equal(Object.keys(report), ["model", "on", "tier", "unit", "total", "steps", "memory"]);
  assert.equal(
    [report.model, report.on, report.tier, report.unit],
    ["small", "node", "portable", "nanoseconds"],
  );
  assert.ok(report.total > 0);
  assert.equal(Object.keys(report.steps[0]), ["name", "operator", "macs", "count"]);
  assert.equal(
    report.steps.map((s: { name: string; macs: number }) => [s.name, s.macs]),
    [["dense", 12]],
  );
  assert.equal(Object.keys(report.memory), ["linearBytes", "runtimeBytes", "peakRamBytes", "flashBytes"]);
  assert.is(report.memory.flashBytes, readFileSync(at("small.wasm")).length);
});

test("bench prints a table with a line for each step and for the whole", () => {
  const { stdout } = onNode("bench", "small.wasm");
  assert.match(stdout, /^small on node, portable tier; the minimum over several rounds\n/);
  assert.match(stdout, /\ndense +fullyConnected +12 +\d+\.\d +100\.0 % +[\d.]+\n/);
  assert.match(stdout, /\nwhole inference +12 +\d+\.\d +[\d.]+\n/);
});

test("inspect shows a built model's manifest, steps and sections", () => {
  const { code, stdout } = wasmote(folder, ["inspect", "small.wasm"]);
  assert.is(code, 0);
  assert.match(stdout, /^small {2}built model, format 1, 12 MACs\n/);
  assert.match(stdout, "input   in  1x4 int8, scale 0.5, zero point 0\n");
  assert.match(stdout, /\n +0 {2}dense {2}fullyConnected +12 /);
  const found = JSON.parse(wasmote(folder, ["inspect", "small.wasm", "--json"]).stdout);
  const file = readFileSync(at("small.wasm"));
  assert.is(found.fileBytes, file.length);
  const weights = found.sections.find((section: { name: string }) => section.name === "wasmote.weights");
  assert.is(weights.offset % 16, 0);
  assert.is(weights.offset + weights.bytes, file.length);
  assert.is(found.weightBytes, weights.bytes);
});

test.run();
