import { encode } from "cborg";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { type Manifest, weightsSection } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { packageModule } from "../../host/package/package.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner, runners } from "../../host/run/index.js";
import { encodeCustomSection } from "../../host/wasm/sections.js";
import { bodies, makeModel, makeModule } from "../boards/made-modules.js";
import { stateModel } from "../fuzz/tflite-originals.js";
import { smallModel, type WrittenModel, writeTflite } from "../import/tflite-writer.js";

const tensor = { name: "t", dtype: "int8", shape: [8], address: 16 };
const step = { name: "s", operator: "o", macs: 1, weightBytes: 0 };

/** How a model ends that is opened: "opened", or the error's code and detail. */
function opening(wasm: Uint8Array): { code: string; detail: string } {
  try {
    openModule(wasm);
    return { code: "opened", detail: "" };
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    return { code: error.code, detail: error.detail };
  }
}

const withManifest = (changes: object): Uint8Array =>
  makeModel("m", bodies.sum, changes as Partial<Manifest>);
const output = (changes: object): Uint8Array => withManifest({ outputs: [{ ...tensor, ...changes }] });

/** Manifests by what is wrong with them, and the field that the error names. */
const manifests: [what: string, wasm: Uint8Array, field: string][] = [
  ["a name that is no text", withManifest({ name: 5 }), "name"],
  ["a version that is a text", withManifest({ version: "1" }), "version"],
  ["a negative version", withManifest({ version: -1 }), "version"],
  ["no memory", withManifest({ memoryBytes: 0, inputs: [], outputs: [] }), "memoryBytes"],
  ["a fraction of memory", withManifest({ memoryBytes: 64.5 }), "memoryBytes"],
  ["memory beyond what is exact", withManifest({ memoryBytes: 2 ** 60 }), "memoryBytes"],
  ["inputs that are no list", withManifest({ inputs: { length: 1 } }), "inputs"],
  ["more outputs than there can be", withManifest({ outputs: Array(2000).fill(tensor) }), "outputs"],
  ["a tensor that is no map", withManifest({ outputs: [[]] }), "outputs[0]"],
  ["a tensor without a name", output({ name: undefined }), "outputs[0].name"],
  ["a dtype that every object has", output({ dtype: "toString" }), "outputs[0].dtype"],
  ["a dtype that is no text", output({ dtype: ["int8"] }), "outputs[0].dtype"],
  ["a shape of too many axes", output({ shape: Array(100).fill(1) }), "outputs[0].shape"],
  ["a length of 0", output({ shape: [0] }), "outputs[0].shape[0]"],
  ["a length of one and a half", output({ shape: [1.5] }), "outputs[0].shape[0]"],
  ["a length that is infinite", output({ shape: [Number.POSITIVE_INFINITY] }), "outputs[0].shape[0]"],
  ["a negative address", output({ address: -8 }), "outputs[0].address"],
  ["a tensor beyond memory", output({ address: 57 }), "outputs[0]"],
  ["a tensor larger than memory", output({ shape: [2 ** 20, 2 ** 20] }), "outputs[0]"],
  ["a scale of 0", output({ scale: 0 }), "outputs[0].scale"],
  ["a negative scale", output({ scale: -1 }), "outputs[0].scale"],
  ["a scale that is no number", output({ scale: Number.NaN }), "outputs[0].scale"],
  ["an infinite scale", output({ scale: Number.POSITIVE_INFINITY }), "outputs[0].scale"],
  ["a scale that is a text", output({ scale: "1" }), "outputs[0].scale"],
  ["a zero point of half", output({ zeroPoint: 0.5 }), "outputs[0].zeroPoint"],
  ["a zero point below int8", output({ zeroPoint: -129 }), "outputs[0].zeroPoint"],
  ["a zero point above int8", output({ zeroPoint: 128 }), "outputs[0].zeroPoint"],
  ["a zero point above uint8", output({ dtype: "uint8", zeroPoint: 256 }), "outputs[0].zeroPoint"],
  ["a zero point of float32", output({ dtype: "float32", zeroPoint: 1 }), "outputs[0].zeroPoint"],
  ["labels that are no list", output({ labels: 5 }), "outputs[0].labels"],
  ["a float32 interface without a scale", output({ interface: "float32" }), "outputs[0].interface"],
  ["an interface of no dtype", output({ interface: "real", scale: 1 }), "outputs[0].interface"],
  ["two means for 8 channels", output({ pixels: { mean: [1, 2], std: [1] } }), "outputs[0].pixels"],
  ["two deviations for 8 channels", output({ pixels: { mean: [1], std: [1, 2] } }), "outputs[0].pixels"],
  ["a mean without a deviation", output({ pixels: { mean: [1] } }), "outputs[0].pixels.std"],
  ["a mean that is no number", output({ pixels: { mean: ["1"], std: [1] } }), "outputs[0].pixels.mean[0]"],
  ["a deviation of 0", output({ pixels: { mean: [1], std: [0] } }), "outputs[0].pixels.std[0]"],
  ["a sample rate of 0", output({ sampleRate: 0 }), "outputs[0].sampleRate"],
  ["too few labels", output({ labels: ["a"] }), "outputs[0].labels"],
  ["a label that is no text", output({ labels: Array(8).fill(0) }), "outputs[0].labels[0]"],
  ["steps that are no list", withManifest({ steps: 1 }), "steps"],
  [
    "a step without an operator",
    withManifest({ steps: [{ ...step, operator: undefined }] }),
    "steps[0].operator",
  ],
  ["a step of endless work", withManifest({ steps: [{ ...step, macs: 1e300 }] }), "steps[0].macs"],
  [
    "a step of negative weights",
    withManifest({ steps: [{ ...step, weightBytes: -1 }] }),
    "steps[0].weightBytes",
  ],
  ["no imports", withManifest({ imports: undefined }), "imports"],
  ["half of its imports", withManifest({ imports: { required: [] } }), "imports.optional"],
  [
    "imports that are no texts",
    withManifest({ imports: { required: [5], optional: [] } }),
    "imports.required[0]",
  ],
  ["a short hash", withManifest({ kernels: [new Uint8Array(31)] }), "kernels[0]"],
];

for (const [what, wasm, field] of manifests) {
  test(`a manifest with ${what} is refused`, () => {
    const { code, detail } = opening(wasm);
    assert.is(code, "module-invalid");
    assert.ok(detail.startsWith(`its manifest has no valid ${field}: `), detail);
    assert.match(detail, /: [-\w].*\w is expected$/);
  });
}

const weightsImport = [1, 7, ...Buffer.from("wasmote"), 12, ...Buffer.from("read_weights"), 0, 0];
const foreignImport = [1, 3, ...Buffer.from("env"), 3, ...Buffer.from("now"), 0, 0];
/** The import is function 0, of the first type, so that `run` exports it. */
const importing = (bytes: readonly number[], required: string[] = []): Uint8Array =>
  makeModel("m", bodies.sum, {
    more: [{ id: 2, bytes }],
    imports: { required, optional: [] },
  });

/** A start function () -> (), which never ends. */
const startingEndlessly = {
  types: [[0x60, 0, 0]],
  functions: [[0x03, 0x40, 0x0c, 0, 0x0b]],
  functionType: 1,
  more: [{ id: 8, bytes: [1] }],
};

/** Modules by what is wrong with them, the error's code and what its detail says. */
const modules: [what: string, wasm: Uint8Array, code: string, detail: RegExp][] = [
  ["a start function", makeModel("m", bodies.sum, startingEndlessly), "module-invalid", /start function/],
  [
    "a function table",
    makeModel("m", bodies.sum, { more: [{ id: 4, bytes: [1, 0x70, 0, 1] }] }),
    "module-invalid",
    /function table/,
  ],
  [
    "less memory than its manifest says",
    makeModel("m", bodies.sum, { memoryBytes: 65537 }),
    "module-invalid",
    /has 65536 bytes where its manifest speaks of 65537/,
  ],
  [
    "memory that may grow without end",
    makeModel("m", bodies.sum, { memory: [0, 1] }),
    "memory-exceeded",
    /any number/,
  ],
  [
    "memory that may grow beyond 64 MiB",
    makeModel("m", bodies.sum, { memory: [1, 1, 0x81, 0x08] }),
    "memory-exceeded",
    /67174400 bytes/,
  ],
  [
    "a manifest that asks for more than 64 MiB",
    withManifest({ memoryBytes: 64 * 2 ** 20 + 1 }),
    "memory-exceeded",
    /67108865 bytes; at most 67108864/,
  ],
  [
    "outputs that are 64 MiB and a byte together",
    makeModel("m", bodies.sum, {
      memory: [1, 0x80, 0x08, 0x80, 0x08],
      memoryBytes: 64 * 2 ** 20,
      outputs: [
        { name: "all", dtype: "int8", shape: [64, 2 ** 20], address: 0 },
        { name: "one", dtype: "int8", shape: [1], address: 0 },
      ],
    }),
    "memory-exceeded",
    /outputs of 67108865 bytes/,
  ],
  [
    "memory that has another name",
    makeModel("m", bodies.sum, { memoryName: "ram" }),
    "module-invalid",
    /exports no memory of its own/,
  ],
  [
    "inputs that are 64 MiB and a byte together",
    makeModel("m", bodies.sum, {
      memory: [1, 0x80, 0x08, 0x80, 0x08],
      memoryBytes: 64 * 2 ** 20,
      inputs: [
        { name: "all", dtype: "int8", shape: [64, 2 ** 20], address: 0 },
        { name: "one", dtype: "int8", shape: [1], address: 0 },
      ],
    }),
    "memory-exceeded",
    /inputs or outputs of 67108865 bytes; at most 67108864/,
  ],
  ["no function run", makeModel("m", bodies.sum, { exports: [] }), "module-invalid", /no function run/],
  [
    "a reset of another type",
    makeModel("m", bodies.sum, {
      exports: [
        { name: "run", kind: 0 },
        { name: "reset", kind: 0 },
      ],
    }),
    "module-invalid",
    /reset is no function/,
  ],
  [
    "a memory called run",
    makeModel("m", bodies.sum, { exports: [{ name: "run", kind: 2 }] }),
    "module-invalid",
    /no function run/,
  ],
  [
    "an import that no host offers",
    importing(foreignImport, ["env.now"]),
    "module-invalid",
    /imports env\.now/,
  ],
  ["an import that its manifest conceals", importing(weightsImport), "module-invalid", /does not speak/],
  [
    "an end that is missing: its weights",
    makeModel("m", bodies.sum).slice(0, -encodeCustomSection(weightsSection, new Uint8Array(0)).length),
    "module-invalid",
    /no section wasmote\.weights/,
  ],
];

for (const [what, wasm, code, detail] of modules) {
  test(`a module with ${what} is refused`, () => {
    const found = opening(wasm);
    assert.is(found.code, code, found.detail);
    assert.match(found.detail, detail);
  });
}

test("what is at the bounds is taken, and fields of later versions are left out", () => {
  const later = {
    ...tensor,
    labels: Array(8).fill("\u001b[2J"),
    zeroPoint: -128,
    scale: 1e-30,
    later: 2n ** 63n,
  };
  const wasm = withManifest({ outputs: [{ ...later, address: 56 }], later: new Map(), memoryBytes: 64 });
  const { outputs, ...rest } = openModule(wasm).manifest;
  assert.equal(Object.keys(outputs[0]!).sort(), [
    "address",
    "dtype",
    "labels",
    "name",
    "scale",
    "shape",
    "zeroPoint",
  ]);
  assert.not.ok("later" in rest);
  assert.is(opening(makeModel("m", bodies.sum, { memory: [1, 1, 0x80, 0x08] })).code, "opened");
  assert.is(opening(importing(weightsImport, ["wasmote.read_weights"])).code, "opened");
});

test("a model may have as much as there may be, and its inputs may say how files are read for them", () => {
  const read = { pixels: { mean: [0], std: Array(8).fill(1) }, sampleRate: 16_000 };
  const real = { ...tensor, interface: "float32", scale: 1, zeroPoint: 127 };
  const whole = { name: "all", dtype: "int8", shape: [64, 2 ** 20], address: 0 };
  const megabytes = { memory: [1, 0x80, 0x08, 0x80, 0x08], memoryBytes: 64 * 2 ** 20 };
  const models = [
    { inputs: [{ ...real, ...read }], outputs: [{ ...tensor, interface: "int8" }] },
    { outputs: Array(1024).fill(tensor) },
    { memoryBytes: 65_536 },
    { ...megabytes, inputs: [whole], outputs: [whole] },
  ];
  for (const [i, changes] of models.entries()) {
    assert.equal(opening(withManifest(changes)), { code: "opened", detail: "" }, `${i}`);
  }
  const { inputs } = openModule(withManifest(models[0] as object)).manifest;
  assert.equal(inputs, [{ ...real, ...read }]);
});

test("a manifest's fields are its own, and it is no deeper or longer than it needs to be", () => {
  const module = makeModule(bodies.sum);
  const custom = (bytes: Uint8Array) =>
    opening(packageModule(module, bytes as unknown as Manifest, new Uint8Array(0)));
  assert.is(custom(Uint8Array.of(1)).code, "module-invalid");
  for (const noMap of [5, "text", null, [], {}]) {
    assert.is(opening(packageModule(module, noMap as never, new Uint8Array(0))).code, "module-invalid");
  }
  const { manifest } = openModule(withManifest({}));
  const inherited = { ["__proto__"]: manifest };
  assert.match(
    opening(packageModule(module, inherited as never, new Uint8Array(0))).detail,
    /no valid version/,
  );
  let deep: unknown = 0;
  for (let level = 0; level < 900; level++) deep = [deep];
  assert.match(opening(withManifest({ version: deep })).detail, /no valid version/);
  assert.match(
    opening(withManifest({ name: "x".repeat(5 * 2 ** 20) })).detail,
    /its manifest has 5\d+ bytes/,
  );
  assert.ok(encode(manifest).length < 1000);
});

test("a manifest without the variables that reset() sets is refused, one of an empty list of them runs", async () => {
  const built = async (model: WrittenModel) =>
    buildModel(await importModel("m.tflite", writeTflite(model), () => new Uint8Array(0)));
  const { code, manifest, program } = await built(stateModel());
  const { variables, ...without } = manifest;
  assert.is(variables?.length, 1);
  for (const wrong of [without, { ...manifest, variables: [] }]) {
    assert.throws(
      () => openModule(packageModule(code, wrong, program.weights)),
      (error: WasmoteError) =>
        error.code === "module-invalid" && /speaks of no variables/.test(error.message),
    );
  }
  const plain = await built(smallModel());
  const wasm = packageModule(plain.code, { ...plain.manifest, variables: [] }, plain.program.weights);
  for (const on of Object.keys(runners)) {
    const runner = await openRunner(on, wasm, openModule(wasm));
    runner.run();
    runner.close();
  }
});

test.run();
