import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { weightsSection } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { packageModule } from "../../host/package/package.js";
import { buildModel } from "../../host/pipeline.js";
import { customSections, encodeCustomSection } from "../../host/wasm/sections.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";

const graph = await importModel("small.tflite", writeTflite(smallModel()), () => new Uint8Array(0));
const built = await buildModel(graph);
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const codeOf = (bytes: Uint8Array): string => {
  try {
    openModule(bytes);
  } catch (error) {
    if (error instanceof WasmoteError) return error.code;
    throw error;
  }
  return "opened";
};

test("a packaged module is valid, and opens as it was built", () => {
  assert.ok(WebAssembly.validate(built.wasm as BufferSource));
  const { manifest, weights, codeBytes } = openModule(built.wasm);
  assert.equal(manifest, built.manifest);
  assert.is(weights.length, built.weightBytes);
  assert.is(codeBytes, built.codeBytes);
});

test("weights start at a multiple of 16 in the file, whatever the lengths before them", () => {
  for (let length = 0; length < 40; length++) {
    const manifest = { ...built.manifest, name: "x".repeat(length) };
    const file = packageModule(built.code, manifest, new Uint8Array(length * 7).fill(3));
    const section = customSections(file).find(({ name }) => name === weightsSection);
    assert.is((section?.offset as number) % 16, 0, `name of ${length}`);
    assert.is(section?.bytes.length, length * 7);
    assert.equal(openModule(file).manifest.name, manifest.name);
  }
});

test("files that are no model are told apart", () => {
  assert.is(codeOf(new Uint8Array(0)), "file-empty");
  assert.is(codeOf(Uint8Array.of(1, 2, 3)), "module-invalid");
  assert.is(codeOf(built.wasm.subarray(0, built.wasm.length - 1)), "module-invalid");
  assert.is(codeOf(emptyModule), "module-foreign");
  const withManifest = (bytes: Uint8Array): Uint8Array =>
    Uint8Array.from([...emptyModule, ...encodeCustomSection("wasmote.manifest", bytes)]);
  assert.is(codeOf(withManifest(Uint8Array.of(0xff, 0x00))), "module-invalid");
  assert.is(
    codeOf(packageModule(emptyModule, { ...built.manifest, version: 2 }, new Uint8Array(0))),
    "module-newer",
  );
  const outside = { ...built.manifest, memoryBytes: 10 };
  assert.is(codeOf(packageModule(emptyModule, outside, new Uint8Array(0))), "module-invalid");
});

test("the name of a node cannot break out of the generated source", async () => {
  const hostile = {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, name: "x */ ; throw \n while (true) {} // \u2028" })),
  };
  const again = await buildModel(hostile);
  assert.is(again.codeBytes, built.codeBytes);
});

test.run();
