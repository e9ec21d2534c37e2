import { blockBytes } from "../../abi/block.js";
import { poolIndicesParameters } from "../../abi/parameters.js";
import {
  indexedPoolDtypes,
  indexSteps,
  type MaxPoolIndices2dAttributes,
  poolNode,
} from "../../ops/convolution/max-pool-indices-2d.js";
import { poolGeometry } from "../../ops/convolution/pool-2d.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { poolValues, spreadValues } from "./pool-2d.js";

/** The places of a pool's maxima. */
export const maxPoolIndices2d: Lowering<MaxPoolIndices2dAttributes> = {
  operator: "maxPoolIndices2d",
  dtypes: indexedPoolDtypes,
  scratchBytes: () => [blockBytes(poolIndicesParameters)],
  emit(node, placement) {
    const pool = poolNode(node);
    const { input } = poolGeometry(pool);
    const [batchStep, rowStep, columnStep, channelStep] = indexSteps(input.shape, node.attributes.order) as [
      number,
      number,
      number,
      number,
    ];
    const values = {
      ...poolValues(pool, placement),
      ...spreadValues(pool),
      ...{ batchStep, rowStep, columnStep, channelStep },
      indexBytes: node.attributes.index === "int64" ? 8 : 4,
    };
    const kernel = { name: kernelName("maxPoolIndices2d", input.dtype), parameters: poolIndicesParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
