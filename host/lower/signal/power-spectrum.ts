import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { powerSpectrumParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { radicesOf, twiddleBytes } from "../../ops/signal/fft.js";
import {
  type PowerSpectrumAttributes,
  powerSpectrumBins,
  powerSpectrumRows,
  windowFactor,
} from "../../ops/signal/power-spectrum.js";
import { constantOf } from "../../ops/signal/tensors.js";
import { bytesOf } from "../bytes.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Bytes of a complex number. */
const complexBytes = 8;

/** Power of spectra. Scratch memory: the samples times the window or the factors, and the spectrum of one row. */
export const powerSpectrum: Lowering<PowerSpectrumAttributes> = {
  operator: "powerSpectrum",
  dtypes: ["float32", "int16"],
  constantInputs: () => [1],
  scratchBytes: ({ attributes: { length } }) => [
    Math.max(blockBytes(powerSpectrumParameters), (length + 1) * complexBytes),
  ],
  emit(node, placement) {
    const { input, window, rows, length } = powerSpectrumRows(node);
    const { length: samples, form, scale } = node.attributes;
    const [start, end] = powerSpectrumBins(node.attributes);
    const points = samples / 2;
    const radices = radicesOf(points);
    const isInteger = input.dtype === "int16";
    const isOdd = radices.some((radix) => radix % 2 === 1);
    const name = kernelName("powerSpectrum", input.dtype);
    const wider = kernelName("powerSpectrumAny", input.dtype);
    const kernel = isOdd
      ? { name: wider }
      : { name, ...(isInteger ? {} : { wider: [wider] }), accelerator: accelerators.signal };
    const work = isInteger ? signalWorks.powerSpectrumInt16 : signalWorks.powerSpectrum;
    const factors = window && (constantOf(window, "window") as Float32Array);
    const values = {
      work: isOdd ? signalWorks.none : work,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(twiddleBytes(isInteger ? "int32" : "float32", points, false)),
      window:
        factors === undefined
          ? 0
          : placement.weights(bytesOf(isInteger ? Int32Array.from(factors, windowFactor) : factors)),
      windowed: factors === undefined ? 0 : 1,
      rows,
      length,
      points,
      radices: radices.reduce((packed, radix) => packed * 8 + radix, 0),
      magnitude: form === "magnitude" ? 1 : 0,
      scale,
      start,
      end,
    };
    return [
      callKernel({ ...kernel, parameters: powerSpectrumParameters }, values, placement.scratch, placement),
    ];
  },
};
