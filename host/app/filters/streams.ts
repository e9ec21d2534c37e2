import type { Tensor } from "../../graph/tensor.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { asReal } from "../reals.js";
import type { StageContext } from "../stage.js";
import type { Samples } from "../values.js";

/**
 * What a stage makes of all samples that it is given: float32 [time, channels], in each run.
 *
 * @param make given them in float32
 */
export function streamOf(
  { graph, name, input }: StageContext,
  make: (write: GraphWriter, samples: Tensor, given: Samples) => Tensor,
): Samples {
  const given = input("samples");
  const write = graph.writer(name);
  const tensor = graph.under(given.signal.when, () => make(write, asReal(write, given.signal.tensor), given));
  return { ...given, signal: { ...given.signal, tensor } };
}

/** The variable by which a stream that starts with its first sample knows that it has started. */
export function startedVariable(name: string): Tensor {
  return { name: `${name} has started`, dtype: "int32", shape: [] };
}
