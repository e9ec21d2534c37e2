import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { powerSpectrumParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { radicesOf, twiddleBytes } from "../../ops/signal/fft.js";
import { type PowerSpectrumAttributes, powerSpectrumRows } from "../../ops/signal/power-spectrum.js";
import { constantOf } from "../../ops/signal/tensors.js";
import { bytesOf } from "../bytes.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Bytes of a complex number. */
const complexBytes = 8;

/** Power of spectra. Scratch memory: the samples times the window or the factors, and the spectrum of one row. */
export const powerSpectrum: Lowering<PowerSpectrumAttributes> = {
  operator: "powerSpectrum",
  dtypes: ["float32"],
  constantInputs: () => [1],
  scratchBytes: ({ attributes: { length } }) => [
    Math.max(blockBytes(powerSpectrumParameters), (length + 1) * complexBytes),
  ],
  emit(node, placement) {
    const { window, rows, length } = powerSpectrumRows(node);
    const { length: samples, form, scale } = node.attributes;
    const points = samples / 2;
    const radices = radicesOf(points);
    const [name, wider] = ["powerSpectrum", "powerSpectrumAny"].map((stem) =>
      kernelName(stem, "float32"),
    ) as [string, string];
    const isOdd = radices.some((radix) => radix % 2 === 1);
    const kernel = isOdd ? { name: wider } : { name, wider: [wider], accelerator: accelerators.signal };
    const values = {
      work: isOdd ? signalWorks.none : signalWorks.powerSpectrum,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(twiddleBytes("float32", points, false)),
      window: window === undefined ? 0 : placement.weights(bytesOf(constantOf(window, "window"))),
      windowed: window === undefined ? 0 : 1,
      rows,
      length,
      points,
      radices: radices.reduce((packed, radix) => packed * 8 + radix, 0),
      magnitude: form === "magnitude" ? 1 : 0,
      scale,
    };
    return [
      callKernel({ ...kernel, parameters: powerSpectrumParameters }, values, placement.scratch, placement),
    ];
  },
};
