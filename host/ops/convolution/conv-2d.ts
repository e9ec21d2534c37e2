import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount } from "../../graph/tensor.js";
import { applyActivation } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import { checkDepth } from "../weights.js";
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  inferConvolution,
  partialConvolution,
} from "./convolution.js";

/**
 * Groups of a convolution: input and output channels are parted into as many, and output channels read those of their
 * own. Throws `NotRunnable`.
 */
export function groupsOf({ weights, inputChannels, outputChannels }: ConvolutionGeometry): number {
  const channels = weights.shape[3] as number;
  const groups = inputChannels / channels;
  requireThat(
    Number.isInteger(groups) && outputChannels % groups === 0,
    `weights take ${channels} channels for ${outputChannels} outputs, the input has ${inputChannels}: no number of groups`,
  );
  return groups;
}

/** 2-d convolution, NHWC by OHWI, in groups of channels, with an optional bias and a fused activation. */
export const conv2d: Operator<ConvolutionAttributes> = {
  name: "conv2d",
  quantization: { output: "calibrated", weights: { input: 1, axis: 0 }, bias: 2 },
  infer(node) {
    const g = convolutionGeometry(node, 0);
    groupsOf(g);
    checkDepth(g.weights, elementCount(g.weights.shape.slice(1)));
    return inferConvolution(node, g, 0);
  },
  macs(node) {
    const g = convolutionGeometry(node, 0);
    return g.batches * g.outputHeight * g.outputWidth * elementCount(g.weights.shape);
  },
  partial(node, range) {
    const g = convolutionGeometry(node, 0);
    if (range.axis !== 3) return partialConvolution(node, g, range);
    if (groupsOf(g) > 1) return undefined;
    const filters = { ...range, axis: 0 };
    return { attributes: node.attributes, inputs: [undefined, filters, filters] };
  },
  reference(node, [input, weights, bias]) {
    const g = convolutionGeometry(node, 0);
    const { padding, activation } = node.attributes;
    const { window: w } = g;
    const groups = groupsOf(g);
    const depth = g.inputChannels / groups;
    const filters = g.outputChannels / groups;
    if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
    const output = new Float32Array(g.batches * g.outputHeight * g.outputWidth * g.outputChannels);
    let at = 0;
    for (let b = 0; b < g.batches; b++) {
      for (let y = 0; y < g.outputHeight; y++) {
        for (let x = 0; x < g.outputWidth; x++) {
          for (let n = 0; n < g.outputChannels; n++) {
            let sum = bias?.[n] ?? 0;
            for (let fy = 0; fy < w.filterHeight; fy++) {
              const iy = y * w.strideHeight - padding.top + fy * w.dilationHeight;
              if (iy < 0 || iy >= g.inputHeight) continue;
              for (let fx = 0; fx < w.filterWidth; fx++) {
                const ix = x * w.strideWidth - padding.left + fx * w.dilationWidth;
                if (ix < 0 || ix >= g.inputWidth) continue;
                const from =
                  ((b * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels +
                  Math.floor(n / filters) * depth;
                const tap = ((n * w.filterHeight + fy) * w.filterWidth + fx) * depth;
                for (let c = 0; c < depth; c++) {
                  sum += (input[from + c] as number) * (weights[tap + c] as number);
                }
              }
            }
            output[at++] = applyActivation(activation, sum);
          }
        }
      }
    }
    return [output];
  },
};
