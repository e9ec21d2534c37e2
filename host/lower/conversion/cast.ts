import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { castParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { type DType, elementBytes, elementCount } from "../../graph/tensor.js";
import type { CastAttributes } from "../../ops/conversion/cast.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

const unsigned: readonly DType[] = ["uint8", "uint32", "uint64", "bool"];

/** An integer dtype as the kernels take it: its bytes, negative where it is unsigned. */
function typeNumber(dtype: DType): number {
  return unsigned.includes(dtype) ? -elementBytes[dtype] : elementBytes[dtype];
}

/** From one dtype to another. */
export const cast: Lowering<CastAttributes> = {
  operator: "cast",
  scratchBytes: () => [blockBytes(castParameters)],
  inPlace: (node) => (elementBytes[onlyInput(node).dtype] >= elementBytes[node.attributes.to] ? [0] : []),
  emit(node, placement) {
    const { dtype, shape } = onlyInput(node);
    const { to } = node.attributes;
    const name =
      dtype === "float32" ? "castFromFloat32" : to === "float32" ? "castToFloat32" : "castIntegers";
    const isAccelerated = dtype === "int16" && to === "float32";
    const values = {
      work: isAccelerated ? signalWorks.castInt16ToFloat32 : signalWorks.none,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      elements: elementCount(shape),
      from: typeNumber(dtype),
      to: to === "bool" ? 0 : typeNumber(to),
    };
    const companion = isAccelerated ? accelerators.signal : undefined;
    return [
      callKernel({ name, parameters: castParameters, companion }, values, placement.scratch, placement),
    ];
  },
};
