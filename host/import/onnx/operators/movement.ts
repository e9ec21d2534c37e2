import type { OnnxMapping } from "./mapping.js";
import { constants } from "./movement/constants.js";
import { indexed } from "./movement/indexed.js";
import { parts } from "./movement/parts.js";
import { pictures } from "./movement/pictures.js";
import { resizes } from "./movement/resizes.js";
import { shapes } from "./movement/shapes.js";

/** Operators that move elements. */
export const movement: readonly OnnxMapping[] = [
  ...shapes,
  ...parts,
  ...indexed,
  ...constants,
  ...resizes,
  ...pictures,
];
