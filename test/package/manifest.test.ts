import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { loweringOf } from "../../host/lower/index.js";
import type { Program } from "../../host/lower/lower.js";
import { makeManifest } from "../../host/package/make-manifest.js";
import { manifestSection } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { packageModule } from "../../host/package/package.js";
import { planMemory } from "../../host/plan/plan.js";
import { customSections, encodeCustomSection } from "../../host/wasm/sections.js";

const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

const graph: Graph = {
  name: "two ends",
  tensors: [
    { name: "in", dtype: "int8", shape: [2, 3], quantization: { scale: [0.5], zeroPoint: [-7], axis: 0 } },
    { name: "out", dtype: "int8", shape: [6], quantization: { scale: [0.5], zeroPoint: [-7], axis: 0 } },
    { name: "side", dtype: "float32", shape: [1] },
  ],
  nodes: [{ name: "n", operator: "reshape", attributes: { shape: [6] }, inputs: [0], outputs: [1] }],
  inputs: [0, 2],
  outputs: [1],
};
const plan = planMemory(graph, loweringOf);
const program: Program = {
  name: "p",
  steps: [{ node: 0, name: "n", operator: "reshape", macs: 5, weightBytes: 9, calls: [] }],
  weights: new Uint8Array(0),
  memoryBytes: plan.memoryBytes,
};
const library = { wasm: new Uint8Array(0), sha256: Uint8Array.of(1, 2, 3) };
const imports = [
  "wasmote.accel_conv_s8",
  "wasmote.read_weights",
  "env.accel_conv_s8",
  "wasmote.accel_add_s8",
];
const parts = { model: graph, graph, plan, program, imports, libraries: [library] };
const manifest = makeManifest(parts);

test("a manifest says of tensors, steps and imports what the build knows", () => {
  const address = (index: number): number => plan.tensors.get(index)?.address as number;
  assert.equal(manifest, {
    version: 1,
    name: "two ends",
    inputs: [
      { name: "in", dtype: "int8", shape: [2, 3], address: address(0), scale: 0.5, zeroPoint: -7 },
      { name: "side", dtype: "float32", shape: [1], address: address(2) },
    ],
    outputs: [{ name: "out", dtype: "int8", shape: [6], address: address(1), scale: 0.5, zeroPoint: -7 }],
    memoryBytes: plan.memoryBytes,
    steps: [{ name: "n", operator: "reshape", macs: 5, weightBytes: 9 }],
    imports: {
      required: ["wasmote.read_weights", "env.accel_conv_s8"],
      optional: ["wasmote.accel_conv_s8", "wasmote.accel_add_s8"],
    },
    kernels: [library.sha256],
  });
  const unplanned = { ...plan, tensors: new Map([...plan.tensors].filter(([index]) => index !== 2)) };
  assert.throws(() => makeManifest({ ...parts, plan: unplanned }), /tensor 2 has no address/);
});

test("names and dtypes are those of the model as it was imported, beside the dtype in memory", () => {
  const own = graph.tensors.map((tensor) => ({ ...tensor, name: `own ${tensor.name}` }));
  const model = { ...graph, tensors: own.map((tensor) => ({ ...tensor, dtype: "float32" as const })) };
  const { inputs, outputs } = makeManifest({ ...parts, model, inputs: [{ sampleRate: 8000 }] });
  assert.equal(
    [...inputs, ...outputs].map((tensor) => [tensor.name, tensor.dtype, tensor.interface, tensor.sampleRate]),
    [
      ["own in", "int8", "float32", 8000],
      ["own side", "float32", undefined, undefined],
      ["own out", "int8", "float32", undefined],
    ],
  );
});

test("files that are no model say what they are", () => {
  const messageOf = (bytes: Uint8Array): string => {
    try {
      openModule(bytes);
    } catch (error) {
      return (error as Error).message;
    }
    return "opened";
  };
  assert.match(messageOf(new Uint8Array(0)), "0 bytes");
  assert.match(messageOf(Uint8Array.of(1, 2, 3)), "3 bytes that are no valid WebAssembly");
  assert.match(messageOf(emptyModule), "it has no section wasmote.manifest");
  const noCbor = encodeCustomSection(manifestSection, Uint8Array.of(0xff));
  assert.match(messageOf(Uint8Array.from([...emptyModule, ...noCbor])), "its manifest is no CBOR");
});

test("the fill before the weights is no longer than it has to be", () => {
  const lengths = new Set<number>();
  for (let length = 0; length < 16; length++) {
    const file = packageModule(emptyModule, { ...manifest, name: "x".repeat(length) }, new Uint8Array(300));
    const names = customSections(file).map(({ name }) => name);
    assert.equal(names, ["wasmote.manifest", "wasmote.fill", "wasmote.weights"]);
    const fill = customSections(file)[1]?.bytes as Uint8Array;
    assert.ok(fill.length < 16 && fill.every((byte) => byte === 0));
    lengths.add(fill.length);
  }
  assert.is(lengths.size, 16);
});

test.run();
