import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WasmoteError } from "../../host/errors.js";
import type { DType, Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { requireGraph } from "../../host/import/index.js";
import { importOnnx } from "../../host/import/onnx/import.js";
import {
  type NodeProto,
  type OnnxGraph,
  type OnnxModel,
  readOnnx,
  readTensorFile,
  type TensorProto,
} from "../../host/import/onnx/model.js";
import { constantOf, elementDtype, elementTypeName } from "../../host/import/onnx/tensors.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { listedOperators } from "./listed-operators.js";

/** How a case of ONNX's backend tests went. */
export interface Outcome {
  name: string;
  /** The operators of the model, joined; one alone, most often. */
  operators: string;
  /** `apart`: not counted, as the model holds what is not to be run. */
  verdict: "passed" | "failed" | "refused" | "apart";
  /** Why it was refused or is apart, or what was wrong first. */
  detail: string;
}

/** Dtypes and axes that cases are counted with. */
const countedTypes: readonly string[] = ["float", "int8", "uint8", "int32", "int64", "bool"];
const mostAxes = 6;

/** Tolerances of ONNX's own runner (`onnx.backend.test.runner`). */
const relative = 1e-3;
const absolute = 1e-7;

/** Engines that every case runs on. */
const engines = ["node", "wasm3"] as const;

interface Case {
  model: OnnxModel;
  graph: OnnxGraph;
  inputs: TensorProto[];
  outputs: TensorProto[];
}

/** Names of the cases in a folder of the suite, sorted. */
function caseNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "model.onnx")))
    .sort();
}

/** Folders of the suite. */
export const suiteParts = ["node", "simple", "pytorch-converted", "pytorch-operator"] as const;

/** Runs all cases of a folder whose names match; none where there is no such folder. */
export async function runPart(suite: string, part: string, pattern = /(?:)/): Promise<Outcome[]> {
  const folder = join(suite, part);
  const outcomes: Outcome[] = [];
  for (const name of existsSync(folder) ? caseNames(folder) : [])
    if (pattern.test(name)) outcomes.push(await tryCase(folder, name));
  return outcomes;
}

function readCase(folder: string, name: string): Case {
  const model = readOnnx(readFileSync(join(folder, name, "model.onnx")));
  const data = join(folder, name, "test_data_set_0");
  const tensors = (kind: string): TensorProto[] => {
    const files = readdirSync(data).filter((file) => file.startsWith(`${kind}_`) && file.endsWith(".pb"));
    return files
      .map((_, i) => join(data, `${kind}_${i}.pb`))
      .map((file) => readTensorFile(readFileSync(file)));
  };
  return { model, graph: model.graph as OnnxGraph, inputs: tensors("input"), outputs: tensors("output") };
}

/** Operators of nodes, those of graphs in them among them. */
function operatorsOf(nodes: readonly NodeProto[], model: OnnxModel): string[] {
  const own = new Set(model.functions.map((known) => `${known.domain}:${known.name}`));
  const found = nodes.flatMap(({ domain, operator, attributes }) => [
    ...(own.has(`${domain}:${operator}`) ? [] : [domain === "" ? operator : `${domain}.${operator}`]),
    ...attributes.flatMap(({ graph }) => (graph === undefined ? [] : operatorsOf(graph.nodes, model))),
  ]);
  return [...new Set(found)];
}

/** Why a case is not counted; undefined where it is. */
function whyApart({ graph, inputs, outputs }: Case, operators: readonly string[]): string | undefined {
  const other = operators.find((operator) => !listedOperators.has(operator));
  if (other !== undefined) return `${other} is not listed`;
  if ([...graph.inputs, ...graph.outputs].some(({ isOther }) => isOther)) return "a value that is no tensor";
  for (const { dataType, dims } of [...inputs, ...outputs, ...graph.initializers]) {
    if (!countedTypes.includes(elementTypeName(dataType))) return `a tensor of ${elementTypeName(dataType)}`;
    if (dims.length > mostAxes) return `a tensor of ${dims.length} axes`;
    if (dims.includes(0) && dims.length > 1) return "a tensor without elements";
  }
  return undefined;
}

const readNothing = (): never => {
  throw new Error("a model of one file");
};

function tensorOf(proto: TensorProto, name: string): Tensor {
  const read = constantOf(proto, name, readNothing);
  if (typeof read === "string") throw new Error(read);
  return read;
}

/** Which inputs to give as constants, in the order in which it is tried: none, what tells shapes and the like, all but one. */
function constantChoices({ inputs }: Case): number[][] {
  const all = [...inputs.keys()];
  const whole = all.filter((i) => i > 0 && elementDtype(inputs[i]?.dataType ?? 0) !== "float32");
  const choices = [[], whole, all.slice(1), all.slice(0, -1), all];
  return choices.filter((choice, i) => choices.findIndex((other) => other.join() === choice.join()) === i);
}

/** The model with some of its inputs as constants, and its open dimensions as the inputs have them. */
function withConstants({ model, graph, inputs }: Case, constants: readonly number[]): OnnxModel {
  const known = new Set(graph.initializers.map(({ name }) => name));
  const given = graph.inputs.filter(({ name }) => !known.has(name));
  const initializers = constants.map((i) => ({ ...(inputs[i] as TensorProto), name: given[i]?.name ?? "" }));
  const stated = given.map((info, i) => ({ ...info, shape: inputs[i]?.dims ?? [] }));
  // A model has to have an input, be it one that nothing reads.
  const spare =
    initializers.length === stated.length ? [{ name: "nothing reads it", elementType: 1, shape: [1] }] : [];
  return {
    ...model,
    graph: {
      ...graph,
      inputs: [...stated, ...spare],
      initializers: [...graph.initializers, ...initializers],
    },
  };
}

/** Runs one case on every engine. */
async function tryCase(folder: string, name: string): Promise<Outcome> {
  const read = readCase(folder, name);
  const operators = operatorsOf(read.graph.nodes, read.model);
  const told = { name, operators: operators.join(" ") };
  const apart = whyApart(read, operators);
  if (apart !== undefined) return { ...told, verdict: "apart", detail: apart };
  let refusal = "";
  for (const constants of constantChoices(read)) {
    try {
      const detail = await runCase(read, constants);
      return { ...told, verdict: detail === undefined ? "passed" : "failed", detail: detail ?? "" };
    } catch (error) {
      if (!(error instanceof WasmoteError))
        return { ...told, verdict: "failed", detail: `${(error as Error).stack}` };
      refusal = error.message.replaceAll(/\s*\n\s*/g, "; ");
    }
  }
  return { ...told, verdict: "refused", detail: refusal };
}

/** What is wrong first; undefined where all is right. Throws where the model is refused. */
async function runCase(given: Case, constants: readonly number[]): Promise<string | undefined> {
  const imported = importOnnx(withConstants(given, constants), "case", readNothing, {});
  const graph = requireGraph(imported);
  validateGraph(graph);
  const { wasm } = await buildModel(graph);
  const opened = openModule(wasm);
  const fed = given.inputs.filter((_, i) => !constants.includes(i));
  for (const engine of engines) {
    const runner = await openRunner(engine, wasm, opened);
    try {
      for (const [i, proto] of fed.entries()) {
        const { data } = tensorOf(proto, `input ${i}`);
        runner.writeInput(i, bytesOf(data as NonNullable<typeof data>));
      }
      runner.run();
      for (const [i, proto] of given.outputs.entries()) {
        const stated = opened.manifest.outputs[i];
        const found =
          stated && differs(runner.readOutput(i), stated.interface ?? stated.dtype, stated.shape, proto);
        if (stated === undefined || found !== undefined)
          return `${engine}: output ${i}: ${found ?? "missing"}`;
      }
    } finally {
      runner.close();
    }
  }
  return undefined;
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function differs(
  bytes: Uint8Array,
  dtype: DType,
  shape: readonly number[],
  proto: TensorProto,
): string | undefined {
  const expected = tensorOf(proto, "expected");
  if (expected.dtype !== dtype) return `${dtype}, not ${expected.dtype}`;
  if (expected.shape.join() !== shape.join()) return `[${shape.join()}], not [${expected.shape.join()}]`;
  const Kind = (expected.data as object).constructor as new (
    buffer: ArrayBuffer,
  ) => ArrayLike<number | bigint>;
  const [a, b] = [new Kind(bytes.slice().buffer), expected.data as ArrayLike<number | bigint>];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    const isRight =
      a[i] === b[i] || (Number.isNaN(x) && Number.isNaN(y)) || (dtype === "float32" && isClose(x, y));
    if (!isRight) return `element ${i} is ${a[i]}, not ${b[i]}`;
  }
  return undefined;
}

function isClose(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}
