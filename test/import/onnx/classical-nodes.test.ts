import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DType, elementCount } from "../../../host/graph/tensor.js";
import { importModel } from "../../../host/import/index.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { decodeStored } from "../../../host/run/tensor-files/values.js";
import { constant, type WrittenAttribute, writeOnnx } from "./onnx-writer.js";

/*
 * Single nodes of ai.onnx.ml with what ONNX Runtime gives: test/oracles/classical/nodes.py.
 */
const file = new URL("../../golden/classical-nodes.json.gz", import.meta.url);

/** A number; one that JSON does not have as its text. */
type Written = number | "nan" | "inf" | "-inf";

interface WrittenTensor {
  dtype: DType;
  dims: number[];
  values: Written[];
}

type GoldenAttribute =
  | number
  | string
  | number[]
  | string[]
  | { float: Written }
  | { floats: Written[] }
  | WrittenTensor;

interface GoldenNode {
  operator: string;
  version: number;
  attributes: Record<string, GoldenAttribute>;
  inputs: WrittenTensor[];
  outputs: WrittenTensor[];
}

const { cases } = JSON.parse(new TextDecoder().decode(gunzipSync(readFileSync(file)))) as {
  cases: GoldenNode[];
};

const special = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, "-inf": Number.NEGATIVE_INFINITY };
const numberOf = (written: Written): number => (typeof written === "number" ? written : special[written]);

function constantOf(name: string, { dtype, dims, values }: WrittenTensor) {
  return constant(name, dtype, dims, values.map(numberOf));
}

function attributeOf(name: string, value: GoldenAttribute): WrittenAttribute {
  if (typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value))
    return typeof value[0] === "string" ? { texts: value as string[] } : (value as number[]);
  if ("float" in value) return { float: numberOf(value.float) };
  if ("floats" in value) return { floats: value.floats.map(numberOf) };
  return { tensor: constantOf(name, value) };
}

function modelOf({ operator, version, attributes, inputs, outputs }: GoldenNode): Uint8Array {
  const names = { inputs: inputs.map((_, i) => `x${i}`), outputs: outputs.map((_, i) => `y${i}`) };
  // Indices are constants, as in the models that have such nodes.
  const isFixed = (i: number): boolean => operator === "ArrayFeatureExtractor" && i === 1;
  const entries = Object.entries(attributes).map(
    ([name, value]) => [name, attributeOf(name, value)] as const,
  );
  return writeOnnx({
    graph: {
      nodes: [{ operator, domain: "ai.onnx.ml", ...names, attributes: Object.fromEntries(entries) }],
      inputs: inputs.flatMap(({ dtype, dims }, i) =>
        isFixed(i) ? [] : [{ name: `x${i}`, dtype, shape: dims }],
      ),
      outputs: outputs.map(({ dtype }, i) => ({ name: `y${i}`, dtype })),
      constants: inputs.flatMap((tensor, i) => (isFixed(i) ? [constantOf(`x${i}`, tensor)] : [])),
    },
    domains: { "ai.onnx.ml": version },
  });
}

function bytesOf({ dtype, dims, values }: WrittenTensor): Uint8Array {
  const { data } = constant("", dtype, dims, values.map(numberOf));
  return new Uint8Array((data as ArrayBufferView).buffer);
}

/** The first element that is not what is expected: float32 may be off by so much of the largest, as sums in another order are. */
function wrongElement(
  actual: readonly number[],
  { dtype, values }: WrittenTensor,
  tolerance: number,
): string | undefined {
  const expected = values.map(numberOf);
  const limit =
    dtype === "float32" ? tolerance * Math.max(1, ...expected.filter(Number.isFinite).map(Math.abs)) : 0;
  const wrong = expected.findIndex(
    (value, i) => !Object.is(actual[i], value) && !(Math.abs((actual[i] as number) - value) <= limit),
  );
  return wrong < 0 ? undefined : `element ${wrong} is ${actual[wrong]}, not ${expected[wrong]}`;
}

async function requireOutputs(golden: GoldenNode): Promise<void> {
  const graph = await importModel("node.onnx", modelOf(golden), () => {
    throw new Error("a model of one file");
  });
  const { wasm, manifest } = await buildModel(graph);
  const first: Uint8Array[] = [];
  // The approximation of PROBIT takes differences of numbers that are nearly the same.
  const tolerance = golden.attributes.post_transform === "PROBIT" ? 1e-4 : 1e-5;
  for (const engine of ["node", "wasm3"] as const) {
    const runner = await openRunner(engine, wasm, openModule(wasm));
    for (const i of manifest.inputs.keys())
      await runner.writeInput(i, bytesOf(golden.inputs[i] as WrittenTensor));
    await runner.run();
    for (const [i, expected] of golden.outputs.entries()) {
      assert.equal(manifest.outputs[i]?.shape, expected.dims);
      assert.is(manifest.outputs[i]?.dtype, expected.dtype);
      const bytes = Uint8Array.from(await runner.readOutput(i));
      assert.is(bytes.length / (expected.dtype === "int64" ? 8 : 4), elementCount(expected.dims));
      const wrong = wrongElement(decodeStored(bytes, expected.dtype), expected, tolerance);
      if (wrong !== undefined) throw new Error(`output ${i}: ${wrong}`);
      if (first[i] === undefined) first[i] = bytes;
      else assert.equal(bytes, first[i], "engines differ");
    }
    await runner.close();
  }
}

for (const operator of new Set(cases.map((golden) => golden.operator))) {
  test(`${operator}: what ONNX Runtime gives for each node`, async () => {
    for (const golden of cases.filter((own) => own.operator === operator)) {
      try {
        await requireOutputs(golden);
      } catch (error) {
        const { inputs, outputs, ...told } = golden;
        throw new Error(`${(error as Error).message}: ${JSON.stringify(told)}`, { cause: error });
      }
    }
  });
}

test.run();
