import { plain, type TfliteMapping } from "./mapping.js";

/** From one dtype or quantization to another. */
export const conversion: readonly TfliteMapping[] = [
  plain("QUANTIZE", "quantize", 2),
  {
    builtin: "DEQUANTIZE",
    optionsType: 0,
    maxVersion: 5,
    // A constant of float16 is one of float32 once it is read.
    read: ({ inputs: [input] }) =>
      input?.stored === "float16"
        ? { operator: "reshape", attributes: { shape: input.shape }, inputs: [input] }
        : { operator: "dequantize", attributes: {} },
  },
];
