export { type Calibration, calibrationEndings, loadCalibration } from "./calibration.js";
export { frameCount, framesShape } from "./frames.js";
export { parseJsonTensor, writeJsonTensor } from "./json-tensor.js";
export { type NpyArray, type NpyDType, parseNpy, writeNpy } from "./npy.js";
export { type PixelMapping, pixelMapping } from "./pixel-mapping.js";
export { type FileOptions, type FileTensor, fileEnding, fileType, type InputFrames } from "./read-array.js";
export { inputEndings, readInput, standardInput } from "./read-input.js";
export { decodeReals, decodeStored, encodeReals, realRange } from "./values.js";
export { encodeOutput, joinFrames, outputEndings, requireOutputEnding } from "./write-output.js";
