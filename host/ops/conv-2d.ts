import { elementCount, type Tensor } from "../graph/tensor.js";
import {
  type ConvolutionAttributes,
  convolutionGeometry,
  inferConvolution,
  readTfliteConvolution,
} from "./convolution.js";
import { NotRunnable, type Operator, requireThat } from "./operator.js";
import { emitPatchProduct, patchScratchBytes } from "./patch-product.js";
import { applyActivation } from "./requantization.js";
import { channelConstants, largestMagnitude, packTiles } from "./weight-tiles.js";

/** 2-d convolution, NHWC by OHWI, with an optional bias and a fused activation. */
export const conv2d: Operator<ConvolutionAttributes> = {
  name: "conv2d",
  tflite: [
    {
      builtin: "CONV_2D",
      optionsType: 1,
      maxVersion: 8,
      read: (node) => ({ attributes: readTfliteConvolution(node, { activation: 3, dilation: 4 }) }),
    },
  ],
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
  scratchBytes(node) {
    const g = convolutionGeometry(node, 0);
    return patchScratchBytes(g, largestMagnitude(g.weights.data as Int8Array));
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
  emit(node, placement) {
    const g = convolutionGeometry(node, 0);
    const output = node.outputs[0] as Tensor;
    const data = g.weights.data as Int8Array;
    const depth = elementCount(g.weights.shape.slice(1));
    const constants = channelConstants(g.input, g.weights, g.bias, output, g.outputChannels, (n) => {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += data[n * depth + k] as number;
      return sum;
    });
    const tiles = packTiles(g.outputChannels, depth, (n, k) => data[n * depth + k] as number, constants);
    const maxWeight = largestMagnitude(data);
    const convolution = { input: g.input, output, activation: node.attributes.activation, tiles };
    return emitPatchProduct(g, convolution, constants, maxWeight, placement);
  },
};
