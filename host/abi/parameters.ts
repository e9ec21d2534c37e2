import type { Block, Fields } from "./block.js";
import * as conversion from "./parameters/conversion.js";
import * as convolution from "./parameters/convolution.js";
import * as decision from "./parameters/decision.js";
import * as detection from "./parameters/detection.js";
import * as elementwise from "./parameters/elementwise.js";
import * as matrix from "./parameters/matrix.js";
import * as movement from "./parameters/movement.js";
import * as recurrent from "./parameters/recurrent.js";
import * as reduction from "./parameters/reduction.js";
import * as signal from "./parameters/signal.js";

export * from "./parameters/conversion.js";
export * from "./parameters/convolution.js";
export * from "./parameters/decision.js";
export * from "./parameters/detection.js";
export * from "./parameters/elementwise.js";
export * from "./parameters/matrix.js";
export * from "./parameters/movement.js";
export * from "./parameters/recurrent.js";
export * from "./parameters/reduction.js";
export * from "./parameters/signal.js";

/** Every block, family by family and by name in each, as generated files list them. */
export const blocks: readonly Block<Fields>[] = [
  convolution,
  matrix,
  elementwise,
  reduction,
  recurrent,
  movement,
  detection,
  conversion,
  signal,
  decision,
].flatMap((family): Block<Fields>[] => Object.values(family));
