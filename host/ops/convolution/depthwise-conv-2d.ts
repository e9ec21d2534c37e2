import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount } from "../../graph/tensor.js";
import { applyActivation } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import {
  type ConvolutionAttributes,
  type ConvolutionGeometry,
  convolutionGeometry,
  inferConvolution,
  partialConvolution,
} from "./convolution.js";

/** Geometry of a depthwise convolution, whose weights are [1, filterHeight, filterWidth, inputChannels * multiplier]. */
export function depthwiseGeometry(
  node: BoundNode<ConvolutionAttributes>,
): ConvolutionGeometry & { multiplier: number } {
  const g = convolutionGeometry(node, 3);
  requireThat(g.weights.shape[0] === 1, `weights have shape [${g.weights.shape}]; [1, h, w, n] is expected`);
  const multiplier = g.outputChannels / g.inputChannels;
  requireThat(
    Number.isInteger(multiplier),
    `weights have ${g.outputChannels} channels, not a multiple of the input's ${g.inputChannels}`,
  );
  return { ...g, multiplier };
}

/** 2-d depthwise convolution, NHWC, any channel multiplier, with an optional bias and a fused activation. */
export const depthwiseConv2d: Operator<ConvolutionAttributes> = {
  name: "depthwiseConv2d",
  quantization: { output: "calibrated", weights: { input: 1, axis: 3 }, bias: 2 },
  infer: (node) => inferConvolution(node, depthwiseGeometry(node), 3),
  macs(node) {
    const g = depthwiseGeometry(node);
    return g.batches * g.outputHeight * g.outputWidth * elementCount(g.weights.shape);
  },
  partial(node, range) {
    const g = depthwiseGeometry(node);
    if (range.axis !== 3) return partialConvolution(node, g, range);
    const [first, count] = [range.first / g.multiplier, range.count / g.multiplier];
    if (!Number.isInteger(first) || !Number.isInteger(count)) return undefined;
    return { attributes: node.attributes, inputs: [{ axis: 3, first, count }, range, { ...range, axis: 0 }] };
  },
  reference(node, [input, weights, bias]) {
    const g = depthwiseGeometry(node);
    const { window: w, padding } = g;
    if (input === undefined || weights === undefined) throw new NotRunnable("input or weights are missing");
    const output = new Float32Array(g.batches * g.outputHeight * g.outputWidth * g.outputChannels);
    let at = 0;
    for (let b = 0; b < g.batches; b++) {
      for (let y = 0; y < g.outputHeight; y++) {
        for (let x = 0; x < g.outputWidth; x++) {
          for (let n = 0; n < g.outputChannels; n++) {
            const channel = Math.floor(n / g.multiplier);
            let sum = bias?.[n] ?? 0;
            for (let fy = 0; fy < w.filterHeight; fy++) {
              const iy = y * w.strideHeight - padding.top + fy * w.dilationHeight;
              if (iy < 0 || iy >= g.inputHeight) continue;
              for (let fx = 0; fx < w.filterWidth; fx++) {
                const ix = x * w.strideWidth - padding.left + fx * w.dilationWidth;
                if (ix < 0 || ix >= g.inputWidth) continue;
                const pixel = ((b * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels + channel;
                sum +=
                  (input[pixel] as number) *
                  (weights[(fy * w.filterWidth + fx) * g.outputChannels + n] as number);
              }
            }
            output[at++] = applyActivation(node.attributes.activation, sum);
          }
        }
      }
    }
    return [output];
  },
};
