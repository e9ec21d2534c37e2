import { z } from "zod";
import { WasmoteError } from "../errors.js";
import { parseJson } from "../files/json.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import { arrayTypes, type DType, perTensor, tensorBytes } from "../graph/tensor.js";
import type { Program } from "../lower/lower.js";
import type { Manifest } from "../package/manifest.js";
import type { Plan } from "../plan/types.js";

/** A tensor that a step writes, and where it then lies in linear memory. */
export interface Layer {
  /** The step, and the operator that it is of. */
  step: number;
  operator: string;
  name: string;
  dtype: DType;
  shape: number[];
  address: number;
  /** Of a quantized tensor. */
  scale?: number;
  zeroPoint?: number;
  /** Where quantization has scaled channels: by what (`Tensor.channelFactors`). */
  channelFactors?: readonly number[];
}

/** What is known of a built model's activations, beside its file, which has no need of them when it runs. */
export interface Layers {
  version: 1;
  /** SHA-256 of the model file that they belong to, in hexadecimal. */
  model: string;
  layers: Layer[];
}

const dtype = z.enum(Object.keys(arrayTypes) as [DType, ...DType[]]);
const count = z.number().int().nonnegative();
const schema = z.strictObject({
  version: z.literal(1),
  model: z.string().regex(/^[0-9a-f]{64}$/),
  layers: z.array(
    z.strictObject({
      step: count,
      operator: z.string(),
      name: z.string(),
      dtype,
      shape: z.array(count).max(32),
      address: count,
      scale: z.number().positive().optional(),
      zeroPoint: z.number().int().optional(),
      channelFactors: z.array(z.number().positive()).min(1).optional(),
    }),
  ),
});

/**
 * Layers of a built model. What a node gives for which there is nothing to do is there once the step before it has run; where
 * there is none, it is left out.
 *
 * @param sha256 of its file, in hexadecimal
 */
export function layersOf({ graph, plan, program }: BuiltParts, sha256: string): Layers {
  const stepOf = new Map(program.steps.map(({ node }, step) => [node, step]));
  let step = -1;
  const layers = plan.order.flatMap((nodeIndex): Layer[] => {
    step = stepOf.get(nodeIndex) ?? step;
    const node = graph.nodes[nodeIndex];
    return (step < 0 ? [] : (node?.outputs ?? [])).flatMap((index): Layer[] => {
      const address = plan.tensors.get(index)?.address;
      const tensor = tensorAt(graph, index);
      if (address === undefined || node === undefined) return [];
      const { name, dtype: own, shape, channelFactors } = tensor;
      return [
        {
          ...{ step, operator: node.operator, name, dtype: own, shape: [...shape], address },
          ...perTensor(tensor),
          ...(channelFactors && { channelFactors }),
        },
      ];
    });
  });
  return { version: 1, model: sha256, layers };
}

/** A built model's graph as it runs. */
interface BuiltParts {
  graph: Graph;
  plan: Plan;
  program: Program;
}

/**
 * Reads a file that `layersOf` was written to.
 *
 * @throws `layers-invalid`
 */
export function readLayers(bytes: Uint8Array): Layers {
  let json: unknown;
  try {
    json = parseJson(bytes);
  } catch (error) {
    throw new WasmoteError("layers-invalid", `no JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WasmoteError("layers-invalid", `${issue?.path.join(".") || "it"}: ${issue?.message}`);
}

/** Throws `layers-invalid` where layers name a step or an address that the model does not have. */
export function requireLayersFit({ layers }: Layers, { steps, memoryBytes }: Manifest): void {
  for (const [i, layer] of layers.entries()) {
    if (layer.step < steps.length && layer.address + tensorBytes(layer) <= memoryBytes) continue;
    throw new WasmoteError(
      "layers-invalid",
      `layers.${i} is of step ${layer.step} at ${layer.address}; the model has ${steps.length} steps and ${memoryBytes} bytes of memory`,
    );
  }
}
