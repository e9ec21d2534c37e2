import { encode } from "cborg";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import type { Program } from "../../host/lower/lower.js";
import { makeManifest } from "../../host/package/make-manifest.js";
import { type Manifest, manifestSection } from "../../host/package/manifest.js";
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
const plan = planMemory(graph);
const program: Program = {
  name: "p",
  steps: [{ name: "n", operator: "reshape", macs: 5, weightBytes: 9, calls: [] }],
  weights: new Uint8Array(0),
  memoryBytes: 0,
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

/** A module whose manifest is `value`. */
const withManifest = (value: unknown): Uint8Array =>
  Uint8Array.from([...emptyModule, ...encodeCustomSection(manifestSection, encode(value))]);

function refused(value: unknown, code: string, text: string): void {
  try {
    openModule(withManifest(value));
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    assert.is(error.code, code, `${text}: ${error.message}`);
    assert.match(error.message, text);
    return;
  }
  throw new Error(`a manifest without a valid ${text} was accepted: ${JSON.stringify(value)}`);
}

const tensor = manifest.inputs[0] as Manifest["inputs"][number];
const step = manifest.steps[0] as Manifest["steps"][number];

test("a manifest that is complete opens, whatever its counts", () => {
  for (const change of [
    {},
    { memoryBytes: 2 ** 32 },
    { inputs: [], outputs: [], steps: [] },
    { version: 0 },
  ]) {
    const opened = openModule(withManifest({ ...manifest, ...change }));
    assert.equal(opened.manifest, { ...manifest, ...change });
    assert.is(opened.weights.length, 0);
    assert.is(opened.codeBytes, emptyModule.length);
  }
});

test("a manifest is a map with a version", () => {
  for (const value of [5, "text", null, [], {}, { ...manifest, version: "1" }])
    refused(value, "module-invalid", "version");
  for (const version of [-1, 0.5, Number.NaN]) refused({ ...manifest, version }, "module-invalid", "version");
  refused({ ...manifest, version: 2 }, "module-newer", "format 2; up to 1");
});

test("every field of a manifest has its type, and fits into memory", () => {
  const cases: Record<string, unknown[]> = {
    name: [5, null, undefined],
    memoryBytes: [-1, 1.5, "16", null],
    steps: [
      {},
      null,
      [null],
      [{ ...step, name: 1 }],
      [{ ...step, macs: -1 }],
      [{ ...step, macs: "5" }],
      [step, {}],
    ],
    imports: [
      null,
      {},
      { required: [] },
      { optional: [] },
      { required: {}, optional: [] },
      { required: [], optional: "" },
    ],
  };
  for (const [field, values] of Object.entries(cases))
    for (const value of values) refused({ ...manifest, [field]: value }, "module-invalid", field);
  const tensors: unknown[] = [
    { ...tensor, name: 7 },
    { ...tensor, dtype: "int7" },
    { ...tensor, shape: 6 },
    { ...tensor, shape: [2, -3] },
    { ...tensor, shape: [2, 1.5] },
    { ...tensor, address: -1 },
    { ...tensor, address: "0" },
    { ...tensor, address: plan.memoryBytes - 5 },
    null,
  ];
  for (const field of ["inputs", "outputs"]) {
    for (const value of tensors) refused({ ...manifest, [field]: [tensor, value] }, "module-invalid", field);
    for (const value of [{}, null, "in"]) refused({ ...manifest, [field]: value }, "module-invalid", field);
  }
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

test("a tensor may end where memory does", () => {
  const last = { ...tensor, address: plan.memoryBytes - 6 };
  assert.equal(openModule(withManifest({ ...manifest, inputs: [last] })).manifest.inputs, [last]);
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
