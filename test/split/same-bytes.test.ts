import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Graph, tensorAt } from "../../host/graph/graph.js";
import { tensorBytes } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { loweringOf } from "../../host/lower/index.js";
import { checkOperators } from "../../host/ops/check.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { planMemory } from "../../host/plan/plan.js";
import { openRunner } from "../../host/run/index.js";
import { Estimate } from "../../host/split/estimate.js";
import type { Split } from "../../host/split/pieces.js";
import { splitGraph } from "../../host/split/split-graph.js";
import { engines } from "../engines.js";
import { type Choices, choices } from "../link/random-numbers.js";
import type { Numbers } from "../passes/random-graph.js";
import { randomChain } from "./random-chain.js";

const test = suite("graphs that are computed part by part");

/** Chains of each kind of numbers. More of them: WASMOTE_GRAPHS=2000, from another seed on: WASMOTE_SEED=7. */
const [count, first] = [Number(process.env.WASMOTE_GRAPHS ?? 40), Number(process.env.WASMOTE_SEED ?? 1)];

/** Bytes of the inputs: any integers, floats between -3 and 3. */
function inputsOf(graph: Graph, source: Choices): Uint8Array[] {
  return graph.inputs.map((index) => {
    const tensor = tensorAt(graph, index);
    if (tensor.dtype !== "float32")
      return Uint8Array.from({ length: tensorBytes(tensor) }, () => source.below(256));
    const floats = Float32Array.from(
      { length: tensorBytes(tensor) / 4 },
      () => (source.below(601) - 300) / 100,
    );
    return new Uint8Array(floats.buffer);
  });
}

/** The outputs of a graph that is built as it is, on every engine, which agree. */
async function outputsOf(graph: Graph, inputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const { wasm } = await buildModel(graph, { passes: [] });
  let first: Uint8Array[] | undefined;
  for (const [on, tier] of engines) {
    const opened = openModule(wasm);
    const runner = await openRunner(on, wasm, opened, { tier });
    for (const [i, bytes] of inputs.entries()) runner.writeInput(i, bytes);
    runner.run();
    const outputs = opened.manifest.outputs.map((_, i) => runner.readOutput(i));
    runner.close();
    first ??= outputs;
    assert.equal(outputs, first, `${on}, ${tier}`);
  }
  return first as Uint8Array[];
}

/** Some splits of segments that share no node, of any size. */
function randomSplits(graph: Graph, source: Choices): Split[] {
  const plan = planMemory(graph, loweringOf);
  const order = graph.nodes.map((_, at) => at);
  const estimate = new Estimate(graph, order, plan.aliveBytes, loweringOf);
  const splits: Split[] = [];
  for (let position = 0; position < order.length; ) {
    const candidates = estimate.segmentsFrom(position).filter(({ axes }) => axes.length > 0);
    if (candidates.length === 0 || source.chance(0.2)) {
      position++;
      continue;
    }
    const { segment, end, axes } = source.pick(candidates);
    const axis = source.pick(axes);
    const size = 1 + source.below((tensorAt(graph, segment.output).shape[axis] as number) - 1);
    const split = { segment, axis, size };
    if (estimate.split(position, split) !== undefined) {
      splits.push(split);
      position = end;
    } else position++;
  }
  return splits;
}

for (const numbers of ["int8", "int16", "float32"] satisfies Numbers[]) {
  test(`random chains of ${numbers}: the same bytes on every engine, whatever is split`, async () => {
    let [tried, longest] = [0, 0];
    for (let seed = first; seed < first + count; seed++) {
      const [graph, source] = [randomChain(seed, numbers), choices(~seed)];
      const splits = randomSplits(graph, source);
      if (splits.length === 0) continue;
      const split = splitGraph(graph, [...graph.nodes.keys()], splits);
      validateGraph(split);
      checkOperators(split);
      const inputs = inputsOf(graph, source);
      const what = splits.map(
        ({ segment, axis, size }) => `${segment.nodes.join(" ")} axis ${axis} by ${size}`,
      );
      try {
        assert.equal(await outputsOf(split, inputs), await outputsOf(graph, inputs));
      } catch (error) {
        const names = graph.nodes.map(({ operator }) => operator).join(" ");
        throw new Error(`seed ${seed}: ${names}: ${what.join("; ")}: ${(error as Error).message}`, {
          cause: error,
        });
      }
      tried++;
      longest = Math.max(longest, ...splits.map(({ segment }) => segment.nodes.length));
    }
    assert.ok(tried > count / 2 && longest >= 5, `${tried} chains, segments of up to ${longest} nodes`);
  });
}

test.run();
