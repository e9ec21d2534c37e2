export { type Calibration, calibrationEndings, loadCalibration } from "./calibration.js";
export { frameCount, framesShape } from "./frames.js";
export { parseJsonTensor, requireJsonCount, writeJsonTensor } from "./json-tensor.js";
export { type NpyArray, type NpyDType, parseNpy, writeNpy } from "./npy.js";
export { type PixelMapping, pixelMapping } from "./pixel-mapping.js";
export { fileEnding, type InputFrames, type InputTensor } from "./read-array.js";
export { inputEndings, readInput } from "./read-input.js";
export { decodeReals, decodeStored, encodeReals, realRange } from "./values.js";
export { encodeOutput, joinFrames, outputEndings, requireOutputEnding } from "./write-output.js";
