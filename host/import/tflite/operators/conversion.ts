import { plain, type TfliteMapping } from "./mapping.js";

/** From one dtype or quantization to another. */
export const conversion: readonly TfliteMapping[] = [
  plain("QUANTIZE", "quantize", 2),
  plain("DEQUANTIZE", "dequantize", 5),
];
