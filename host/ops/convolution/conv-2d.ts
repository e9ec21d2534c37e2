import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount } from "../../graph/tensor.js";
import { applyActivation } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";
import { type ConvolutionAttributes, convolutionGeometry, inferConvolution } from "./convolution.js";

/** 2-d convolution, NHWC by OHWI, with an optional bias and a fused activation. */
export const conv2d: Operator<ConvolutionAttributes> = {
  name: "conv2d",
  quantization: { output: "calibrated", weights: { input: 1, axis: 0 }, bias: 2 },
  infer(node) {
    const g = convolutionGeometry(node, 0);
    const channels = g.weights.shape[3];
    requireThat(
      channels === g.inputChannels,
      `weights take ${channels} channels, the input has ${g.inputChannels} (grouped convolution is not supported)`,
    );
    return inferConvolution(node, g, 0);
  },
  macs(node) {
    const g = convolutionGeometry(node, 0);
    return g.batches * g.outputHeight * g.outputWidth * elementCount(g.weights.shape);
  },
  reference(node, [input, weights, bias]) {
    const g = convolutionGeometry(node, 0);
    const { padding, activation } = node.attributes;
    const { window: w } = g;
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
                const from = ((b * g.inputHeight + iy) * g.inputWidth + ix) * g.inputChannels;
                const tap = ((n * w.filterHeight + fy) * w.filterWidth + fx) * g.inputChannels;
                for (let c = 0; c < g.inputChannels; c++) {
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
