import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { goldenModels, int8Models } from "../models/golden-cases.js";
import { root, temporaryFolder } from "./command.js";

const { folder, remove } = temporaryFolder();
test.after(remove);

/** Paths of other versions of Node to build with as well: WASMOTE_NODES, separated by colons. */
const nodes = [
  process.execPath,
  ...(process.env.WASMOTE_NODES ?? "").split(":").filter((path) => path !== ""),
];
const surroundings = [
  { name: "plain", environment: { LANG: "C", TZ: "UTC" } },
  {
    name: "an other place/with spaces",
    environment: { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kolkata" },
  },
];
const digits = join(root, "models/digits");

/** Models by file name; the digits' float model comes as a folder. */
const models = new Map<string, Uint8Array>([
  ["small.tflite", writeTflite(smallModel())],
  ...goldenModels(int8Models).map(({ name, path }) => [`${name}.tflite`, readFileSync(path)] as const),
]);

/** Builds every model in a folder of its own, with a home of its own, and gives the files. */
function buildAll(node: string, name: string, environment: NodeJS.ProcessEnv): Map<string, Buffer> {
  const place = join(folder, `${nodes.indexOf(node)}`, name);
  mkdirSync(join(place, "float"), { recursive: true });
  for (const [file, bytes] of models) writeFileSync(join(place, file), bytes);
  for (const file of readdirSync(join(digits, "float")))
    copyFileSync(join(digits, "float", file), join(place, "float", file));
  copyFileSync(join(digits, "samples/calibration.npy"), join(place, "calibration.npy"));
  const build = (...args: string[]): void => {
    const { status, stderr } = spawnSync(node, [join(root, "dist/cli/main.js"), "build", ...args], {
      cwd: place,
      encoding: "utf8",
      env: { ...environment, PATH: process.env.PATH, HOME: join(place, "home") },
    });
    assert.is(status, 0, stderr);
  };
  for (const file of models.keys()) build(file);
  build("float/model.json", "--calibrate", "calibration.npy", "-o", "digits.wasm");
  const files = readdirSync(place).filter((file) => file.endsWith(".wasm"));
  assert.is(files.length, models.size + 1);
  return new Map(files.map((file) => [file, readFileSync(join(place, file))]));
}

test("the same model gives the same file in other folders, homes and locales, with every Node that is named", () => {
  let first: Map<string, Buffer> | undefined;
  for (const node of nodes) {
    for (const { name, environment } of surroundings) {
      const files = buildAll(node, name, environment);
      first ??= files;
      for (const [file, bytes] of files)
        assert.ok(bytes.equals(first.get(file)!), `${file}, ${name}, ${node}`);
    }
  }
  console.error(`${first?.size} models, ${nodes.length} of Node's versions: equal`);
});

test.run();
