import * as assert from "uvu/assert";
import type { Graph } from "../../../host/graph/graph.js";
import type { BoundNode } from "../../../host/graph/node.js";
import {
  arrayTypes,
  type DType,
  elementCount,
  type Tensor,
  type TensorData,
} from "../../../host/graph/tensor.js";
import { operatorNamed } from "../../../host/ops/index.js";
import type { Values } from "../../../host/ops/operator.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner } from "../../../host/run/index.js";
import { engines } from "../../engines.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

/** One node, its constant inputs with their data. */
export interface SignalCase {
  operator: string;
  attributes: object;
  inputs: readonly Tensor[];
  variables?: readonly Tensor[];
  /** Outputs are as many as the operator infers for so many declared ones. */
  outputs?: number;
  /** The output that says whether output 0 is defined, where one does. */
  validity?: number;
}

/** Data of one run: what the inputs that are not constant hold. */
export type Run = readonly (ArrayLike<number> | BigUint64Array)[];

/** An activation or, with data, a constant. */
export function tensor(dtype: DType, shape: readonly number[], data?: ArrayLike<number>): Tensor {
  return { ...plain(shape, dtype), ...(data === undefined ? {} : { data: typed(dtype, data) }) };
}

/** Numbers of a range, those at its ends more often; evenly spread over magnitudes. */
export function noise(seed: number, count: number, low: number, high: number): number[] {
  const { integer, real } = random(seed);
  return Array.from({ length: count }, () => {
    const kind = integer(0, 9);
    if (kind === 0) return low;
    if (kind === 1) return high;
    const magnitude = 2 ** (real() * Math.log2(high));
    return Math.min(high, Math.max(low, Math.round(low < 0 && kind < 6 ? -magnitude : magnitude)));
  });
}

/** Data as the array of its element type. */
function typed(dtype: DType, data: ArrayLike<number> | BigUint64Array): TensorData {
  if (data instanceof BigUint64Array) return data;
  if (dtype === "uint64") return BigUint64Array.from(Array.from(data, BigInt));
  const array = new arrayTypes[dtype](data.length) as Int32Array;
  // A NaN of doubles has a sign, which the canonical one of float32 has not.
  array.set(Array.from(data, (value) => (Number.isNaN(value) ? Number.NaN : value)));
  return array;
}

const doubles = (data: ArrayLike<number | bigint>): Values =>
  Float64Array.from(data as ArrayLike<number>, Number);

function boundNode({ operator, attributes, inputs, variables = [], outputs = 1 }: SignalCase): BoundNode {
  const declared = Array.from({ length: outputs }, () => plain([]));
  const node = { name: "case", attributes, inputs, outputs: declared, variables };
  const types = operatorNamed(operator).infer(node);
  return { ...node, outputs: types.map(({ dtype, shape }, i) => ({ name: `output ${i}`, dtype, shape })) };
}

/** Bytes of the outputs as the operator's own reference gives them. */
function expected(given: SignalCase, node: BoundNode, run: Run, variables: Values[]): Uint8Array[] {
  const rest = [...run];
  const inputs = given.inputs.map(({ dtype, data }) =>
    doubles(data ?? typed(dtype, rest.shift() as Run[number])),
  );
  return operatorNamed(given.operator)
    .reference(node, inputs, variables)
    .map((values, i) => new Uint8Array(typed(node.outputs[i]?.dtype as DType, values).buffer));
}

/**
 * Runs a node on every engine and compares every byte with the operator's reference.
 *
 * @returns the outputs of the last run
 */
export async function matchReference(
  given: SignalCase,
  ...runs: readonly Run[]
): Promise<ArrayLike<number>[]> {
  const node = boundNode(given);
  const activations = given.inputs.filter(({ data }) => data === undefined);
  const bytesOf = (run: Run): ArrayBufferView[] =>
    run.map((data, i) => typed(activations[i]?.dtype as DType, data) as ArrayBufferView);
  const fresh = (): Values[] =>
    (given.variables ?? []).map(({ data, shape }) =>
      data === undefined ? new Float64Array(elementCount(shape)) : doubles(data as ArrayLike<number>),
    );
  let last: Uint8Array[] = [];
  if (given.variables === undefined) {
    for (const run of runs) {
      last = await runCase({ ...given, outputs: node.outputs, activations: bytesOf(run) });
      assert.equal(last.map(hex), expected(given, node, run, []).map(hex));
    }
  } else {
    const wasm = await build(given, node);
    for (const [engine, tier] of engines) {
      const runner = await openRunner(engine, wasm, openModule(wasm), { tier });
      for (const start of ["loaded", "reset"]) {
        const variables = fresh();
        for (const [step, run] of runs.entries()) {
          for (const [i, { buffer }] of bytesOf(run).entries())
            await runner.writeInput(i, new Uint8Array(buffer as ArrayBuffer));
          await runner.run();
          last = [];
          for (const i of node.outputs.keys()) last.push(await runner.readOutput(i));
          const wanted = expected(given, node, run, variables).map(hex);
          const defined = given.validity === undefined || last[given.validity]?.[0] === 1 ? 0 : 1;
          assert.equal(
            last.map(hex).slice(defined),
            wanted.slice(defined),
            `${engine}, ${start}, step ${step}`,
          );
        }
        await runner.reset();
      }
      await runner.close();
    }
  }
  return node.outputs.map(
    ({ dtype }, i) => new arrayTypes[dtype](Uint8Array.from(last[i] ?? []).buffer) as Int32Array,
  );
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function build(given: SignalCase, node: BoundNode): Promise<Uint8Array> {
  const tensors = [...given.inputs, ...node.outputs];
  const inputs = given.inputs.map((_, i) => i);
  const outputs = node.outputs.map((_, i) => inputs.length + i);
  const variables = given.variables?.map((_, i) => i) ?? [];
  const graph: Graph = {
    name: "case",
    tensors,
    nodes: [
      { name: "case", operator: given.operator, attributes: given.attributes, inputs, outputs, variables },
    ],
    inputs: inputs.filter((i) => tensors[i]?.data === undefined),
    outputs,
    ...(given.variables === undefined ? {} : { variables: given.variables }),
  };
  return (await buildModel(graph)).wasm;
}

/** Why a node is refused; "taken" where it is not. */
export function refusalOf(given: SignalCase): string {
  try {
    boundNode(given);
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}
