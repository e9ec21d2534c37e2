import type { AppGraph } from "../../host/app/app-graph.js";
import { Execution } from "../../host/evaluate/execution.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { packageKernels } from "../../host/kernels/library.js";
import { checkOperators } from "../../host/ops/check.js";

/** Opens an application's graph; what is answered runs it once and gives the elements of tensors, whatever they then hold. */
export async function openGraph(
  graph: AppGraph,
  input: Tensor,
  tensors: readonly Tensor[],
): Promise<(elements: ArrayLike<number>) => number[][]> {
  const whole = graph.graph("test", [input], tensors);
  validateGraph({ ...whole, outputs: [whole.inputs[0] as number] });
  checkOperators(whole);
  const execution = await Execution.open(whole, [packageKernels()]);
  return (elements) => {
    execution.elements(whole.inputs[0] as number).set(elements as never);
    execution.run();
    return whole.outputs.map((index) => Array.from(execution.elements(index), Number));
  };
}
