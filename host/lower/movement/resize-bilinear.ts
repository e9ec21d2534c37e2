import { blockBytes } from "../../abi/block.js";
import { resizeFloatParameters, resizeParameters } from "../../abi/parameters.js";
import { resizeScale } from "../../numerics/resize.js";
import { type ResizeAttributes, resizedInput } from "../../ops/movement/resize-bilinear.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Scale and offset in 1024ths of the places of an axis, as TFLite's integer kernel rounds them. */
function integerPlaces(
  input: number,
  output: number,
  { alignCorners, halfPixelCenters }: ResizeAttributes,
): { scale: number; offset: number } {
  const [from, to] = alignCorners && output > 1 ? [input - 1, output - 1] : [input, output];
  const scale = Math.floor((1024 * from + Math.floor(to / 2)) / to);
  return { scale, offset: halfPixelCenters ? Math.floor(scale / 2) - 512 : 0 };
}

/** Bilinear interpolation, in fixed point where the elements are integers. */
export const resizeBilinear: Lowering<ResizeAttributes> = {
  operator: "resizeBilinear",
  dtypes: ["int8", "int16", "float32"],
  scratchBytes: () => [Math.max(blockBytes(resizeParameters), blockBytes(resizeFloatParameters))],
  emit(node, placement) {
    const { attributes } = node;
    const { shape, dtype } = resizedInput(node);
    const [batches, inputHeight, inputWidth, channels] = shape as [number, number, number, number];
    const common = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      batches,
      inputHeight,
      inputWidth,
      outputHeight: attributes.height,
      outputWidth: attributes.width,
      channels,
    };
    if (dtype === "float32" || attributes.unsigned === true) {
      const values = {
        ...common,
        heightScale: resizeScale(inputHeight, attributes.height, attributes),
        widthScale: resizeScale(inputWidth, attributes.width, attributes),
        center: attributes.halfPixelCenters ? 0.5 : 0,
      };
      const name = dtype === "float32" ? "resizeBilinearFloat32" : "resizeBilinearUnsigned";
      const kernel = { name, parameters: resizeFloatParameters };
      return [callKernel(kernel, values, placement.scratch, placement)];
    }
    const rows = integerPlaces(inputHeight, attributes.height, attributes);
    const columns = integerPlaces(inputWidth, attributes.width, attributes);
    const values = {
      ...common,
      heightScale: rows.scale,
      widthScale: columns.scale,
      heightOffset: rows.offset,
      widthOffset: columns.offset,
    };
    const kernel = { name: kernelName("resizeBilinear", dtype), parameters: resizeParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
