import { WasmoteError } from "../errors.js";

/**
 * How much of what a user gives is read. What is larger is refused before it is read: it is no model of a
 * microcontroller, or no sample of its input.
 */

/** Bytes of any file that is read whole: a model, an input, a file of samples. */
export const maxFileBytes = 2 ** 28;

/** Bytes of a model's weights in files beside it, and of a model file that is imported: in all. */
export const maxModelBytes = 2 ** 27;

/** Bytes of a file of JSON: what its values take in memory may be twenty times as much. */
export const maxJsonBytes = 2 ** 24;

/** Arrays and objects in each other in JSON. Models within models take four levels each. */
export const maxJsonDepth = 256;

/** Pixels of a picture: 4096 x 4096. */
export const maxPicturePixels = 2 ** 24;

/** Samples of a sound in all of its channels, and as resampled: 17 minutes of one channel at 16 kHz. */
export const maxSoundSamples = 2 ** 24;

/** Files of samples in a folder, at any depth, and how deep its folders lie in each other. */
export const maxSampleFiles = 2 ** 20;
export const maxFolderDepth = 64;

/** The error for a file above a limit of its bytes. */
export function fileTooLarge(bytes: number, limit: number, file: string): WasmoteError {
  return new WasmoteError("file-too-large", `${bytes} bytes; up to ${limit} are read`, { file });
}
