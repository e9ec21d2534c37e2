import { requireThat } from "../../../graph/not-runnable.js";
import { plain, type TfliteMapping } from "./mapping.js";

/** From one dtype or quantization to another. */
export const conversion: readonly TfliteMapping[] = [
  plain("QUANTIZE", "quantize", 4),
  {
    builtin: "DEQUANTIZE",
    optionsType: 0,
    maxVersion: 6,
    becomes: ["dequantize", "reshape"],
    // A constant of float16 is one of float32 once it is read.
    read: ({ inputs: [input] }) =>
      input?.stored === "float16"
        ? { operator: "reshape", attributes: { shape: input.shape }, inputs: [input] }
        : { operator: "dequantize", attributes: {} },
  },
  {
    builtin: "CAST",
    optionsType: 37,
    maxVersion: 7,
    becomes: ["cast", "reshape"],
    read({ inputs, outputs }) {
      const [[input], [output]] = [inputs, outputs];
      requireThat(input !== undefined && output !== undefined, "an input and an output are expected");
      if (input.dtype === output.dtype) return { operator: "reshape", attributes: { shape: input.shape } };
      return { operator: "cast", attributes: { to: output.dtype } };
    },
  },
];
